package classictest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp/classic/classictest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	id    = "11111111-2222-3333-4444-555555555555"
	xmlns = `xmlns="http://schemas.microsoft.com/windowsazure"`
	token = "co-administrator"
)

var makeBundle = sync.OnceValues(func() (*certs.Bundle, error) { return certs.SelfSigned("clouddp.contoso.com", nil) })

func newBundle(t *testing.T) *certs.Bundle {
	t.Helper()
	bundle, err := makeBundle()
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

// caller speaks to a service by hand.
type caller struct {
	*testing.T
	service   *classictest.Service
	transport http.RoundTripper
	// header is set on every request; an empty value deletes.
	header map[string]string
}

func newCaller(t *testing.T) *caller {
	t.Helper()
	service := &classictest.Service{}
	service.AddToken(token)
	return &caller{T: t, service: service, transport: service.RoundTripper(nil), header: map[string]string{}}
}

// reply is what a test looks at.
type reply struct {
	status    int
	id        string
	body      string
	Code      string
	Message   string
	Status    string
	Result    bool
	HTTPCode  int    `xml:"HttpStatusCode"`
	ErrorCode string `xml:"Error>Code"`
}

func (c *caller) do(method, path, body string) reply {
	c.Helper()
	request, err := http.NewRequestWithContext(c.Context(), method, "https://management.core.windows.net/"+id+path, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	request.Header.Set("x-ms-version", "2014-10-01")
	request.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		request.Header.Set("Content-Type", "application/xml")
	}
	for name, value := range c.header {
		request.Header.Set(name, value)
		if value == "" {
			request.Header.Del(name)
		}
	}
	return c.send(request)
}

func (c *caller) send(request *http.Request) reply {
	c.Helper()
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		c.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.Fatal(err)
	}
	r := reply{status: response.StatusCode, id: response.Header.Get("x-ms-request-id"), body: string(text)}
	if len(text) > 0 {
		if err := xml.Unmarshal(text, &r); err != nil {
			c.Fatalf("%s answers %q: %v", request.URL.Path, text, err)
		}
	}
	return r
}

func (c *caller) expect(method, path, body string, status int, code string) reply {
	c.Helper()
	r := c.do(method, path, body)
	if r.status != status || r.Code != code {
		c.Errorf("%s %s: %d %s (%s), want %d %s", method, path, r.status, r.Code, r.Message, status, code)
	}
	return r
}

// outcome returns the end of an operation that has no duration.
func (c *caller) outcome(started reply) reply {
	c.Helper()
	return c.expect(http.MethodGet, "/operations/"+started.id, "", 200, "")
}

func coded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func storageInput(name string) string {
	return `<CreateStorageServiceInput ` + xmlns + `><ServiceName>` + name + `</ServiceName><Label>bGFiZWw=</Label><Location>West Europe</Location></CreateStorageServiceInput>`
}

func serviceInput(name string) string {
	return `<CreateHostedService ` + xmlns + `><ServiceName>` + name + `</ServiceName><Label>bGFiZWw=</Label><Location>West Europe</Location></CreateHostedService>`
}

func deploymentInput(thumbprint string, instances int, start bool) string {
	return fmt.Sprintf(`<CreateDeployment %s><Name>d</Name><PackageUrl>https://clouddp.blob.core.windows.net/p/x.cspkg</PackageUrl><Label>bA==</Label><Configuration>%s</Configuration><StartDeployment>%t</StartDeployment></CreateDeployment>`,
		xmlns, coded(configuration(thumbprint, instances)), start)
}

func configuration(thumbprint string, instances int) string {
	return fmt.Sprintf(`<ServiceConfiguration xmlns="http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceConfiguration" serviceName="clouddp"><Role name="r"><Instances count="%d"/><Certificates><Certificate name="c" thumbprint="%s" thumbprintAlgorithm="sha1"/></Certificates></Role></ServiceConfiguration>`,
		instances, thumbprint)
}

func certificateInput(t *testing.T, format string, data []byte, password string) string {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, `<CertificateFile %s><Data>%s</Data><CertificateFormat>%s</CertificateFormat>`, xmlns, base64.StdEncoding.EncodeToString(data), format)
	if password != "" {
		fmt.Fprintf(&b, `<Password>%s</Password>`, password)
	}
	b.WriteString(`</CertificateFile>`)
	return b.String()
}
