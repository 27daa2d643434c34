//go:build integration

package gsstsig_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	wire "github.com/miekg/dns"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/gsstsig"
)

func TestEveryCredentialSigns(t *testing.T) {
	b := newBed(t)
	keytab := b.Keytab(t, user)
	for name, signer := range map[string]*gsstsig.Signer{
		"password":                  b.signer(),
		"keytab":                    {User: user, Realm: b.Name, Keytab: keytab, Config: b.Config, Host: "ns1.corp.test"},
		"host in another case":      {User: user, Realm: b.Name, Keytab: keytab, Config: b.Config, Host: "NS1.Corp.Test."},
		"host from the server name": {User: user, Realm: b.Name, Keytab: keytab, Config: b.Config, Dial: dialer(b.named.Addr)},
	} {
		t.Run(name, func(t *testing.T) {
			server := b.named.Addr
			if signer.Dial != nil {
				server = "ns1.corp.test:53"
			}
			update(t, b, signer, server)
		})
	}
	t.Run("ticket cache", func(t *testing.T) {
		t.Setenv("KRB5CCNAME", "FILE:"+b.TicketCache(t, user, keytab))
		update(t, b, &gsstsig.Signer{Config: b.Config, Host: "ns1.corp.test"}, b.named.Addr)
	})
}

// update fails the test unless signed updates succeed, with replies that the server has signed.
func update(t *testing.T, b *bed, signer *gsstsig.Signer, server string) {
	t.Helper()
	session, err := signer.Session(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = session.Close(t.Context()) }()
	for range 3 { // the key serves more than one exchange
		b.send(t, session, func(m *wire.Msg) {
			header := wire.RR_Header{Name: "signed." + apex + ".", Rrtype: wire.TypeTXT, Class: wire.ClassINET, Ttl: 60}
			m.Insert([]wire.RR{&wire.TXT{Hdr: header, Txt: []string{"by " + session.KeyName()}}})
		})
	}
}

func TestRefusalsAreTyped(t *testing.T) {
	b := newBed(t)
	b.AddUser(t, "lax", password, false)
	b.AddService(t, "DNS/other.corp.test")
	for name, c := range map[string]struct {
		change func(*gsstsig.Signer)
		code   string
	}{
		"wrong password": {func(s *gsstsig.Signer) { s.Password = secret("wrong") }, "KDC_ERR_PREAUTH_FAILED"},
		"wrong password, found here": {
			func(s *gsstsig.Signer) { s.User, s.Password = "lax", secret("wrong") }, "",
		},
		"unknown user":                {func(s *gsstsig.Signer) { s.User = "nobody" }, "KDC_ERR_C_PRINCIPAL_UNKNOWN"},
		"unknown server":              {func(s *gsstsig.Signer) { s.Host = "ns9.corp.test" }, "KDC_ERR_S_PRINCIPAL_UNKNOWN"},
		"a key that the server lacks": {func(s *gsstsig.Signer) { s.Host = "other.corp.test" }, "BADKEY"},
	} {
		t.Run(name, func(t *testing.T) {
			signer := b.signer()
			c.change(signer)
			_, err := signer.Session(t.Context(), b.named.Addr)
			refused, ok := errors.AsType[*gsstsig.NegotiationError](err)
			if !ok || refused.Code != c.code || !errors.Is(err, dns.ErrDenied) {
				t.Fatalf("got %v, code %q, want %q and %v", err, codeOf(refused), c.code, dns.ErrDenied)
			}
			if strings.Contains(err.Error(), password) || strings.Contains(err.Error(), "wrong") {
				t.Errorf("the password is in %q", err)
			}
		})
	}
}

func codeOf(e *gsstsig.NegotiationError) string {
	if e == nil {
		return "none"
	}
	return e.Code
}

func TestNewServerKeyIsBadKey(t *testing.T) {
	b := newBed(t)
	update(t, b, b.signer(), b.named.Addr)
	b.ChangeKeys(t, service)
	_, err := b.signer().Session(t.Context(), b.named.Addr)
	refused, ok := errors.AsType[*dns.AuthError](err)
	if !ok || refused.Code != "BADKEY" {
		t.Fatalf("got %v, want BADKEY", err)
	}
}

func TestNoKDCIsUnavailable(t *testing.T) {
	b := newBed(t)
	b.Stop()
	_, err := b.signer().Session(t.Context(), b.named.Addr)
	if !errors.Is(err, dns.ErrUnavailable) {
		t.Fatalf("got %v, want %v", err, dns.ErrUnavailable)
	}
}

// A KDC that takes a connection and says nothing does not hold up a caller who has gone.
func TestSilentKDCDoesNotHoldUpTheCaller(t *testing.T) {
	b := newBed(t)
	var config net.ListenConfig
	silent, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	signer := b.signer()
	signer.Config = strings.ReplaceAll(b.Config, b.KDC(), silent.Addr().String())
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err = signer.Session(ctx, b.named.Addr)
	if late := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || late > 100*time.Millisecond {
		t.Fatalf("got %v after %v", err, late)
	}
	if conn, err := silent.Accept(); err == nil {
		_ = conn.Close() // lets the question that was left behind end
	}
}
