package template

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// templateOID is the attribute flags of an object identifier that is registered for a template; 2 is one for an issuance
// policy, 3 one for an application policy.
const templateOID = "1"

// ObjectIdentifier is an object below CN=OID in the directory, which registers the object identifier of a template
// (msPKI-Enterprise-Oid).
type ObjectIdentifier struct {
	// OID is the dotted object identifier.
	OID string
	// DisplayName is that of the template.
	DisplayName string
}

// CN returns the name of a new object for o, as the console forms it: the last number of the OID and 32 hexadecimal
// digits. The digits are derived from the OID, so that no OID is registered twice by accident.
func (o ObjectIdentifier) CN() string {
	sum := sha256.Sum256([]byte(o.OID))
	return fmt.Sprintf("%s.%X", o.OID[strings.LastIndex(o.OID, ".")+1:], sum[:16])
}

// Attributes returns o as attributes of msPKI-Enterprise-Oid, all but cn and objectClass. Bad fields are an
// [*InvalidError].
func (o ObjectIdentifier) Attributes() ([]Attribute, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	return []Attribute{
		{"displayName", [][]byte{[]byte(o.DisplayName)}},
		{"flags", [][]byte{[]byte(templateOID)}},
		{"msPKI-Cert-Template-OID", [][]byte{[]byte(o.OID)}},
	}, nil
}

// ParseObjectIdentifier returns the object identifier of a template that a directory holds as attributes, and passes over
// attributes of a server's own. Bad values, and one that is not for a template, are an [*InvalidError].
func ParseObjectIdentifier(attributes []Attribute) (ObjectIdentifier, error) {
	var o ObjectIdentifier
	e := &errs.InvalidError{Subject: "template: attributes of an object identifier"}
	for _, a := range []struct {
		name string
		set  func(string)
	}{
		{"displayName", func(s string) { o.DisplayName = s }},
		{"msPKI-Cert-Template-OID", func(s string) { o.OID = s }},
		{"flags", func(s string) {
			if s != templateOID {
				e.Add("flags", "%.20q is not %s: it is not for a template", s, templateOID)
			}
		}},
	} {
		s, problem := single(find(attributes, a.name))
		if problem != "" {
			e.Add(a.name, "%s", problem)
			continue
		}
		a.set(s)
	}
	if err := e.Err(); err != nil {
		return ObjectIdentifier{}, err
	}
	if err := o.validate(); err != nil {
		return ObjectIdentifier{}, err
	}
	return o, nil
}

func (o ObjectIdentifier) validate() error {
	e := &errs.InvalidError{Subject: "template: object identifier"}
	if !isOID(o.OID) {
		e.Add("OID", "%.300q is not a dotted object identifier", o.OID)
	}
	if !isName(o.DisplayName, 256) {
		e.Add("DisplayName", "%.300q is not 1 to 256 printable characters", o.DisplayName)
	}
	return e.Err()
}
