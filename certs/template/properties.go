package template

import (
	"fmt"
	"strings"
)

// propertyEnd follows each part of a property.
const propertyEnd = "`"

// Names of properties that matter to a cloud distribution point, [MS-CRTD] section 2.23.1.
//
// [MS-CRTD]: https://learn.microsoft.com/openspecs/windows_protocols/ms-crtd
const (
	// PropertyAsymmetricAlgorithm is the kind of key: RSA, ECDSA_P256.
	PropertyAsymmetricAlgorithm = "msPKI-Asymmetric-Algorithm"
	// PropertyHashAlgorithm is what requests are signed with: SHA256.
	PropertyHashAlgorithm = "msPKI-Hash-Algorithm"
	// PropertyRAApplicationPolicies are the purposes of those who give further signatures, separated by commas.
	PropertyRAApplicationPolicies = "msPKI-RA-Application-Policies"
)

// Property is one thing that a template of schema version 3, or of 4 without [PrivateKeyLegacyProvider], says in
// msPKI-RA-Application-Policies about the key.
type Property struct {
	// Name is what it is about, for example [PropertyAsymmetricAlgorithm].
	Name string
	// Type is DWORD for a decimal number, PZPWSTR for text.
	Type string
	// Value is the number or the text.
	Value string
}

func joinProperties(properties []Property) string {
	var b strings.Builder
	for _, p := range properties {
		for _, part := range []string{p.Name, p.Type, p.Value} {
			b.WriteString(part + propertyEnd)
		}
	}
	return b.String()
}

func splitProperties(s string) (properties []Property, problem string) {
	parts := strings.Split(s, propertyEnd)
	if len(parts)%3 != 1 || parts[len(parts)-1] != "" || len(parts) > 3*maxValues {
		return nil, fmt.Sprintf("%.200q is not made of names, types and values, each with a %s behind it", s, propertyEnd)
	}
	for ; len(parts) > 1; parts = parts[3:] {
		properties = append(properties, Property{parts[0], parts[1], parts[2]})
	}
	return properties, ""
}

// property returns the value of the property called name, or "".
func (t Template) property(name string) string {
	for _, p := range t.KeyProperties {
		if strings.EqualFold(p.Name, name) {
			return p.Value
		}
	}
	return ""
}
