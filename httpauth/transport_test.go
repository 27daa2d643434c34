package httpauth_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clouddp/sdk/httpauth"
	"github.com/clouddp/sdk/internal/errs"
)

func secret(s string) func() ([]byte, error) { return func() ([]byte, error) { return []byte(s), nil } }

func ntlm(user, secretText string) *httpauth.NTLM {
	return &httpauth.NTLM{User: user, Domain: "CONTOSO", Password: secret(secretText)}
}

func basic(user, secretText string) *httpauth.Basic {
	return &httpauth.Basic{User: user, Password: secret(secretText)}
}

// every returns a peer that takes every scheme, and a credential of each kind.
func every(t *testing.T, offers ...string) (p *peer, kerberos *httpauth.Kerberos) {
	t.Helper()
	p = newPeer(t, offers...)
	var cache string
	p.kerberos, cache = newAcceptor(t, "anna", "key of the service")
	return p, &httpauth.Kerberos{Cache: cache, Config: conf}
}

func TestSignsIn(t *testing.T) {
	all := []string{"Negotiate", "NTLM", "Basic"}
	for name, c := range map[string]struct {
		offers []string
		pick   func(k *httpauth.Kerberos) []httpauth.Credential
		want   string
	}{
		"nothing needed":          {nil, func(k *httpauth.Kerberos) []httpauth.Credential { return []httpauth.Credential{k} }, "everybody"},
		"nothing needed or given": {nil, func(*httpauth.Kerberos) []httpauth.Credential { return nil }, "everybody"},
		"Kerberos":                {all, func(k *httpauth.Kerberos) []httpauth.Credential { return []httpauth.Credential{k} }, "anna@CONTOSO.COM"},
		"NTLM": {all, func(*httpauth.Kerberos) []httpauth.Credential {
			return []httpauth.Credential{ntlm("ben", password)}
		}, `CONTOSO\ben`},
		"NTLM under Negotiate": {[]string{"Negotiate"}, func(*httpauth.Kerberos) []httpauth.Credential {
			return []httpauth.Credential{ntlm("ben", password)}
		}, `CONTOSO\ben`},
		"NTLM with a principal name": {[]string{"NTLM"}, func(*httpauth.Kerberos) []httpauth.Credential {
			return []httpauth.Credential{&httpauth.NTLM{User: "ben@contoso.com", Password: secret(password)}}
		}, `\ben@contoso.com`},
		"Basic": {all, func(*httpauth.Kerberos) []httpauth.Credential {
			return []httpauth.Credential{basic("cleo", password)}
		}, "cleo"},
		"Kerberos before all": {all, func(k *httpauth.Kerberos) []httpauth.Credential {
			return []httpauth.Credential{basic("cleo", password), ntlm("ben", password), k}
		}, "anna@CONTOSO.COM"},
		"NTLM before Basic": {[]string{"Basic", "NTLM"}, func(k *httpauth.Kerberos) []httpauth.Credential {
			return []httpauth.Credential{basic("cleo", password), ntlm("ben", password), k}
		}, `CONTOSO\ben`},
	} {
		t.Run(name, func(t *testing.T) {
			p, k := every(t, c.offers...)
			transport := p.transport(t, c.pick(k)...)
			for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPost, http.MethodGet} {
				body := map[string]string{http.MethodPost: "a form"}[method]
				if got, err := do(t, transport, method, body); err != nil || got != c.want+": "+body {
					t.Errorf("%s: got %q, %v; want %q", method, got, err, c.want)
				}
			}
			want := []string{"GET " + c.want, "POST " + c.want, "POST " + c.want, "GET " + c.want}
			if got := p.log(); !slices.Equal(got, want) {
				t.Errorf("the server has served %q, want each request once: %q", got, want)
			}
		})
	}
}

func TestSignsAConnectionInOnce(t *testing.T) {
	p := newPeer(t, "NTLM")
	transport := p.transport(t, ntlm("ben", password))
	for range 3 {
		if _, err := do(t, transport, http.MethodPost, "x"); err != nil {
			t.Fatal(err)
		}
	}
	if p.tried() != 1 {
		t.Errorf("%d passwords for three requests, want one for their connection", p.tried())
	}
	transport.CloseIdleConnections()
	if _, err := do(t, transport, http.MethodPost, "x"); err != nil || p.tried() != 2 {
		t.Errorf("on a new connection: %v after %d passwords, want the second", err, p.tried())
	}
}

