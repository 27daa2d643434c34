package template

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// guid is a GUID in the byte order of the wire.
type guid [16]byte

// The extended rights of a template, as published in the schema.
//
//nolint:gochecknoglobals // constants that Go cannot spell as such
var (
	enrollRight     = parseGUID("0e10c968-78fb-11d2-90d4-00c04f79dc55")
	autoEnrollRight = parseGUID("a05b8cc2-17bc-4802-a710-e7c15ab866a2")
)

func parseGUID(s string) (g guid) {
	plain, _ := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	copy(g[:], plain)
	slices.Reverse(g[0:4])
	slices.Reverse(g[4:6])
	slices.Reverse(g[6:8])
	return g
}

// String returns the usual form, in lower case.
func (g guid) String() string {
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x", binary.LittleEndian.Uint32(g[0:]), binary.LittleEndian.Uint16(g[4:]),
		binary.LittleEndian.Uint16(g[6:]), g[8:10], g[10:])
}

// Kinds of entries, [MS-DTYP] section 2.4.4.1.
const (
	aceAllowed       = 0x00
	aceDenied        = 0x01
	aceAllowedObject = 0x05
	aceDeniedObject  = 0x06

	aceDeniedCallback       = 0x0A // under a condition, which this package does not read
	aceDeniedCallbackObject = 0x0C

	aceInheritOnly = 0x08 // a flag: says nothing about the object itself
	aceInherited   = 0x10 // a flag: copied from the container
)

// aceForm tells how the bytes of an entry are laid out.
type aceForm int

const (
	opaqueForm aceForm = iota
	plainForm          // mask, SID, data of the application
	objectForm         // mask, which GUIDs there are, those GUIDs, SID, data of the application
)

func formOf(kind byte) aceForm {
	switch kind {
	case 0x00, 0x01, 0x02, 0x03, 0x09, 0x0A, 0x0D, 0x0E, 0x11, 0x12, 0x13:
		return plainForm
	case 0x05, 0x06, 0x07, 0x08, 0x0B, 0x0C, 0x0F, 0x10:
		return objectForm
	}
	return opaqueForm
}

// ace is an entry of an access control list.
type ace struct {
	kind, flags byte
	mask        uint32
	object      *guid // the extended right, property or class that it is about
	inheritedBy *guid // the class that it is handed down to
	sid         SID
	data        []byte // what the form does not tell
}

// parseACE reads an entry from its own bytes, the header included.
func parseACE(raw []byte) (a ace, problem string) {
	a = ace{kind: raw[0], flags: raw[1]}
	body := raw[4:]
	form := formOf(a.kind)
	if form == opaqueForm {
		a.data = slices.Clone(body)
		return a, ""
	}
	if len(body) < 4 {
		return a, "an entry is cut off"
	}
	a.mask, body = binary.LittleEndian.Uint32(body), body[4:]
	if form == objectForm {
		if body, problem = cutGUIDs(&a, body); problem != "" {
			return a, problem
		}
	}
	a.sid, body, problem = cutSID(body)
	a.data = slices.Clone(body)
	return a, problem
}

func cutGUIDs(a *ace, body []byte) (rest []byte, problem string) {
	if len(body) < 4 {
		return nil, "an entry is cut off"
	}
	present := binary.LittleEndian.Uint32(body)
	body = body[4:]
	if present&^3 != 0 {
		return nil, fmt.Sprintf("an entry has unknown object flags %#x", present)
	}
	for i, g := range []**guid{&a.object, &a.inheritedBy} {
		if present&(1<<i) == 0 {
			continue
		}
		if len(body) < 16 {
			return nil, "an entry is cut off"
		}
		*g, body = (*guid)(slices.Clone(body[:16])), body[16:]
	}
	return body, ""
}

func (a ace) append(data []byte) []byte {
	start := len(data)
	data = append(data, a.kind, a.flags, 0, 0)
	if form := formOf(a.kind); form != opaqueForm {
		data = binary.LittleEndian.AppendUint32(data, a.mask)
		if form == objectForm {
			data = a.appendGUIDs(data)
		}
		data = appendSID(data, a.sid)
	}
	data = append(data, a.data...)
	binary.LittleEndian.PutUint16(data[start+2:], uint16(len(data)-start)) //nolint:gosec // bounded by that of the list
	return data
}

func (a ace) appendGUIDs(data []byte) []byte {
	var present uint32
	var guids []byte
	for i, g := range []*guid{a.object, a.inheritedBy} {
		if g != nil {
			present |= 1 << i
			guids = append(guids, g[:]...)
		}
	}
	return append(binary.LittleEndian.AppendUint32(data, present), guids...)
}

// isPlain reports whether a says something about the template itself that this package understands. An entry that is not
// for children alone controls access whatever class it is handed down to.
func (a ace) isPlain() bool {
	switch a.kind {
	case aceAllowed, aceDenied, aceAllowedObject, aceDeniedObject:
		known := a.object == nil || *a.object == enrollRight || *a.object == autoEnrollRight
		return a.flags&aceInheritOnly == 0 && known
	}
	return false
}

func (a ace) isDenial() bool {
	switch a.kind {
	case aceDenied, aceDeniedObject, aceDeniedCallback, aceDeniedCallbackObject:
		return true
	}
	return false
}

func (a ace) isInherited() bool { return a.flags&aceInherited != 0 }

// acl is an access control list.
type acl struct {
	revision byte
	entries  []ace
}

// parseACL reads the list at the beginning of data, [MS-DTYP] section 2.4.5.
func parseACL(data []byte) (l *acl, problem string) {
	if len(data) < 8 {
		return nil, "is cut off"
	}
	size, count := int(binary.LittleEndian.Uint16(data[2:])), int(binary.LittleEndian.Uint16(data[4:]))
	if size < 8 || size > len(data) {
		return nil, fmt.Sprintf("says it has %d bytes of %d", size, len(data))
	}
	l = &acl{revision: data[0]}
	rest := data[8:size]
	for range count {
		if len(rest) < 4 {
			return nil, "an entry is cut off"
		}
		size := int(binary.LittleEndian.Uint16(rest[2:]))
		if size < 4 || size > len(rest) {
			return nil, fmt.Sprintf("an entry says it has %d bytes of %d", size, len(rest))
		}
		entry, problem := parseACE(rest[:size])
		if problem != "" {
			return nil, problem
		}
		l.entries = append(l.entries, entry)
		rest = rest[size:]
	}
	return l, ""
}

func (l *acl) append(data []byte) []byte {
	start := len(data)
	data = append(data, l.revision, 0, 0, 0, 0, 0, 0, 0)
	for _, entry := range l.entries {
		data = entry.append(data)
	}
	binary.LittleEndian.PutUint16(data[start+2:], uint16(len(data)-start)) //nolint:gosec // checked by size
	binary.LittleEndian.PutUint16(data[start+4:], uint16(len(l.entries)))  //nolint:gosec // fewer than bytes
	return data
}

const (
	aclRevision        = 2
	aclRevisionObjects = 4 // the list may hold entries about properties and extended rights
	maxACL             = 0xFFFF
)
