//go:build integration

package testserver

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Authority is a certification authority that nobody here wrote.
type Authority struct {
	*Server

	// URL is where its API begins, without a slash at the end.
	URL string
	// Root is the certificate that its chains end in. Intermediate is the one that issues, nil if it is the root.
	Root, Intermediate *x509.Certificate
	// Client trusts its TLS certificate, if it has one.
	Client *http.Client
}

// pair is a certificate with its key.
type pair struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// newAuthority makes the certificate of an authority, signed by issuer; nil means by itself.
func newAuthority(t testing.TB, name string, issuer *pair) *pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(10 * 365 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	if issuer == nil {
		issuer = &pair{form, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, form, issuer.certificate, key.Public(), issuer.key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &pair{certificate, key}
}

// write puts certificate and key into PEM files and returns their paths.
func (p *pair) write(t testing.TB, dir, name string) (certificate, key string) {
	t.Helper()
	private, err := x509.MarshalPKCS8PrivateKey(p.key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key")
	write(t, certificate, pemText("CERTIFICATE", p.certificate.Raw))
	write(t, key, pemText("PRIVATE KEY", private))
	return certificate, key
}

// start runs the program until the test ends and returns once it answers at path.
func (a *Authority) start(t testing.TB, path, program string, arguments ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, arguments...) //nolint:gosec // a known program
	cmd.Env = os.Environ()
	cmd.SysProcAttr = dieWithParent()
	server, gone := run(t, cmd)
	a.Server = server
	ctx, cancel := context.WithTimeoutCause(gone, startTimeout, fmt.Errorf("no answer within %v", startTimeout))
	defer cancel()
	for {
		err := a.get(ctx, path)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: %v; the last answer: %v\n%s", filepath.Base(program), context.Cause(ctx), err, server.Log())
		case <-time.After(pollInterval):
		}
	}
}

func (a *Authority) get(ctx context.Context, path string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.URL+path, http.NoBody)
	if err != nil {
		return err
	}
	response, err := a.Client.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}
