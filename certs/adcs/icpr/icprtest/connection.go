package icprtest

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"net"

	"github.com/oiweiwei/go-msrpc/dcerpc"
	epm "github.com/oiweiwei/go-msrpc/msrpc/epm/epm/v3"
	icertpassage "github.com/oiweiwei/go-msrpc/msrpc/icpr/icertpassage/v0"
	"github.com/oiweiwei/go-msrpc/ndr"

	"github.com/clouddp/sdk/certs/adcs/icpr/internal/pdu"
)

// role is what a port serves.
type role int

const (
	roleMapper role = 1 << iota
	roleAuthority
)

// codes of a Fault, C706 appendix E and winerror.h.
const (
	faultAccessDenied  = 5
	faultBadStub       = 0x6f7
	faultUnavailable   = 0x6ba
	faultNoOperation   = 0x1c010002
	faultUnknownIface  = 0x1c010003
	faultProtocolError = 0x1c01000b
)

const (
	// fragment is small, so that chains come in several.
	fragment = 2048
	// maxCall bounds a request.
	maxCall = 256 << 10

	signatureSize = 16
)

// connection is one of a client, from its first message to its last.
type connection struct {
	server *Server
	role   role
	port   int

	bound    role // 0 until the Bind
	receive  int  // the largest fragment that the client takes
	security *acceptor
	login    *pdu.Auth // of the Bind, without its token; nil for none
	loggedIn bool

	call pdu.Frame // the first fragment of the call that is coming in
	stub []byte
}

// run serves until the client hangs up or does what no client does.
func (c *connection) run(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	for {
		frame, err := pdu.Read(conn)
		if err != nil {
			return
		}
		answers, goesOn := c.handle(frame, conn)
		for _, answer := range answers {
			if _, err := conn.Write(answer); err != nil {
				return
			}
		}
		if !goesOn {
			return
		}
	}
}

func (c *connection) handle(frame pdu.Frame, conn net.Conn) (answers []pdu.Frame, goesOn bool) {
	switch {
	case frame.Type() == pdu.Bind && c.bound == 0:
		return c.bind(frame)
	case frame.Type() == pdu.Auth3 && c.security != nil && !c.loggedIn:
		if auth := frame.Auth(); auth != nil && auth.Context == c.login.Context {
			c.loggedIn = c.security.verify(auth.Token, c.server.password)
		}
		return nil, true
	case frame.Type() == pdu.Request && c.bound != 0:
		return c.request(frame, conn)
	}
	return []pdu.Frame{fault(frame, faultProtocolError)}, false
}

// bind answers a Bind.
func (c *connection) bind(frame pdu.Frame) (answers []pdu.Frame, goesOn bool) {
	binding, err := pdu.ParseBinding(frame.Body())
	if err != nil || binding.MaxReceive < pdu.MinFragment {
		return []pdu.Frame{pdu.New(pdu.BindNak, pdu.Whole, frame.CallID(), []byte{0, 0, 0}, nil)}, false
	}
	accepted := pdu.Accepted{MaxTransmit: fragment, MaxReceive: fragment}
	c.bound, c.receive = c.serves(binding.Interface), min(int(binding.MaxReceive), fragment)
	switch {
	case c.bound == 0:
		accepted.Result, accepted.Reason = 2, 1 // rejected by the provider: abstract syntax not supported
	case binding.Encoding != pdu.NDR():
		c.bound, accepted.Result, accepted.Reason = 0, 2, 2 // proposed transfer syntaxes not supported
	}
	theirs := frame.Auth()
	if theirs == nil {
		return []pdu.Frame{pdu.New(pdu.BindAck, pdu.Whole, frame.CallID(), accepted.Marshal(), nil)}, true
	}
	return c.challenge(frame, theirs, accepted)
}

// challenge answers a Bind that wants to log in.
func (c *connection) challenge(
	frame pdu.Frame, theirs *pdu.Auth, accepted pdu.Accepted,
) (answers []pdu.Frame, goesOn bool) {
	security := new(acceptor)
	token, err := security.greet(theirs.Token)
	if theirs.Type != pdu.AuthNTLM || err != nil {
		const notRecognised = 8 // the type of authentication
		return []pdu.Frame{pdu.New(pdu.BindNak, pdu.Whole, frame.CallID(), []byte{notRecognised, 0, 0}, nil)}, false
	}
	c.security, c.login = security, &pdu.Auth{Type: theirs.Type, Level: theirs.Level, Context: theirs.Context}
	ours := *c.login
	ours.Token = token
	if c.server.take(FaultUnprotected) {
		ours.Level--
	}
	flags := pdu.Whole
	if frame.Has(pdu.SupportHeaderSign) { // nobody gets what nobody asked for
		flags |= pdu.SupportHeaderSign
	}
	ack := pdu.New(pdu.BindAck, flags, frame.CallID(), accepted.Marshal(), &ours)
	return []pdu.Frame{ack}, true
}

func (c *connection) serves(iface pdu.Syntax) role {
	switch iface {
	case pdu.EndpointMapper():
		return c.role & roleMapper
	case pdu.ICertPassage():
		return c.role & roleAuthority
	}
	return 0
}

