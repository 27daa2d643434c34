package template_test

import (
	"testing"

	"github.com/clouddp/sdk/certs/template"
)

func TestAccessForReadsTheEntriesInOrder(t *testing.T) {
	enroll := func(kind byte, sid string) []byte { return entry(t, kind, 0, controlAccess, enrollHex, sid) }
	read := entry(t, 0, 0, readMask, "", authHex)
	members := []template.SID{group, domainAdmins}
	for name, test := range map[string]struct {
		entries [][]byte
		token   []template.SID
		want    template.Rights
	}{
		"nobody":                        {[][]byte{read, enroll(5, groupHex)}, nil, template.Read},
		"a member":                      {[][]byte{read, enroll(5, groupHex)}, members, template.Read | template.Enroll},
		"an outsider":                   {[][]byte{read, enroll(5, groupHex)}, []template.SID{domainAdmins}, template.Read},
		"denied to another group first": {[][]byte{enroll(6, adminsHex), enroll(5, groupHex), read}, members, template.Read},
		"denied to another group later": {[][]byte{enroll(5, groupHex), enroll(6, adminsHex), read}, members, template.Read | template.Enroll},
		"denied to another's group":     {[][]byte{enroll(6, enterpriseHex), enroll(5, groupHex)}, members, template.Enroll},
		"denied to everybody first":     {[][]byte{enroll(6, everyoneHex), enroll(5, groupHex)}, members, 0},
		"everything denied, one by one": {[][]byte{entry(t, 1, 0, controlAccess, "", authHex), enroll(5, groupHex), read}, members, template.Read},
		"read in parts": {
			[][]byte{entry(t, 0, 0, 0x20000, "", groupHex), entry(t, 0, 0, 0x94, "", adminsHex)}, members, template.Read,
		},
		"for a class, and here":   {[][]byte{objectEntry(t, 5, 0x12, controlAccess, enrollHex, classHex, groupHex)}, members, template.Enroll},
		"for children alone":      {[][]byte{entry(t, 0, 8, 0xF01FF, "", groupHex)}, members, 0},
		"under a condition":       {[][]byte{entry(t, 9, 0, 0xF01FF, "", groupHex)}, members, 0},
		"the owner":               {[][]byte{read}, []template.SID{enterpriseAdmins}, template.Read | template.Write},
		"the owner, denied":       {[][]byte{entry(t, 1, 0, fullMask, "", everyoneHex)}, []template.SID{enterpriseAdmins}, template.Write},
		"the owner, limited":      {[][]byte{entry(t, 0, 0, readMask, "", ownerHex)}, []template.SID{enterpriseAdmins}, template.Read},
		"the owner of children":   {[][]byte{entry(t, 0, 8, readMask, "", ownerHex)}, []template.SID{enterpriseAdmins}, template.Write},
		"not the owner, limited":  {[][]byte{entry(t, 0, 0, fullMask, "", ownerHex)}, members, 0},
		"generic all but a right": {[][]byte{enroll(6, groupHex), entry(t, 0, 0, 0x10000000, "", adminsHex)}, members, template.Read | template.Write | template.AutoEnroll},
	} {
		d := parseDescriptor(t, descriptor(t, false, daclPresent, list(test.entries...)))
		if got := d.AccessFor(test.token...); got != test.want {
			t.Errorf("%s: %s, want %s in %s", name, got, test.want, d)
		}
	}
	for _, sid := range []template.SID{group, ""} {
		if got := (template.SecurityDescriptor{}).AccessFor(sid); got != 0 {
			t.Errorf("nothing is known, and yet %q has %s", sid, got)
		}
	}
	open := parseDescriptor(t, unhex(t, "01000480", "00000000 00000000 00000000 00000000"))
	if got := open.AccessFor(); got != administer|template.AutoEnroll {
		t.Errorf("a list that is null allows %s", got)
	}
}

// ownerHex is Owner Rights.
const ownerHex = "0101000000000003 04000000"
