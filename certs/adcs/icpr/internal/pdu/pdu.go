// Package pdu frames the messages of connection-oriented DCE/RPC: C706 chapter 12 and [MS-RPCE] section 2.2.2.
//
// [MS-RPCE]: https://learn.microsoft.com/openspecs/windows_protocols/ms-rpce
package pdu

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Type is the kind of a message.
type Type byte

const (
	// Request is a fragment of a call.
	Request Type = 0
	// Response is a fragment of its result.
	Response Type = 2
	// Fault says that a call failed in the RPC runtime.
	Fault Type = 3
	// Bind selects an interface and begins a login.
	Bind Type = 11
	// BindAck accepts a Bind.
	BindAck Type = 12
	// BindNak refuses a Bind.
	BindNak Type = 13
	// AlterContext goes on with a login, and wants an answer.
	AlterContext Type = 14
	// AlterContextResponse is that answer.
	AlterContextResponse Type = 15
	// Auth3 is the last message of a login that has no answer.
	Auth3 Type = 16
)

// Flags of a message.
type Flags byte

const (
	// FirstFragment begins a call or its result.
	FirstFragment Flags = 1 << 0
	// LastFragment ends it.
	LastFragment Flags = 1 << 1
	// SupportHeaderSign in a Bind and its answer offers that signatures cover headers too.
	SupportHeaderSign Flags = 1 << 2
	// DidNotExecute in a Fault promises that the call has done nothing.
	DidNotExecute Flags = 1 << 5

	// Whole marks a message of one fragment.
	Whole = FirstFragment | LastFragment
)

// The authentication of a message.
const (
	// AuthNTLM is RPC_C_AUTHN_WINNT.
	AuthNTLM byte = 10
	// AuthKerberos is RPC_C_AUTHN_GSS_KERBEROS.
	AuthKerberos byte = 16

	// LevelPrivacy is RPC_C_AUTHN_LEVEL_PKT_PRIVACY: every message is signed and encrypted.
	LevelPrivacy byte = 6
)

const (
	// MaxFragment is the largest fragment sent and received, the default of Windows.
	MaxFragment = 5840
	// MinFragment is what every peer must be able to receive.
	MinFragment = 1432

	headerSize  = 16
	trailerSize = 8
	// CallHeaderSize is how much of the body of a Request or a Response is not the encrypted stub.
	CallHeaderSize = 8
	// stubAlignment is the block that the stub is padded to for encryption.
	stubAlignment = 16
)

// Auth is the authentication trailer of a message.
type Auth struct {
	// Type is the kind of login: AuthNTLM or AuthKerberos.
	Type byte
	// Level is what the login protects: LevelPrivacy.
	Level byte
	// Context names the security context within the connection.
	Context uint32
	// Token is a token of the negotiation, or a signature.
	Token []byte
}

// Frame is one message, or one fragment of one, as it stands on the wire. Make one with [New] or [Read].
type Frame []byte

// ErrMalformed says that a message is none of this protocol.
var ErrMalformed = errors.New("malformed message")

// New returns a message. The stub of a Request or Response is padded for encryption; a nil auth means none.
func New(t Type, flags Flags, callID uint32, body []byte, auth *Auth) Frame {
	frame := make(Frame, headerSize, headerSize+len(body)+stubAlignment+trailerSize)
	frame = append(frame, body...)
	if auth != nil {
		pad := padding(t, len(body))
		frame = append(frame, make([]byte, pad)...)
		frame = append(frame, auth.Type, auth.Level, byte(pad), 0) //nolint:gosec // less than a block
		frame = binary.LittleEndian.AppendUint32(frame, auth.Context)
		frame = append(frame, auth.Token...)
		binary.LittleEndian.PutUint16(frame[10:], uint16(len(auth.Token))) //nolint:gosec // tokens are short
	}
	frame[0], frame[2], frame[3], frame[4] = 5, byte(t), byte(flags), 0x10 // version 5.0, little-endian
	binary.LittleEndian.PutUint16(frame[8:], uint16(len(frame)))           //nolint:gosec // at most MaxFragment
	binary.LittleEndian.PutUint32(frame[12:], callID)
	return frame
}

func padding(t Type, body int) int {
	if t == Request || t == Response {
		return -(body - CallHeaderSize) & (stubAlignment - 1)
	}
	return -body & 3
}

// Read reads one message of at most MaxFragment bytes.
func Read(r io.Reader) (Frame, error) {
	frame := make(Frame, headerSize, MaxFragment)
	if _, err := io.ReadFull(r, frame); err != nil {
		return nil, err
	}
	size := int(binary.LittleEndian.Uint16(frame[8:]))
	switch {
	case frame[0] != 5 || frame[1] > 1 || frame[4]&0xf0 != 0x10:
		return nil, fmt.Errorf("%w: version %d.%d, data representation %#x", ErrMalformed, frame[0], frame[1], frame[4])
	case size < headerSize || size > MaxFragment:
		return nil, fmt.Errorf("%w: %d bytes", ErrMalformed, size)
	}
	frame = frame[:size]
	if _, err := io.ReadFull(r, frame[headerSize:]); err != nil {
		return nil, fmt.Errorf("%w after the header: %w", io.ErrUnexpectedEOF, err)
	}
	if at := frame.trailerAt(); at < headerSize || frame.padding() > at-headerSize {
		return nil, fmt.Errorf("%w: authentication of %d bytes", ErrMalformed, frame.authLength())
	}
	if frame.isCall() && len(frame.Body()) < CallHeaderSize {
		return nil, fmt.Errorf("%w: no call header", ErrMalformed)
	}
	return frame, nil
}

// Type returns the kind of the message.
func (f Frame) Type() Type { return Type(f[2]) }

// Has reports whether every one of flags is set.
func (f Frame) Has(flags Flags) bool { return Flags(f[3])&flags == flags }

// CallID returns the number that joins an answer to its question.
func (f Frame) CallID() uint32 { return binary.LittleEndian.Uint32(f[12:]) }

// Body returns what stands between the header and the padding.
func (f Frame) Body() []byte {
	return f[headerSize : f.trailerAt()-f.padding()]
}

// Auth returns the authentication trailer, or nil.
func (f Frame) Auth() *Auth {
	at := f.trailerAt()
	if at == len(f) {
		return nil
	}
	return &Auth{Type: f[at], Level: f[at+1], Context: binary.LittleEndian.Uint32(f[at+4:]), Token: f[at+trailerSize:]}
}

// Parts returns what the signature of an authenticated Request or Response covers, and the room for it. The stub is
// what is encrypted, padding included.
func (f Frame) Parts() (header, stub, trailer, signature []byte) {
	at := f.trailerAt()
	begin := headerSize + CallHeaderSize
	return f[:begin], f[begin:at], f[at : at+trailerSize], f[at+trailerSize:]
}

func (f Frame) isCall() bool {
	return f.Type() == Request || f.Type() == Response || f.Type() == Fault
}

func (f Frame) authLength() int { return int(binary.LittleEndian.Uint16(f[10:])) }

// padding returns how many bytes stand before the trailer for its sake.
func (f Frame) padding() int {
	if trailer := f[f.trailerAt():]; len(trailer) >= trailerSize {
		return int(trailer[2])
	}
	return 0
}

// trailerAt returns where the authentication trailer begins: at the end if there is none.
func (f Frame) trailerAt() int {
	if length := f.authLength(); length > 0 {
		return len(f) - length - trailerSize
	}
	return len(f)
}
