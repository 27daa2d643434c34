package adcstest

import "encoding/binary"

// sdFlagsControl limits a request to parts of the security descriptor, [MS-ADTS] section 3.1.1.3.4.1.11.
//
// [MS-ADTS]: https://learn.microsoft.com/openspecs/windows_protocols/ms-adts
const sdFlagsControl = "1.2.840.113556.1.4.801"

// Parts of a security descriptor as the control counts them.
const (
	ownerPart = 1 << iota
	groupPart
	daclPart
	saclPart

	everyPart = ownerPart | groupPart | daclPart | saclPart
)

// slots are the places of the parts in the header of a self-relative descriptor, [MS-DTYP] section 2.4.6.
//
// [MS-DTYP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp
var slots = []struct{ part, offset int }{{ownerPart, 4}, {groupPart, 8}, {saclPart, 12}, {daclPart, 16}}

// Bits of the control word that belong to a part.
const (
	daclBits = 0x0004 | 0x0008 | 0x0100 | 0x0400 | 0x1000
	saclBits = 0x0010 | 0x0020 | 0x0200 | 0x0800 | 0x2000
)

// cut returns a part of a descriptor, empty if there is none.
func cut(descriptor []byte, offset int) []byte {
	if len(descriptor) < 20 {
		return nil
	}
	start := int(binary.LittleEndian.Uint32(descriptor[offset:]))
	if start < 20 || start+8 > len(descriptor) {
		return nil
	}
	size := 8 + 4*int(descriptor[start+1]) // of a security identifier
	if offset >= 12 {
		size = int(binary.LittleEndian.Uint16(descriptor[start+2:])) // of a list
	}
	return descriptor[start:min(start+size, len(descriptor))]
}

// combine returns a descriptor with the given parts of one and the other parts of another, which may be empty. One that
// has no other parts comes back byte for byte.
func combine(one []byte, parts int, another []byte) []byte {
	whole := true
	for _, s := range slots {
		if parts&s.part == 0 {
			whole = whole && len(cut(one, s.offset)) == 0 && len(cut(another, s.offset)) == 0
		}
	}
	if whole && len(one) > 0 {
		return one
	}
	data := make([]byte, 20)
	data[0] = 1
	word := uint16(0x8000) | bits(one, parts) | bits(another, everyPart&^parts)
	binary.LittleEndian.PutUint16(data[2:], word)
	for _, s := range slots {
		from := another
		if parts&s.part != 0 {
			from = one
		}
		if part := cut(from, s.offset); len(part) > 0 {
			binary.LittleEndian.PutUint32(data[s.offset:], uint32(len(data))) //nolint:gosec // lists have 16 bits
			data = append(data, part...)
		}
	}
	return data
}

// bits returns those of the control word of a descriptor that belong to parts.
func bits(descriptor []byte, parts int) uint16 {
	if len(descriptor) < 20 {
		return 0
	}
	var mask uint16
	if parts&daclPart != 0 {
		mask |= daclBits
	}
	if parts&saclPart != 0 {
		mask |= saclBits
	}
	return binary.LittleEndian.Uint16(descriptor[2:]) & mask
}

// isDescriptor reports whether value could be a self-relative descriptor.
func isDescriptor(value []byte) bool {
	return len(value) >= 20 && value[0] == 1 && binary.LittleEndian.Uint16(value[2:])&0x8000 != 0
}