// request takes in one fragment of a call and answers the last one.
func (c *connection) request(frame pdu.Frame, conn net.Conn) (answers []pdu.Frame, goesOn bool) {
	if frame.Has(pdu.FirstFragment) != (c.call == nil) || c.call != nil && c.call.CallID() != frame.CallID() {
		return []pdu.Frame{fault(frame, faultProtocolError)}, false
	}
	if !c.mayCall(frame) {
		return []pdu.Frame{fault(frame, faultAccessDenied)}, true
	}
	if c.security != nil {
		header, stub, trailer, signature := frame.Parts()
		if !c.security.in.open(header, stub, trailer, signature) {
			return nil, false
		}
	}
	if c.call == nil {
		c.call, c.stub = frame, nil
	}
	if c.stub = append(c.stub, frame.Body()[pdu.CallHeaderSize:]...); len(c.stub) > maxCall {
		return []pdu.Frame{fault(frame, faultProtocolError)}, false
	}
	if !frame.Has(pdu.LastFragment) {
		return nil, true
	}
	defer func() { c.call = nil }()
	return c.execute(conn)
}

// mayCall reports whether the interface takes a call with the protection that it has.
func (c *connection) mayCall(frame pdu.Frame) bool {
	theirs := frame.Auth()
	if c.login == nil {
		return theirs == nil && c.bound != roleAuthority
	}
	return c.loggedIn && theirs != nil && theirs.Level == pdu.LevelPrivacy && c.login.Level == pdu.LevelPrivacy &&
		theirs.Context == c.login.Context && theirs.Type == c.login.Type && len(theirs.Token) == signatureSize
}

// execute runs the call that has come in.
func (c *connection) execute(conn net.Conn) (answers []pdu.Frame, goesOn bool) {
	isEnrollment := c.bound == roleAuthority
	if isEnrollment && c.server.countCall() {
		return nil, false
	}
	reply, status := c.dispatch()
	switch {
	case isEnrollment && (c.server.take(FaultLostAnswer) || status == hungUp):
		return nil, false
	case isEnrollment && c.server.take(FaultStall):
		return nil, awaitEnd(conn, math.MaxInt64) == nil
	case isEnrollment && c.server.wait(conn) != nil:
		return nil, false
	case status != 0:
		return []pdu.Frame{fault(c.call, status)}, true
	}
	answers = c.seal(reply)
	if isEnrollment && c.server.take(FaultForged) {
		_, stub, _, _ := answers[0].Parts()
		stub[0] ^= 1
	}
	return answers, true
}

// hungUp is no code of a Fault: the authority lost its answer.
const hungUp = math.MaxUint32

// dispatch hands the call to the stub of the interface.
func (c *connection) dispatch() (reply []byte, status uint32) {
	defer func() {
		if recover() != nil { // the stub does not check all that it parses
			reply, status = nil, faultBadStub
		}
	}()
	ctx := context.Background()
	body := c.call.Body()
	if binary.LittleEndian.Uint16(body[4:]) != 0 {
		return nil, faultUnknownIface
	}
	operation := int(binary.LittleEndian.Uint16(body[6:]))
	r := ndr.NDR20(c.stub)
	var result dcerpc.Operation
	var err error
	face := &authority{server: c.server}
	if c.bound == roleMapper {
		result, err = epm.EpmServerHandle(ctx, &mapper{port: c.port}, operation, r)
	} else {
		result, err = icertpassage.CertPassageServerHandle(ctx, face, operation, r)
	}
	w := ndr.NDR20(nil)
	switch {
	case err == nil && result == nil, errors.Is(err, dcerpc.ErrNotImplemented):
		return nil, faultNoOperation
	case face.status != 0:
		return nil, face.status
	case err != nil, !r.EOF():
		return nil, faultBadStub
	case result.MarshalNDRResponse(ctx, w) != nil:
		return nil, faultBadStub
	}
	return w.Bytes(), 0
}

// seal returns a response in fragments.
func (c *connection) seal(reply []byte) []pdu.Frame {
	var frames []pdu.Frame
	size := len(reply)
	room := c.receive - pdu.MinFragment/2
	for flags := pdu.FirstFragment; ; flags = 0 {
		part := reply[:min(room, len(reply))]
		reply = reply[len(part):]
		if len(reply) == 0 {
			flags |= pdu.LastFragment
		}
		body := binary.LittleEndian.AppendUint32(nil, uint32(size)) //nolint:gosec // a chain
		body = append(append(body, 0, 0, 0, 0), part...)
		frames = append(frames, c.protect(flags, body))
		if flags&pdu.LastFragment != 0 {
			return frames
		}
	}
}

func (c *connection) protect(flags pdu.Flags, body []byte) pdu.Frame {
	if c.login == nil {
		return pdu.New(pdu.Response, flags, c.call.CallID(), body, nil)
	}
	ours := *c.login
	ours.Token = make([]byte, signatureSize)
	frame := pdu.New(pdu.Response, flags, c.call.CallID(), body, &ours)
	header, stub, trailer, signature := frame.Parts()
	copy(signature, c.security.out.seal(header, stub, trailer))
	return frame
}

// fault answers a message with an error; whatever it asked for has not been done.
func fault(frame pdu.Frame, status uint32) pdu.Frame {
	body := make([]byte, pdu.CallHeaderSize, pdu.CallHeaderSize+8)
	body = binary.LittleEndian.AppendUint32(body, status)
	return pdu.New(pdu.Fault, pdu.Whole|pdu.DidNotExecute, frame.CallID(), append(body, 0, 0, 0, 0), nil)
}
