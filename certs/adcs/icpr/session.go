package icpr

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"

	"github.com/clouddp/sdk/certs/adcs/icpr/internal/pdu"
)

// maxAnswer bounds the answer to a call; a chain of certificates has some KiB.
const maxAnswer = 1 << 20

// provider is the initiator's side of a security context that signs and encrypts.
type provider interface {
	// kind is the number by which RPC knows it.
	kind() byte
	// first returns the token for the first message.
	first(ctx context.Context) ([]byte, error)
	// next takes the peer's token and returns the last one.
	next(ctx context.Context, token []byte) ([]byte, error)
	// confirms says that the peer answers the last token.
	confirms() bool
	// overhead is the length of a signature.
	overhead(ctx context.Context) int
	// seal encrypts stub where it stands and writes the signature of all three parts.
	seal(ctx context.Context, header, stub, trailer, signature []byte) error
	// open decrypts stub where it stands and verifies the signature.
	open(ctx context.Context, header, stub, trailer, signature []byte) error
}

// session is a connection bound to one interface. It is used by one goroutine.
//
// go-msrpc has such connections too, but decodes what arrives in goroutines of its own, where nothing can stop a panic,
// and its NTLM takes messages whose signature is wrong.
type session struct {
	conn     net.Conn
	security provider // nil for none
	transmit int      // the largest fragment that the peer takes
	calls    uint32   // the number of the last call; the binding is the first
	// sent says that a whole request has been handed to the connection: from then on the call may have been executed.
	sent bool
}

var (
	errRefused    = errors.New("the server does not serve the interface")
	errProtection = errors.New("the server does not protect every message by signature and encryption")
	errAnswer     = errors.New("malformed answer")
)

// faultError is an error of the RPC runtime.
type faultError struct {
	status uint32
	// idle promises that the call has done nothing. Nobody signs it: after a call it proves nothing.
	idle bool
}

// Error implements error.
func (e *faultError) Error() string { return fmt.Sprintf("RPC fault %#08x", e.status) }

const contextID = 1

func (s *session) auth(token []byte) *pdu.Auth {
	if s.security == nil {
		return nil
	}
	return &pdu.Auth{Type: s.security.kind(), Level: pdu.LevelPrivacy, Context: contextID, Token: token}
}

// bind selects the interface and establishes the security context.
func (s *session) bind(ctx context.Context, iface pdu.Syntax) error {
	var token []byte
	if s.security != nil {
		var err error
		if token, err = s.security.first(ctx); err != nil {
			return err
		}
	}
	s.calls++
	body := pdu.Binding{
		MaxTransmit: pdu.MaxFragment, MaxReceive: pdu.MaxFragment, Interface: iface, Encoding: pdu.NDR(),
	}.Marshal()
	answer, err := s.ask(pdu.Bind, body, token)
	if err != nil {
		return err
	}
	if err := s.accept(answer, pdu.BindAck); err != nil || s.security == nil {
		return err
	}
	return s.establish(ctx, answer, body)
}

// ask sends one message of the binding and reads its answer.
func (s *session) ask(t pdu.Type, body, token []byte) (pdu.Frame, error) {
	if err := s.send(t, body, token); err != nil {
		return nil, err
	}
	answer, err := pdu.Read(s.conn)
	if err != nil {
		return nil, err
	}
	if answer.CallID() != s.calls {
		return nil, fmt.Errorf("%w: to another question", errAnswer)
	}
	return answer, nil
}

// send sends one message of the binding. All of them have one number, as those of Windows have.
func (s *session) send(t pdu.Type, body, token []byte) error {
	flags := pdu.Whole
	if s.security != nil {
		flags |= pdu.SupportHeaderSign
	}
	if len(body)+len(token) > maxToken {
		return fmt.Errorf("a token of %d bytes: %w", len(token), ErrLimit)
	}
	_, err := s.conn.Write(pdu.New(t, flags, s.calls, body, s.auth(token)))
	return err
}

// maxToken bounds a message of the binding, whose length has 16 bits.
const maxToken = 0xff00

// accept checks the answer to a Bind or an AlterContext.
func (s *session) accept(answer pdu.Frame, want pdu.Type) error {
	switch answer.Type() {
	case want:
	case pdu.Fault:
		return faultOf(answer)
	case pdu.BindNak:
		return refusal(answer)
	default:
		return fmt.Errorf("%w: of kind %d", errAnswer, answer.Type())
	}
	accepted, err := pdu.ParseAccepted(answer.Body())
	switch {
	case err != nil:
		return err
	case accepted.Result != 0:
		return fmt.Errorf("%w: result %d, reason %d", errRefused, accepted.Result, accepted.Reason)
	case want != pdu.BindAck:
		return nil
	case accepted.MaxReceive < pdu.MinFragment:
		return fmt.Errorf("%w: fragments of %d bytes", errAnswer, accepted.MaxReceive)
	}
	s.transmit = min(int(accepted.MaxReceive), pdu.MaxFragment)
	return nil
}