// A second connection could come between the two halves of a conversation.
func TestSignsInOneConnectionAtATime(t *testing.T) {
	p := newPeer(t, "NTLM")
	transport := p.transport(t, ntlm("ben", password))
	get := func(ctx context.Context) (*http.Response, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+"/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		return transport.RoundTrip(req)
	}
	first, err := get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if second, err := get(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while a body is open: got %v", err)
		_ = second.Body.Close()
	}
	_ = first.Body.Close()
	second, err := get(t.Context())
	if err != nil {
		t.Fatalf("after it was closed: %v", err)
	}
	_ = second.Body.Close()
}

func TestConnectionIsLostInTheMiddle(t *testing.T) {
	p := newPeer(t, "NTLM")
	p.hangUp = 1
	transport := p.transport(t, ntlm("ben", password))
	if got, err := do(t, transport, http.MethodPost, "x"); err != nil || got != `CONTOSO\ben: x` {
		t.Errorf("once: got %q, %v", got, err)
	}
	transport.CloseIdleConnections()
	p.mu.Lock()
	p.hangUp = 2
	p.mu.Unlock()
	_, err := do(t, transport, http.MethodPost, "x")
	if auth, ok := errors.AsType[*httpauth.AuthError](err); !ok || !errors.Is(err, errs.ErrUnavailable) {
		t.Errorf("always: got %v (%v), want an AuthError that is unavailable", err, auth)
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		offers     []string
		credential func(k *httpauth.Kerberos) httpauth.Credential
		scheme     string
		attempts   int
	}{
		"NTLM":  {[]string{"Negotiate", "NTLM"}, func(*httpauth.Kerberos) httpauth.Credential { return ntlm("ben", "wrong") }, "NTLM", 1},
		"Basic": {[]string{"Basic"}, func(*httpauth.Kerberos) httpauth.Credential { return basic("ben", "wrong") }, "Basic", 1},
		"no ticket": {[]string{"Negotiate"}, func(*httpauth.Kerberos) httpauth.Credential {
			return &httpauth.Kerberos{Cache: "testdata/none", Config: conf}
		}, "Negotiate", 0},
		"another service": {[]string{"Negotiate"}, func(k *httpauth.Kerberos) httpauth.Credential {
			k.Service = "HTTP/ca2.contoso.com"
			return k
		}, "Negotiate", 0},
		"empty password": {[]string{"NTLM"}, func(*httpauth.Kerberos) httpauth.Credential { return ntlm("ben", "") }, "NTLM", 0},
		"no password": {[]string{"Basic"}, func(*httpauth.Kerberos) httpauth.Credential {
			return &httpauth.Basic{User: "ben", Password: func() ([]byte, error) { return nil, errors.New("the vault is closed") }}
		}, "Basic", 0},
	} {
		t.Run(name, func(t *testing.T) {
			p, k := every(t, c.offers...)
			_, err := do(t, p.transport(t, c.credential(k)), http.MethodPost, "x")
			auth, ok := errors.AsType[*httpauth.AuthError](err)
			if !ok || !errors.Is(err, errs.ErrDenied) || auth.Scheme != c.scheme || auth.Server != host {
				t.Errorf("got %v, want an AuthError for %s that is denied", err, c.scheme)
			}
			if p.tried() != c.attempts || len(p.log()) != 0 {
				t.Errorf("%d attempts and %q served, want %d and none: accounts get locked", p.tried(), p.log(), c.attempts)
			}
		})
	}
}

