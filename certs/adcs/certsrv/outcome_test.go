package certsrv_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/certsrv"
	"github.com/clouddp/sdk/certs/adcs/certsrv/certsrvtest"
	"github.com/clouddp/sdk/certs/certstest"
)

// namedAuthority returns an authority with a name, that has received some requests of others: every second one waits.
func namedAuthority(t *testing.T, name string, others int) (*certstest.CA, *certsrvtest.Server) {
	t.Helper()
	ca := certstest.NewCA(name)
	ca.Harness(t) // for its templates
	csr, err := newRequest("").CSR()
	if err != nil {
		t.Fatal(err)
	}
	for i := range others {
		template := "CloudDPCert"
		if i%2 == 0 {
			template = "SlowCert"
		}
		if _, err := ca.Issue(t.Context(), csr, template); err != nil && !errors.Is(err, certs.ErrPending) {
			t.Fatal(err)
		}
	}
	return ca, certsrvtest.New(ca)
}

func fixed(media, body string) roundTripper {
	return func(r *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {media}},
			Body: io.NopCloser(strings.NewReader(body)), Request: r,
		}, nil
	}
}

// instead answers requests for a certificate with a page, after the authority has seen them if it is to.
func instead(web *certsrvtest.Server, page string, arrives bool) roundTripper {
	return func(r *http.Request) (*http.Response, error) {
		if r.Method != http.MethodPost {
			return web.RoundTrip(r)
		}
		if arrives {
			answer, err := web.RoundTrip(r)
			if err != nil {
				return nil, err
			}
			_ = answer.Body.Close()
		}
		return fixed("text/html", page)(r)
	}
}

// A page that is none of the authority's, or about something else, tells of no request, whatever numbers are on it.
func TestOddPagesAreNoRequest(t *testing.T) {
	const heading = "<h1>Services -- Contoso Issuing CA 2</h1>"
	for name, c := range map[string]struct {
		page    string
		arrives bool
		hint    string
	}{
		"a login page":                    {"<h1>Log in</h1><p>Support: ext. 17", false, "17"},
		"a copyright":                     {"Session expired, log in again. &copy; 2026 Contoso", false, "2026"},
		"a proxy's, with another's id":    {"<p>Blocked by rule 17", false, "17"},
		"maintenance":                     {heading + "<p>Closed until 18 o'clock", true, "18"},
		"maintenance, with another's id":  {heading + "<p>Closed until 17 o'clock", true, "17"},
		"a proxy's, with our id":          {"<p>Blocked by rule 20", true, "20"},
		"an issued request's number":      {heading + "<p>20", true, "20"},
		"the number in the name only":     {heading + "<p>Closed", false, ""},
		"a number that nobody has":        {heading + "<p>4711", true, "4711"},
		"indented":                        {"<html>\n\t<body>\n\t\t<p>\n\t\tClosed.\n\t\t</p>\n", false, ""},
		"more numbers than are asked for": {heading + "<p>" + strings.Repeat("<br>7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23", 2), false, "17"},
	} {
		t.Run(name, func(t *testing.T) {
			_, web := namedAuthority(t, "Contoso Issuing CA 2", 19) // 17 and 19 wait
			_, err := certs.Enroll(t.Context(), newClient(t, instead(web, c.page, c.arrives)), newRequest("CloudDPCert"))
			if !errors.Is(err, certsrv.ErrUnknown) || errors.Is(err, certs.ErrPending) || !strings.Contains(err.Error(), c.hint) {
				t.Errorf("got %v, want ErrUnknown that names %q", err, c.hint)
			}
		})
	}
}

