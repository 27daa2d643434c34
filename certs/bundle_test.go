package certs_test

import (
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"net"
	"slices"
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

func TestZeroBundleIsHarmless(t *testing.T) {
	for _, b := range []*certs.Bundle{nil, {}} {
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
