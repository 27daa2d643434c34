package adminservice_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/clouddp/sdk/clouddp/adminservice"
	"github.com/clouddp/sdk/clouddp/adminservice/adminservicetest"
	"github.com/clouddp/sdk/httpauth"
)

// bearer accepts one token.
func bearer(want string) func(*http.Request) error {
	return func(r *http.Request) error {
		if r.Header.Get("Authorization") != "Bearer "+want {
			return errors.New("the token is not accepted")
		}
		return nil
	}
}

func TestTokenThroughAGateway(t *testing.T) {
	const path = "/CCM_Proxy_ServerAuth/72057594037927941/AdminService"
	service := &adminservicetest.Service{Path: path, PageSize: 1, Authenticate: bearer("secret token")}
	plantServices(service, 3)
	site := &adminservice.Site{
		URL:       "https://gateway.contoso.com" + path,
		Transport: &adminservice.Token{Credential: token("secret token"), Scope: "api://contoso/app/.default", Base: service.RoundTripper()},
	}
	if got := must(t, site.CloudServices(t.Context())); len(got) != 3 {
		t.Errorf("%d services", len(got))
	}
	if err := site.StartCloudService(t.Context(), 2); err != nil {
		t.Error(err)
	}
	service.Authenticate = bearer("another")
	_, err := collect(site.CloudServices(t.Context()))
	if !errors.Is(err, adminservice.ErrDenied) || strings.Contains(err.Error(), "secret") {
		t.Errorf("error = %v, want ErrDenied without the token", err)
	}
}

// failing gives no token.
type failing struct{}

func (failing) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{}, errors.New("no account")
}

func TestTokenThatIsNotGiven(t *testing.T) {
	service := &adminservicetest.Service{}
	for name, transport := range map[string]*adminservice.Token{
		"no token": {Credential: failing{}, Scope: "s", Base: service.RoundTripper()},
	} {
		site := &adminservice.Site{URL: address, Transport: transport}
		if err := site.StopCloudService(t.Context(), 1); !errors.Is(err, adminservice.ErrDenied) || service.Requests() != 0 {
			t.Errorf("%s: error = %v after %d requests", name, err, service.Requests())
		}
	}
	for name, transport := range map[string]*adminservice.Token{"no credential": {Scope: "s"}, "no scope": {Credential: token("t")}} {
		site := &adminservice.Site{URL: address, Transport: transport}
		if _, err := site.CloudService(t.Context(), 1); !errors.Is(err, adminservice.ErrInvalid) {
			t.Errorf("%s: error = %v", name, err)
		}
		site.CloseIdleConnections()
	}
}

func TestServerMustProveItself(t *testing.T) {
	service := &adminservicetest.Service{Authenticate: bearer("t")}
	plantServices(service, 1)
	server, err := service.Serve(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	other, err := (&adminservicetest.Service{}).Serve(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(); _ = other.Close() })
	elsewhere := strings.Replace(server.URL, "localhost", "127.0.0.2", 1)
	for name, test := range map[string]struct {
		url   string
		roots *x509.CertPool
		pins  []httpauth.Pin
		ok    bool
	}{
		"root":                       {server.URL, server.Pool(), nil, true},
		"root and pin":               {server.URL, server.Pool(), []httpauth.Pin{httpauth.PinOf(other.Certificate), httpauth.PinOf(server.Certificate)}, true},
		"pin":                        {server.URL, nil, []httpauth.Pin{httpauth.PinOf(server.Certificate)}, true},
		"nothing":                    {server.URL, nil, nil, false},
		"another root":               {server.URL, other.Pool(), nil, false},
		"another name":               {elsewhere, server.Pool(), nil, false},
		"another pin":                {server.URL, nil, []httpauth.Pin{httpauth.PinOf(other.Certificate)}, false},
		"root and another pin":       {server.URL, server.Pool(), []httpauth.Pin{httpauth.PinOf(other.Certificate)}, false},
		"pin, root and another name": {elsewhere, server.Pool(), []httpauth.Pin{httpauth.PinOf(server.Certificate)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			site := &adminservice.Site{URL: test.url, Transport: &adminservice.Token{Credential: token("t"), Scope: "s", Roots: test.roots, Pins: test.pins}}
			defer site.CloseIdleConnections()
			before := service.Requests()
			_, err := site.CloudService(t.Context(), 1)
			if test.ok && err != nil || !test.ok && !errors.Is(err, adminservice.ErrUnavailable) {
				t.Errorf("error = %v", err)
			}
			if err := site.StartCloudService(t.Context(), 1); !test.ok && !errors.Is(err, adminservice.ErrUnavailable) {
				t.Errorf("Start: error = %v, want ErrUnavailable: nothing was sent", err)
			}
			if sent := service.Requests() != before; sent != test.ok {
				t.Errorf("requests arrived: %v", sent)
			}
		})
	}
}

func TestTokenIsNotSentInTheClear(t *testing.T) {
	sent := false
	transport := &adminservice.Token{Credential: token("t"), Scope: "s", Base: transport(func(r *http.Request) (*http.Response, error) {
		sent = true
		return response(r, 200, "application/json", "{}"), nil
	})}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://cm1.contoso.com/AdminService", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := transport.RoundTrip(request); err == nil || sent {
		_ = answer.Body.Close()
		t.Error("the token went out over plain http")
	}
}

func TestPins(t *testing.T) {
	pin := httpauth.Pin{1, 2, 3}
	for _, text := range []string{pin.String(), strings.TrimPrefix(pin.String(), "sha256//")} {
		if got, err := httpauth.ParsePin(text); err != nil || got != pin {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	if _, err := httpauth.ParsePin("sha256//x"); !errors.Is(err, adminservice.ErrInvalid) {
		t.Errorf("error = %v", err)
	}
}
