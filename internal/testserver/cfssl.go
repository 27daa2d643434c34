//go:build integration

package testserver

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"testing"
)

// CFSSL starts an authority of CloudFlare's PKI toolkit that issues certificates for servers to whoever signs requests
// with the key, given in hexadecimal digits (HMAC-SHA-256).
func CFSSL(t testing.TB, key string) *Authority {
	t.Helper()
	program := program{name: "cfssl", debianPackage: "golang-cfssl"}.path(t)
	dir, port := t.TempDir(), freePort(t)
	root := newAuthority(t, "CFSSL Root", nil)
	certificate, private := root.write(t, dir, "root")
	config, err := json.Marshal(map[string]any{
		"auth_keys": map[string]any{"sign": map[string]string{"type": "standard", "key": key}},
		"signing": map[string]any{"default": map[string]any{
			"auth_key": "sign", "expiry": "8760h",
			"usages": []string{"digital signature", "key encipherment", "server auth"},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "config.json")
	write(t, path, string(config))
	a := &Authority{
		URL: "http://127.0.0.1:" + port + "/api/v1/cfssl", Root: root.certificate,
		Client: &http.Client{Transport: &http.Transport{}},
	}
	t.Cleanup(a.Client.CloseIdleConnections)
	a.start(t, "/scaninfo", program, "serve", "-address", "127.0.0.1", "-port", port,
		"-ca", certificate, "-ca-key", private, "-config", path)
	return a
}
