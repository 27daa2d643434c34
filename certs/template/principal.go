package template

import (
	"fmt"
	"strings"
)

// principal returns who has the access, as a person reads it: the name, if there is one, and the security identifier.
func (a Access) principal() string {
	name := a.Name
	if !isName(name, 256) {
		name = a.SID.name()
	}
	if name == "" {
		return string(a.SID)
	}
	return fmt.Sprintf("%s (%s)", name, a.SID)
}

// name returns what Windows calls s in English, "" if it is not known everywhere.
func (s SID) name() string {
	if name, ok := map[SID]string{
		Everyone:           "Everyone",
		AuthenticatedUsers: "Authenticated Users",
		ownerRights:        "Owner Rights",
		"S-1-5-2":          "Network",
		"S-1-5-4":          "Interactive",
		"S-1-5-7":          "Anonymous",
		"S-1-5-9":          "Enterprise Domain Controllers",
		"S-1-5-15":         "This Organization",
		"S-1-5-18":         "System",
		"S-1-5-32-544":     "Administrators",
		"S-1-5-32-545":     "Users",
		"S-1-5-32-546":     "Guests",
		"S-1-5-32-554":     "Pre-Windows 2000 Compatible Access",
	}[s]; ok {
		return name
	}
	return map[string]string{
		"500": "Administrator", "512": "Domain Admins", "513": "Domain Users", "514": "Domain Guests",
		"515": "Domain Computers", "516": "Domain Controllers", "517": "Cert Publishers", "518": "Schema Admins",
		"519": "Enterprise Admins",
	}[s.inDomain()]
}

// inDomain returns the last number of the identifier of a principal of a domain, "" if s is none.
func (s SID) inDomain() string {
	if !strings.HasPrefix(string(s), "S-1-5-21-") {
		return ""
	}
	return string(s[strings.LastIndex(string(s), "-")+1:])
}
