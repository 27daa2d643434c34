package classictest_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/classic/classictest"
)

const (
	accounts = "/services/storageservices"
	services = "/services/hostedservices"
	slot     = services + "/clouddp/deploymentslots/production"
)

func TestHeaders(t *testing.T) {
	for name, test := range map[string]struct {
		header, value string
		status        int
		code          string
	}{
		"no version":          {"x-ms-version", "", 400, "MissingOrIncorrectVersionHeader"},
		"unknown version":     {"x-ms-version", "1999-01-01", 400, "MissingOrIncorrectVersionHeader"},
		"no credentials":      {"Authorization", "", 403, "ForbiddenError"},
		"unknown token":       {"Authorization", "Bearer x", 403, "ForbiddenError"},
		"no content type":     {"Content-Type", "", 400, "InvalidContentType"},
		"JSON":                {"Content-Type", "application/json", 400, "InvalidContentType"},
		"charset is accepted": {"Content-Type", "application/xml; charset=utf-8", 201, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCaller(t)
			c.header[test.header] = test.value
			c.expect(http.MethodPost, services, serviceInput("clouddp"), test.status, test.code)
		})
	}
}

func TestPaths(t *testing.T) {
	c := newCaller(t)
	c.expect(http.MethodGet, "/nothing/here", "", 404, "ResourceNotFound")
	c.expect(http.MethodPatch, services, "", 400, "InvalidHttpVerb")
	c.expect(http.MethodPost, slot+"?comp=somersault", "", 400, "MissingOrInvalidRequiredQueryParameter")
	c.expect(http.MethodGet, services+"/", "", 200, "")
	c.service.Subscription = "99999999-2222-3333-4444-555555555555"
	c.expect(http.MethodGet, "", "", 404, "SubscriptionNotFound")
}

// Elements out of order are ignored without a word; only a required one is missed.
func TestContract(t *testing.T) {
	const head, tail = `<CreateHostedService ` + xmlns + `>`, `</CreateHostedService>`
	const name, label, place = `<ServiceName>clouddp</ServiceName>`, `<Label>bA==</Label>`, `<Location>West Europe</Location>`
	for what, test := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"in order":               {head + name + label + place + tail, 201, ""},
		"unknown element":        {head + name + label + `<Colour>red</Colour>` + place + tail, 201, ""},
		"required out of order":  {head + label + name + place + tail, 400, "InvalidXmlRequest"},
		"required missing":       {head + name + place + tail, 400, "InvalidXmlRequest"},
		"optional out of order":  {head + name + place + label + tail, 400, "InvalidXmlRequest"},
		"no namespace":           {`<CreateHostedService>` + name + label + place + tail, 400, "InvalidXmlRequest"},
		"https namespace":        {strings.Replace(head, "http:", "https:", 1) + name + label + place + tail, 400, "InvalidXmlRequest"},
		"child in another space": {head + name + `<Label xmlns="urn:x">bA==</Label>` + place + tail, 400, "InvalidXmlRequest"},
		"wrong root":             {`<HostedService ` + xmlns + `>` + name + label + place + `</HostedService>`, 400, "InvalidXmlRequest"},
		"not XML":                {`clouddp`, 400, "InvalidXmlRequest"},
		"label not Base64":       {head + name + `<Label>label</Label>` + place + tail, 400, "InvalidXmlRequest"},
		"no location":            {head + name + label + tail, 400, "BadRequest"},
		"two locations":          {head + name + label + place + `<AffinityGroup>a</AffinityGroup>` + tail, 400, "BadRequest"},
		"unknown location":       {head + name + label + `<Location>Atlantis</Location>` + tail, 400, "BadRequest"},
		"empty property name":    {head + name + label + place + `<ExtendedProperties><ExtendedProperty><Name></Name><Value/></ExtendedProperty></ExtendedProperties>` + tail, 400, "BadRequest"},
		"property reversed":      {head + name + label + place + `<ExtendedProperties><ExtendedProperty><Value>b</Value><Name>a</Name></ExtendedProperty></ExtendedProperties>` + tail, 400, "InvalidXmlRequest"},
	} {
		t.Run(what, func(t *testing.T) {
			newCaller(t).expect(http.MethodPost, services, test.body, test.status, test.code)
		})
	}
}

func TestOptionalOutOfOrderIsIgnored(t *testing.T) {
	c := newCaller(t)
	body := strings.Replace(serviceInput("clouddp"), "</Location>", "</Location><Description>lost</Description>", 1)
	c.expect(http.MethodPost, services, body, 201, "")
	if r := c.do(http.MethodGet, services+"/clouddp", ""); strings.Contains(r.body, "lost") {
		t.Errorf("a description after its place was read: %s", r.body)
	}
}

