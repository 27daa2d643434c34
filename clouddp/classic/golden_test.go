package classic_test

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/clouddp/sdk/clouddp/mgmtcert"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Every write in the life of a service, as it stands on the wire.
func TestRequestsAreGolden(t *testing.T) {
	c := newCloud(t)
	var transcript strings.Builder
	inner := c.subscription.Transport
	c.subscription.Transport = transport(func(r *http.Request) (*http.Response, error) {
		if r.Method != http.MethodGet {
			record(t, &transcript, r)
		}
		return inner.RoundTrip(r)
	})
	live(c)
	text := transcript.String()
	for thumbprint, name := range map[string]string{
		c.material.service.Thumbprint().String(): "THUMBPRINT-OF-SERVICE",
		c.renewed.Thumbprint().String():          "THUMBPRINT-OF-RENEWED",
	} {
		text = strings.ReplaceAll(text, thumbprint, name)
	}
	const golden = "testdata/requests.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("the requests differ from %s; got\n%s", golden, text)
	}
}

// live leads a service through its whole life.
func live(c *cloud) {
	c.Helper()
	c.spec.Description = "<Contoso> & \"sons\" \u2601"
	store := c.subscription.ManagementCertificates()
	if _, err := mgmtcert.Ensure(c.Context(), store, c.material.service.Leaf); err != nil {
		c.Fatal(err)
	}
	c.build()
	c.spec.Description = ""
	c.mustApply("storage account", nil)
	c.mustApply("cloud service", nil)
	c.spec.Thumbprint, c.spec.Instances, c.spec.Stopped = c.renewed.Thumbprint(), 3, true
	c.mustApply("service certificate", c.renewed)
	for range 2 {
		c.mustApply("deployment", nil) // configure, then stop
	}
	c.mustApply("service certificate", nil)
	for _, kind := range []string{"deployment", "service certificate", "cloud service", "storage account"} {
		ticket, err := c.subscription.Delete(c.Context(), c.spec, c.part(kind))
		if err != nil {
			c.Fatalf("Delete of %s: %v", kind, err)
		}
		c.settle(ticket)
	}
	if !c.service.Empty() {
		c.Errorf("left behind: %q", c.service.Inventory())
	}
	if err := mgmtcert.Remove(c.Context(), store, c.material.service.Thumbprint()); err != nil {
		c.Fatal(err)
	}
}

var (
	varying = regexp.MustCompile(`<(Data|Password|SubscriptionCertificatePublicKey|SubscriptionCertificateThumbprint|SubscriptionCertificateData)>[^<]+<`)
	coded   = regexp.MustCompile(`<(Label|Configuration)>([^<]+)<`)
)

// record writes a request down: what varies from run to run is left out, what is Base64 is shown in clear below.
func record(t *testing.T, to *strings.Builder, r *http.Request) {
	t.Helper()
	fmt.Fprintf(to, "%s %s\nx-ms-version: %s\n", r.Method, r.URL.RequestURI(), r.Header.Get("X-Ms-Version"))
	if r.Body == nil || r.ContentLength == 0 {
		to.WriteString("\n")
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	text := varying.ReplaceAllString(string(body), "<$1>...<")
	text = strings.ReplaceAll(text, "><", ">\n<")
	fmt.Fprintf(to, "Content-Type: %s\n\n%s\n", r.Header.Get("Content-Type"), coded.ReplaceAllStringFunc(text, func(element string) string {
		found := coded.FindStringSubmatch(element)
		clear, err := base64.StdEncoding.DecodeString(found[2])
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("<%s>base64(%s)<", found[1], clear)
	}))
	to.WriteString("\n")
}
