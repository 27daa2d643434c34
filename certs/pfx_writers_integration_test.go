//go:build integration

package certs_test

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"github.com/clouddp/sdk/certs"
)

// TestWeOpenWhatEveryToolWrites lets every tool make a file of a certificate that it got from us, where it can in a file
// of ours.
func TestWeOpenWhatEveryToolWrites(t *testing.T) {
	service, _ := newService(t)
	ours := save(t, "ours.pfx", export(t, service, &certs.PFXOptions{
		FriendlyName: "Cloud DP", KeyName: "cloud dp", Provider: certs.ProviderRSAAES,
	}))
	key, chain := pemFiles(t, service)
	out := filepath.Join(t.TempDir(), "theirs.pfx")
	openssl := func(options ...string) func(*testing.T) {
		return func(t *testing.T) {
			t.Helper()
			common := []string{"pkcs12", "-export", "-inkey", key, "-in", chain, "-passout", "pass:" + pfxPassword, "-out", out}
			run(t, "openssl", append(common, options...)...)
		}
	}
	for _, test := range []struct {
		name     string
		write    func(*testing.T)
		provider certs.Provider
	}{
		{"openssl", openssl(), ""},
		{"openssl -legacy", openssl("-legacy"), ""},
		{"openssl -legacy -descert", openssl("-legacy", "-descert"), ""},
		{
			"openssl, with everything",
			openssl("-name", "Cloud DP", "-CSP", string(certs.ProviderSoftwareKSP), "-LMK", "-keysig"),
			certs.ProviderSoftwareKSP,
		},
		{"keytool", func(t *testing.T) {
			t.Helper()
			run(t, "keytool", "-importkeystore", "-noprompt", "-srckeystore", ours, "-srcstorepass", pfxPassword,
				"-destkeystore", out, "-deststoretype", "PKCS12", "-deststorepass", pfxPassword)
		}, certs.ProviderRSAAES},
		{"pk12util", func(t *testing.T) {
			t.Helper()
			database := newNSS(t)
			database.add(t, ours, pfxPassword)
			run(t, "pk12util", "-o", out, "-n", "Cloud DP", "-d", string(database), "-W", pfxPassword)
		}, ""},
		{"certtool", func(t *testing.T) {
			t.Helper()
			run(t, "certtool", "--to-p12", "--load-privkey", key, "--load-certificate", chain, "--p12-name", "Cloud DP",
				"--password", pfxPassword, "--outder", "--outfile", out)
		}, ""},
	} {
		_ = os.Remove(out)
		test.write(t)
		pfx, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		back, err := certs.ParsePFX(pfx, certs.StaticPassword(pfxPassword))
		if err != nil || !back.Leaf.Equal(service.Leaf) || !sameKey(t, back.PrivateKey(), service.PrivateKey()) {
			t.Errorf("%s: got %v, %v", test.name, back, err)
		}
		info, err := certs.InspectPFX(pfx)
		if err != nil || info.Provider != test.provider {
			t.Errorf("%s: provider %q, %v; want %q", test.name, info.Provider, err, test.provider)
		}
	}
}

// pemFiles writes the key, and the certificates, leaf first.
func pemFiles(t *testing.T, b *certs.Bundle) (key, chain string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(b.PrivateKey())
	if err != nil {
		t.Fatal(err)
	}
	all := b.CERBase64()
	for _, c := range b.Chain {
		all = append(all, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return save(t, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), save(t, "chain.pem", all)
}