func TestUpdateWipesWhatItOmits(t *testing.T) {
	c := newCaller(t)
	body := strings.Replace(serviceInput("clouddp"), "<Location>", "<Description>words</Description><Location>", 1)
	c.expect(http.MethodPost, services, body, 201, "")
	if r := c.do(http.MethodGet, services+"/clouddp", ""); !strings.Contains(r.body, "words") {
		t.Fatalf("no description: %s", r.body)
	}
	c.expect(http.MethodPut, services+"/clouddp", `<UpdateHostedService `+xmlns+`><Label>bA==</Label></UpdateHostedService>`, 200, "")
	if r := c.do(http.MethodGet, services+"/clouddp", ""); strings.Contains(r.body, "words") {
		t.Errorf("an update that omits the description keeps it: %s", r.body)
	}
}

func TestNamesAndQuotas(t *testing.T) {
	c := newCaller(t)
	c.service.MaxHostedServices, c.service.MaxStorageAccounts = 1, 1
	c.service.TakeName("contoso")
	for _, collection := range []string{accounts, services} {
		input := serviceInput
		if collection == accounts {
			input = storageInput
		}
		if r := c.do(http.MethodGet, collection+"/operations/isavailable/clouddp", ""); !r.Result {
			t.Errorf("clouddp is not available in %s: %s", collection, r.body)
		}
		if r := c.do(http.MethodGet, collection+"/operations/isavailable/contoso", ""); r.Result || !strings.Contains(r.body, "taken") {
			t.Errorf("a taken name is available in %s: %s", collection, r.body)
		}
		c.expect(http.MethodPost, collection, input("contoso"), 409, "ConflictError")
		c.expect(http.MethodPost, collection, input("bad name!"), 409, "ConflictError")
		if r := c.do(http.MethodPost, collection, input("clouddp")); r.status/100 != 2 {
			t.Errorf("create: %d %s", r.status, r.body)
		}
		c.expect(http.MethodPost, collection, input("clouddp"), 409, "ConflictError")
		if r := c.expect(http.MethodPost, collection, input("second"), 400, "BadRequest"); !strings.Contains(r.Message, "policy limit") {
			t.Errorf("over the quota: %s", r.Message)
		}
	}
}

func TestServiceCertificates(t *testing.T) {
	bundle := newBundle(t)
	pfx := func(password string, profile certs.Profile) []byte {
		data, err := bundle.PFX(certs.StaticPassword(password), &certs.PFXOptions{Profile: profile})
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for name, test := range map[string]struct {
		format   string
		data     []byte
		password string
		status   int
		code     string
	}{
		"pfx":                 {"pfx", pfx("secret", certs.WindowsLegacy), "secret", 202, ""},
		"pfx with AES":        {"pfx", pfx("secret", certs.Windows2019), "secret", 400, "BadRequest"},
		"pfx, wrong password": {"pfx", pfx("secret", certs.WindowsLegacy), "other", 400, "BadRequest"},
		"pfx, no password":    {"pfx", pfx("secret", certs.WindowsLegacy), "", 400, "BadRequest"},
		"cer":                 {"cer", bundle.CER(), "", 202, ""},
		"cer as pfx":          {"pfx", bundle.CER(), "secret", 400, "BadRequest"},
		"nonsense":            {"cer", []byte("nonsense"), "", 400, "BadRequest"},
		"unknown format":      {"pem", bundle.CER(), "", 400, "BadRequest"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCaller(t)
			c.expect(http.MethodPost, services, serviceInput("clouddp"), 201, "")
			started := c.expect(http.MethodPost, services+"/clouddp/certificates", certificateInput(t, test.format, test.data, test.password), test.status, test.code)
			want := 404
			if test.status == 202 {
				want = 200
				if end := c.outcome(started); end.Status != "Succeeded" {
					t.Errorf("operation: %s", end.body)
				}
			}
			if r := c.do(http.MethodGet, services+"/clouddp/certificates/sha1-"+bundle.Thumbprint().String(), ""); r.status != want {
				t.Errorf("get: %d, want %d", r.status, want)
			}
		})
	}
}

