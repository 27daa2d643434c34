package certsrv_test

import (
	"net/http"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/certsrv"
	"github.com/clouddp/sdk/certs/adcs/certsrv/certsrvtest"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

const address = "https://ca1.contoso.com/certsrv/"

// newAuthority returns an authority whose name holds a number that a request may have too, with a template that issues at
// once, one that waits, one that wants a longer key, and WebServer, which refuses.
func newAuthority(t testing.TB) (*certstest.CA, *certsrvtest.Server) {
	t.Helper()
	ca := certstest.NewCA("Contoso Issuing CA 2")
	group := ca.AddGroup("ConfigMgr Site Servers")
	ca.JoinGroup(group)
	slow, long := template.CloudDP(group), template.CloudDP(group)
	slow.Name, slow.EnrollmentFlags = "SlowCert", template.EnrollmentPendAllRequests
	long.Name, long.MinimalKeySize = "LongCert", 4096
	for _, wanted := range []template.Template{template.CloudDP(group), slow, long} {
		if _, err := template.Apply(t.Context(), ca, template.Desired{Template: wanted, CA: ca.Name()}); err != nil {
			t.Fatal(err)
		}
	}
	return ca, certsrvtest.New(ca)
}

func harness(issuer certs.Issuer, ca *certstest.CA) certstest.IssuerHarness {
	return certstest.IssuerHarness{
		Issuer:       issuer,
		Template:     "CloudDPCert",
		Refused:      "WebServer",
		NotPublished: "AbsentCert",
		NoRight:      "WebServer",
		LongKey:      "LongCert",
		Pending:      "SlowCert",
		Requests:     ca.Requests,
		Approve:      ca.Approve,
		Deny:         func(id string) error { return ca.Deny(id, certs.CodeAdminDenied) },
		Fail:         func() { ca.Fail(certs.ErrUnavailable) },
		LoseAnswer:   ca.LoseAnswer,
	}
}

func newClient(t testing.TB, transport http.RoundTripper) *certsrv.Client {
	t.Helper()
	client := &certsrv.Client{URL: address, Transport: transport}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func newRequest(template string) *certs.Request {
	return &certs.Request{CommonName: "clouddp.contoso.com", Template: template, Key: certstest.Key()}
}
