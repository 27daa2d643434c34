package certsrvtest_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/certsrv/certsrvtest"
	"github.com/clouddp/sdk/certs/certstest"
)

const (
	base  = "https://ca1.contoso.com/certsrv/"
	media = "application/x-www-form-urlencoded"
)

func ask(t *testing.T, web http.RoundTripper, method, address, contentType, body string) (status int, media, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("User-Agent", "Mozilla/5.0")
	response, err := web.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Content-Type"), string(content)
}

func csr(t *testing.T) []byte {
	t.Helper()
	der, err := (&certs.Request{CommonName: "clouddp.contoso.com", Template: "WebServer", Key: certstest.Key()}).CSR()
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func form(t *testing.T) url.Values {
	t.Helper()
	return url.Values{
		"Mode": {"newreq"}, "CertRequest": {base64.StdEncoding.EncodeToString(csr(t))}, "CertAttrib": {"CertificateTemplate:WebServer"},
		"FriendlyType": {"x"}, "TargetStoreFlags": {"0"}, "SaveCert": {"yes"},
	}
}

func TestFormIsHeldToTheLetter(t *testing.T) {
	for name, c := range map[string]struct {
		method, page, media string
		change              func(url.Values)
		status              int
		requests            int
	}{
		"as it should be":  {http.MethodPost, "certfnsh.asp", media, func(url.Values) {}, 200, 1},
		"method":           {http.MethodGet, "certfnsh.asp", media, func(url.Values) {}, 405, 0},
		"post to read":     {http.MethodPost, "certnew.cer", media, func(url.Values) {}, 405, 0},
		"page":             {http.MethodPost, "certfnsh.aspx", media, func(url.Values) {}, 405, 0},
		"content type":     {http.MethodPost, "certfnsh.asp", "text/plain", func(url.Values) {}, 400, 0},
		"mode":             {http.MethodPost, "certfnsh.asp", media, func(v url.Values) { v.Set("Mode", "x") }, 400, 0},
		"missing":          {http.MethodPost, "certfnsh.asp", media, func(v url.Values) { v.Del("SaveCert") }, 400, 0},
		"twice":            {http.MethodPost, "certfnsh.asp", media, func(v url.Values) { v.Add("CertAttrib", "x") }, 400, 0},
		"unknown":          {http.MethodPost, "certfnsh.asp", media, func(v url.Values) { v.Set("X", "x") }, 400, 0},
		"attribute":        {http.MethodPost, "certfnsh.asp", media, func(v url.Values) { v.Set("CertAttrib", "SAN:dns=evil") }, 400, 0},
		"second attribute": {http.MethodPost, "certfnsh.asp", media, func(v url.Values) { v.Set("CertAttrib", "CertificateTemplate:A\r\nCertificateTemplate:B") }, 400, 0},
	} {
		ca := certstest.NewCA("CA")
		fields := form(t)
		c.change(fields)
		status, _, text := ask(t, certsrvtest.New(ca), c.method, base+c.page, c.media, fields.Encode())
		if status != c.status || ca.Requests() != c.requests {
			t.Errorf("%s: got %d after %d requests, want %d after %d: %s", name, status, ca.Requests(), c.status, c.requests, text)
		}
	}
}

// A plus sign that was not escaped becomes a space, and the request is damaged.
func TestPlusSignMustBeEscaped(t *testing.T) {
	ca := certstest.NewCA("CA")
	fields := form(t)
	body := strings.ReplaceAll(fields.Encode(), "%2B", "+")
	if !strings.Contains(fields.Get("CertRequest"), "+") {
		t.Fatal("the request has no plus sign")
	}
	_, _, text := ask(t, certsrvtest.New(ca), http.MethodPost, base+"certfnsh.asp", media, body)
	if !strings.Contains(text, certs.CodeBadASN1.String()) {
		t.Errorf("got %s", text)
	}
}

func TestOnlyABrowserGetsACertificate(t *testing.T) {
	web := certsrvtest.New(certstest.NewCA("CA"))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"certnew.cer?ReqID=CACert&Renewal=0&Enc=bin", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for agent, want := range map[string]string{"curl/8": "text/html", "Mozilla/5.0": "application/pkix-cert"} {
		r.Header.Set("User-Agent", agent)
		response, err := web.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if got := response.Header.Get("Content-Type"); got != want {
			t.Errorf("%s: got %s, want %s", agent, got, want)
		}
	}
}

func TestDownloadsAreHeldToTheLetter(t *testing.T) {
	web := certsrvtest.New(certstest.NewCA("CA"))
	for query, want := range map[string]int{
		"certnew.cer?ReqID=CACert&Renewal=0&Enc=b64": 200, "certnew.cer?ReqID=CACert&Renewal=0&Enc=x": 400,
		"certcrl.crl?Type=base&Renewal=0&Enc=bin": 200, "certcrl.crl?Type=delta&Renewal=0&Enc=bin": 400, "other.asp": 404,
	} {
		if status, _, text := ask(t, web, http.MethodGet, base+query, "", ""); status != want {
			t.Errorf("%s: got %d, want %d: %s", query, status, want, text)
		}
	}
	if status, _, _ := ask(t, web, http.MethodGet, "https://ca1.contoso.com/other/", "", ""); status != 404 {
		t.Errorf("another directory: got %d", status)
	}
}