func TestNothingFitsTheOffer(t *testing.T) {
	p, k := every(t, "Basic realm=\"a, b\", Digest qop=auth", "Bearer")
	for name, c := range map[string]struct {
		credentials []httpauth.Credential
		category    error
	}{
		"Kerberos": {[]httpauth.Credential{k, ntlm("ben", password)}, errs.ErrUnsupported},
		"nothing":  {nil, errs.ErrDenied},
	} {
		_, err := do(t, p.transport(t, c.credentials...), http.MethodGet, "")
		auth, ok := errors.AsType[*httpauth.AuthError](err)
		if !ok || !errors.Is(err, c.category) || !slices.Equal(auth.Offered, []string{"Basic", "Digest", "Bearer"}) {
			t.Errorf("%s: got %v, want an AuthError with the offers that is %v", name, err, c.category)
		}
	}
	schemes, err := p.transport(t).Schemes(t.Context(), "https://"+host+"/")
	if err != nil || !slices.Equal(schemes, []string{"Basic", "Digest", "Bearer"}) {
		t.Errorf("Schemes: got %q, %v", schemes, err)
	}
}

func TestBelongsToOneServer(t *testing.T) {
	other := newPeer(t, "Basic")
	p := newPeer(t, "Basic")
	for target, why := range map[string]string{
		"https://other.contoso.com/": "another server", "http://" + host + "/": "no TLS",
		"https://" + host + ":8443/": "another port",
	} {
		p.before = func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, target, http.StatusTemporaryRedirect)
			return true
		}
		transport := p.transport(t, basic("ben", password))
		transport.Pins = append(transport.Pins, httpauth.PinOf(other.Certificate()))
		transport.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if address != host+":443" {
				return other.dial(ctx, network, address)
			}
			return p.dial(ctx, network, address)
		}
		_, err := do(t, transport, http.MethodGet, "")
		if invalid, ok := errors.AsType[*httpauth.InvalidError](err); !ok || invalid.Problems[0].Field != "URL" {
			t.Errorf("%s: got %v, want an InvalidError about the URL", why, err)
		}
	}
	if other.tried() != 0 {
		t.Error("the other server was shown a password")
	}
}

func TestUsersDoNotMix(t *testing.T) {
	p, k := every(t, "Negotiate", "NTLM", "Basic")
	var group sync.WaitGroup
	for user, credential := range map[string]httpauth.Credential{
		"anna@CONTOSO.COM": k, `CONTOSO\ben`: ntlm("ben", password), `CONTOSO\dora`: ntlm("dora", password),
		"cleo": basic("cleo", password), "": ntlm("ben", "wrong"),
	} {
		transport := p.transport(t, credential)
		for i := range 8 {
			group.Go(func() {
				body := fmt.Sprint(i)
				got, err := do(t, transport, http.MethodPost, body)
				if user == "" && !errors.Is(err, errs.ErrDenied) {
					t.Errorf("a wrong password was answered with %q, %v", got, err)
				}
				if user != "" && (err != nil || got != user+": "+body) {
					t.Errorf("%s was answered with %q, %v", user, got, err)
				}
			})
		}
	}
	group.Wait()
}

func TestTrust(t *testing.T) {
	p := newPeer(t, "Basic")
	roots := p.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	pin := httpauth.PinOf(p.Certificate())
	wrong := httpauth.Pin{1}
	for name, c := range map[string]struct {
		change func(transport *httpauth.Transport)
		url    string
		ok     bool
	}{
		"roots and name":         {func(h *httpauth.Transport) { h.Roots = roots }, "https://example.com/", true},
		"another name":           {func(h *httpauth.Transport) { h.Roots = roots }, "https://ca1.contoso.com/", false},
		"unknown authority":      {func(*httpauth.Transport) {}, "https://example.com/", false},
		"pin":                    {func(h *httpauth.Transport) { h.Pins = []httpauth.Pin{wrong, pin} }, "https://ca1.contoso.com/", true},
		"another pin":            {func(h *httpauth.Transport) { h.Pins = []httpauth.Pin{wrong} }, "https://example.com/", false},
		"pin, roots, name":       {func(h *httpauth.Transport) { h.Roots, h.Pins = roots, []httpauth.Pin{pin} }, "https://example.com/", true},
		"pin, roots, other name": {func(h *httpauth.Transport) { h.Roots, h.Pins = roots, []httpauth.Pin{pin} }, "https://ca1.contoso.com/", false},
	} {
		t.Run(name, func(t *testing.T) {
			transport := &httpauth.Transport{Credentials: []httpauth.Credential{basic("ben", password)}, Dial: p.dial}
			defer func() { _ = transport.Close() }()
			c.change(transport)
			before := p.tried()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url, strings.NewReader("x"))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := transport.RoundTrip(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			if (err == nil) != c.ok || err != nil && !errors.Is(err, errs.ErrUnavailable) {
				t.Errorf("got %v, want success: %t", err, c.ok)
			}
			if !c.ok && p.tried() != before {
				t.Error("the password was sent")
			}
		})
	}
}

