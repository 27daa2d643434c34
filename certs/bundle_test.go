package certs_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
)

func TestNewBundleOrdersTheChain(t *testing.T) {
	service, ca := newService(t)
	stranger := makeBundle(t, nil).Chain[0]
	shuffled := []*x509.Certificate{ca.Root(), stranger, nil, service.Chain[0], service.Leaf, ca.Root()}
	bundle, err := certs.NewBundle(certstest.Key(), shuffled...)
	if err != nil {
		t.Fatal(err)
	}
	if !bundle.Leaf.Equal(service.Leaf) || !slices.EqualFunc(bundle.Chain, []*x509.Certificate{service.Chain[0], ca.Root()}, (*x509.Certificate).Equal) {
		t.Errorf("got %v with a chain of %d", bundle, len(bundle.Chain))
	}
}

func TestNewBundleTakesTheLatestOfSeveral(t *testing.T) {
	early := makeBundle(t, nil)
	late := makeBundle(t, func(o *order) { o.NotAfter = time.Now().Add(800 * 24 * time.Hour) })
	bundle, err := certs.NewBundle(certstest.Key(), early.Leaf, late.Leaf, early.Leaf)
	if err != nil || bundle.Thumbprint() != late.Thumbprint() {
		t.Errorf("got %v, %v, want %v", bundle, err, late)
	}
}

func TestNewBundleWantsKeyAndCertificate(t *testing.T) {
	service, _ := newService(t)
	_, err := certs.NewBundle(nil, service.Leaf)
	wantCategory(t, "no key", err, certs.ErrInvalid)
	_, err = certs.NewBundle((*rsa.PrivateKey)(nil), service.Leaf)
	wantCategory(t, "typed nil key", err, certs.ErrInvalid)
	_, err = certs.NewBundle(certstest.Key())
	wantCategory(t, "no certificate", err, certs.ErrInvalid)
	_, err = certs.NewBundle(newECDSA(t), service.Leaf)
	wantCategory(t, "another key", err, certs.ErrInvalid)
}

// TestHollowKeysAreRefused hands in keys that would panic when they are used.
func TestHollowKeysAreRefused(t *testing.T) {
	service, _ := newService(t)
	real, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]crypto.Signer{
		"nil RSA":        (*rsa.PrivateKey)(nil),
		"empty RSA":      &rsa.PrivateKey{},
		"half of RSA":    &rsa.PrivateKey{PublicKey: real.PublicKey},
		"empty Ed25519":  ed25519.PrivateKey{},
		"empty ECDSA":    &ecdsa.PrivateKey{},
		"curve alone":    &ecdsa.PrivateKey{PublicKey: ecdsa.PublicKey{Curve: elliptic.P256()}},
		"sealed nothing": tokenKey{&rsa.PrivateKey{}},
	} {
		_, err := certs.NewBundle(key, service.Leaf)
		wantCategory(t, name+": bundle", err, certs.ErrInvalid)
		request := &certs.Request{CommonName: fqdn, Key: key}
		_, err = request.CSR()
		wantCategory(t, name+": request", err, certs.ErrInvalid)
		if findings := request.Check(); len(findings) != 1 || findings[0].ID != "request.invalid" {
			t.Errorf("%s: findings %v", name, findings)
		}
		_, err = certs.SelfSigned(fqdn, &certs.SelfSignedOptions{Key: key})
		wantCategory(t, name+": self-signed", err, certs.ErrInvalid)
		_, err = certs.Complete(t.Context(), certstest.NewCA("CA"), "1", key)
		wantCategory(t, name+": complete", err, certs.ErrInvalid)
	}
}

// TestBundleWithoutKey is a .cer file that somebody has sent.
func TestBundleWithoutKey(t *testing.T) {
	service, _ := newService(t)
	b := &certs.Bundle{Leaf: service.Leaf, Chain: service.Chain}
	if b.String() != service.String() || b.Thumbprint() != service.Thumbprint() || !bytes.Equal(b.CER(), service.CER()) ||
		!bytes.Equal(b.CERBase64(), service.CERBase64()) {
		t.Errorf("got %v, want what %v is", b, service)
	}
	if got := ids(certs.CheckService(b, fqdn, time.Now())); !slices.Equal(got, []string{"cert.key.present"}) {
		t.Errorf("checked: %v", got)
	}
	if findings := certs.SharedRole(b, service); len(findings) != 1 {
		t.Errorf("shared role: %v", findings)
	}
	if len(b.TLS().Certificate) != 0 || b.PrivateKey() != nil {
		t.Error("it can be served with")
	}
	_, err := b.PFX(certs.StaticPassword(pfxPassword), nil)
	wantCategory(t, "PFX", err, certs.ErrInvalid)
	_, err = (&certs.LocalCA{Authority: b}).Issue(t.Context(), nil, "")
	wantCategory(t, "LocalCA", err, certs.ErrInvalid)
}

