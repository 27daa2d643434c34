package template

import (
	"fmt"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// Attribute is an attribute of a directory object as LDAP carries it.
type Attribute struct {
	// Name is the LDAP name, compared without regard to case: "pKIKeyUsage".
	Name string
	// Values are the values as on the wire: text and numbers in UTF-8, anything else binary.
	Values [][]byte
}

// field ties an attribute to the field of a [Template] that holds it.
type field struct {
	// attribute is the LDAP name, field that of the struct.
	attribute, field string
	value            value
}

// value converts between a field and an attribute.
type value interface {
	// encode returns the values of the attribute, none if the directory should not hold it.
	encode() [][]byte
	// decode sets the field; values has at least one. The problem is empty if all is well.
	decode(values [][]byte) (problem string)
	// words returns the field as a plan shows it. Equal fields have equal words, whatever the order of their values, and
	// different fields different ones.
	words() string
}

// fieldsOf lists the attributes of pKICertificateTemplate in the order in which they are written. Name and access
// control have attributes of their own kind.
func fieldsOf(t *Template) []field {
	return []field{
		{"displayName", "DisplayName", text{&t.DisplayName}},
		{"flags", "Flags", word[GeneralFlags]{&t.Flags}},
		{"revision", "Revision", number[int]{&t.Revision}},
		{"msPKI-Template-Minor-Revision", "MinorRevision", number[int]{&t.MinorRevision}},
		{"msPKI-Template-Schema-Version", "SchemaVersion", number[int]{&t.SchemaVersion}},
		{"msPKI-Cert-Template-OID", "OID", text{&t.OID}},
		{"pKIDefaultKeySpec", "KeySpec", number[KeySpec]{&t.KeySpec}},
		{"pKIKeyUsage", "KeyUsage", keyUsage{t}},
		{"pKIMaxIssuingDepth", "MaxIssuingDepth", number[int]{&t.MaxIssuingDepth}},
		{"pKICriticalExtensions", "CriticalExtensions", set{&t.CriticalExtensions}},
		{"pKIExpirationPeriod", "Validity", period{&t.Validity}},
		{"pKIOverlapPeriod", "Renewal", period{&t.Renewal}},
		{"pKIExtendedKeyUsage", "ExtKeyUsage", set{&t.ExtKeyUsage}},
		{"pKIDefaultCSPs", "CSPs", providers{&t.CSPs}},
		{"msPKI-RA-Signature", "RASignatures", number[int]{&t.RASignatures}},
		{"msPKI-RA-Policies", "RAPolicies", set{&t.RAPolicies}},
		{"msPKI-Certificate-Policy", "CertificatePolicies", set{&t.CertificatePolicies}},
		{"msPKI-Supersede-Templates", "Supersedes", set{&t.Supersedes}},
		{"msPKI-RA-Application-Policies", "RAApplicationPolicies", applicationPolicies{t}},
		{"msPKI-Certificate-Application-Policy", "ApplicationPolicies", set{&t.ApplicationPolicies}},
		{"msPKI-Minimal-Key-Size", "MinimalKeySize", number[int]{&t.MinimalKeySize}},
		{"msPKI-Enrollment-Flag", "EnrollmentFlags", word[EnrollmentFlags]{&t.EnrollmentFlags}},
		{"msPKI-Private-Key-Flag", "PrivateKeyFlags", word[PrivateKeyFlags]{&t.PrivateKeyFlags}},
		{"msPKI-Certificate-Name-Flag", "NameFlags", word[NameFlags]{&t.NameFlags}},
	}
}

// Attributes returns t as attributes of pKICertificateTemplate, each list in ascending order and empty ones left out.
// Not among them are cn, objectClass and nTSecurityDescriptor, which a [SecurityDescriptor] makes of Access, and what a
// server fills in itself. What [Template.Validate] refuses is an [*InvalidError].
func (t Template) Attributes() ([]Attribute, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	var attributes []Attribute
	for _, f := range fieldsOf(&t) {
		if values := f.value.encode(); len(values) > 0 {
			attributes = append(attributes, Attribute{f.attribute, values})
		}
	}
	return attributes, nil
}

// ParseAttributes returns the template called name that a directory holds as attributes. Attributes that are no part of
// the template, as a server adds them, are passed over; Access is left empty, for [ParseSecurityDescriptor] to fill.
// Lists come in ascending order. Bad values are an [*InvalidError] listing every problem by attribute; what contradicts
// itself is read as it is, for [Template.Check] to tell.
func ParseAttributes(name string, attributes []Attribute) (Template, error) {
	t := Template{Name: name, SchemaVersion: 1} // the attribute came with Windows Server 2003
	values := map[string][][]byte{}
	for _, a := range attributes {
		key := strings.ToLower(a.Name)
		values[key] = append(values[key], a.Values...)
	}
	e := &errs.InvalidError{Subject: fmt.Sprintf("template: attributes of %.300q", name)}
	attributeOf := map[string]string{"Name": "cn", "KeyProperties": "msPKI-RA-Application-Policies"}
	for _, f := range fieldsOf(&t) {
		attributeOf[f.field] = f.attribute
		present := values[strings.ToLower(f.attribute)]
		if len(present) == 0 {
			continue
		}
		if problem := f.value.decode(present); problem != "" {
			e.Add(f.attribute, "%s", problem)
			delete(attributeOf, f.field) // its field says no more
		}
	}
	for _, p := range t.unreadable() {
		if attribute, ok := attributeOf[p.Field]; ok {
			e.Add(attribute, "%s", p.Reason)
		}
	}
	if err := e.Err(); err != nil {
		return Template{}, err
	}
	return t, nil
}

// find returns the values of the attribute called name.
func find(attributes []Attribute, name string) [][]byte {
	var values [][]byte
	for _, a := range attributes {
		if strings.EqualFold(a.Name, name) {
			values = append(values, a.Values...)
		}
	}
	return values
}
