package template

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/clouddp/sdk/internal/errs"
)

const (
	descriptorHeader = 20
	maxDescriptor    = 4 * math.MaxUint16 // two lists and two identifiers at most
)

// Bits of the control word, [MS-DTYP] section 2.4.6.
const (
	controlDACLPresent   = 0x0004
	controlSACLPresent   = 0x0010
	controlDACLProtected = 0x1000
	controlSelfRelative  = 0x8000
)

// SecurityDescriptor says who owns an object of a directory and who may do what with it (nTSecurityDescriptor). Make
// one of its binary form with [ParseSecurityDescriptor]. The zero value has no owner and no lists, as a driver gives it
// to a server for a new object after [SecurityDescriptor.WithAccess]. It is immutable.
type SecurityDescriptor struct {
	raw        []byte // as parsed or made; empty in the zero value
	resource   byte   // control of a resource manager
	control    uint16
	owner      SID
	group      SID
	sacl, dacl *acl
	order      []int // of the parts, by their number in the header
}

// ParseSecurityDescriptor reads the self-relative form of [MS-DTYP] section 2.4.6. Anything else is an [*InvalidError].
//
// [MS-DTYP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp
func ParseSecurityDescriptor(data []byte) (SecurityDescriptor, error) {
	d, problem := parseDescriptor(data)
	if problem != "" {
		return SecurityDescriptor{}, errs.Invalid("template: security descriptor", "data", "%s", problem)
	}
	return d, nil
}

func parseDescriptor(data []byte) (d SecurityDescriptor, problem string) {
	if len(data) < descriptorHeader || len(data) > maxDescriptor {
		return d, fmt.Sprintf("%d bytes are no security descriptor", len(data))
	}
	d = SecurityDescriptor{raw: slices.Clone(data), resource: data[1], control: binary.LittleEndian.Uint16(data[2:])}
	if data[0] != 1 || d.control&controlSelfRelative == 0 {
		return d, fmt.Sprintf("revision %d with control word %#x is not self-relative", data[0], d.control)
	}
	offsets := map[int]uint32{}
	for part := range partNames {
		offset := binary.LittleEndian.Uint32(data[4+4*part:])
		if offset == 0 {
			continue
		}
		if offset < descriptorHeader || uint64(offset) >= uint64(len(data)) {
			return d, fmt.Sprintf("%s: lies outside", partNames[part])
		}
		if problem := parsePart(&d, part, data[offset:]); problem != "" {
			return d, fmt.Sprintf("%s: %s", partNames[part], problem)
		}
		offsets[part] = offset
		d.order = append(d.order, part)
	}
	if d.sacl != nil && d.control&controlSACLPresent == 0 || d.dacl != nil && d.control&controlDACLPresent == 0 {
		return d, fmt.Sprintf("control word %#x denies the lists that are there", d.control)
	}
	slices.SortStableFunc(d.order, func(a, b int) int { return int(offsets[a]) - int(offsets[b]) })
	return d, ""
}

// Parts in the order of their offsets in the header.
const (
	ownerPart = iota
	groupPart
	saclPart
	daclPart
)

var partNames = [...]string{ownerPart: "owner", groupPart: "group", saclPart: "SACL", daclPart: "DACL"}

func parsePart(d *SecurityDescriptor, part int, data []byte) (problem string) {
	switch part {
	case ownerPart:
		d.owner, _, problem = cutSID(data)
	case groupPart:
		d.group, _, problem = cutSID(data)
	case saclPart:
		d.sacl, problem = parseACL(data)
	case daclPart:
		d.dacl, problem = parseACL(data)
	}
	return problem
}

// Encode returns the self-relative form: of one that was parsed, the very bytes.
func (d SecurityDescriptor) Encode() []byte {
	if len(d.raw) == 0 {
		return d.build()
	}
	return bytes.Clone(d.raw)
}

// build lays the parts out in the order in which they were found; new ones at the end.
func (d SecurityDescriptor) build() []byte {
	data := []byte{1, d.resource}
	data = binary.LittleEndian.AppendUint16(data, d.control|controlSelfRelative)
	data = append(data, make([]byte, descriptorHeader-len(data))...)
	order := slices.Clone(d.order)
	for _, part := range []int{saclPart, daclPart, ownerPart, groupPart} {
		if !slices.Contains(order, part) {
			order = append(order, part)
		}
	}
	for _, part := range order {
		start := len(data)
		switch {
		case part == ownerPart && d.owner != "":
			data = appendSID(data, d.owner)
		case part == groupPart && d.group != "":
			data = appendSID(data, d.group)
		case part == saclPart && d.sacl != nil:
			data = d.sacl.append(data)
		case part == daclPart && d.dacl != nil:
			data = d.dacl.append(data)
		default:
			continue
		}
		binary.LittleEndian.PutUint32(data[4+4*part:], uint32(start)) //nolint:gosec // bounded by that of the parts
	}
	return data
}

// Owner returns who owns the object and may always change who may do what; empty if that was not read.
func (d SecurityDescriptor) Owner() SID { return d.owner }
