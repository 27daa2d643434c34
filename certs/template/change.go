package template

import (
	"fmt"
	"strings"
)

// Change is one difference between what is desired and what a directory holds. Fields that do not belong to the Action
// are empty.
type Change struct {
	// Action is what kind of difference it is.
	Action Action
	// Template is the name of the template.
	Template string
	// OID is what RegisterOID and RenameOID are about.
	OID string
	// Attribute is the LDAP name of what SetAttribute sets.
	Attribute string
	// Principal is to whom Grant gives, and from whom Revoke takes, Rights; PrincipalName is [Access.Name].
	Principal     SID
	PrincipalName string
	Rights        Rights
	// CA is the authority of PublishTemplate.
	CA string
	// From and To are the value before and after in words: of an attribute for SetAttribute, of the display name for
	// RegisterOID, RenameOID and CreateTemplate. What is not there is empty.
	From, To string
}

// String returns the change as a person reads it: "publish CloudDPCert on Contoso Issuing CA".
func (c Change) String() string {
	switch c.Action {
	case RegisterOID:
		return fmt.Sprintf("register object identifier %s for %s", c.OID, c.Template)
	case RenameOID:
		return fmt.Sprintf("rename object identifier %s of %s from %q to %q", c.OID, c.Template, c.From, c.To)
	case CreateTemplate:
		return fmt.Sprintf("create template %s (%q)", c.Template, c.To)
	case SetAttribute:
		return c.attribute()
	case Grant:
		return fmt.Sprintf("grant %s on %s to %s", c.Rights, c.Template, c.principal())
	case Revoke:
		return fmt.Sprintf("revoke %s on %s from %s", c.Rights, c.Template, c.principal())
	case PublishTemplate:
		return fmt.Sprintf("publish %s on %s", c.Template, c.CA)
	default:
		return fmt.Sprintf("%s on %s", c.Action, c.Template)
	}
}

func (c Change) principal() string {
	return Access{SID: c.Principal, Name: c.PrincipalName}.principal()
}

// attribute prints a change of an attribute, whose LDAP name says little.
func (c Change) attribute() string {
	what := c.Attribute
	if label := labels[c.Attribute]; label != "" {
		what = fmt.Sprintf("%s (%s)", label, c.Attribute)
	}
	from, to := c.readable(c.From), c.readable(c.To)
	switch {
	case c.From == "":
		return fmt.Sprintf("set %s of %s to %q", what, c.Template, to)
	case c.To == "":
		return fmt.Sprintf("clear %s of %s, which is %q", what, c.Template, from)
	}
	return fmt.Sprintf("change %s of %s from %q to %q", what, c.Template, from, to)
}

// labels are what the console or a person calls attributes.
var labels = map[string]string{
	"displayName":                          "display name",
	"flags":                                "general flags",
	"msPKI-Template-Schema-Version":        "schema version",
	"msPKI-Cert-Template-OID":              "object identifier",
	"pKIDefaultKeySpec":                    "key spec",
	"pKIKeyUsage":                          "key usage",
	"pKIMaxIssuingDepth":                   "path length",
	"pKICriticalExtensions":                "critical extensions",
	"pKIExpirationPeriod":                  "validity",
	"pKIOverlapPeriod":                     "renewal period",
	"pKIExtendedKeyUsage":                  "purposes",
	"pKIDefaultCSPs":                       "key providers",
	"msPKI-RA-Signature":                   "further signatures",
	"msPKI-RA-Policies":                    "policies of signers",
	"msPKI-Certificate-Policy":             "issuance policies",
	"msPKI-Supersede-Templates":            "superseded templates",
	"msPKI-RA-Application-Policies":        "purposes of signers, or key properties",
	"msPKI-Certificate-Application-Policy": "application policies",
	"msPKI-Minimal-Key-Size":               "minimum key size in bits",
	"msPKI-Enrollment-Flag":                "enrollment flags",
	"msPKI-Private-Key-Flag":               "private key flags",
	"msPKI-Certificate-Name-Flag":          "subject name",
}

// readable puts the name of each number and object identifier that is known before it.
func (c Change) readable(words string) string {
	names := purposeNames
	if c.Attribute == "pKIDefaultKeySpec" {
		names = keySpecNames
	}
	parts := strings.Split(words, ", ")
	for i, part := range parts {
		if name := names[part]; name != "" {
			parts[i] = fmt.Sprintf("%s (%s)", name, part)
		}
	}
	return strings.Join(parts, ", ")
}

var keySpecNames = map[string]string{"1": "key exchange", "2": "signature"}

// purposeNames are what the console calls object identifiers.
var purposeNames = map[string]string{
	ServerAuth: "Server Authentication", ClientAuth: "Client Authentication", anyPurpose: "Any Purpose",
	smartCardLogon: "Smart Card Logon", pkinitClient: "PKINIT Client Authentication",
	requestAgent: "Certificate Request Agent", keyUsageOID: "Key Usage",
}