// The number of a request that waits is known in every language, whatever the authority's name is and whoever else waits.
func TestPendingOnItsPage(t *testing.T) {
	for _, name := range []string{"Contoso Issuing CA", "Contoso Issuing CA 2", "2024 CA 10", "CA <1> & 4"} {
		for language := range 3 {
			for _, others := range []int{0, 1, 3, 9} {
				_, web := namedAuthority(t, name, others)
				web.Speak(certsrvtest.Language(language))
				_, err := certs.Enroll(t.Context(), newClient(t, web), newRequest("SlowCert"))
				pending, ok := errors.AsType[*certs.PendingError](err)
				if want := fmt.Sprint(others + 1); !ok || pending.ID != want {
					t.Errorf("%s, language %d: got %v, want a PendingError with id %s", name, language, err, want)
				}
			}
		}
	}
}

// Authorities differ in the code by which they say that there is no such request. None of them is a newer request.
func TestPendingWithEveryUnknownID(t *testing.T) {
	for _, code := range []string{"0x80094002", "0x80094004", "0x80070490"} {
		_, web := namedAuthority(t, "Contoso Issuing CA", 3)
		transport := roundTripper(func(r *http.Request) (*http.Response, error) {
			response, err := web.RoundTrip(r)
			if err != nil || r.URL.Query().Get("ReqID") != "5" {
				return response, err
			}
			defer func() { _ = response.Body.Close() }()
			body, err := io.ReadAll(response.Body)
			response.Body = io.NopCloser(strings.NewReader(strings.ReplaceAll(string(body), "0x80070057", code)))
			return response, err
		})
		client := newClient(t, transport)
		_, err := certs.Enroll(t.Context(), client, newRequest("SlowCert"))
		if pending, ok := errors.AsType[*certs.PendingError](err); !ok || pending.ID != "4" {
			t.Errorf("%s: got %v, want a PendingError with id 4", code, err)
		}
		if _, err := client.Retrieve(t.Context(), "5"); !errors.Is(err, certs.ErrNotFound) {
			t.Errorf("%s: got %v, want ErrNotFound", code, err)
		}
	}
}

// When somebody else's request comes between, nobody knows any more which is which; the number is told to a person.
func TestPendingWithANewerRequest(t *testing.T) {
	ca, web := namedAuthority(t, "Contoso Issuing CA", 0)
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		answer, err := web.RoundTrip(r)
		if r.Method == http.MethodPost {
			csr, _ := newRequest("SlowCert").CSR()
			_, _ = ca.Issue(t.Context(), csr, "SlowCert")
		}
		return answer, err
	})
	_, err := certs.Enroll(t.Context(), newClient(t, transport), newRequest("SlowCert"))
	if !errors.Is(err, certsrv.ErrUnknown) || !strings.Contains(err.Error(), "may be 10 or 1") {
		t.Errorf("got %v, want ErrUnknown that names the request", err)
	}
}

// A page may be understood and the authority then not be there.
func TestPendingCannotBeAsked(t *testing.T) {
	_, web := namedAuthority(t, "Contoso Issuing CA", 0)
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet {
			return nil, errors.New("the network is down")
		}
		return web.RoundTrip(r)
	})
	_, err := certs.Enroll(t.Context(), newClient(t, transport), newRequest("SlowCert"))
	if !errors.Is(err, certsrv.ErrUnknown) || !strings.Contains(err.Error(), "10 or 1") {
		t.Errorf("got %v, want ErrUnknown that names the request", err)
	}
}

