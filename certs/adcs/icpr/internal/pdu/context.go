package pdu

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Syntax names an interface or an encoding: a UUID as it stands on the wire, and a version.
type Syntax [20]byte

// NewSyntax returns a syntax from the fields of its UUID.
func NewSyntax(low uint32, mid, high uint16, rest [8]byte, major uint16) Syntax {
	var s Syntax
	binary.LittleEndian.PutUint32(s[:], low)
	binary.LittleEndian.PutUint16(s[4:], mid)
	binary.LittleEndian.PutUint16(s[6:], high)
	copy(s[8:], rest[:])
	binary.LittleEndian.PutUint16(s[16:], major)
	return s
}

// NDR is the encoding that everybody speaks, version 2.0.
func NDR() Syntax {
	return NewSyntax(0x8a885d04, 0x1ceb, 0x11c9, [8]byte{0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60}, 2)
}

// ICertPassage is the interface of [MS-ICPR] section 1.9, version 0.0.
//
// [MS-ICPR]: https://learn.microsoft.com/openspecs/windows_protocols/ms-icpr
func ICertPassage() Syntax {
	return NewSyntax(0x91ae6020, 0x9e3c, 0x11cf, [8]byte{0x8d, 0x7c, 0x00, 0xaa, 0x00, 0xc0, 0x91, 0xbe}, 0)
}

// EndpointMapper is the interface that knows on which port another one is served, C706 appendix O, version 3.0.
func EndpointMapper() Syntax {
	return NewSyntax(0xe1af8308, 0x5d1f, 0x11c9, [8]byte{0x91, 0xa4, 0x08, 0x00, 0x2b, 0x14, 0xa0, 0xfa}, 3)
}

// Binding is the body of a Bind or AlterContext that offers one interface, in one encoding.
type Binding struct {
	// MaxTransmit is the largest fragment that the sender sends.
	MaxTransmit uint16
	// MaxReceive is the largest fragment that it takes.
	MaxReceive uint16
	// Interface is what it wants to call.
	Interface Syntax
	// Encoding is that of the arguments.
	Encoding Syntax
}

const (
	bindingSize = 12 + 4 + 20 + 20
	resultSize  = 24
)

// Marshal returns the body.
func (b Binding) Marshal() []byte {
	body := binary.LittleEndian.AppendUint16(make([]byte, 0, bindingSize), b.MaxTransmit)
	body = binary.LittleEndian.AppendUint16(body, b.MaxReceive)
	body = append(body, 0, 0, 0, 0) // a new association group
	body = append(body, 1, 0, 0, 0) // one context
	body = append(body, 0, 0, 1, 0) // number 0, one encoding
	body = append(body, b.Interface[:]...)
	return append(body, b.Encoding[:]...)
}

// ParseBinding reads a body with exactly one context.
func ParseBinding(body []byte) (Binding, error) {
	if len(body) != bindingSize || body[8] != 1 || body[14] != 1 {
		return Binding{}, fmt.Errorf("%w: a binding of %d bytes", ErrMalformed, len(body))
	}
	return Binding{
		MaxTransmit: binary.LittleEndian.Uint16(body),
		MaxReceive:  binary.LittleEndian.Uint16(body[2:]),
		Interface:   Syntax(body[16:36]),
		Encoding:    Syntax(body[36:56]),
	}, nil
}

// Accepted is the body of a BindAck or AlterContextResponse for one context.
type Accepted struct {
	// MaxTransmit is the largest fragment that the sender sends.
	MaxTransmit uint16
	// MaxReceive is the largest fragment that it takes.
	MaxReceive uint16
	// Result is 0 if the context was accepted.
	Result uint16
	// Reason says why it was not.
	Reason uint16
}

// Marshal returns the body, in the encoding that [NDR] names.
func (a Accepted) Marshal() []byte {
	body := binary.LittleEndian.AppendUint16(nil, a.MaxTransmit)
	body = binary.LittleEndian.AppendUint16(body, a.MaxReceive)
	body = append(body, 1, 0, 0, 0) // association group
	body = append(body, 1, 0, 0, 0) // an empty second address: its length with the NUL, the NUL, padding
	body = append(body, 1, 0, 0, 0) // one result
	body = binary.LittleEndian.AppendUint16(body, a.Result)
	body = binary.LittleEndian.AppendUint16(body, a.Reason)
	ndr := NDR()
	if a.Result != 0 {
		ndr = Syntax{}
	}
	return append(body, ndr[:]...)
}

// ParseAccepted reads a body with exactly one result. A second address is passed over, as [MS-RPCE] wants it, and so is
// a trailer without a token, with which Samba ends a negotiation.
//
// [MS-RPCE]: https://learn.microsoft.com/openspecs/windows_protocols/ms-rpce
func ParseAccepted(body []byte) (Accepted, error) {
	results := len(body)
	if len(body) >= 10 {
		results = (10 + int(binary.LittleEndian.Uint16(body[8:])) + 3) &^ 3
	}
	end := results + 4 + resultSize
	if len(body) != end && len(body) != end+trailerSize || body[results] != 1 {
		return Accepted{}, fmt.Errorf("%w: an acknowledgement of %d bytes", ErrMalformed, len(body))
	}
	result := body[results+4 : end]
	a := Accepted{
		MaxTransmit: binary.LittleEndian.Uint16(body),
		MaxReceive:  binary.LittleEndian.Uint16(body[2:]),
		Result:      binary.LittleEndian.Uint16(result),
		Reason:      binary.LittleEndian.Uint16(result[2:]),
	}
	ndr := NDR()
	if a.Result == 0 && !bytes.Equal(result[4:], ndr[:]) {
		return Accepted{}, fmt.Errorf("%w: another encoding than was offered", ErrMalformed)
	}
	return a, nil
}

// Call is the head of the body of a Request.
type Call struct {
	// Size is a hint how long the stub is in all fragments.
	Size uint32
	// Operation is the number of the procedure.
	Operation uint16
}

// Marshal returns the body of a Request with stub.
func (c Call) Marshal(stub []byte) []byte {
	body := binary.LittleEndian.AppendUint32(nil, c.Size)
	body = binary.LittleEndian.AppendUint16(body, 0) // the one context
	body = binary.LittleEndian.AppendUint16(body, c.Operation)
	return append(body, stub...)
}
