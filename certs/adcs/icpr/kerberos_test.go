package icpr_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/icpr"
)

// soon is far below the time-outs of the Kerberos library, which begin at 5 s.
const soon = 2 * time.Second

// kdc listens as the KDC of a realm until the test ends, and hands each connection to serve.
func kdc(t *testing.T, serve func(net.Conn)) *icpr.Issuer {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(t.Context(), func() { _ = conn.Close() })
			serve(conn)
		}
	}()
	config := "[libdefaults]\ndefault_realm = AD.TEST\nudp_preference_limit = 1\n" +
		"[realms]\nAD.TEST = {\n kdc = " + listener.Addr().String() + "\n}\n"
	return &icpr.Issuer{
		Host: "ca1.ad.test", Authority: authority, User: user, Realm: "AD.TEST", Config: config, Port: 1,
		Password: certs.StaticPassword(password),
		Dial: func(context.Context, string, string) (net.Conn, error) { // nothing is sent before there is a ticket
			ours, theirs := net.Pipe()
			t.Cleanup(func() { _ = ours.Close() })
			return theirs, nil
		},
	}
}

func TestASilentKDCKeepsNobody(t *testing.T) {
	issuer := kdc(t, func(net.Conn) {})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	begin := time.Now()
	_, err := issuer.Issue(ctx, []byte("a request"), "CloudDPCert")
	if took := time.Since(begin); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, icpr.ErrUnknown) || took > soon {
		t.Errorf("got %v after %v", err, took)
	}
}

// The library would make room for the 4 GiB that are announced.
func TestAKDCCannotAskForMemory(t *testing.T) {
	issuer := kdc(t, func(conn net.Conn) { _, _ = conn.Write([]byte{0xff, 0xff, 0xff, 0xff, 0}) })
	begin := time.Now()
	_, err := issuer.Issue(t.Context(), []byte("a request"), "CloudDPCert")
	took := time.Since(begin)
	if !errors.Is(err, icpr.ErrUnavailable) || !strings.Contains(err.Error(), "announces") || took > soon {
		t.Errorf("got %v after %v", err, took)
	}
}

func TestNoTickets(t *testing.T) {
	issuer := kdc(t, func(net.Conn) {})
	issuer.User, issuer.Realm, issuer.Password = "", "", nil
	t.Setenv("KRB5CCNAME", "FILE:"+filepath.Join(t.TempDir(), "none"))
	_, err := issuer.Issue(t.Context(), []byte("a request"), "CloudDPCert")
	if login, ok := errors.AsType[*icpr.LoginError](err); !ok || login.Service != "host/ca1.ad.test" {
		t.Errorf("got %v, want a LoginError", err)
	}
}
