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
	"github.com/clouddp/sdk/internal/kerberos/kerberostest"
)

// soon is far below the time-outs of the Kerberos library, which begin at 5 s.
const soon = 2 * time.Second

// withKerberos returns an issuer that logs in at the KDC of a configuration. What it sends to the authority goes nowhere.
func withKerberos(t *testing.T, config string) *icpr.Issuer {
	t.Helper()
	return &icpr.Issuer{
		Host: "ca1.ad.test", Authority: authority, User: user, Realm: kerberostest.Realm, Config: config, Port: 1,
		Password: certs.StaticPassword(kerberostest.Password),
		Dial: func(context.Context, string, string) (net.Conn, error) { // nothing is sent before there is a ticket
			ours, theirs := net.Pipe()
			t.Cleanup(func() { _ = ours.Close() })
			return theirs, nil
		},
	}
}

func TestASilentKDCKeepsNobody(t *testing.T) {
	issuer := withKerberos(t, kerberostest.Listen(t, func(net.Conn) {}))
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
	issuer := withKerberos(t, kerberostest.Listen(t, func(conn net.Conn) { _, _ = conn.Write([]byte{0xff, 0xff, 0xff, 0xff, 0}) }))
	begin := time.Now()
	_, err := issuer.Issue(t.Context(), []byte("a request"), "CloudDPCert")
	took := time.Since(begin)
	if !errors.Is(err, icpr.ErrUnavailable) || !strings.Contains(err.Error(), "announces") || took > soon {
		t.Errorf("got %v after %v", err, took)
	}
}

func TestNoTickets(t *testing.T) {
	issuer := withKerberos(t, kerberostest.Listen(t, func(net.Conn) {}))
	issuer.User, issuer.Realm, issuer.Password = "", "", nil
	t.Setenv("KRB5CCNAME", "FILE:"+filepath.Join(t.TempDir(), "none"))
	_, err := issuer.Issue(t.Context(), []byte("a request"), "CloudDPCert")
	if login, ok := errors.AsType[*icpr.LoginError](err); !ok || login.Service != "host/ca1.ad.test" {
		t.Errorf("got %v, want a LoginError", err)
	}
}

func TestRefusedByTheKDC(t *testing.T) {
	const service = "host/ca1.ad.test"
	for code, c := range map[string]struct {
		password   string
		principals []string
	}{
		"KDC_ERR_PREAUTH_FAILED":      {"wrong", []string{user, service}},
		"KDC_ERR_C_PRINCIPAL_UNKNOWN": {kerberostest.Password, []string{service}},
		"KDC_ERR_S_PRINCIPAL_UNKNOWN": {kerberostest.Password, []string{user}},
	} {
		issuer := withKerberos(t, kerberostest.NewKDC(t, c.principals...).Config)
		issuer.Password = certs.StaticPassword(c.password)
		_, err := issuer.Issue(t.Context(), []byte("a request"), "CloudDPCert")
		if login, ok := errors.AsType[*icpr.LoginError](err); !ok || login.Code != code || login.Service != service {
			t.Errorf("got %v, want a LoginError with %s", err, code)
		}
	}
}