func TestParsePin(t *testing.T) {
	pin := httpauth.Pin{1, 2, 3}
	for _, s := range []string{pin.String(), strings.TrimPrefix(pin.String(), "sha256//")} {
		if got, err := httpauth.ParsePin(s); err != nil || got != pin {
			t.Errorf("%s: got %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "sha256//", "sha1//AAAA", "AAAA"} {
		if _, err := httpauth.ParsePin(s); !errors.Is(err, errs.ErrInvalid) {
			t.Errorf("%s: got %v", s, err)
		}
	}
}

func TestLostAnswer(t *testing.T) {
	reset := func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodHead {
			return false
		}
		conn, _, _ := http.NewResponseController(w).Hijack()
		_ = conn.Close()
		return true
	}
	half := func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodHead {
			return false
		}
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half of it")
		_ = http.NewResponseController(w).Flush()
		return reset(w, r)
	}
	for _, offer := range []string{"Negotiate", "NTLM", "Basic"} {
		for name, before := range map[string]func(http.ResponseWriter, *http.Request) bool{"all": reset, "half": half} {
			for method, category := range map[string]error{http.MethodPost: errs.ErrUnknown, http.MethodGet: errs.ErrUnavailable} {
				p, k := every(t, offer)
				p.before = before
				_, err := do(t, p.transport(t, k, ntlm("ben", password), basic("ben", password)), method, "")
				if !errors.Is(err, category) {
					t.Errorf("%s, %s of the answer, %s: got %v, want %v", offer, name, method, err, category)
				}
			}
		}
	}
}

func TestNothingLeft(t *testing.T) {
	p := newPeer(t, "NTLM")
	transport := p.transport(t, ntlm("ben", password))
	refused := errors.New("no route")
	transport.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, refused }
	_, err := do(t, transport, http.MethodPost, "x")
	if !errors.Is(err, errs.ErrUnavailable) || !errors.Is(err, refused) || errors.Is(err, errs.ErrUnknown) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
}

func TestContextEnds(t *testing.T) {
	for _, offer := range []string{"Negotiate", "NTLM"} {
		p, k := every(t, offer)
		ctx, cancel := context.WithCancel(t.Context())
		p.before = func(_ http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodHead {
				return false
			}
			_, _ = io.Copy(io.Discard, r.Body) // else the server does not notice that nobody waits
			cancel()
			<-r.Context().Done()
			panic(http.ErrAbortHandler) // an answer could still overtake the end of the connection
		}
		transport := p.transport(t, k, ntlm("ben", password))
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+host+"/", strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = transport.RoundTrip(req)
		if !errors.Is(err, context.Canceled) || !errors.Is(err, errs.ErrUnknown) {
			t.Errorf("%s, after the request was sent: got %v, want Canceled and ErrUnknown", offer, err)
		}
		req.Body, _ = req.GetBody()
		_, err = transport.RoundTrip(req)
		if !errors.Is(err, context.Canceled) || errors.Is(err, errs.ErrUnknown) {
			t.Errorf("%s, before: got %v, want Canceled alone", offer, err)
		}
	}
}

func TestLongBody(t *testing.T) {
	p := newPeer(t, "Basic")
	_, err := do(t, p.transport(t, basic("ben", password)), http.MethodPost, strings.Repeat("x", 16<<20+1))
	if !errors.Is(err, errs.ErrLimit) || p.tried() != 0 {
		t.Errorf("got %v after %d attempts, want ErrLimit", err, p.tried())
	}
}

