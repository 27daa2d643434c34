package certsrv_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/certsrv"
	"github.com/clouddp/sdk/certs/adcs/certsrv/certsrvtest"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/httpauth"
)

func TestPassesTheSuiteInEveryLanguage(t *testing.T) {
	for language, name := range []string{"English", "German", "Japanese"} {
		t.Run(name, func(t *testing.T) {
			certstest.TestIssuer(t, func(t *testing.T) certstest.IssuerHarness {
				t.Helper()
				ca, web := newAuthority(t)
				web.Speak(certsrvtest.Language(language))
				return harness(t, newClient(t, web), ca)
			})
		})
	}
}

// serve puts the pages behind TLS and a password.
func serve(t *testing.T, handler http.Handler) *httpauth.Transport {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	return &httpauth.Transport{
		Credentials: []httpauth.Credential{&httpauth.Basic{User: "anna", Password: func() ([]byte, error) { return []byte("horse"), nil }}},
		Pins:        []httpauth.Pin{httpauth.PinOf(server.Certificate())},
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
		},
	}
}

func TestPassesTheSuiteBehindAPassword(t *testing.T) {
	certstest.TestIssuer(t, func(t *testing.T) certstest.IssuerHarness {
		t.Helper()
		ca, web := newAuthority(t)
		web.RequireBasic("anna", "horse")
		return harness(t, newClient(t, serve(t, web)), ca)
	})
}

func TestWorksInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, web := newAuthority(t)
		if _, err := certs.Enroll(t.Context(), newClient(t, web), newRequest("CloudDPCert")); err != nil {
			t.Error(err)
		}
	})
}

func TestWrongPassword(t *testing.T) {
	ca, web := newAuthority(t)
	web.RequireBasic("anna", "another")
	client := newClient(t, serve(t, web))
	_, err := certs.Enroll(t.Context(), client, newRequest("CloudDPCert"))
	auth, ok := errors.AsType[*httpauth.AuthError](err)
	if !ok || !errors.Is(err, certs.ErrDenied) || auth.Scheme != "Basic" || ca.Requests() != 0 {
		t.Errorf("got %v after %d requests, want an AuthError and none", err, ca.Requests())
	}
	schemes, err := client.Schemes(t.Context())
	if err != nil || !slices.Equal(schemes, []string{"Basic"}) {
		t.Errorf("Schemes: got %q, %v", schemes, err)
	}
}

func TestSchemesNeedATransportThatCanAsk(t *testing.T) {
	_, web := newAuthority(t)
	if _, err := newClient(t, web).Schemes(t.Context()); !errors.Is(err, certs.ErrUnsupported) {
		t.Errorf("got %v, want ErrUnsupported", err)
	}
}

func TestSubmitGoesWrong(t *testing.T) {
	for name, c := range map[string]struct {
		fault    certsrvtest.Fault
		want     []error
		requests int
	}{
		"reset before":              {certsrvtest.FaultReset, []error{certs.ErrUnknown}, 0}, // nobody can tell from outside
		"reset after":               {certsrvtest.FaultLostAnswer, []error{certs.ErrUnknown}, 1},
		"application stopped":       {certsrvtest.FaultUnavailable, []error{certs.ErrUnavailable}, 0},
		"authority stopped":         {certsrvtest.FaultNoAuthority, []error{certs.ErrUnavailable}, 0},
		"call failed":               {certsrvtest.FaultCallFailed, []error{certs.ErrUnknown}, 1},
		"endless page":              {certsrvtest.FaultHuge, []error{certs.ErrUnknown, certs.ErrLimit}, 1},
		"odd page":                  {certsrvtest.FaultOddPage, []error{certs.ErrUnknown}, 1},
		"issued but not downloaded": {certsrvtest.FaultHTML, []error{certs.ErrPending, certs.ErrUnavailable}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			ca, web := newAuthority(t)
			client := newClient(t, web)
			web.Inject(c.fault)
			_, err := certs.Enroll(t.Context(), client, newRequest("CloudDPCert"))
			for _, want := range c.want {
				if !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
			}
			if ca.Requests() != c.requests {
				t.Errorf("the authority has seen %d requests, want %d", ca.Requests(), c.requests)
			}
			pending, ok := errors.AsType[*certs.PendingError](err)
			if !ok {
				return
			}
			if _, err := certs.Complete(t.Context(), client, pending.ID, certstest.Key()); err != nil {
				t.Errorf("Complete: %v", err)
			}
		})
	}
}