// prepared is a caller with storage account, cloud service and certificate.
func prepared(t *testing.T, format string) (*caller, string) {
	t.Helper()
	bundle := newBundle(t)
	c := newCaller(t)
	c.do(http.MethodPost, accounts, storageInput("clouddp"))
	c.do(http.MethodPost, services, serviceInput("clouddp"))
	data, password := bundle.CER(), ""
	if format == "pfx" {
		password = "secret"
		var err error
		if data, err = bundle.PFX(certs.StaticPassword(password), nil); err != nil {
			t.Fatal(err)
		}
	}
	c.outcome(c.expect(http.MethodPost, services+"/clouddp/certificates", certificateInput(t, format, data, password), 202, ""))
	return c, bundle.Thumbprint().String()
}

func TestDeploymentFailsLate(t *testing.T) {
	c, thumbprint := prepared(t, "cer")
	end := c.outcome(c.expect(http.MethodPost, slot, deploymentInput(thumbprint, 2, true), 202, ""))
	if end.Status != "Failed" || end.HTTPCode != 400 || end.ErrorCode != "BadRequest" || !strings.Contains(end.body, "does not contain private key") {
		t.Errorf("a certificate without key: %s", end.body)
	}
	end = c.outcome(c.expect(http.MethodPost, slot, deploymentInput(strings.Repeat("AB", 20), 2, true), 202, ""))
	if end.Status != "Failed" || !strings.Contains(end.body, "was not found") {
		t.Errorf("an unknown certificate: %s", end.body)
	}
	c.expect(http.MethodGet, slot, "", 404, "ResourceNotFound")
}

