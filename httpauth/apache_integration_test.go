//go:build integration

package httpauth_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/clouddp/sdk/httpauth"
	"github.com/clouddp/sdk/internal/errs"
	"github.com/clouddp/sdk/internal/testserver"
)

// domain is an Apache that signs users of a Kerberos realm in, and a user of NTLM, before a server that says who they are.
type domain struct {
	web   *testserver.Web
	realm *testserver.Realm
}

func newDomain(t *testing.T) *domain {
	t.Helper()
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s: %s", r.Header.Get("X-Remote-User"), body)
	}))
	t.Cleanup(backend.Close)
	d := &domain{realm: testserver.Kerberos(t, realm)}
	d.realm.AddUser(t, "anna", password, true)
	d.realm.AddUser(t, "cleo", password, false)
	d.web = testserver.Apache(t, testserver.ApacheConfig{
		Host: host, Backend: backend.Listener.Addr().String(), Realm: d.realm, Basic: true,
		NTLM: map[string]string{"CONTOSO:ben": password},
	})
	return d
}

func (d *domain) transport(t *testing.T, credentials ...httpauth.Credential) *httpauth.Transport {
	t.Helper()
	transport := &httpauth.Transport{Credentials: credentials, Roots: d.web.Pool(), Dial: d.web.Dial}
	t.Cleanup(func() { _ = transport.Close() })
	return transport
}

func (d *domain) kerberos(user, secretText string) *httpauth.Kerberos {
	return &httpauth.Kerberos{User: user, Realm: realm, Password: secret(secretText), Config: d.realm.Config}
}

func TestApache(t *testing.T) {
	d := newDomain(t)
	t.Run("signs in", func(t *testing.T) { d.signsIn(t) })
	t.Run("refuses", func(t *testing.T) { d.refuses(t) })
	t.Run("does not mix users", func(t *testing.T) { d.doesNotMix(t) })
	t.Run("offers", func(t *testing.T) {
		schemes, err := d.transport(t).Schemes(t.Context(), "https://"+host+"/certsrv/")
		slices.Sort(schemes)
		if err != nil || !slices.Equal(schemes, []string{"Basic", "NTLM", "Negotiate"}) {
			t.Errorf("got %q, %v", schemes, err)
		}
	})
	t.Run("is recognised by its certificate", func(t *testing.T) {
		transport := d.transport(t, d.kerberos("anna", password))
		transport.Roots = nil
		if _, err := do(t, transport, http.MethodGet, ""); !errors.Is(err, errs.ErrUnavailable) {
			t.Errorf("without roots: got %v", err)
		}
		pinned := d.transport(t, d.kerberos("anna", password))
		pinned.Roots, pinned.Pins = nil, []httpauth.Pin{httpauth.PinOf(d.web.Certificate)}
		if _, err := do(t, pinned, http.MethodGet, ""); err != nil {
			t.Errorf("with its pin: %v", err)
		}
	})
}

func (d *domain) signsIn(t *testing.T) {
	t.Helper()
	keytab := d.realm.Keytab(t, "cleo")
	for name, c := range map[string]struct {
		credential httpauth.Credential
		want       string
	}{
		"password":     {d.kerberos("anna", password), "anna@CONTOSO.COM"},
		"keytab":       {&httpauth.Kerberos{User: "cleo", Realm: realm, Keytab: keytab, Config: d.realm.Config}, "cleo@CONTOSO.COM"},
		"ticket cache": {&httpauth.Kerberos{Cache: d.realm.TicketCache(t, "cleo", keytab), Config: d.realm.Config}, "cleo@CONTOSO.COM"},
		"NTLM":         {ntlm("ben", password), `CONTOSO\ben`},
		"Basic":        {basic("anna", password), "anna@CONTOSO.COM"},
	} {
		transport := d.transport(t, c.credential)
		for _, body := range []string{"a form", "another"} {
			if got, err := do(t, transport, http.MethodPost, body); err != nil || got != c.want+": "+body {
				t.Errorf("%s: got %q, %v; want %s", name, got, err, c.want)
			}
		}
	}
}

func (d *domain) refuses(t *testing.T) {
	t.Helper()
	elsewhere := d.kerberos("anna", password)
	elsewhere.Service = "HTTP/ca2.contoso.com"
	d.realm.AddService(t, "HTTP/ca3.contoso.com")
	another := d.kerberos("anna", password)
	another.Service = "HTTP/ca3.contoso.com"
	for name, c := range map[string]struct {
		credential httpauth.Credential
		code       string
	}{
		"Kerberos, wrong password":               {d.kerberos("anna", "wrong"), "KDC_ERR_PREAUTH_FAILED"},
		"Kerberos, wrong password, no preauth":   {d.kerberos("cleo", "wrong"), ""},
		"Kerberos, unknown user":                 {d.kerberos("nobody", "wrong"), "KDC_ERR_C_PRINCIPAL_UNKNOWN"},
		"Kerberos, unknown service":              {elsewhere, "KDC_ERR_S_PRINCIPAL_UNKNOWN"},
		"Kerberos, a ticket for another service": {another, ""},
		"Kerberos, no ticket cache":              {&httpauth.Kerberos{Cache: "testdata/none", Config: d.realm.Config}, ""},
		"NTLM, wrong password":                   {ntlm("ben", "wrong"), ""},
		"NTLM, unknown user":                     {ntlm("nobody", password), ""},
		"Basic, wrong password":                  {basic("anna", "wrong"), ""},
	} {
		got, err := do(t, d.transport(t, c.credential), http.MethodPost, "x")
		auth, ok := errors.AsType[*httpauth.AuthError](err)
		if !ok || !errors.Is(err, errs.ErrDenied) || auth.Code != c.code {
			t.Errorf("%s: got %q, %v; want an AuthError that is denied with code %q", name, got, err, c.code)
		}
	}
}

func (d *domain) doesNotMix(t *testing.T) {
	t.Helper()
	var group sync.WaitGroup
	for user, credential := range map[string]httpauth.Credential{
		"anna@CONTOSO.COM": d.kerberos("anna", password), "cleo@CONTOSO.COM": d.kerberos("cleo", password),
		`CONTOSO\ben`: ntlm("ben", password), "": ntlm("ben", "wrong"),
	} {
		transport := d.transport(t, credential)
		for i := range 8 {
			group.Go(func() {
				got, err := do(t, transport, http.MethodPost, fmt.Sprint(i))
				if user == "" && !errors.Is(err, errs.ErrDenied) {
					t.Errorf("a wrong password was answered with %q, %v", got, err)
				}
				if want := fmt.Sprintf("%s: %d", user, i); user != "" && (err != nil || got != want) {
					t.Errorf("got %q, %v; want %q", got, err, want)
				}
			})
		}
	}
	group.Wait()
}

func TestNoDomainController(t *testing.T) {
	d := newDomain(t)
	d.realm.Stop()
	_, err := do(t, d.transport(t, d.kerberos("anna", password)), http.MethodPost, "x")
	if _, ok := errors.AsType[*httpauth.AuthError](err); !ok || !errors.Is(err, errs.ErrUnavailable) {
		t.Errorf("got %v, want an AuthError that is unavailable", err)
	}
}