func TestDownloadGoesWrong(t *testing.T) {
	for name, c := range map[string]struct {
		fault certsrvtest.Fault
		want  error
	}{
		"reset":       {certsrvtest.FaultReset, certs.ErrUnavailable},
		"unavailable": {certsrvtest.FaultUnavailable, certs.ErrUnavailable},
		"endless":     {certsrvtest.FaultHuge, certs.ErrLimit},
		"a page":      {certsrvtest.FaultHTML, certs.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			_, web := newAuthority(t)
			client := newClient(t, web)
			if _, err := certs.Enroll(t.Context(), client, newRequest("CloudDPCert")); err != nil {
				t.Fatal(err)
			}
			for what, download := range map[string]func() error{
				"Retrieve":      func() error { _, err := client.Retrieve(t.Context(), "1"); return err },
				"CACertificate": func() error { _, err := client.CACertificate(t.Context()); return err },
				"CRL":           func() error { _, err := client.CRL(t.Context()); return err },
			} {
				if what == "CRL" && c.fault == certsrvtest.FaultHuge {
					continue // a list may be as long
				}
				web.Inject(c.fault)
				if err := download(); !errors.Is(err, c.want) {
					t.Errorf("%s: got %v, want %v", what, err, c.want)
				}
				if err := download(); err != nil {
					t.Errorf("%s, again: %v", what, err)
				}
			}
		})
	}
}

func TestAuthorityFiles(t *testing.T) {
	ca, web := newAuthority(t)
	client := newClient(t, web)
	certificate, err := client.CACertificate(t.Context())
	if err != nil || !certificate.Equal(ca.Certificate()) {
		t.Errorf("CACertificate: %v", err)
	}
	list, err := client.CRL(t.Context())
	if err != nil || string(list) != string(ca.CRL()) {
		t.Errorf("CRL: %v", err)
	}
}

// The number in the authority's name is one of the requests that wait, and not the one that was made.
func TestPendingAmongNumbers(t *testing.T) {
	_, web := newAuthority(t)
	client := newClient(t, web)
	for _, want := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"} {
		_, err := certs.Enroll(t.Context(), client, newRequest("SlowCert"))
		if pending, ok := errors.AsType[*certs.PendingError](err); !ok || pending.ID != want {
			t.Errorf("got %v, want a PendingError with id %s", err, want)
		}
	}
}

func TestReasonIsHandedOn(t *testing.T) {
	for language, want := range []string{
		certsrvtest.English:  "0x80094012",
		certsrvtest.German:   "Vom Richtlinienmodul verweigert",
		certsrvtest.Japanese: "ポリシーにより拒否",
	} {
		_, web := newAuthority(t)
		web.Speak(certsrvtest.Language(language))
		_, err := certs.Enroll(t.Context(), newClient(t, web), newRequest("WebServer"))
		denied, ok := errors.AsType[*certs.DeniedError](err)
		if !ok || denied.Code != certs.CodeTemplateDenied || !strings.Contains(denied.Reason, want) {
			t.Errorf("got %v, want the code and the reason %q", err, want)
		}
	}
}