func TestDeploymentRefused(t *testing.T) {
	c, thumbprint := prepared(t, "pfx")
	c.service.MaxCores = 4
	good := deploymentInput(thumbprint, 2, true)
	for name, body := range map[string]string{
		"no instance":           deploymentInput(thumbprint, 0, true),
		"bad thumbprint":        deploymentInput("xyz", 2, true),
		"over the core quota":   deploymentInput(thumbprint, 5, true),
		"package elsewhere":     strings.Replace(good, "https://clouddp.", "https://other.", 1),
		"package without TLS":   strings.Replace(good, "https://clouddp.", "http://clouddp.", 1),
		"no role":               strings.Replace(good, coded(configuration(thumbprint, 2)), coded(`<ServiceConfiguration/>`), 1),
		"configuration is text": strings.Replace(good, coded(configuration(thumbprint, 2)), coded(`text`), 1),
	} {
		if r := c.do(http.MethodPost, slot, body); r.status != 400 || r.Code != "BadRequest" {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	c.expect(http.MethodPost, services+"/clouddp/deploymentslots/attic", good, 400, "BadRequest")
	c.expect(http.MethodPost, services+"/nobody/deploymentslots/production", good, 404, "ResourceNotFound")
}

func TestDeploymentLife(t *testing.T) {
	newBundle(t)
	synctest.Test(t, func(t *testing.T) {
		c, thumbprint := prepared(t, "pfx")
		c.service.OperationTime, c.service.ProvisionTime = time.Minute, 30*time.Minute
		started := c.expect(http.MethodPost, slot, deploymentInput(thumbprint, 2, false), 202, "")
		if r := c.outcome(started); r.Status != "InProgress" {
			t.Errorf("at once: %s", r.body)
		}
		r := c.expect(http.MethodPost, slot+"?comp=status", statusInput("Running"), 409, "ConflictError")
		if !strings.Contains(r.Message, "exclusive access") || !strings.Contains(r.Message, started.id) {
			t.Errorf("while an operation lasts: %s", r.Message)
		}
		time.Sleep(time.Minute)
		c.expectStatus("Suspended", "StoppedVM")
		c.expect(http.MethodPost, slot, deploymentInput(thumbprint, 2, true), 409, "ConflictError")
		c.expect(http.MethodPost, slot+"/?comp=status", statusInput("Running"), 202, "")
		c.expectStatus("Starting", "StartingVM")
		time.Sleep(30 * time.Minute)
		c.expectStatus("Running", "ReadyRole")
		c.expect(http.MethodDelete, services+"/clouddp", "", 409, "ConflictError")
		c.expect(http.MethodDelete, services+"/clouddp/certificates/sha1-"+thumbprint, "", 409, "ConflictError")
		if want := []string{"storage account clouddp", "cloud service clouddp", "service certificate sha1-" + thumbprint + " of clouddp", "deployment of clouddp (Running)"}; !slices.Equal(c.service.Inventory(), want) {
			t.Errorf("holds %q, want %q", c.service.Inventory(), want)
		}
		c.expect(http.MethodDelete, services+"/clouddp/deployments/d", "", 202, "")
		c.expectStatus("Deleting", "ReadyRole")
		time.Sleep(time.Minute)
		c.expect(http.MethodDelete, services+"/clouddp", "", 200, "")
		c.expect(http.MethodDelete, accounts+"/clouddp", "", 200, "")
		if !c.service.Empty() {
			t.Errorf("left: %q", c.service.Inventory())
		}
	})
}

func statusInput(status string) string {
	return `<UpdateDeploymentStatus ` + xmlns + `><Status>` + status + `</Status></UpdateDeploymentStatus>`
}

func (c *caller) expectStatus(deployment, instance string) {
	c.Helper()
	r := c.do(http.MethodGet, slot, "")
	if r.Status != deployment || strings.Count(r.body, "<InstanceStatus>"+instance+"<") != 2 {
		c.Errorf("want %s with two %s, got %s", deployment, instance, r.body)
	}
}

func TestWorkload(t *testing.T) {
	newBundle(t)
	synctest.Test(t, func(t *testing.T) {
		c, thumbprint := prepared(t, "pfx")
		c.service.ProvisionTime = 10 * time.Minute
		c.expect(http.MethodPost, slot, deploymentInput(thumbprint, 1, true), 202, "")
		if _, err := c.service.Workload("clouddp"); !errors.Is(err, clouddp.ErrUnavailable) {
			t.Errorf("before it is ready: %v", err)
		}
		time.Sleep(10 * time.Minute)
		served, err := c.service.Workload("clouddp")
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(served.Certificate[0])
		if err != nil || certs.ThumbprintOf(leaf).String() != thumbprint || served.PrivateKey == nil {
			t.Errorf("serves %v, %v", served, err)
		}
		if _, err := c.service.Workload("nobody"); !errors.Is(err, clouddp.ErrNotFound) {
			t.Errorf("of no service: %v", err)
		}
		if !c.service.StorageAccount("clouddp") || c.service.StorageAccount("nobody") {
			t.Error("StorageAccount does not tell what there is")
		}
	})
}

func TestManagementCertificate(t *testing.T) {
	bundle := newBundle(t)
	service := &classictest.Service{}
	get := func(client *x509.Certificate) int {
		c := &caller{T: t, service: service, transport: service.RoundTripper(client), header: map[string]string{"Authorization": ""}}
		return c.do(http.MethodGet, "/certificates/"+bundle.Thumbprint().String(), "").status
	}
	if status := get(bundle.Leaf); status != 403 {
		t.Errorf("a stranger: %d", status)
	}
	service.AddManagementCertificate(bundle.Leaf)
	if status := get(bundle.Leaf); status != 200 {
		t.Errorf("one on the list: %d", status)
	}
	if status := get(nil); status != 403 {
		t.Errorf("nobody: %d", status)
	}
}

func TestManagementCertificateMustAgree(t *testing.T) {
	bundle := newBundle(t)
	c := newCaller(t)
	body := func(key []byte, thumbprint string) string {
		return `<SubscriptionCertificate ` + xmlns + `><SubscriptionCertificatePublicKey>` + coded(string(key)) +
			`</SubscriptionCertificatePublicKey><SubscriptionCertificateThumbprint>` + thumbprint +
			`</SubscriptionCertificateThumbprint><SubscriptionCertificateData>` + coded(string(bundle.CER())) + `</SubscriptionCertificateData></SubscriptionCertificate>`
	}
	// the bare key is the tail of the structure that names its algorithm
	whole := bundle.Leaf.RawSubjectPublicKeyInfo
	bare := whole[len(whole)-270:]
	c.expect(http.MethodPost, "/certificates", body(whole, bundle.Thumbprint().String()), 400, "BadRequest")
	c.expect(http.MethodPost, "/certificates", body(bare, strings.Repeat("00", 20)), 400, "BadRequest")
	c.expect(http.MethodPost, "/certificates", body(bare, bundle.Thumbprint().String()), 200, "")
	c.expect(http.MethodPost, "/certificates", body(bare, bundle.Thumbprint().String()), 409, "ConflictError")
}

func TestServe(t *testing.T) {
	bundle := newBundle(t)
	service := &classictest.Service{}
	service.AddManagementCertificate(bundle.Leaf)
	server, err := service.Serve(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	pair := bundle.TLS()
	transport := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: server.Pool(), Certificates: []tls.Certificate{pair}}}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/"+id, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("x-ms-version", "2014-10-01")
	c := &caller{T: t, service: service, transport: transport}
	if r := c.send(request); r.status != 200 {
		t.Errorf("over mutual TLS: %d %s", r.status, r.body)
	}
	for range 2 {
		if err := server.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if _, err := service.Serve(t.Context(), &tls.Certificate{}); err == nil {
		t.Error("served without a certificate")
	}
}