// reasons of a BindNak, [MS-RPCE] section 2.2.2.5.
const (
	nakAuthenticationType = 8
	nakChecksum           = 9
)

func refusal(answer pdu.Frame) error {
	reason := uint16(0)
	if body := answer.Body(); len(body) >= 2 {
		reason = binary.LittleEndian.Uint16(body)
	}
	if reason == nakAuthenticationType || reason == nakChecksum {
		return &faultError{status: statusAccessDenied, idle: true}
	}
	return fmt.Errorf("%w: reason %d", errRefused, reason)
}

// establish completes the security context after the BindAck.
func (s *session) establish(ctx context.Context, answer pdu.Frame, body []byte) error {
	theirs := answer.Auth()
	if theirs == nil || theirs.Type != s.security.kind() || theirs.Level != pdu.LevelPrivacy ||
		!answer.Has(pdu.SupportHeaderSign) {
		return errProtection
	}
	token, err := s.security.next(ctx, theirs.Token)
	if err != nil {
		return err
	}
	if !s.security.confirms() {
		return s.send(pdu.Auth3, make([]byte, 4), token)
	}
	if answer, err = s.ask(pdu.AlterContext, body, token); err != nil {
		return err
	}
	return s.accept(answer, pdu.AlterContextResponse)
}

// call sends the stub of a request in as many fragments as it takes and returns the stub of the response.
func (s *session) call(ctx context.Context, operation uint16, stub []byte) ([]byte, error) {
	s.calls++
	// Header, padding, trailer and any signature fit in half of the smallest fragment.
	room := s.transmit - pdu.MinFragment/2
	head := pdu.Call{Size: uint32(len(stub)), Operation: operation} //nolint:gosec // a request is bounded
	for flags := pdu.FirstFragment; ; flags = 0 {
		part := stub[:min(room, len(stub))]
		stub = stub[len(part):]
		if len(stub) == 0 {
			flags |= pdu.LastFragment
		}
		frame, err := s.seal(ctx, flags, head.Marshal(part))
		if err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		s.sent = len(stub) == 0
		if _, err := s.conn.Write(frame); err != nil {
			return nil, err
		}
		if s.sent {
			return s.answer(ctx)
		}
	}
}

func (s *session) seal(ctx context.Context, flags pdu.Flags, body []byte) (pdu.Frame, error) {
	if s.security == nil {
		return pdu.New(pdu.Request, flags, s.calls, body, nil), nil
	}
	frame := pdu.New(pdu.Request, flags, s.calls, body, s.auth(make([]byte, s.security.overhead(ctx))))
	header, stub, trailer, signature := frame.Parts()
	return frame, s.security.seal(ctx, header, stub, trailer, signature)
}

// answer puts the fragments of a response together.
func (s *session) answer(ctx context.Context) ([]byte, error) {
	var stub []byte
	for {
		frame, err := pdu.Read(s.conn)
		switch {
		case err != nil:
			return nil, err
		case frame.CallID() != s.calls:
			return nil, fmt.Errorf("%w: to another question", errAnswer)
		case frame.Type() == pdu.Fault:
			return nil, faultOf(frame)
		case frame.Type() != pdu.Response || frame.Has(pdu.FirstFragment) != (stub == nil):
			return nil, fmt.Errorf("%w: of kind %d", errAnswer, frame.Type())
		}
		if err := s.open(ctx, frame); err != nil {
			return nil, err
		}
		stub = append(stub, frame.Body()[pdu.CallHeaderSize:]...)
		if len(stub) > maxAnswer {
			return nil, fmt.Errorf("an answer of more than %d bytes: %w", maxAnswer, ErrLimit)
		}
		if frame.Has(pdu.LastFragment) {
			return stub, nil
		}
		if stub == nil {
			return nil, fmt.Errorf("%w: an empty fragment", errAnswer)
		}
	}
}

func (s *session) open(ctx context.Context, frame pdu.Frame) error {
	if s.security == nil {
		return nil
	}
	theirs := frame.Auth()
	if theirs == nil || theirs.Type != s.security.kind() || theirs.Level != pdu.LevelPrivacy ||
		theirs.Context != contextID {
		return errProtection
	}
	header, stub, trailer, signature := frame.Parts()
	return s.security.open(ctx, header, stub, trailer, signature)
}

func faultOf(frame pdu.Frame) error {
	body := frame.Body()
	if len(body) < pdu.CallHeaderSize+4 {
		return fmt.Errorf("%w: a short fault", errAnswer)
	}
	status := binary.LittleEndian.Uint32(body[pdu.CallHeaderSize:])
	return &faultError{status: status, idle: frame.Has(pdu.DidNotExecute)}
}
