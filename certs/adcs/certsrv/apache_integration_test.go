//go:build integration

package certsrv_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/certsrv"
	"github.com/clouddp/sdk/certs/adcs/certsrv/certsrvtest"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/httpauth"
	"github.com/clouddp/sdk/internal/testserver"
)

const (
	realm    = "CONTOSO.COM"
	password = "correct horse"
)

// enterprise is an Apache that signs users in before web enrolment.
type enterprise struct {
	web   *testserver.Web
	realm *testserver.Realm

	mu    sync.Mutex
	pages *certsrvtest.Server // may be changed, so that a suite needs one Apache
	users []string            // who has asked, with Kerberos or NTLM
}

func newEnterprise(t *testing.T) *enterprise {
	t.Helper()
	e := &enterprise{realm: testserver.Kerberos(t, realm)}
	backend := httptest.NewServer(e)
	t.Cleanup(backend.Close)
	e.realm.AddUser(t, "anna", password, true)
	e.web = testserver.Apache(t, testserver.ApacheConfig{
		Host: "ca1.contoso.com", Backend: backend.Listener.Addr().String(), Realm: e.realm,
		NTLM: map[string]string{"CONTOSO:ben": password},
	})
	return e
}

func (e *enterprise) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	e.users = append(e.users, r.Header.Get("X-Remote-User"))
	pages := e.pages
	e.mu.Unlock()
	pages.ServeHTTP(w, r)
}

func (e *enterprise) open(pages *certsrvtest.Server) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pages, e.users = pages, nil
}

// only reports whether user, and nobody else, has asked.
func (e *enterprise) only(user string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.users) > 0 && !slices.ContainsFunc(e.users, func(u string) bool { return u != user })
}

func (e *enterprise) client(t *testing.T, credential httpauth.Credential) *certsrv.Client {
	t.Helper()
	return newClient(t, &httpauth.Transport{Credentials: []httpauth.Credential{credential}, Roots: e.web.Pool(), Dial: e.web.Dial})
}

func (e *enterprise) kerberos(secret string) *httpauth.Kerberos {
	return &httpauth.Kerberos{User: "anna", Realm: realm, Password: certs.StaticPassword(secret), Config: e.realm.Config}
}

func ntlm(secret string) *httpauth.NTLM {
	return &httpauth.NTLM{User: "ben", Domain: "CONTOSO", Password: certs.StaticPassword(secret)}
}

func TestPassesTheSuiteBehindApache(t *testing.T) {
	e := newEnterprise(t)
	for name, c := range map[string]struct {
		credential httpauth.Credential
		user       string
	}{
		"Kerberos": {e.kerberos(password), "anna@CONTOSO.COM"},
		"NTLM":     {ntlm(password), `CONTOSO\ben`},
	} {
		t.Run(name, func(t *testing.T) {
			certstest.TestIssuer(t, func(t *testing.T) certstest.IssuerHarness {
				t.Helper()
				ca, pages := newAuthority(t)
				e.open(pages)
				return harness(t, e.client(t, c.credential), ca)
			})
			if !e.only(c.user) {
				t.Errorf("asked by %q, want %s alone", e.users, c.user)
			}
		})
	}
}

func TestApacheRefuses(t *testing.T) {
	e := newEnterprise(t)
	for name, credential := range map[string]httpauth.Credential{
		"Kerberos": e.kerberos("wrong"), "NTLM": ntlm("wrong"), "no ticket": &httpauth.Kerberos{Cache: "testdata/none", Config: e.realm.Config},
	} {
		ca, pages := newAuthority(t)
		e.open(pages)
		_, err := certs.Enroll(t.Context(), e.client(t, credential), newRequest("CloudDPCert"))
		if _, ok := errors.AsType[*httpauth.AuthError](err); !ok || !errors.Is(err, certs.ErrDenied) || ca.Requests() != 0 {
			t.Errorf("%s: got %v after %d requests, want an AuthError and none", name, err, ca.Requests())
		}
	}
}

func TestApacheDiesMeanwhile(t *testing.T) {
	e := newEnterprise(t)
	ca, pages := newAuthority(t)
	e.open(pages)
	client := e.client(t, e.kerberos(password))
	if _, err := certs.Enroll(t.Context(), client, newRequest("CloudDPCert")); err != nil {
		t.Fatal(err)
	}
	e.web.Stop()
	_, err := certs.Enroll(t.Context(), client, newRequest("CloudDPCert"))
	if !errors.Is(err, certs.ErrUnavailable) && !errors.Is(err, certs.ErrUnknown) || ca.Requests() != 1 {
		t.Errorf("got %v after %d requests", err, ca.Requests())
	}
}
