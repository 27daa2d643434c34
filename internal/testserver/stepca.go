//go:build integration

package testserver

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// everything makes certificates with every extension that the request has.
const everything = `{
	"subject": {{ toJson .Subject }},
	"sans": {{ toJson .SANs }},
	"extensions": {{ toJson .Insecure.CR.Extensions }}
}`

// StepCA starts an authority of Smallstep at the path of its program, which .ci/run builds. It issues to whoever has a
// one-time token signed by the key that the JSON Web Key describes, in the name of the provisioner "clouddp".
func StepCA(t testing.TB, program string, webKey map[string]string) *Authority {
	t.Helper()
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("step-ca is missing: .ci/run builds it: %v", err)
	}
	dir, port := t.TempDir(), freePort(t)
	root := newAuthority(t, "Step Root", nil)
	intermediate := newAuthority(t, "Step Issuing CA", root)
	rootFile, _ := root.write(t, dir, "root")
	certificate, key := intermediate.write(t, dir, "intermediate")
	config, err := json.Marshal(map[string]any{
		"root": rootFile, "crt": certificate, "key": key, "address": "127.0.0.1:" + port, "dnsNames": []string{"127.0.0.1"},
		"logger": map[string]string{"format": "text"},
		"authority": map[string]any{"provisioners": []any{map[string]any{
			"type": "JWK", "name": "clouddp", "key": webKey,
			"claims":  map[string]string{"maxTLSCertDuration": "8760h", "defaultTLSCertDuration": "8760h"},
			"options": map[string]any{"x509": map[string]string{"template": everything}},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "ca.json")
	write(t, path, string(config))
	trusted := x509.NewCertPool()
	trusted.AddCert(root.certificate)
	a := &Authority{
		URL: "https://127.0.0.1:" + port, Root: root.certificate, Intermediate: intermediate.certificate,
		Client: &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12},
		}},
	}
	t.Cleanup(a.Client.CloseIdleConnections)
	a.start(t, "/health", program, path)
	return a
}
