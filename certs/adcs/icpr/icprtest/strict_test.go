package icprtest_test

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wcce"
	icertpassage "github.com/oiweiwei/go-msrpc/msrpc/icpr/icertpassage/v0"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/icpr/icprtest"
	"github.com/clouddp/sdk/certs/adcs/icpr/internal/pdu"
	"github.com/clouddp/sdk/certs/certstest"
)

const authority = "Contoso Issuing CA"

// ntlmNegotiate is the first token of a client that offers everything that is asked for.
const ntlmNegotiate = "4e544c4d53535000" + "01000000" + "358288e0" + "0000000000000000" + "0000000000000000"

func newServer(t testing.TB) *icprtest.Server {
	t.Helper()
	server := icprtest.NewServer(certstest.NewCA(authority))
	server.AddAccount("SITESERVER$", "correct horse")
	return server
}

func dial(t testing.TB, server *icprtest.Server, port string) net.Conn {
	t.Helper()
	conn, err := server.Dial(t.Context(), "tcp", "ca1.contoso.com:"+port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func ask(t testing.TB, conn net.Conn, frame pdu.Frame) (pdu.Frame, error) {
	t.Helper()
	if _, err := conn.Write(frame); err != nil {
		t.Fatal(err)
	}
	return pdu.Read(conn)
}

func bind(iface, encoding pdu.Syntax) []byte {
	return pdu.Binding{MaxTransmit: 5840, MaxReceive: 5840, Interface: iface, Encoding: encoding}.Marshal()
}

func status(f pdu.Frame) uint32 {
	if f == nil || f.Type() != pdu.Fault {
		return 0
	}
	return binary.LittleEndian.Uint32(f.Body()[pdu.CallHeaderSize:])
}

// An authority that enforces encryption, as they do by default, takes no call with less protection.
func TestLessThanPrivacyIsRefused(t *testing.T) {
	token, err := hex.DecodeString(ntlmNegotiate)
	if err != nil {
		t.Fatal(err)
	}
	const port, accessDenied = "49152", 5
	for name, auth := range map[string]*pdu.Auth{
		"nothing":      nil,
		"connect":      {Type: pdu.AuthNTLM, Level: 2, Context: 1, Token: token},
		"integrity":    {Type: pdu.AuthNTLM, Level: 5, Context: 1, Token: token},
		"no last step": {Type: pdu.AuthNTLM, Level: pdu.LevelPrivacy, Context: 1, Token: token},
	} {
		server := newServer(t)
		conn := dial(t, server, port)
		offer := pdu.New(pdu.Bind, pdu.Whole|pdu.SupportHeaderSign, 1, bind(pdu.ICertPassage(), pdu.NDR()), auth)
		ack, err := ask(t, conn, offer)
		if err != nil || ack.Type() != pdu.BindAck || (ack.Auth() == nil) != (auth == nil) {
			t.Fatalf("%s: got %x, %v", name, []byte(ack), err)
		}
		if auth != nil {
			signed := *auth
			signed.Token = make([]byte, 16)
			auth = &signed
		}
		answer, err := ask(t, conn, pdu.New(pdu.Request, pdu.Whole, 2, pdu.Call{}.Marshal(make([]byte, 64)), auth))
		if err != nil || status(answer) != accessDenied || !answer.Has(pdu.DidNotExecute) || server.Calls() != 0 {
			t.Errorf("%s: got %x, %v, %d calls", name, []byte(answer), err, server.Calls())
		}
	}
}

func TestBindings(t *testing.T) {
	other := pdu.NewSyntax(1, 2, 3, [8]byte{}, 4)
	for name, test := range map[string]struct {
		port           string
		body           []byte
		result, reason uint16
	}{
		"the mapper":                      {"135", bind(pdu.EndpointMapper(), pdu.NDR()), 0, 0},
		"the authority":                   {"49152", bind(pdu.ICertPassage(), pdu.NDR()), 0, 0},
		"the authority, where the mapper": {"135", bind(pdu.ICertPassage(), pdu.NDR()), 2, 1},
		"the mapper, where the authority": {"49152", bind(pdu.EndpointMapper(), pdu.NDR()), 2, 1},
		"another interface":               {"49152", bind(other, pdu.NDR()), 2, 1},
		"another encoding":                {"49152", bind(pdu.ICertPassage(), other), 2, 2},
	} {
		answer, err := ask(t, dial(t, newServer(t), test.port), pdu.New(pdu.Bind, pdu.Whole, 1, test.body, nil))
		if err != nil || answer.Type() != pdu.BindAck {
			t.Fatalf("%s: got %x, %v", name, []byte(answer), err)
		}
		if got, err := pdu.ParseAccepted(answer.Body()); err != nil || got.Result != test.result || got.Reason != test.reason {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

func TestWhatNoClientSends(t *testing.T) {
	bound := pdu.New(pdu.Bind, pdu.Whole, 1, bind(pdu.EndpointMapper(), pdu.NDR()), nil)
	idle := pdu.New(pdu.Request, pdu.Whole, 2, pdu.Call{Operation: 4}.Marshal(make([]byte, 20)), nil)
	netlogon := &pdu.Auth{Type: 68, Level: pdu.LevelPrivacy, Token: []byte("x")}
	call := func(flags pdu.Flags, operation uint16) pdu.Frame {
		return pdu.New(pdu.Request, flags, 2, pdu.Call{Operation: operation}.Marshal(nil), nil)
	}
	const protocolError, noOperation, badStub = 0x1c01000b, 0x1c010002, 0x6f7
	for name, test := range map[string]struct {
		frames []pdu.Frame
		want   uint32 // 0 means a BindNak
	}{
		"a call first":         {[]pdu.Frame{call(pdu.Whole, 3)}, protocolError},
		"two bindings":         {[]pdu.Frame{bound, bound}, protocolError},
		"the middle of a call": {[]pdu.Frame{bound, call(0, 3)}, protocolError},
		"a login by nobody":    {[]pdu.Frame{bound, pdu.New(pdu.Auth3, pdu.Whole, 2, make([]byte, 4), nil)}, protocolError},
		"no such operation":    {[]pdu.Frame{bound, call(pdu.Whole, 99)}, noOperation},
		"an idle operation":    {[]pdu.Frame{bound, idle}, noOperation},
		"no arguments":         {[]pdu.Frame{bound, call(pdu.Whole, 3)}, badStub},
		"half a binding":       {[]pdu.Frame{pdu.New(pdu.Bind, pdu.Whole, 1, bound.Body()[:20], nil)}, 0},
		"another login":        {[]pdu.Frame{pdu.New(pdu.Bind, pdu.Whole, 1, bound.Body(), netlogon)}, 0},
	} {
		conn := dial(t, newServer(t), "135")
		var answer pdu.Frame
		for _, frame := range test.frames {
			var err error
			if answer, err = ask(t, conn, frame); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if status(answer) != test.want || test.want == 0 && answer.Type() != pdu.BindNak {
			t.Errorf("%s: got %x", name, []byte(answer))
		}
	}
}

type call = icertpassage.CertServerRequestRequest

func blob(content []byte) *wcce.CertTransportBlob {
	return &wcce.CertTransportBlob{Length: uint32(len(content)), Buffer: content}
}

func TestCallsAreHeldToTheDocument(t *testing.T) {
	csr, err := (&certs.Request{CommonName: "clouddp.contoso.com", Key: certstest.Key()}).CSR()
	if err != nil {
		t.Fatal(err)
	}
	attributes := blob([]byte("W\x00:\x00x\x00\x00\x00"))
	with := func(text string) *call {
		return &call{Authority: authority, Request: blob(csr), Attributes: blob([]byte(text))}
	}
	const invalid, empty = 0x80070057, 0x80094004
	for name, test := range map[string]struct {
		call *call
		want uint32
	}{
		"another authority":        {&call{Authority: "Fabrikam CA", Request: blob(csr)}, invalid},
		"no authority":             {&call{Request: blob(csr)}, invalid},
		"in another case":          {&call{Authority: "CONTOSO ISSUING CA", Request: blob(csr)}, 0},
		"as it should be":          {&call{Authority: authority, Flags: 0x100, Request: blob(csr), Attributes: attributes}, 0},
		"no NUL":                   {with("W\x00:\x00x\x00"), invalid},
		"half a NUL":               {with("W\x00:\x00\x00"), invalid},
		"two NULs":                 {with("\x00\x00\x00\x00"), invalid},
		"no colon":                 {with("W\x00\x00\x00"), invalid},
		"a CMC request":            {&call{Authority: authority, Flags: 0x400, Request: blob(csr)}, invalid},
		"a new one with an id":     {&call{Authority: authority, RequestID: 1, Request: blob(csr)}, invalid},
		"nothing":                  {&call{Authority: authority}, invalid},
		"an unknown id":            {&call{Authority: authority, RequestID: 99}, empty},
		"an id and attributes too": {&call{Authority: authority, RequestID: 99, Attributes: attributes}, invalid},
	} {
		answer, err := newServer(t).Ask(t.Context(), test.call)
		if err != nil || answer.Return != test.want {
			t.Errorf("%s: got %#x, %v; want %#x", name, answer.Return, err, test.want)
		}
		if test.want == 0 && answer.Disposition != uint32(certs.CodeNoTemplate) {
			t.Errorf("%s: disposition %#x", name, answer.Disposition)
		}
	}
}

func TestDialRefuses(t *testing.T) {
	server := newServer(t)
	for _, address := range []string{"ca1.contoso.com:445", "ca1.contoso.com", ""} {
		if conn, err := server.Dial(t.Context(), "tcp", address); err == nil {
			t.Errorf("%q: got %v", address, conn)
		}
	}
	if conn, err := server.Dial(t.Context(), "udp", "ca1.contoso.com:135"); err == nil {
		t.Errorf("got %v", conn)
	}
}

func TestHangingUpEndsTheConnection(t *testing.T) {
	conn := dial(t, newServer(t), "135")
	_, _ = conn.Write([]byte("GET / HTTP/1.1\r\n\r\n")) // the server does not read all of it
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want io.EOF", err)
	}
}

func FuzzAttributes(f *testing.F) {
	f.Add([]byte("C\x00e\x00:\x00x\x00\n\x00\x00\x00"))
	f.Add([]byte{0, 0})
	f.Fuzz(func(t *testing.T, attributes []byte) {
		if template, ok := icprtest.TemplateOf(attributes); !ok && template != "" {
			t.Errorf("%q of a malformed text", template)
		}
	})
}

// FuzzServer sends whatever to the authority and to the endpoint mapper.
func FuzzServer(f *testing.F) {
	token, err := hex.DecodeString(ntlmNegotiate)
	if err != nil {
		f.Fatal(err)
	}
	auth := &pdu.Auth{Type: pdu.AuthNTLM, Level: pdu.LevelPrivacy, Context: 1, Token: token}
	login := pdu.New(pdu.Bind, pdu.Whole, 1, bind(pdu.ICertPassage(), pdu.NDR()), auth)
	answer := &pdu.Auth{Type: pdu.AuthNTLM, Level: pdu.LevelPrivacy, Context: 1, Token: make([]byte, 100)}
	last := pdu.New(pdu.Auth3, pdu.Whole, 2, make([]byte, 4), answer)
	f.Add([]byte(append(login, last...)), false)
	mapped := pdu.New(pdu.Bind, pdu.Whole, 1, bind(pdu.EndpointMapper(), pdu.NDR()), nil)
	request := pdu.New(pdu.Request, pdu.Whole, 2, pdu.Call{Operation: 3}.Marshal(make([]byte, 40)), nil)
	f.Add([]byte(append(mapped, request...)), true)
	f.Fuzz(func(t *testing.T, message []byte, mapper bool) {
		server := newServer(t)
		port := "49152"
		if mapper {
			port = "135"
		}
		conn, err := server.Dial(t.Context(), "tcp", "ca1:"+port)
		if err != nil {
			t.Fatal(err)
		}
		heard := make(chan struct{})
		go func() {
			defer close(heard)
			_, _ = io.Copy(io.Discard, conn)
		}()
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = conn.Write(message)
		_ = conn.Close()
		<-heard
		if server.Calls() != 0 {
			t.Error("a call of somebody who is not logged in")
		}
	})
}

// A client that does not offer to sign headers is not told that they are signed.
func TestHeaderSigningIsNotForced(t *testing.T) {
	token, err := hex.DecodeString(ntlmNegotiate)
	if err != nil {
		t.Fatal(err)
	}
	for _, offered := range []pdu.Flags{0, pdu.SupportHeaderSign} {
		conn := dial(t, newServer(t), "49152")
		ack, err := ask(t, conn, pdu.New(pdu.Bind, pdu.Whole|offered, 1, bind(pdu.ICertPassage(), pdu.NDR()),
			&pdu.Auth{Type: pdu.AuthNTLM, Level: pdu.LevelPrivacy, Context: 1, Token: token}))
		if err != nil || ack.Type() != pdu.BindAck || ack.Has(pdu.SupportHeaderSign) != (offered != 0) {
			t.Errorf("offered %#x: got %x, %v", offered, []byte(ack), err)
		}
	}
}
