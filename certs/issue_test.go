package certs_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

const fqdn = "clouddp.contoso.com"

// newService returns a certificate for fqdn from an authority in memory, and the authority.
func newService(t *testing.T) (*certs.Bundle, *certstest.CA) {
	t.Helper()
	ca := certstest.NewCA("Contoso Issuing CA")
	group := ca.AddGroup("ConfigMgr Site Servers")
	ca.JoinGroup(group)
	desired := template.Desired{Template: template.CloudDP(group), CA: ca.Name()}
	if _, err := template.Apply(t.Context(), ca, desired); err != nil {
		t.Fatal(err)
	}
	bundle, err := certs.Enroll(t.Context(), ca, &certs.Request{CommonName: fqdn, Template: "CloudDPCert", Key: certstest.Key()})
	if err != nil {
		t.Fatal(err)
	}
	return bundle, ca
}

// order is a certificate to be made for a test, good for the service until something is changed.
type order struct {
	x509.Certificate

	key     crypto.Signer // of the certificate
	signer  crypto.Signer // of its issuer, nil for self-signed
	parents []*x509.Certificate
}

// make returns the certificate with its chain, after change.
func makeBundle(t *testing.T, change func(*order)) *certs.Bundle {
	t.Helper()
	now := time.Now()
	issuerKey := newECDSA(t)
	issuer := &x509.Certificate{
		Subject: pkix.Name{CommonName: "Issuing CA"}, SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(10 * 365 * 24 * time.Hour),
	}
	issuer = create(t, issuer, issuer, issuerKey.Public(), issuerKey)
	o := &order{
		Certificate: x509.Certificate{
			Subject:               pkix.Name{CommonName: fqdn},
			DNSNames:              []string{fqdn},
			NotBefore:             now.Add(-time.Hour),
			NotAfter:              now.Add(365 * 24 * time.Hour),
			KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
			ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
			CRLDistributionPoints: []string{"http://pki.contoso.com/ca.crl"},
			IssuingCertificateURL: []string{"http://pki.contoso.com/ca.crt"},
			BasicConstraintsValid: true,
		},
		key:     certstest.Key(),
		signer:  issuerKey,
		parents: []*x509.Certificate{issuer},
	}
	if change != nil {
		change(o)
	}
	return o.bundle(t)
}

func (o *order) bundle(t *testing.T) *certs.Bundle {
	t.Helper()
	parent, signer := &o.Certificate, o.key
	if o.signer != nil {
		parent, signer = o.parents[0], o.signer
	}
	leaf := create(t, &o.Certificate, parent, o.key.Public(), signer)
	bundle, err := certs.NewBundle(o.key, slices.Concat(o.parents, []*x509.Certificate{leaf})...)
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

func create(t testing.TB, c, parent *x509.Certificate, public crypto.PublicKey, signer crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, c, parent, public, signer)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func newRSA(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newEd25519(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newECDSA(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// issuerFunc answers every request in one way.
type issuerFunc func() ([]*x509.Certificate, error)

func (f issuerFunc) Issue(context.Context, []byte, string) ([]*x509.Certificate, error) { return f() }

func (f issuerFunc) Retrieve(context.Context, string) ([]*x509.Certificate, error) { return f() }

func wantCategory(t *testing.T, what string, err, category error) {
	t.Helper()
	if !errors.Is(err, category) {
		t.Errorf("%s: got %v, want %v", what, err, category)
	}
}

func ids(findings []certs.Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, f.ID)
	}
	return all
}
