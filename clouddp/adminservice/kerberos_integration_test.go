//go:build integration

package adminservice_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/clouddp/sdk/clientsettings"
	"github.com/clouddp/sdk/clientsettings/clientsettingstest"
	"github.com/clouddp/sdk/clouddp/adminservice"
	"github.com/clouddp/sdk/clouddp/adminservice/adminservicetest"
	"github.com/clouddp/sdk/httpauth"
	"github.com/clouddp/sdk/internal/testserver"
	"github.com/clouddp/sdk/statusmsg"
	"github.com/clouddp/sdk/statusmsg/statusmsgtest"
)

const (
	provider = "cm1.contoso.com"
	account  = "svc-clouddp"
)

// domain is a Kerberos realm and, behind an Apache that signs its users in, the service of a site.
type domain struct {
	realm *testserver.Realm
	web   *testserver.Web
	// service answers; each test may put a fresh one here.
	service atomic.Pointer[adminservicetest.Service]
}

// newDomain starts everything. The service takes only who is named user.
func newDomain(t *testing.T, user string, edit func(*testserver.ApacheConfig)) *domain {
	t.Helper()
	d := &domain{realm: testserver.Kerberos(t, "CONTOSO.COM")}
	d.realm.AddUser(t, account, "right", true)
	d.use(&adminservicetest.Service{PageSize: 2})
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("X-Remote-User"); got != user {
			t.Errorf("the user is %q, want %q", got, user)
		}
		d.service.Load().ServeHTTP(w, r)
	}))
	t.Cleanup(backend.Close)
	config := testserver.ApacheConfig{Host: provider, Backend: backend.Listener.Addr().String(), Realm: d.realm}
	edit(&config)
	d.web = testserver.Apache(t, config)
	return d
}

func (d *domain) use(service *adminservicetest.Service) { d.service.Store(service) }

// transport signs in to the site with a credential.
func (d *domain) transport(t *testing.T, credential httpauth.Credential) *httpauth.Transport {
	t.Helper()
	transport := &httpauth.Transport{Credentials: []httpauth.Credential{credential}, Roots: d.web.Pool(), Dial: d.web.Dial}
	t.Cleanup(func() { _ = transport.Close() })
	return transport
}

func (d *domain) kerberos(password string) *httpauth.Kerberos {
	return &httpauth.Kerberos{User: account, Realm: d.realm.Name, Config: d.realm.Config, Password: secret(password)}
}

func secret(text string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(text), nil }
}

func siteAt(transport http.RoundTripper) *adminservice.Site {
	return &adminservice.Site{URL: "https://" + provider + "/AdminService", Transport: transport}
}

// suites runs the conformance suites through one way of signing in.
func (d *domain) suites(t *testing.T, transport http.RoundTripper) {
	t.Helper()
	var l labs
	connect := func() *adminservice.Site {
		site, service := siteAt(transport), &adminservicetest.Service{PageSize: 2}
		d.use(service)
		l.services.Store(site, service)
		return site
	}
	t.Run("messages", func(t *testing.T) {
		statusmsgtest.TestSource(t, statusmsgtest.SourceHarness{
			New: func(*testing.T) statusmsg.Source { return connect() },
			Plant: func(_ *testing.T, source statusmsg.Source, messages ...statusmsg.Message) {
				l.service(source).PlantMessages(messages...)
			},
		})
	})
	t.Run("policies", func(t *testing.T) {
		clientsettingstest.TestSource(t, clientsettingstest.SourceHarness{
			New: func(t *testing.T, policies ...clientsettings.Policy) clientsettings.Source {
				t.Helper()
				site := connect()
				if err := l.service(site).PlantPolicies(policies...); err != nil {
					t.Fatal(err)
				}
				return site
			},
		})
	})
	t.Run("writing", func(t *testing.T) {
		site := connect()
		plantServices(l.service(site), 1)
		if err := site.StartCloudService(t.Context(), 1); err != nil {
			t.Error(err)
		}
		if err := site.Report(t.Context(), userMessage("k")); err != nil {
			t.Error(err)
		}
		if tasks := must(t, site.Tasks(t.Context(), 1)); len(tasks) != 1 || len(l.service(site).Messages()) != 1 {
			t.Errorf("%d tasks, %d messages", len(tasks), len(l.service(site).Messages()))
		}
	})
}