func TestInvalid(t *testing.T) {
	csr, err := newRequest("CloudDPCert").CSR()
	if err != nil {
		t.Fatal(err)
	}
	ca, web := newAuthority(t)
	for name, c := range map[string]struct {
		url       string
		transport http.RoundTripper
		csr       []byte
		template  string
		field     string
	}{
		"plain HTTP":         {"http://ca1.contoso.com/certsrv/", web, csr, "CloudDPCert", "URL"},
		"no URL":             {"", web, csr, "CloudDPCert", "URL"},
		"a query":            {address + "?x", web, csr, "CloudDPCert", "URL"},
		"a password":         {"https://a:hunter2@ca1.contoso.com/certsrv/", web, csr, "CloudDPCert", "URL"},
		"a password, odd":    {"ht!tps://a:hunter2@ca1.contoso.com/certsrv/", web, csr, "CloudDPCert", "URL"},
		"no directory":       {"https://ca1.contoso.com", web, csr, "CloudDPCert", "URL"},
		"only a slash":       {"https://ca1.contoso.com/", web, csr, "CloudDPCert", "URL"},
		"no transport":       {address, nil, csr, "CloudDPCert", "Transport"},
		"no request":         {address, web, nil, "CloudDPCert", "csr"},
		"a long request":     {address, web, make([]byte, 65<<10), "CloudDPCert", "csr"},
		"a second attribute": {address, web, csr, "CloudDPCert\r\nSAN:dns=evil", "template"},
		"a colon":            {address, web, csr, "Cloud:DP", "template"},
		"letters beyond":     {address, web, csr, "CloudDPZertifikät", "template"},
		"a space at the end": {address, web, csr, "CloudDPCert ", "template"},
		"a very long name":   {address, web, csr, strings.Repeat("x", 257), "template"},
	} {
		client := &certsrv.Client{URL: c.url, Transport: c.transport}
		_, err := client.Issue(t.Context(), c.csr, c.template)
		if invalid, ok := errors.AsType[*certsrv.InvalidError](err); !ok || invalid.Problems[0].Field != c.field ||
			strings.Count(err.Error(), "certsrv:") != 1 || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want an InvalidError about %s", name, err, c.field)
		}
		if c.field != "URL" && c.field != "Transport" {
			continue
		}
		for what, call := range calls(t.Context(), client) {
			if err := call(); !errors.Is(err, certsrv.ErrInvalid) || strings.Count(err.Error(), "certsrv:") != 1 || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: %s: got %v, want ErrInvalid", name, what, err)
			}
		}
	}
	if ca.Requests() != 0 {
		t.Errorf("%d requests were sent", ca.Requests())
	}
}

// calls are those that only read.
func calls(ctx context.Context, client *certsrv.Client) map[string]func() error {
	return map[string]func() error{
		"Retrieve":      func() error { _, err := client.Retrieve(ctx, "1"); return err },
		"Schemes":       func() error { _, err := client.Schemes(ctx); return err },
		"CACertificate": func() error { _, err := client.CACertificate(ctx); return err },
		"CRL":           func() error { _, err := client.CRL(ctx); return err },
	}
}

func TestNil(t *testing.T) {
	var none *certsrv.Client
	if _, err := none.Issue(t.Context(), []byte("x"), ""); !errors.Is(err, certsrv.ErrInvalid) {
		t.Errorf("Issue: got %v", err)
	}
	for what, call := range calls(t.Context(), none) {
		if err := call(); !errors.Is(err, certsrv.ErrInvalid) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if err := none.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	_, web := newAuthority(t)
	if _, err := (&certsrv.Client{URL: address, Transport: web, Timeout: -1}).CRL(t.Context()); !errors.Is(err, certsrv.ErrInvalid) {
		t.Errorf("negative Timeout: got %v", err)
	}
}

func TestEveryCategoryOfStatus(t *testing.T) {
	for status, want := range map[int]error{
		http.StatusFound: certs.ErrUnavailable, http.StatusForbidden: certs.ErrDenied, http.StatusNotFound: certs.ErrUnavailable,
		http.StatusInternalServerError: certs.ErrUnknown, http.StatusBadGateway: certs.ErrUnknown,
		http.StatusServiceUnavailable: certs.ErrUnavailable, http.StatusUnauthorized: certs.ErrDenied,
	} {
		requests := 0
		transport := roundTripper(func(*http.Request) (*http.Response, error) {
			requests++
			return &http.Response{StatusCode: status, Body: http.NoBody, Header: http.Header{"Location": {"https://elsewhere.test/"}}}, nil
		})
		_, err := certs.Enroll(t.Context(), newClient(t, transport), newRequest("CloudDPCert"))
		if !errors.Is(err, want) || requests != 1 {
			t.Errorf("%d: got %v after %d requests, want %v after one", status, err, requests, want)
		}
	}
}

func TestForeignTransportFails(t *testing.T) {
	for name, c := range map[string]struct{ err, want error }{
		"dial": {&net.OpError{Op: "dial", Err: errors.New("refused")}, certs.ErrUnavailable},
		"read": {&net.OpError{Op: "read", Err: errors.New("reset")}, certs.ErrUnknown},
		"else": {errors.New("something"), certs.ErrUnknown},
	} {
		transport := roundTripper(func(*http.Request) (*http.Response, error) { return nil, c.err })
		if _, err := certs.Enroll(t.Context(), newClient(t, transport), newRequest("CloudDPCert")); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
