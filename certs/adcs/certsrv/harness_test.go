package certsrv_test

import (
	"net/http"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/certsrv"
	"github.com/clouddp/sdk/certs/adcs/certsrv/certsrvtest"
	"github.com/clouddp/sdk/certs/certstest"
)

const address = "https://ca1.contoso.com/certsrv/"

// newAuthority returns an authority whose name holds a number that a request may have too.
func newAuthority(t testing.TB) (*certstest.CA, *certsrvtest.Server) {
	t.Helper()
	ca := certstest.NewCA("Contoso Issuing CA 2")
	ca.Harness(t) // for its templates
	return ca, certsrvtest.New(ca)
}

func harness(t testing.TB, issuer certs.Issuer, ca *certstest.CA) certstest.IssuerHarness {
	t.Helper()
	h := ca.Harness(t)
	h.Issuer = issuer
	return h
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