func TestKerberos(t *testing.T) {
	d := newDomain(t, account+"@CONTOSO.COM", func(*testserver.ApacheConfig) {})
	d.suites(t, d.transport(t, d.kerberos("right")))

	for name, test := range map[string]struct {
		credential httpauth.Credential
		want       error
	}{
		"wrong password": {d.kerberos("wrong"), adminservice.ErrDenied},
		"NTLM alone":     {&httpauth.NTLM{User: account, Domain: "CONTOSO", Password: secret("right")}, adminservice.ErrDenied},
	} {
		t.Run(name, func(t *testing.T) {
			service := &adminservicetest.Service{}
			d.use(service)
			_, err := siteAt(d.transport(t, test.credential)).CloudService(t.Context(), 1)
			if _, ok := errors.AsType[*httpauth.AuthError](err); !ok || !errors.Is(err, test.want) || service.Requests() != 0 {
				t.Errorf("error = %v after %d requests, want an AuthError that is %v", err, service.Requests(), test.want)
			}
			if strings.Contains(fmt.Sprint(err), "right") {
				t.Errorf("the password is in the error: %v", err)
			}
		})
	}
	t.Run("no KDC", func(t *testing.T) {
		site := siteAt(d.transport(t, d.kerberos("right")))
		d.realm.Stop()
		if err := site.StartCloudService(t.Context(), 1); !errors.Is(err, adminservice.ErrUnavailable) {
			t.Errorf("error = %v, want ErrUnavailable: nothing was sent", err)
		}
	})
}

func TestNTLM(t *testing.T) {
	d := newDomain(t, `CONTOSO\`+account, func(c *testserver.ApacheConfig) {
		c.Realm, c.NTLM = nil, map[string]string{"CONTOSO:" + account: "right"}
	})
	d.suites(t, d.transport(t, &httpauth.NTLM{User: account, Domain: "CONTOSO", Password: secret("right")}))
	_, err := siteAt(d.transport(t, &httpauth.NTLM{User: account, Domain: "CONTOSO", Password: secret("wrong")})).CloudService(t.Context(), 1)
	if !errors.Is(err, adminservice.ErrDenied) {
		t.Errorf("wrong password: error = %v", err)
	}
}

// A server that does not prove itself sees neither a ticket nor a request.
func TestServerCertificateThatDoesNotMatch(t *testing.T) {
	d := newDomain(t, account+"@CONTOSO.COM", func(*testserver.ApacheConfig) {})
	plantServices(d.service.Load(), 1)
	own, other := httpauth.PinOf(d.web.Certificate), httpauth.Pin{1}
	for name, test := range map[string]struct {
		edit func(*httpauth.Transport)
		host string
		ok   bool
	}{
		"root":            {func(*httpauth.Transport) {}, provider, true},
		"root and pin":    {func(c *httpauth.Transport) { c.Pins = []httpauth.Pin{own} }, provider, true},
		"pin alone":       {func(c *httpauth.Transport) { c.Roots, c.Pins = nil, []httpauth.Pin{own} }, provider, true},
		"another pin":     {func(c *httpauth.Transport) { c.Roots, c.Pins = nil, []httpauth.Pin{other} }, provider, false},
		"root, wrong pin": {func(c *httpauth.Transport) { c.Pins = []httpauth.Pin{other} }, provider, false},
		"no root":         {func(c *httpauth.Transport) { c.Roots = nil }, provider, false},
		"empty root":      {func(c *httpauth.Transport) { c.Roots = x509.NewCertPool() }, provider, false},
		"another name":    {func(*httpauth.Transport) {}, "cm2.contoso.com", false},
		"pin, other name": {func(c *httpauth.Transport) { c.Pins = []httpauth.Pin{own} }, "cm2.contoso.com", false},
	} {
		t.Run(name, func(t *testing.T) {
			transport := d.transport(t, d.kerberos("right"))
			test.edit(transport)
			site := &adminservice.Site{URL: "https://" + test.host + "/AdminService", Transport: transport}
			before := d.service.Load().Requests()
			_, err := site.CloudService(t.Context(), 1)
			if test.ok && err != nil || !test.ok && !errors.Is(err, adminservice.ErrUnavailable) {
				t.Errorf("error = %v", err)
			}
			if err := site.StopCloudService(t.Context(), 1); !test.ok && !errors.Is(err, adminservice.ErrUnavailable) {
				t.Errorf("Stop: error = %v, want ErrUnavailable: nothing was sent", err)
			}
			if sent := d.service.Load().Requests() != before; sent != test.ok {
				t.Errorf("requests arrived: %v", sent)
			}
		})
	}
}
