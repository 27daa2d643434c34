package icpr_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/icpr"
	"github.com/clouddp/sdk/certs/adcs/icpr/internal/pdu"
	"github.com/clouddp/sdk/certs/certstest"
)

// forger passes everything on but the answer to the call, in whose place it puts a Fault that nobody has signed.
type forger struct {
	net.Conn

	status uint32
	flags  pdu.Flags
	rest   []byte // of the message that is being read
}

func (f *forger) Read(p []byte) (int, error) {
	if len(f.rest) == 0 {
		frame, err := pdu.Read(f.Conn)
		if err != nil {
			return 0, err
		}
		if frame.Type() == pdu.Response {
			body := binary.LittleEndian.AppendUint32(make([]byte, pdu.CallHeaderSize), f.status)
			frame = pdu.New(pdu.Fault, pdu.Whole|f.flags, frame.CallID(), append(body, 0, 0, 0, 0), nil)
			go func() { _, _ = io.Copy(io.Discard, f.Conn) }()
		}
		f.rest = frame
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// The request was carried out, and somebody in the middle says that it was not. The one thing that cannot be told from a
// forgery is the refusal of a login by NTLM.
func TestForgedFaults(t *testing.T) {
	for name, c := range map[string]struct {
		status uint32
		flags  pdu.Flags
		login  bool
	}{
		"unknown interface, idle":  {0x1c010003, pdu.DidNotExecute, false},
		"server down, idle":        {0x6ba, pdu.DidNotExecute, false},
		"access denied":            {5, 0, false},
		"protocol error":           {0x1c01000b, 0, false},
		"access denied, idle":      {5, pdu.DidNotExecute, true},
		"protocol error, idle":     {0x1c01000b, pdu.DidNotExecute, true},
		"nothing that anyone says": {0xffffffff, pdu.DidNotExecute, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			dial := l.issuer.Dial
			l.issuer.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := dial(ctx, network, address)
				if strings.HasSuffix(address, ":135") || err != nil {
					return conn, err
				}
				return &forger{Conn: conn, status: c.status, flags: c.flags}, nil
			}
			err := l.enroll(t.Context(), "CloudDPCert")
			_, login := errors.AsType[*icpr.LoginError](err)
			if login != c.login || errors.Is(err, icpr.ErrUnknown) == c.login || errors.Is(err, icpr.ErrUnavailable) {
				t.Errorf("got %v, want a LoginError: %t, or else ErrUnknown", err, c.login)
			}
			if issued := len(l.ca.Issued()); issued != 1 {
				t.Errorf("%d certificates were issued: the test proves nothing", issued)
			}
		})
	}
}

// A reading changes nothing, so that nothing about it is unknown.
func TestForgedFaultOfAReading(t *testing.T) {
	l := newLab(t)
	pending, _ := errors.AsType[*certs.PendingError](l.enroll(t.Context(), l.harness.Pending))
	dial := l.issuer.Dial
	l.issuer.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if strings.HasSuffix(address, ":135") || err != nil {
			return conn, err
		}
		return &forger{Conn: conn, status: 5}, nil
	}
	_, err := l.issuer.Retrieve(t.Context(), pending.ID)
	if _, login := errors.AsType[*icpr.LoginError](err); login || !errors.Is(err, icpr.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
}

func TestUserPrincipalName(t *testing.T) {
	l := newLab(t)
	const name = "svc-clouddp@hosted.example" // of another domain than the account's
	l.server.AddAccount(name, password)
	l.issuer.User, l.issuer.Realm = name, ""
	if err := l.enroll(t.Context(), "CloudDPCert"); err != nil {
		t.Error(err)
	}
}

func TestIDsAreThoseOfTheAuthority(t *testing.T) {
	l := newLab(t)
	if err := l.enroll(t.Context(), "CloudDPCert"); err != nil {
		t.Fatal(err)
	}
	calls := l.server.Calls()
	for _, id := range []string{"", "0", "007", "+1", " 1", "1 ", "0x1", "4294967296", "12345678901"} {
		if _, err := l.issuer.Retrieve(t.Context(), id); !errors.Is(err, icpr.ErrNotFound) {
			t.Errorf("%q: got %v, want ErrNotFound", id, err)
		}
	}
	if l.server.Calls() != calls {
		t.Error("the authority was asked about what is no id")
	}
	if _, err := certs.Complete(t.Context(), l.issuer, "1", certstest.Key()); err != nil {
		t.Error(err)
	}
}

// Who has given up asks for nothing, not even where the authority is.
func TestCancelledBefore(t *testing.T) {
	l := newLab(t)
	l.issuer.Dial = func(context.Context, string, string) (net.Conn, error) {
		t.Error("it dials")
		return nil, io.EOF
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.enroll(ctx, "CloudDPCert"); !errors.Is(err, context.Canceled) || errors.Is(err, icpr.ErrUnknown) {
		t.Errorf("got %v, want Canceled", err)
	}
}
