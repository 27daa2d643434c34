package httpauth_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/httpauth"
	"github.com/clouddp/sdk/internal/errs"
	"github.com/clouddp/sdk/internal/kerberos/kerberostest"
	"github.com/clouddp/sdk/internal/roundtrip"
)

// post sends a request without a body and returns how often it had a connection.
func post(ctx context.Context, t *testing.T, transport http.RoundTripper) (connections int32, err error) {
	t.Helper()
	var asked, got, dialled atomic.Int32
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { asked.Add(1) },
		GotConn:      func(httptrace.GotConnInfo) { got.Add(1) },
		DNSStart:     func(httptrace.DNSStartInfo) { dialled.Add(1) },
		ConnectStart: func(string, string) { dialled.Add(1) },
	})
	ctx, unsent := roundtrip.Watch(ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+host+"/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := transport.RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	if got.Load() == 0 && !unsent() {
		t.Error("nobody who watches knows that the request was taken")
	}
	if asked.Load() > 1 || dialled.Load() > asked.Load() {
		t.Errorf("a trace was told of %d requests and %d connections that were opened", asked.Load(), dialled.Load())
	}
	return got.Load(), err
}

// Requests of the transport's own, such as the one that asks what the server offers, are not the caller's.
func TestTraceTellsOfTheRequestAlone(t *testing.T) {
	for _, offer := range []string{"Basic", "NTLM"} {
		p := newPeer(t, offer)
		credential := httpauth.Credential(basic("ben", password))
		if offer == "NTLM" {
			credential = ntlm("ben", password)
		}
		if got, err := post(t.Context(), t, p.transport(t, credential)); err != nil || got != 1 {
			t.Errorf("%s: %d connections for one request, %v", offer, got, err)
		}
		var wrong httpauth.Credential = basic("ben", "wrong")
		if offer == "NTLM" {
			wrong = &httpauth.NTLM{User: "ben", Password: secret("")}
		}
		if got, err := post(t.Context(), t, p.transport(t, wrong)); !errors.Is(err, errs.ErrDenied) || offer == "NTLM" && got != 0 {
			t.Errorf("%s, refused: %d connections, %v", offer, got, err)
		}
	}
}

func TestClosedIsUnavailable(t *testing.T) {
	transport := newPeer(t).transport(t)
	_ = transport.Close()
	if got, err := post(t.Context(), t, transport); !errors.Is(err, httpauth.ErrUnavailable) || got != 0 {
		t.Errorf("got %v after %d connections, want ErrUnavailable", err, got)
	}
}

func TestSilenceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		transport := &httpauth.Transport{Dial: func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			context.AfterFunc(t.Context(), func() { _ = theirs.Close() })
			return ours, nil
		}}
		defer func() { _ = transport.Close() }()
		begin := time.Now()
		_, err := post(t.Context(), t, transport)
		if took := time.Since(begin); !errors.Is(err, httpauth.ErrUnavailable) || took != 15*time.Second {
			t.Errorf("got %v after %v, want ErrUnavailable after the time that a TLS handshake has", err, took)
		}
	})
}

// Whoever has a password or a keytab is let in at Active Directory, and at the server with the ticket from there.
func TestActiveDirectory(t *testing.T) {
	kdc := kerberostest.NewKDC(t, "anna", "HTTP/"+host)
	for name, k := range map[string]*httpauth.Kerberos{
		"password": {User: "anna", Realm: realm, Password: secret(kerberostest.Password), Config: kdc.Config},
		"keytab":   {User: "anna", Realm: realm, Keytab: kdc.Keytab(t), Config: kdc.Config},
	} {
		p := newPeer(t, "Negotiate")
		p.kerberos = &acceptor{kdc.Keys}
		if got, err := do(t, p.transport(t, k), http.MethodPost, "x"); err != nil || got != "anna@CONTOSO.COM: x" {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

// A KDC's reason is told, and nothing is sent to the server without a ticket.
func TestActiveDirectoryRefuses(t *testing.T) {
	kdc := kerberostest.NewKDC(t, "anna")
	for user, c := range map[string]struct{ password, code string }{
		"anna": {"wrong", "KDC_ERR_PREAUTH_FAILED"},
		"ben":  {kerberostest.Password, "KDC_ERR_C_PRINCIPAL_UNKNOWN"},
	} {
		k := &httpauth.Kerberos{User: user, Realm: realm, Password: secret(c.password), Config: kdc.Config}
		got, err := post(t.Context(), t, newPeer(t, "Negotiate").transport(t, k))
		refusal, ok := errors.AsType[*httpauth.AuthError](err)
		if !ok || refusal.Code != c.code || !errors.Is(err, httpauth.ErrDenied) || got != 0 {
			t.Errorf("%s: got %v after %d connections, want %s", user, err, got, c.code)
		}
	}
	k := &httpauth.Kerberos{User: "anna", Realm: realm, Password: secret(kerberostest.Password), Config: kdc.Config}
	_, err := post(t.Context(), t, newPeer(t, "Negotiate").transport(t, k))
	if refusal, ok := errors.AsType[*httpauth.AuthError](err); !ok || refusal.Code != "KDC_ERR_S_PRINCIPAL_UNKNOWN" {
		t.Errorf("unknown service: got %v", err)
	}
}

// Three KDCs that say nothing cost a caller no more than its context allows.
func TestSilentKDCs(t *testing.T) {
	silent := kerberostest.Listen(t, func(net.Conn) {})
	p := newPeer(t, "Negotiate")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	begin := time.Now()
	_, err := post(ctx, t, p.transport(t, &httpauth.Kerberos{User: "anna", Realm: realm, Password: secret(password), Config: silent}))
	if took := time.Since(begin); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, httpauth.ErrUnknown) || took > 3*time.Second {
		t.Errorf("got %v after %v", err, took)
	}
}

func TestNilCredentials(t *testing.T) {
	for name, credential := range map[string]httpauth.Credential{
		"Kerberos": (*httpauth.Kerberos)(nil), "NTLM": (*httpauth.NTLM)(nil), "Basic": (*httpauth.Basic)(nil),
		"CurrentUser": (*httpauth.CurrentUser)(nil), "Credentials": nil,
	} {
		_, err := post(t.Context(), t, &httpauth.Transport{Credentials: []httpauth.Credential{credential}})
		if invalid, ok := errors.AsType[*httpauth.InvalidError](err); !ok || invalid.Problems[0].Field != name {
			t.Errorf("%s: got %v, want an InvalidError", name, err)
		}
	}
}
