package template_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs/template"
)

const (
	domainAdmins     template.SID = "S-1-5-21-1004336348-1177238915-682003330-512"
	enterpriseAdmins template.SID = "S-1-5-21-1004336348-1177238915-682003330-519"

	administer = template.Read | template.Write | template.Enroll
)

// Pieces of descriptors, in hexadecimal.
const (
	domainHex      = "0105000000000005 15000000 dcf4dc3b 833d2b46 828ba628"
	adminsHex      = domainHex + "00020000"
	enterpriseHex  = domainHex + "07020000"
	groupHex       = domainHex + "50040000"
	authHex        = "0101000000000005 0b000000"
	everyoneHex    = "0101000000000001 00000000"
	classHex       = "a29c20e5ba3bd21190cc00c04fd91ab1" // pKICertificateTemplate
	enrollHex      = "68c9100efb78d21190d400c04f79dc55"
	autoEnrollHex  = "c28c5ba0bc170248a710e7c15ab866a2"
	someRightHex   = "00000000000000000000000000000042"
	readMask       = 0x20094
	fullMask       = 0xF00FF
	controlAccess  = 0x100
	daclPresent    = 0x8004
	daclProtected  = 0x1000
	daclInherits   = 0x0400
	inheritedEntry = 0x10
)

func unhex(t testing.TB, pieces ...string) []byte {
	t.Helper()
	data, err := hex.DecodeString(strings.ReplaceAll(strings.Join(pieces, ""), " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// entry returns an entry of an access control list; object is a GUID or empty.
func entry(t testing.TB, kind, flags byte, mask uint32, object, sid string) []byte {
	t.Helper()
	data := binary.LittleEndian.AppendUint32([]byte{kind, flags, 0, 0}, mask)
	if kind >= 5 && kind <= 8 {
		data = append(data, byte(min(len(object), 1)), 0, 0, 0)
	}
	data = append(data, unhex(t, object, sid)...)
	binary.LittleEndian.PutUint16(data[2:], uint16(len(data)))
	return data
}

// objectEntry returns an entry that is handed down to a class.
func objectEntry(t testing.TB, kind, flags byte, mask uint32, object, inheritedBy, sid string) []byte {
	t.Helper()
	present := byte(min(len(object), 1) | 2*min(len(inheritedBy), 1))
	data := binary.LittleEndian.AppendUint32([]byte{kind, flags, 0, 0}, mask)
	data = append(data, present, 0, 0, 0)
	data = append(data, unhex(t, object, inheritedBy, sid)...)
	binary.LittleEndian.PutUint16(data[2:], uint16(len(data)))
	return data
}

func list(entries ...[]byte) []byte {
	data := []byte{4, 0, 0, 0, byte(len(entries)), 0, 0, 0}
	data = append(data, bytes.Join(entries, nil)...)
	binary.LittleEndian.PutUint16(data[2:], uint16(len(data)))
	return data
}

// descriptor lays out DACL, owner and group as Windows does, or owner and group first as Samba does.
func descriptor(t testing.TB, samba bool, control uint16, dacl []byte) []byte {
	t.Helper()
	owner, primary := unhex(t, enterpriseHex), unhex(t, adminsHex)
	data := append(binary.LittleEndian.AppendUint16([]byte{1, 0}, control), make([]byte, 16)...)
	put := func(offset int, part []byte) {
		binary.LittleEndian.PutUint32(data[offset:], uint32(len(data)))
		data = append(data, part...)
	}
	if !samba {
		put(16, dacl)
	}
	put(4, owner)
	put(8, primary)
	if samba {
		put(16, dacl)
	}
	return data
}

// builtIn is the descriptor of a template that Windows made: administrators enroll and change, everybody reads.
func builtIn(t testing.TB, more ...[]byte) []byte {
	t.Helper()
	return descriptor(t, false, daclPresent|daclProtected|daclInherits, list(append([][]byte{
		entry(t, 5, 0, 0x130, enrollHex, adminsHex),
		entry(t, 5, 0, 0x130, enrollHex, enterpriseHex),
		entry(t, 0, 0, fullMask, "", adminsHex),
		entry(t, 0, 0, fullMask, "", enterpriseHex),
		entry(t, 0, 0, readMask, "", authHex),
	}, more...)...))
}

func parseDescriptor(t testing.TB, data []byte) template.SecurityDescriptor {
	t.Helper()
	d, err := template.ParseSecurityDescriptor(data)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestSecurityDescriptorOfABuiltInTemplate(t *testing.T) {
	d := parseDescriptor(t, builtIn(t))
	if !bytes.Equal(d.Encode(), builtIn(t)) {
		t.Errorf("Encode: %x", d.Encode())
	}
	want := "O:" + string(enterpriseAdmins) + "G:" + string(domainAdmins) + "D:PAI" +
		"(OA;;RPWPCR;0e10c968-78fb-11d2-90d4-00c04f79dc55;;" + string(domainAdmins) + ")" +
		"(OA;;RPWPCR;0e10c968-78fb-11d2-90d4-00c04f79dc55;;" + string(enterpriseAdmins) + ")" +
		"(A;;CCDCLCSWRPWPDTLOSDRCWDWO;;;" + string(domainAdmins) + ")" +
		"(A;;CCDCLCSWRPWPDTLOSDRCWDWO;;;" + string(enterpriseAdmins) + ")" +
		"(A;;LCRPLORC;;;AU)"
	if d.String() != want {
		t.Errorf("got  %s\nwant %s", d, want)
	}
	access := []template.Access{
		{SID: domainAdmins, Rights: administer},
		{SID: enterpriseAdmins, Rights: administer},
		{SID: template.AuthenticatedUsers, Rights: template.Read},
	}
	if !slices.Equal(d.Access(), access) || d.Owner() != enterpriseAdmins {
		t.Errorf("access %v, owner %s", d.Access(), d.Owner())
	}
}

func TestWithAccessChangesNothingElse(t *testing.T) {
	foreign := [][]byte{
		entry(t, 0, 8, fullMask|controlAccess, "", groupHex),           // for children alone
		entry(t, 5, 0, controlAccess, someRightHex, groupHex),          // another right
		entry(t, 2, 0xC0, fullMask, "", authHex),                       // an audit entry where none belongs
		{0x04, 0, 8, 0, 1, 2, 3, 4},                                    // no form is published
		entry(t, 6, inheritedEntry, controlAccess, enrollHex, authHex), // an inherited denial
	}
	for _, samba := range []bool{false, true} {
		entries := append([][]byte{
			entry(t, 1, 0, 0x10000, "", authHex), // nobody deletes
			entry(t, 0, 0, fullMask, "", adminsHex),
			entry(t, 0, 0, readMask, "", authHex),
		}, foreign...)
		before := descriptor(t, samba, daclPresent, list(entries...))
		d := parseDescriptor(t, before)
		same, err := d.WithAccess(d.Access())
		if err != nil || !bytes.Equal(same.Encode(), before) {
			t.Errorf("the same access: %v\ngot  %x\nwant %x", err, same.Encode(), before)
		}
		changed, err := d.WithAccess(template.CloudDP(group).Access)
		if err != nil {
			t.Fatal(err)
		}
		granted := [][]byte{entry(t, 0, 0, readMask, "", groupHex), entry(t, 5, 0, controlAccess, enrollHex, groupHex)}
		after := slices.Concat(entries[:len(entries)-1], granted, entries[len(entries)-1:])
		if want := descriptor(t, samba, daclPresent, list(after...)); !bytes.Equal(changed.Encode(), want) {
			t.Errorf("got  %s\n     %x\nwant %x", changed, changed.Encode(), want)
		}
		if !bytes.Equal(d.Encode(), before) {
			t.Error("the original changed")
		}
	}
}

func TestAccessFollowsTheEntries(t *testing.T) {
	const all = template.Read | template.Write | template.Enroll | template.AutoEnroll
	for name, test := range map[string]struct {
		entries [][]byte
		want    template.Rights
	}{
		"read":                     {[][]byte{entry(t, 0, 0, readMask, "", groupHex)}, template.Read},
		"read in two parts":        {[][]byte{entry(t, 0, 0, 0x20000, "", groupHex), entry(t, 0, 0, 0x94, "", groupHex)}, template.Read},
		"part of read":             {[][]byte{entry(t, 0, 0, 0x10, "", groupHex)}, 0},
		"generic read":             {[][]byte{entry(t, 0, 0, 0x80000000, "", groupHex)}, template.Read},
		"generic write":            {[][]byte{entry(t, 0, 0, 0x40000000, "", groupHex)}, template.Write},
		"generic all":              {[][]byte{entry(t, 0, 0, 0x10000000, "", groupHex)}, all},
		"full control":             {[][]byte{entry(t, 0, 0, 0xF01FF, "", groupHex)}, all},
		"change permissions":       {[][]byte{entry(t, 0, 0, 0x40000, "", groupHex)}, template.Write},
		"take ownership":           {[][]byte{entry(t, 0, 0, 0x80000, "", groupHex)}, template.Write},
		"enroll":                   {[][]byte{entry(t, 5, 0, controlAccess, enrollHex, groupHex)}, template.Enroll},
		"auto-enroll":              {[][]byte{entry(t, 5, 0, controlAccess, autoEnrollHex, groupHex)}, template.AutoEnroll},
		"control access":           {[][]byte{entry(t, 0, 0, controlAccess, "", groupHex)}, template.Enroll | template.AutoEnroll},
		"object entry, no object":  {[][]byte{entry(t, 5, 0, controlAccess, "", groupHex)}, template.Enroll | template.AutoEnroll},
		"another right":            {[][]byte{entry(t, 5, 0, controlAccess, someRightHex, groupHex)}, 0},
		"enroll without control":   {[][]byte{entry(t, 5, 0, 0x30, enrollHex, groupHex)}, 0},
		"for children":             {[][]byte{entry(t, 0, 8, 0xF01FF, "", groupHex)}, 0},
		"inherited":                {[][]byte{entry(t, 0, inheritedEntry, 0xF01FF, "", groupHex)}, all},
		"denied first":             {[][]byte{entry(t, 6, 0, controlAccess, enrollHex, groupHex), entry(t, 0, 0, 0xF01FF, "", groupHex)}, all &^ template.Enroll},
		"denied too late":          {[][]byte{entry(t, 0, 0, 0xF01FF, "", groupHex), entry(t, 1, 0, 0xF01FF, "", groupHex)}, all},
		"somebody else is refused": {[][]byte{entry(t, 1, 0, 0xF01FF, "", adminsHex), entry(t, 0, 0, readMask, "", groupHex)}, template.Read},
		"everybody is refused":     {[][]byte{entry(t, 1, 0, 0xF01FF, "", authHex), entry(t, 0, 0, readMask, "", groupHex)}, 0},
		"refused to everybody too late": {
			[][]byte{entry(t, 0, 0, readMask, "", groupHex), entry(t, 1, 0, 0xF01FF, "", everyoneHex)}, template.Read,
		},
		"inherited for a class":       {[][]byte{objectEntry(t, 5, 0x12, 0xF01FF, "", classHex, groupHex)}, all},
		"right inherited for a class": {[][]byte{objectEntry(t, 5, 0x12, controlAccess, enrollHex, classHex, groupHex)}, template.Enroll},
		"for children of a class":     {[][]byte{objectEntry(t, 5, 0x0A, 0xF01FF, "", classHex, groupHex)}, 0},
		"denied for a class": {
			[][]byte{objectEntry(t, 6, 0x12, controlAccess, enrollHex, classHex, groupHex), entry(t, 0, 0, 0xF01FF, "", groupHex)},
			all &^ template.Enroll,
		},
		"under a condition": {[][]byte{entry(t, 9, 0, 0xF01FF, "", groupHex)}, 0},
	} {
		d := parseDescriptor(t, descriptor(t, false, daclPresent, list(test.entries...)))
		if got := (template.Template{Access: d.Access()}).Granted(group); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// TestWithAccessTakesAway holds for every way to have a right.
func TestWithAccessTakesAway(t *testing.T) {
	for name, test := range map[string]struct {
		entries [][]byte
		access  []template.Access
		want    string
	}{
		"full control to administration": {
			[][]byte{entry(t, 0, 0, 0xF01FF, "", adminsHex)},
			[]template.Access{{SID: domainAdmins, Rights: template.Read | template.Write}},
			"D:(A;;CCDCLCSWRPWPDTLOSDRCWDWO;;;DA)",
		},
		"generic all to enrollment": {
			[][]byte{entry(t, 0, 0, 0x10000000, "", adminsHex)},
			[]template.Access{{SID: domainAdmins, Rights: template.Read | template.Enroll}},
			"D:(A;;LCRPLORC;;;DA)(OA;;CR;0e10c968-78fb-11d2-90d4-00c04f79dc55;;DA)",
		},
		"enroll": {
			[][]byte{entry(t, 5, 0, 0x130, enrollHex, adminsHex), entry(t, 0, 0, readMask, "", adminsHex)},
			[]template.Access{{SID: domainAdmins, Rights: template.Read}},
			"D:(A;;LCRPLORC;;;DA)",
		},
		"everything of one who is not listed": {
			[][]byte{entry(t, 0, 0, readMask|controlAccess, "", adminsHex), entry(t, 0, 0, readMask, "", authHex)},
			[]template.Access{{SID: template.AuthenticatedUsers, Rights: template.Read}},
			"D:(A;;LCRPLORC;;;AU)",
		},
		"nothing of an administrator who is not listed": {
			[][]byte{entry(t, 0, 0, 0xF01FF, "", adminsHex)},
			[]template.Access{{SID: template.AuthenticatedUsers, Rights: template.Read}},
			"D:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;DA)(A;;LCRPLORC;;;AU)",
		},
		"read from one who may write": {
			[][]byte{entry(t, 0, 0, fullMask, "", adminsHex)},
			[]template.Access{{SID: domainAdmins, Rights: template.Write}, {SID: template.AuthenticatedUsers, Rights: template.Write}},
			"D:(A;;CCDCSWWPDTSDWDWO;;;DA)(A;;CCDCSWWPDTSDWDWO;;;AU)",
		},
		"behind denials of any kind": {
			[][]byte{entry(t, 0, 0, readMask, "", adminsHex), entry(t, 0x0A, 0, 1, "", authHex), entry(t, 6, 0, 1, "", authHex)},
			[]template.Access{{SID: domainAdmins, Rights: template.Read | template.AutoEnroll}},
			"D:(A;;LCRPLORC;;;DA)(XD;;CC;;;AU)(OD;;CC;;;AU)(OA;;CR;a05b8cc2-17bc-4802-a710-e7c15ab866a2;;DA)",
		},
		"what was inherited": {
			[][]byte{entry(t, 0, inheritedEntry|2, 0xF01FF, "", adminsHex), entry(t, 1, inheritedEntry, 1, "", authHex)},
			[]template.Access{{SID: domainAdmins, Rights: template.Read | template.Write}},
			"D:P(A;CI;CCDCLCSWRPWPDTLOSDRCWDWO;;;DA)(D;;CC;;;AU)",
		},
		"what a class inherits": {
			[][]byte{objectEntry(t, 5, 0x12, 0xF01FF, "", classHex, adminsHex)},
			[]template.Access{{SID: domainAdmins, Rights: template.Read}},
			"D:P(OA;CI;LCRPLORC;;e5209ca2-3bba-11d2-90cc-00c04fd91ab1;DA)",
		},
		"what was inherited, behind the list's own": {
			[][]byte{
				entry(t, 1, 0, 0x10000, "", groupHex), entry(t, 0, 0, readMask, "", groupHex),
				entry(t, 6, inheritedEntry, controlAccess, enrollHex, groupHex), entry(t, 0, inheritedEntry, 0xF01FF, "", adminsHex),
			},
			[]template.Access{
				{SID: domainAdmins, Rights: template.Read | template.Write},
				{SID: group, Rights: template.Read},
				{SID: template.AuthenticatedUsers, Rights: template.Read},
			},
			"D:P(D;;SD;;;" + string(group) + ")(A;;LCRPLORC;;;" + string(group) + ")(A;;LCRPLORC;;;AU)" +
				"(OD;;CR;0e10c968-78fb-11d2-90d4-00c04f79dc55;;" + string(group) + ")(A;;CCDCLCSWRPWPDTLOSDRCWDWO;;;DA)",
		},
		"nothing of a list out of order": {
			[][]byte{entry(t, 0, 0, fullMask, "", adminsHex), entry(t, 1, 0, 0xC0020, "", adminsHex)},
			[]template.Access{{SID: template.AuthenticatedUsers, Rights: template.Read}},
			"D:(A;;CCDCLCSWRPWPDTLOSDRCWDWO;;;DA)(D;;WPWDWO;;;DA)(A;;LCRPLORC;;;AU)",
		},
		"behind an own denial that stands too late": {
			[][]byte{
				entry(t, 0, inheritedEntry, fullMask, "", adminsHex), entry(t, 1, 0, 0x10000, "", authHex),
				entry(t, 0, inheritedEntry, readMask, "", groupHex),
			},
			[]template.Access{{SID: template.AuthenticatedUsers, Rights: template.Read}, {SID: group, Rights: template.Read}},
			"D:(A;ID;CCDCLCSWRPWPDTLOSDRCWDWO;;;DA)(D;;SD;;;AU)(A;;LCRPLORC;;;AU)(A;ID;LCRPLORC;;;" + string(group) + ")",
		},
		"write of everybody": {
			[][]byte{entry(t, 0, 0, fullMask, "", authHex), entry(t, 0, 0, fullMask, "", adminsHex)},
			[]template.Access{{SID: group, Rights: template.Read}},
			"D:(A;;CCDCLCSWRPWPDTLOSDRCWDWO;;;DA)(A;;LCRPLORC;;;" + string(group) + ")",
		},
		"to keep what was inherited": {
			[][]byte{entry(t, 0, inheritedEntry, 0xF01FF, "", adminsHex)},
			[]template.Access{{SID: template.AuthenticatedUsers, Rights: template.AutoEnroll}},
			"D:(OA;;CR;a05b8cc2-17bc-4802-a710-e7c15ab866a2;;AU)(A;ID;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;DA)",
		},
	} {
		d := parseDescriptor(t, descriptor(t, false, daclPresent, list(test.entries...)))
		changed, err := d.WithAccess(test.access)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, dacl, _ := strings.Cut(strings.ReplaceAll(changed.String(), string(domainAdmins), "DA"), "G:DA")
		if dacl != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, dacl, test.want)
		}
		again := parseDescriptor(t, changed.Encode())
		if again.String() != changed.String() {
			t.Errorf("%s: reads back as %s", name, again)
		}
	}
}

func TestWithAccessYieldsToADenial(t *testing.T) {
	allowed := [][]byte{
		entry(t, 5, 0, controlAccess, enrollHex, groupHex), entry(t, 0, 0, readMask, "", groupHex), entry(t, 0, 0, readMask, "", authHex),
	}
	var d template.SecurityDescriptor
	for name, sid := range map[string]string{"the group": groupHex, "everybody who logs in": authHex, "everybody": everyoneHex} {
		denial := entry(t, 6, 0, controlAccess, enrollHex, sid)
		d = parseDescriptor(t, descriptor(t, false, daclPresent, list(denial)))
		if _, err := d.WithAccess(template.CloudDP(group).Access); !errors.Is(err, template.ErrConflict) {
			t.Errorf("denied to %s: got %v, want ErrConflict", name, err)
		}
		d = parseDescriptor(t, descriptor(t, false, daclPresent, list(append([][]byte{denial}, allowed...)...)))
		if _, err := d.WithAccess(template.CloudDP(group).Access); !errors.Is(err, template.ErrConflict) {
			t.Errorf("denied to %s and allowed to the group: got %v, want ErrConflict", name, err)
		}
	}
	if _, err := d.WithAccess([]template.Access{{SID: "Admins", Rights: template.Read}}); !errors.Is(err, template.ErrInvalid) {
		t.Errorf("a bad SID: got %v, want ErrInvalid", err)
	}
}

func TestZeroSecurityDescriptorTakesAccess(t *testing.T) {
	var zero template.SecurityDescriptor
	if zero.Access() != nil || zero.Owner() != "" || zero.String() != "" {
		t.Errorf("zero: %v %q %q", zero.Access(), zero.Owner(), zero)
	}
	parseDescriptor(t, zero.Encode())
	want := []template.Access{{SID: domainAdmins, Rights: administer}, {SID: group, Rights: template.Read | template.Enroll}}
	d, err := zero.WithAccess(want)
	if err != nil || !slices.Equal(d.Access(), want) {
		t.Fatalf("%v, %v", d.Access(), err)
	}
	if again := parseDescriptor(t, d.Encode()); again.String() != d.String() || !strings.HasPrefix(d.String(), "D:P(A;;CC") {
		t.Errorf("%s reads back as %s", d, again)
	}
}

func TestEverySIDHasABinaryForm(t *testing.T) {
	for _, sid := range []template.SID{
		template.Everyone, group, "S-1-0-0", "S-1-281474976710655-4294967295", "S-1-4294967296-1", "S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15",
	} {
		d, err := template.SecurityDescriptor{}.WithAccess([]template.Access{{SID: sid, Rights: template.Read}})
		if err != nil {
			t.Errorf("%s: %v", sid, err)
			continue
		}
		if got := parseDescriptor(t, d.Encode()).Access(); len(got) != 1 || got[0].SID != sid {
			t.Errorf("%s: read back as %v", sid, got)
		}
		if got, err := template.ParseSID(sid.Encode()); err != nil || got != sid {
			t.Errorf("%s: read back as %s, %v", sid, got, err)
		}
	}
	if got := template.SID("S-1").Encode(); got != nil {
		t.Errorf("what is no SID is encoded as %x", got)
	}
	for name, data := range map[string][]byte{
		"empty": nil, "cut off": group.Encode()[:27], "too long": append(group.Encode(), 0), "revision": {2, 1, 0, 0, 0, 0, 0, 5, 1, 0, 0, 0},
		"no number": {1, 0, 0, 0, 0, 0, 0, 5}, "too many numbers": append([]byte{1, 16, 0, 0, 0, 0, 0, 5}, make([]byte, 64)...),
	} {
		if got, err := template.ParseSID(data); !errors.Is(err, template.ErrInvalid) {
			t.Errorf("%s: got %s, %v, want ErrInvalid", name, got, err)
		}
	}
}

func TestANullListKeepsNobodyOut(t *testing.T) {
	data := unhex(t, "01000480", "00000000 00000000 00000000 00000000")
	d := parseDescriptor(t, data)
	if access := d.Access(); len(access) != 1 || access[0].SID != template.Everyone || access[0].Rights&template.Write == 0 {
		t.Errorf("access %v, want everybody to have everything", access)
	}
	narrow, err := d.WithAccess(template.CloudDP(group).Access)
	if err != nil || !slices.Equal(narrow.Access(), template.CloudDP(group).Access) {
		t.Errorf("narrowed to %v, %v", narrow.Access(), err)
	}
}

func TestDamagedSecurityDescriptorsAreRefused(t *testing.T) {
	good := builtIn(t)
	change := func(at int, value byte) []byte {
		data := bytes.Clone(good)
		data[at] = value
		return data
	}
	for name, data := range map[string][]byte{
		"empty":             nil,
		"header alone":      good[:19],
		"revision":          change(0, 2),
		"not self-relative": change(3, 0),
		"list not declared": change(2, 0),
		"owner in header":   change(4, 3),
		"owner outside":     change(6, 1),
		"owner cut off":     good[:len(good)-40],
		"group cut off":     good[:len(good)-1],
		"list too long":     change(23, 0x7f),
		"list too short":    change(22, 4),
		"entries missing":   change(24, 9),
		"entry too long":    change(31, 1),
		"entry too short":   change(30, 3),
		"object flags":      change(36, 4),
		"SID revision":      change(56, 3),
		"SID count":         change(57, 16),
		"too large":         make([]byte, 1<<20),
		"audit undeclared":  unhex(t, "01000080", "00000000 00000000 14000000 00000000", "0200080000000000"),
	} {
		if _, err := template.ParseSecurityDescriptor(data); !errors.Is(err, template.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", name, err)
		}
	}
}

// TestConditionsAreTold wants two entries that differ in their condition alone to be printed differently.
func TestConditionsAreTold(t *testing.T) {
	text := func(condition string) string {
		e := append(entry(t, 9, 0, controlAccess, "", groupHex), condition...)
		e[2] = byte(len(e))
		return parseDescriptor(t, descriptor(t, false, daclPresent, list(e))).String()
	}
	plain, one, other := text(""), text("artx\x01\x00\x00\x00"), text("artx\x02\x00\x00\x00")
	if plain == one || one == other {
		t.Errorf("the same: %s, %s and %s", plain, one, other)
	}
	if want := strings.TrimSuffix(plain, ")") + ";0x6172747801000000)"; one != want {
		t.Errorf("got %s, want %s", one, want)
	}
}

// TestWithAccessKeepsTheOwnerLimited holds for each way to limit the owner, who is Enterprise Admins.
func TestWithAccessKeepsTheOwnerLimited(t *testing.T) {
	readers := []template.Access{{SID: template.AuthenticatedUsers, Rights: template.Read}}
	read, enroll := entry(t, 0, 0, readMask, "", ownerHex), entry(t, 5, 0, controlAccess, enrollHex, ownerHex)
	const authRead = "(A;;LCRPLORC;;;AU)"
	for name, test := range map[string]struct {
		entries [][]byte
		access  []template.Access
		want    string
	}{
		"read and enroll":    {[][]byte{read, enroll}, readers, "D:(A;;RC;;;OW)" + authRead},
		"enroll alone":       {[][]byte{enroll}, readers, "D:(A;;RC;;;OW)" + authRead},
		"inherited":          {[][]byte{entry(t, 0, inheritedEntry, readMask, "", ownerHex)}, readers, "D:P" + authRead + "(A;;RC;;;OW)"},
		"a part that stays":  {[][]byte{read, entry(t, 0, 0, 0x10000, "", ownerHex)}, readers, "D:(A;;SD;;;OW)" + authRead},
		"a denial that does": {[][]byte{entry(t, 1, 0, 0xC0000, "", ownerHex), read}, readers, "D:(D;;WDWO;;;OW)" + authRead},
		"not for children":   {[][]byte{entry(t, 0, 8, readMask, "", ownerHex), enroll}, readers, "D:(A;IO;LCRPLORC;;;OW)(A;;RC;;;OW)" + authRead},
		"listed": {
			[][]byte{entry(t, 0, 0, fullMask, "", ownerHex), enroll},
			append(readers, template.Access{SID: "S-1-3-4", Rights: template.Read}),
			"D:(A;;LCRPLORC;;;OW)" + authRead,
		},
	} {
		d := parseDescriptor(t, descriptor(t, false, daclPresent, list(test.entries...)))
		changed, err := d.WithAccess(test.access)
		_, dacl, _ := strings.Cut(strings.ReplaceAll(changed.String(), "S-1-3-4", "OW"), "G:"+string(domainAdmins))
		if err != nil || dacl != test.want {
			t.Errorf("%s: %v\ngot  %s\nwant %s", name, err, dacl, test.want)
		}
		before, after := d.AccessFor(enterpriseAdmins), changed.AccessFor(enterpriseAdmins)
		if grown := after &^ (before | template.Read); grown != 0 {
			t.Errorf("%s: the owner gained %s: %s", name, grown, changed)
		}
		again, err := changed.WithAccess(test.access)
		if err != nil || again.String() != changed.String() {
			t.Errorf("%s: the same again makes %s, %v", name, again, err)
		}
	}
}

// checkNobodyGained wants each principal to have what it had or was granted, and no more.
func checkNobodyGained(t *testing.T, before, after template.SecurityDescriptor, granted []template.Access) {
	t.Helper()
	principals := []template.SID{before.Owner()}
	for _, a := range slices.Concat(before.Access(), after.Access()) {
		principals = append(principals, a.SID)
	}
	for _, sid := range principals {
		may := before.AccessFor(sid) | template.Template{Access: granted}.Granted(sid, template.Everyone, template.AuthenticatedUsers)
		if gained := after.AccessFor(sid) &^ may; gained != 0 {
			t.Errorf("%s gained %s:\nbefore %s\nafter  %s", sid, gained, before, after)
		}
	}
}

func FuzzSecurityDescriptor(f *testing.F) {
	f.Add(builtIn(f))
	f.Add(descriptor(f, true, daclPresent, list(entry(f, 0, inheritedEntry, 0xF01FF, "", adminsHex))))
	f.Add(descriptor(f, false, daclPresent, list(entry(f, 6, 0, controlAccess, enrollHex, groupHex), entry(f, 9, 0, 1, "", authHex))))
	f.Add(unhex(f, "01000480", "00000000 00000000 00000000 00000000"))
	f.Add(descriptor(f, false, daclPresent, list(entry(f, 0, 0, readMask, "", ownerHex), entry(f, 5, 0, controlAccess, enrollHex, ownerHex))))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := template.ParseSecurityDescriptor(data)
		if err != nil {
			if !errors.Is(err, template.ErrInvalid) {
				t.Errorf("%v is no ErrInvalid", err)
			}
			return
		}
		if !bytes.Equal(d.Encode(), data) {
			t.Error("the bytes changed")
		}
		for _, a := range d.Access() {
			if token := d.AccessFor(a.SID); token&a.Rights != a.Rights {
				t.Errorf("%s has %s, its token %s: %s", a.SID, a.Rights, token, d)
			}
		}
		wanted := template.CloudDP(group).Access
		changed, err := d.WithAccess(wanted)
		if err != nil {
			return
		}
		again, err := template.ParseSecurityDescriptor(changed.Encode())
		if err != nil || again.String() != changed.String() || !slices.Equal(again.Access(), changed.Access()) {
			t.Errorf("%s reads back as %s, %v", changed, again, err)
		}
		checkNobodyGained(t, d, again, wanted)
		for _, a := range again.Access() {
			want := template.Template{Access: wanted}.Granted(a.SID)
			mayKeep := want == 0 && a.Rights&template.Write != 0 && !a.SID.IsBroad()
			if extra := a.Rights &^ want; extra != 0 && !mayKeep {
				t.Errorf("%s has %s, want %s: %s", a.SID, a.Rights, want, again)
			}
		}
	})
}