// TestGapsInAChainAreHarmless is for chains that were put together by hand.
func TestGapsInAChainAreHarmless(t *testing.T) {
	service, _ := newService(t)
	service.Chain = append([]*x509.Certificate{nil}, service.Chain...)
	if _, err := service.PFX(certs.StaticPassword(pfxPassword), nil); err != nil {
		t.Error(err)
	}
	if findings := certs.CheckService(service, fqdn, time.Now()); len(findings) > 0 {
		t.Error(findings)
	}
	if e := service.Expiry(time.Now()); e.Certificate == nil {
		t.Errorf("got %+v", e)
	}
	if n := len(service.TLS().Certificate); n != 2 {
		t.Errorf("%d certificates presented", n)
	}
	var none *certs.RevocationChecker
	if _, err := none.Check(canceled(t), service, time.Now()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func canceled(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// TestNamesDoNotBreakOutOfALine has an authority that puts what it likes into a name.
func TestNamesDoNotBreakOutOfALine(t *testing.T) {
	b := makeBundle(t, func(o *order) { o.Subject.CommonName = "a\nERROR forged\x1b[2J" })
	texts := []string{b.String()}
	for _, f := range certs.CheckService(b, fqdn, time.Now()) {
		texts = append(texts, f.Subject, f.Evidence)
	}
	for _, text := range texts {
		if strings.ContainsAny(text, "\n\x1b") {
			t.Errorf("%q", text)
		}
	}
}

func TestBundleAsJSON(t *testing.T) {
	service, _ := newService(t)
	got, err := json.Marshal([]*certs.Bundle{service, {}, nil})
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`[{"commonName":%q,"thumbprint":%q,"notAfter":%q},null,null]`,
		fqdn, service.Thumbprint(), service.Leaf.NotAfter.UTC().Format(time.RFC3339))
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestZeroBundleIsHarmless(t *testing.T) {
	for _, b := range []*certs.Bundle{nil, {}, {Leaf: &x509.Certificate{}}} {
		if b.PrivateKey() != nil || b.CER() != nil || !b.Thumbprint().IsZero() || len(b.TLS().Certificate) != 0 {
			t.Errorf("%#v gives something", b)
		}
		if b.String() != "no certificate" || b.LogValue().String() != "no certificate" {
			t.Errorf("prints %q, %q", b, b.LogValue())
		}
		_, err := b.PFX(certs.StaticPassword("secret"), nil)
		wantCategory(t, "PFX", err, certs.ErrInvalid)
		for _, findings := range [][]certs.Finding{
			certs.CheckService(b, fqdn, time.Now()), certs.CheckManagement(b, time.Now()), certs.CheckRenewal(nil, b),
		} {
			if len(findings) != 1 {
				t.Errorf("findings: %v, want one", findings)
			}
		}
	}
}

// TestBundleServesMutualTLS shakes hands with the service certificate on one side and a management certificate on the
// other.
func TestBundleServesMutualTLS(t *testing.T) {
	service, ca := newService(t)
	management, err := certs.SelfSigned("Contoso management", &certs.SelfSignedOptions{Key: newECDSA(t)})
	if err != nil {
		t.Fatal(err)
	}
	clients := x509.NewCertPool()
	clients.AddCert(management.Leaf)
	near, far := net.Pipe()
	server := tls.Server(far, &tls.Config{
		Certificates: []tls.Certificate{service.TLS()},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    clients,
		MinVersion:   tls.VersionTLS12,
	})
	client := tls.Client(near, &tls.Config{
		Certificates: []tls.Certificate{management.TLS()},
		RootCAs:      ca.Pool(),
		ServerName:   fqdn,
		MinVersion:   tls.VersionTLS12,
	})
	done := make(chan error, 1)
	go func() { done <- server.HandshakeContext(t.Context()) }()
	if err := client.HandshakeContext(t.Context()); err != nil {
		t.Fatalf("client: %v", err)
	}
	if err := <-done; err != nil {
		t.Fatalf("server: %v", err)
	}
	if n := len(client.ConnectionState().PeerCertificates); n != 2 {
		t.Errorf("the server presented %d certificates, want leaf and issuer without the root", n)
	}
	if !server.ConnectionState().PeerCertificates[0].Equal(management.Leaf) {
		t.Error("the client presented another certificate")
	}
}

func TestSelfSigned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where the year is 2000
		bundle, err := certs.SelfSigned("Contoso management", &certs.SelfSignedOptions{Key: certstest.Key(), Validity: 48 * time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		leaf := bundle.Leaf
		if want := time.Now().Add(-10 * time.Minute); !leaf.NotBefore.Equal(want) {
			t.Errorf("valid from %s, want %s", leaf.NotBefore, want)
		}
		if want := time.Now().Add(48 * time.Hour); !leaf.NotAfter.Equal(want) {
			t.Errorf("valid until %s, want %s", leaf.NotAfter, want)
		}
		if leaf.SignatureAlgorithm != x509.SHA256WithRSA || leaf.IsCA || len(leaf.DNSNames) != 0 {
			t.Errorf("%s, CA %t, DNS names %v", leaf.SignatureAlgorithm, leaf.IsCA, leaf.DNSNames)
		}
		if want := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}; !slices.Equal(leaf.ExtKeyUsage, want) {
			t.Errorf("extended key usage %v", leaf.ExtKeyUsage)
		}
	})
}

func TestSelfSignedByDefault(t *testing.T) {
	bundle, err := certs.SelfSigned(fqdn, nil)
	if err != nil {
		t.Fatal(err)
	}
	if bits := bitsOf(bundle.Leaf.PublicKey); bits != 2048 {
		t.Errorf("key of %d bits", bits)
	}
	if err := bundle.Leaf.VerifyHostname(fqdn); err != nil {
		t.Error(err)
	}
	if findings := certs.CheckManagement(bundle, time.Now()); len(findings) != 0 {
		t.Errorf("findings: %v", findings)
	}
	for _, name := range []string{"", " ", "a\nb", string(make([]byte, 65))} {
		_, err := certs.SelfSigned(name, &certs.SelfSignedOptions{Validity: -1, Key: (*rsa.PrivateKey)(nil)})
		wantCategory(t, "SelfSigned", err, certs.ErrInvalid)
	}
}
