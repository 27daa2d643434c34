package template

import (
	"fmt"
	"strings"
)

// String returns d in the security descriptor definition language of [MS-DTYP] section 2.5.1, as Windows prints it but
// for groups of a domain, which stay numbers. Entries that the language has no word for are printed as numbers too, and
// so is a condition: by its bytes, behind who it is about.
//
// [MS-DTYP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp
func (d SecurityDescriptor) String() string {
	var b strings.Builder
	if d.owner != "" {
		b.WriteString("O:" + d.owner.alias())
	}
	if d.group != "" {
		b.WriteString("G:" + d.group.alias())
	}
	if d.control&controlDACLPresent != 0 {
		b.WriteString("D:" + inheritance(d.control))
		if d.dacl == nil {
			b.WriteString("NO_ACCESS_CONTROL")
		}
		b.WriteString(d.dacl.sddl())
	}
	if d.sacl != nil {
		b.WriteString("S:" + inheritance(d.control>>1) + d.sacl.sddl())
	}
	return b.String()
}

// inheritance returns the letters for the bits of a DACL in control; those of a SACL are one place higher.
func inheritance(control uint16) string {
	known := uint32(control) & (controlDACLProtected | 0x0500)
	return letters(known, []bitName{{controlDACLProtected, "P"}, {0x0100, "AR"}, {0x0400, "AI"}})
}

func (l *acl) sddl() string {
	if l == nil {
		return ""
	}
	var b strings.Builder
	for _, entry := range l.entries {
		b.WriteString(entry.sddl())
	}
	return b.String()
}

func (a ace) sddl() string {
	kind, named := map[byte]string{
		0x00: "A", 0x01: "D", 0x02: "AU", 0x03: "AL", 0x05: "OA", 0x06: "OD", 0x07: "OU", 0x08: "OL",
		0x09: "XA", 0x0A: "XD", 0x0B: "ZA", 0x0D: "XU", 0x11: "ML", 0x12: "RA", 0x13: "SP",
	}[a.kind]
	if !named {
		kind = fmt.Sprintf("0x%02X", a.kind)
	}
	flags := letters(uint32(a.flags), []bitName{
		{0x01, "OI"}, {0x02, "CI"}, {0x04, "NP"}, {aceInheritOnly, "IO"}, {aceInherited, "ID"}, {0x40, "SA"}, {0x80, "FA"},
	})
	if formOf(a.kind) == opaqueForm {
		return fmt.Sprintf("(%s;%s;0x%X;;;)", kind, flags, a.data)
	}
	object, inheritedBy := "", ""
	if a.object != nil {
		object = a.object.String()
	}
	if a.inheritedBy != nil {
		inheritedBy = a.inheritedBy.String()
	}
	condition := ""
	if len(a.data) > 0 {
		condition = fmt.Sprintf(";0x%X", a.data)
	}
	return fmt.Sprintf("(%s;%s;%s;%s;%s;%s%s)", kind, flags, maskLetters(a.mask), object, inheritedBy, a.sid.alias(), condition)
}

func maskLetters(mask uint32) string {
	return letters(mask, []bitName{
		{genericAll, "GA"},
		{genericRead, "GR"},
		{genericWrite, "GW"},
		{genericExecute, "GX"},
		{0x00000001, "CC"},
		{0x00000002, "DC"},
		{0x00000004, "LC"},
		{0x00000008, "SW"},
		{maskReadProperty, "RP"},
		{0x00000020, "WP"},
		{0x00000040, "DT"},
		{0x00000080, "LO"},
		{maskControlAccess, "CR"},
		{0x00010000, "SD"},
		{0x00020000, "RC"},
		{0x00040000, "WD"},
		{0x00080000, "WO"},
	})
}

// letters joins the letters of the bits in word; a word with a bit that has none is printed as a number.
func letters(word uint32, names []bitName) string {
	var text strings.Builder
	left := word
	for _, n := range names {
		if word&n.bit != 0 {
			text.WriteString(n.name)
			left &^= n.bit
		}
	}
	if left != 0 {
		return fmt.Sprintf("0x%x", word)
	}
	return text.String()
}

// alias returns the two letters that stand for s in every domain, or s.
func (s SID) alias() string {
	alias, known := map[SID]string{
		Everyone: "WD", AuthenticatedUsers: "AU", "S-1-5-18": "SY", "S-1-5-32-544": "BA", "S-1-5-32-545": "BU", "S-1-3-0": "CO",
		"S-1-5-7": "AN", "S-1-5-9": "ED", "S-1-5-10": "PS", "S-1-5-32-554": "RU",
	}[s]
	if !known {
		return string(s)
	}
	return alias
}
