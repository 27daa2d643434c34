//go:build integration

package peers

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"testing"
	"time"

	zcrypto "github.com/zmap/zcrypto/x509"
	"github.com/zmap/zlint/v3"
	"github.com/zmap/zlint/v3/lint"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

// rules are those of the RFCs; the rest of zlint is about public authorities.
func rules(t *testing.T) lint.Registry {
	t.Helper()
	registry, err := lint.GlobalRegistry().Filter(lint.FilterOptions{IncludeSources: lint.SourceList{
		lint.RFC3279, lint.RFC5280, lint.RFC5480, lint.RFC5891, lint.RFC8813,
	}})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(registry.Names()); n < 100 {
		t.Fatalf("%d rules are too few", n)
	}
	return registry
}

// complaints returns the names of the rules that fail.
func complaints(results *zlint.ResultSet) []string {
	var names []string
	for name, result := range results.Results {
		if result.Status >= lint.Notice && result.Status != lint.Reserved {
			names = append(names, name+": "+result.Status.String()+" "+result.Details)
		}
	}
	return names
}

func lintCertificate(t *testing.T, registry lint.Registry, c *x509.Certificate) []string {
	t.Helper()
	parsed, err := zcrypto.ParseCertificate(c.Raw)
	if err != nil {
		t.Fatal(err)
	}
	return complaints(zlint.LintCertificateEx(parsed, registry))
}

// enterprise returns an authority that issues the template CloudDPCert to its caller.
func enterprise(t *testing.T) *certstest.CA {
	t.Helper()
	ca := certstest.NewCA("Contoso Issuing CA")
	group := ca.AddGroup("ConfigMgr Site Servers")
	ca.JoinGroup(group)
	if _, err := template.Apply(t.Context(), ca, template.Desired{Template: template.CloudDP(group), CA: ca.Name()}); err != nil {
		t.Fatal(err)
	}
	return ca
}

func TestIssuedCertificatesFollowTheRFCs(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root, err := certs.SelfSigned("Contoso Lab Root", &certs.SelfSignedOptions{Authority: true})
	if err != nil {
		t.Fatal(err)
	}
	local := &certs.LocalCA{
		Authority: root, RevocationLists: []string{"http://pki.contoso.com/lab.crl"}, IssuerURLs: []string{"http://pki.contoso.com/lab.crt"},
	}
	own, err := certs.SelfSigned("management.contoso.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	all := []*x509.Certificate{own.Leaf}
	for _, order := range []struct {
		issuer certs.Issuer
		key    crypto.Signer
	}{{enterprise(t), certstest.Key()}, {local, certstest.Key()}, {local, curve}} {
		request := &certs.Request{CommonName: "clouddp.contoso.com", Template: "CloudDPCert", Key: order.key}
		bundle, err := certs.Enroll(t.Context(), order.issuer, request)
		if err != nil {
			t.Fatal(err)
		}
		all = append(append(all, bundle.Leaf), bundle.Chain...)
	}
	registry := rules(t)
	for _, c := range all {
		if got := lintCertificate(t, registry, c); len(got) > 0 {
			t.Errorf("%s, issued by %s: %q\n%s", c.Subject, c.Issuer, got, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
		}
	}
}

func TestRevocationListsFollowTheRFCs(t *testing.T) {
	ca := enterprise(t)
	bundle, err := certs.Enroll(t.Context(), ca, &certs.Request{CommonName: "clouddp.contoso.com", Template: "CloudDPCert", Key: certstest.Key()})
	if err != nil {
		t.Fatal(err)
	}
	if err := ca.Revoke(bundle.Leaf, 1); err != nil {
		t.Fatal(err)
	}
	ca.PublishCRL()
	list, err := zcrypto.ParseRevocationList(ca.CRL())
	if err != nil {
		t.Fatal(err)
	}
	if got := complaints(zlint.LintRevocationListEx(list, rules(t))); len(got) > 0 {
		t.Errorf("%q", got)
	}
}

// The rules see what is wrong: a server that may sign certificates, and names that are none.
func TestTheRulesCanFail(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	bad := &x509.Certificate{
		Subject: pkix.Name{CommonName: "clouddp.contoso.com"}, DNSNames: []string{"cloud dp"}, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, bad, bad, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if got := lintCertificate(t, rules(t), parsed); len(got) < 2 {
		t.Errorf("only %q", got)
	}
}