func TestDeniedIDIsThatOfTheRefusal(t *testing.T) {
	const heading = "<h1>Services -- Contoso Issuing CA 2</h1><p id=locDenied>Denied."
	for name, c := range map[string]struct {
		page, id string
	}{
		"none":                    {heading + `<p>"Denied by Policy Module 0x80094012"`, ""},
		"the authority's name":    {heading + `<p>"Denied by Contoso Issuing CA 2, 0x80094012"`, ""},
		"something else's":        {heading + `<p>Room 1<p>"Denied 0x80094012"`, ""},
		"its own":                 {heading + `<p>Number 1: "Denied 0x80094012 (-2146877422)"`, "1"},
		"one refused differently": {heading + `<p>Number 1: "Denied 0x80094014"`, ""},
	} {
		ca, web := namedAuthority(t, "Contoso Issuing CA 2", 0)
		csr, err := newRequest("WebServer").CSR()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ca.Issue(t.Context(), csr, "WebServer"); !errors.Is(err, certs.ErrDenied) { // number 1
			t.Fatal(err)
		}
		_, err = certs.Enroll(t.Context(), newClient(t, instead(web, c.page, false)), newRequest("WebServer"))
		if denied, ok := errors.AsType[*certs.DeniedError](err); !ok || denied.ID != c.id {
			t.Errorf("%s: got %+v, want a DeniedError with id %q", name, denied, c.id)
		}
	}
}

func TestCodesThatAreNoRefusals(t *testing.T) {
	for text, want := range map[string]struct{ submit, retrieve error }{
		"0x80080005 (CO_E_SERVER_EXEC_FAILURE)":                 {certsrv.ErrUnknown, certsrv.ErrUnavailable},
		"0x80010108 (RPC_E_DISCONNECTED)":                       {certsrv.ErrUnknown, certsrv.ErrUnavailable},
		"There are no more endpoints 0x800706d9":                {certsrv.ErrUnavailable, certsrv.ErrUnavailable},
		"0x80094012":                                            {certsrv.ErrDenied, certsrv.ErrDenied},
		"<p id=locDenied>x<p>policy 0x800706ba":                 {certsrv.ErrDenied, certsrv.ErrDenied},
		"0x80070057":                                            {certsrv.ErrDenied, certsrv.ErrNotFound},
		"<script>location='certnew.cer?ReqID=CACert&'</script>": {certsrv.ErrUnknown, certsrv.ErrUnavailable},
	} {
		client := newClient(t, fixed("text/html", `<p>The message is "`+text+`"`))
		if _, err := certs.Enroll(t.Context(), client, newRequest("T")); !errors.Is(err, want.submit) {
			t.Errorf("%s: submit: got %v, want %v", text, err, want.submit)
		}
		if _, err := client.Retrieve(t.Context(), "5"); !errors.Is(err, want.retrieve) {
			t.Errorf("%s: retrieve: got %v, want %v", text, err, want.retrieve)
		}
	}
}

func TestDamagedRevocationList(t *testing.T) {
	ca, web := newAuthority(t)
	good := string(ca.CRL())
	for name, body := range map[string]string{
		"text": "this is no list", "nothing": "", "half": good[:len(good)/2], "more": good + "x",
		"a certificate in PEM": "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n",
	} {
		transport := roundTripper(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "certcrl.crl") {
				return fixed("application/pkix-crl", body)(r)
			}
			return web.RoundTrip(r)
		})
		if got, err := newClient(t, transport).CRL(t.Context()); !errors.Is(err, certsrv.ErrIntegrity) {
			t.Errorf("%s: got %d bytes, %v; want ErrIntegrity", name, len(got), err)
		}
	}
}

// A link to a certificate is one of the authority's only if it leads to ours.
func TestLinksToOtherRequests(t *testing.T) {
	_, web := namedAuthority(t, "Contoso Issuing CA", 3) // 1 and 3 wait
	other, err := certs.GenerateKey(2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, id := range map[string]string{"somebody else's": "2", "one that waits": "1", "nobody's": "4711"} {
		client := newClient(t, instead(web, `<a href="certnew.cer?ReqID=`+id+`&Enc=b64">`, false))
		_, err := certs.Enroll(t.Context(), client, &certs.Request{CommonName: "clouddp.contoso.com", Template: "CloudDPCert", Key: other})
		if !errors.Is(err, certsrv.ErrUnknown) || errors.Is(err, certs.ErrPending) || !strings.Contains(err.Error(), id) {
			t.Errorf("%s: got %v, want ErrUnknown that names it", name, err)
		}
	}
}