func TestTicketOfAnEarlierDay(t *testing.T) {
	p, k := every(t, "Negotiate")
	transport := p.transport(t, k)
	if _, err := do(t, transport, http.MethodPost, "x"); err != nil {
		t.Fatal(err)
	}
	renewed, cache := newAcceptor(t, "anna", "the service has a new key")
	p.mu.Lock()
	p.kerberos, p.attempts = renewed, 0
	p.mu.Unlock()
	k.Cache = cache // as kinit would fill it
	if got, err := do(t, transport, http.MethodPost, "x"); err != nil || got != "anna@CONTOSO.COM: x" || p.tried() != 2 {
		t.Errorf("got %q, %v after %d attempts, want success at the second", got, err, p.tried())
	}
}

func TestZeroValueTakesTheTicketCache(t *testing.T) {
	p, k := every(t, "Negotiate")
	krb5 := filepath.Join(t.TempDir(), "krb5.conf")
	if err := os.WriteFile(krb5, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KRB5_CONFIG", krb5)
	t.Setenv("KRB5CCNAME", "FILE:"+k.Cache)
	if got, err := do(t, p.transport(t, &httpauth.Kerberos{}), http.MethodGet, ""); err != nil || got != "anna@CONTOSO.COM: " {
		t.Errorf("got %q, %v", got, err)
	}
}

// No Kerberos library can be told to stop asking.
func TestSilentKDC(t *testing.T) {
	kdc, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = kdc.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan net.Conn, 1)
	go func() {
		conn, err := kdc.Accept()
		if err == nil {
			asked <- conn
			cancel()
		}
	}()
	p := newPeer(t, "Negotiate")
	transport := p.transport(t, &httpauth.Kerberos{
		User: "anna", Realm: realm, Password: secret(password),
		Config: "[libdefaults]\nudp_preference_limit = 1\n[realms]\nCONTOSO.COM = {\nkdc = " + kdc.Addr().String() + "\n}\n",
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+host+"/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := transport.RoundTrip(req); !errors.Is(err, context.Canceled) || errors.Is(err, errs.ErrUnknown) {
		t.Errorf("got %v, want Canceled alone", err)
	}
	_ = (<-asked).Close()
}

func TestInvalid(t *testing.T) {
	_, err := do(t, &httpauth.Transport{Credentials: []httpauth.Credential{
		nil,
		&httpauth.Kerberos{User: `CONTOSO\anna`, Keytab: "testdata/none", Cache: "x", Config: "[libdefaults]\nclockskew = soon\n", Service: "ca1"},
		&httpauth.Kerberos{Realm: "CONTOSO.COM", Cache: "KEYRING:user", Config: conf},
		&httpauth.NTLM{User: `CONTOSO\ben`},
		&httpauth.Basic{User: "a:b"},
	}}, http.MethodGet, "")
	invalid, ok := errors.AsType[*httpauth.InvalidError](err)
	if !ok {
		t.Fatalf("got %v, want an InvalidError", err)
	}
	var fields []string
	for _, problem := range invalid.Problems {
		fields = append(fields, problem.Field)
	}
	want := []string{
		"Credentials", "Kerberos.User", "Kerberos.Realm", "Kerberos.Keytab", "Kerberos.Config", "Kerberos.Cache",
		"Kerberos.Service", "Kerberos.User", "Kerberos.Cache", "NTLM.Password", "NTLM.User", "Basic.Password", "Basic.User",
	}
	if !slices.Equal(fields, want) {
		t.Errorf("got problems with %q, want %q: %v", fields, want, err)
	}
}

func TestKerberosNeedsAName(t *testing.T) {
	transport := &httpauth.Transport{Credentials: []httpauth.Credential{&httpauth.Kerberos{Cache: "x", Config: conf}}}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://192.0.2.1/", http.NoBody)
	if _, err := transport.RoundTrip(req); !errors.Is(err, errs.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
}

func TestClosed(t *testing.T) {
	p := newPeer(t, "NTLM")
	transport := p.transport(t, ntlm("ben", password))
	if _, err := do(t, transport, http.MethodGet, ""); err != nil {
		t.Fatal(err)
	}
	_ = transport.Close()
	if got, err := do(t, transport, http.MethodGet, ""); err == nil {
		t.Errorf("after Close: %q", got)
	}
}
