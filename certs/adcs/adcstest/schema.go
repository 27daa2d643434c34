package adcstest

import (
	"slices"
	"strconv"
	"strings"
)

// syntax is how an attribute is written and compared.
type syntax int

const (
	textSyntax  syntax = iota // compared as fold does
	exactSyntax               // object identifiers and bytes
	integerSyntax
	booleanSyntax
)

// definition is what the schema of Active Directory says about an attribute.
type definition struct {
	name   string
	syntax syntax
	single bool
	// system says that only the server writes it.
	system bool
}

// definitions are the attributes of the objects of Public Key Services, as [MS-ADA1] to [MS-ADA3] define them.
//
// [MS-ADA1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-ada1
// [MS-ADA3]: https://learn.microsoft.com/openspecs/windows_protocols/ms-ada3
var definitions = []definition{
	{"cn", textSyntax, true, false},
	{"name", textSyntax, true, true},
	{"distinguishedName", textSyntax, true, true},
	{"objectClass", textSyntax, false, false},
	{"objectGUID", exactSyntax, true, true},
	{"objectSid", exactSyntax, true, true},
	{"whenCreated", exactSyntax, true, true},
	{"uSNCreated", integerSyntax, true, true},
	{"nTSecurityDescriptor", exactSyntax, true, false},
	{"showInAdvancedViewOnly", booleanSyntax, true, false},
	{"description", textSyntax, false, false},
	{"displayName", textSyntax, true, false},
	{"flags", integerSyntax, true, false},
	{"revision", integerSyntax, true, false},
	{"sAMAccountName", textSyntax, true, false},
	{"groupType", integerSyntax, true, false},
	{"dNSHostName", textSyntax, true, false},
	{"certificateTemplates", textSyntax, false, false},
	{"cACertificate", exactSyntax, false, false},
	{"cACertificateDN", textSyntax, true, false},
	{"pKIDefaultKeySpec", integerSyntax, true, false},
	{"pKIKeyUsage", exactSyntax, true, false},
	{"pKIMaxIssuingDepth", integerSyntax, true, false},
	{"pKICriticalExtensions", textSyntax, false, false},
	{"pKIExpirationPeriod", exactSyntax, true, false},
	{"pKIOverlapPeriod", exactSyntax, true, false},
	{"pKIExtendedKeyUsage", textSyntax, false, false},
	{"pKIDefaultCSPs", textSyntax, false, false},
	{"pKIEnrollmentAccess", exactSyntax, false, false},
	{"msPKI-RA-Signature", integerSyntax, true, false},
	{"msPKI-RA-Policies", textSyntax, false, false},
	{"msPKI-RA-Application-Policies", textSyntax, false, false},
	{"msPKI-Certificate-Policy", textSyntax, false, false},
	{"msPKI-Supersede-Templates", textSyntax, false, false},
	{"msPKI-Certificate-Application-Policy", textSyntax, false, false},
	{"msPKI-Minimal-Key-Size", integerSyntax, true, false},
	{"msPKI-Enrollment-Flag", integerSyntax, true, false},
	{"msPKI-Private-Key-Flag", integerSyntax, true, false},
	{"msPKI-Certificate-Name-Flag", integerSyntax, true, false},
	{"msPKI-Template-Schema-Version", integerSyntax, true, false},
	{"msPKI-Template-Minor-Revision", integerSyntax, true, false},
	{"msPKI-Cert-Template-OID", textSyntax, true, false},
}

func define(attribute string) (definition, bool) {
	i := slices.IndexFunc(definitions, func(d definition) bool { return strings.EqualFold(d.name, attribute) })
	if i < 0 {
		return definition{}, false
	}
	return definitions[i], true
}

const (
	templateClass  = "pKICertificateTemplate"
	oidClass       = "msPKI-Enterprise-Oid"
	authorityClass = "pKIEnrollmentService"
	groupClass     = "group"
	containerClass = "container"
)

// classes are those that can be made, each with what its objects may have beside everyAttribute.
var classes = map[string][]string{
	templateClass: {
		"flags", "pKIDefaultKeySpec", "pKIKeyUsage", "pKIMaxIssuingDepth", "pKICriticalExtensions", "pKIExpirationPeriod",
		"pKIOverlapPeriod", "pKIExtendedKeyUsage", "pKIDefaultCSPs", "pKIEnrollmentAccess", "msPKI-RA-Signature",
		"msPKI-RA-Policies", "msPKI-RA-Application-Policies", "msPKI-Certificate-Policy", "msPKI-Supersede-Templates",
		"msPKI-Certificate-Application-Policy", "msPKI-Minimal-Key-Size", "msPKI-Enrollment-Flag",
		"msPKI-Private-Key-Flag", "msPKI-Certificate-Name-Flag", "msPKI-Template-Schema-Version",
		"msPKI-Template-Minor-Revision", "msPKI-Cert-Template-OID",
	},
	oidClass:       {"flags", "msPKI-Cert-Template-OID"},
	authorityClass: {"flags", "dNSHostName", "certificateTemplates", "cACertificate", "cACertificateDN"},
	groupClass:     {"sAMAccountName", "objectSid", "groupType"},
	containerClass: {},
}

// everyAttribute are those of the class top.
var everyAttribute = []string{
	"cn", "name", "distinguishedName", "objectClass", "objectGUID", "whenCreated", "uSNCreated", "nTSecurityDescriptor",
	"showInAdvancedViewOnly", "description", "displayName", "revision",
}

// canHold reports whether objects of a class may have the attribute.
func canHold(class, attribute string) bool {
	same := func(name string) bool { return strings.EqualFold(name, attribute) }
	return slices.ContainsFunc(everyAttribute, same) || slices.ContainsFunc(classes[class], same)
}

// class returns the most special of the classes that an object names.
func class(values [][]byte) (string, bool) {
	found := ""
	for _, v := range values {
		if strings.EqualFold(string(v), "top") {
			continue
		}
		known := ""
		for c := range classes {
			if strings.EqualFold(c, string(v)) {
				known = c
			}
		}
		if known == "" || found != "" {
			return "", false
		}
		found = known
	}
	return found, found != ""
}

// accepts reports whether value is well-formed. Active Directory's integers have 32 bits.
func (d definition) accepts(value []byte) bool {
	switch d.syntax {
	case integerSyntax:
		_, err := strconv.ParseInt(string(value), 10, 32)
		return err == nil
	case booleanSyntax:
		return string(value) == "TRUE" || string(value) == "FALSE"
	default:
		return len(value) > 0
	}
}

func (d definition) equal(a, b []byte) bool {
	if d.syntax == textSyntax {
		return fold(string(a)) == fold(string(b))
	}
	return string(a) == string(b)
}
