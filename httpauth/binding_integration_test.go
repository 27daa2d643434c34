//go:build integration

package httpauth_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	_ "crypto/sha512" // the digests of certificates
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/httpauth"
	"github.com/clouddp/sdk/internal/testserver"
)

// MIT Kerberos knows the channel binding of RFC 5929 and refuses one that is wrong, as Windows does.
func TestChannelBinding(t *testing.T) {
	domain := testserver.Kerberos(t, realm)
	domain.AddUser(t, "anna", password, true)
	domain.AddService(t, "HTTP/"+host)
	env := append(append(os.Environ(), domain.Env...), "KRB5_KTNAME="+domain.Keytab(t, "HTTP/"+host))
	for name, c := range map[string]struct {
		curve elliptic.Curve
		hash  crypto.Hash
		// middle says that somebody else's certificate stands between.
		middle bool
		want   string
	}{
		"SHA-256":                {elliptic.P256(), crypto.SHA256, false, "bound"},
		"SHA-384":                {elliptic.P384(), crypto.SHA384, false, "bound"},
		"SHA-512":                {elliptic.P521(), crypto.SHA512, false, "bound"},
		"somebody in the middle": {elliptic.P256(), crypto.SHA256, true, "bad bindings"},
	} {
		t.Run(name, func(t *testing.T) {
			shown := selfSigned(t, c.curve)
			known := shown
			if c.middle {
				known = selfSigned(t, c.curve)
			}
			digest := c.hash.New()
			_, _ = digest.Write(known.Leaf.Raw)
			data := digest.Sum([]byte("tls-server-end-point:"))
			p := judge(t, env, shown, data)
			got, err := do(t, judged(t, p, shown, &httpauth.Kerberos{
				User: "anna", Realm: realm, Password: secret(password), Config: domain.Config,
			}), http.MethodGet, "")
			if err != nil || strings.TrimSpace(got) != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

// The tickets of Active Directory hold more than those of MIT Kerberos, and its names ignore case.
func TestTicketOfActiveDirectory(t *testing.T) {
	const strong = "Correct-Horse-7"
	domain := testserver.Samba(t)
	domain.AddUser(t, "anna", strong)
	env := append(os.Environ(), "KRB5RCACHETYPE=none", "KRB5_KTNAME="+domain.AddService(t, "web", strong, "HTTP/"+host))
	certificate := selfSigned(t, elliptic.P256())
	digest := sha256.Sum256(certificate.Leaf.Raw)
	p := judge(t, env, certificate, append([]byte("tls-server-end-point:"), digest[:]...))
	for user, want := range map[string]string{"anna": "bound", "ANNA": "bound", "nobody": ""} {
		got, err := do(t, judged(t, p, certificate, &httpauth.Kerberos{
			User: user, Realm: domain.Realm, Password: secret(strong), Config: domain.Config,
		}), http.MethodGet, "")
		if strings.TrimSpace(got) != want || (err == nil) != (want != "") {
			t.Errorf("%s: got %q, %v; want %q", user, got, err, want)
		}
	}
	got, err := do(t, judged(t, p, certificate, &httpauth.Kerberos{
		User: "anna", Realm: domain.Realm, Keytab: domain.Keytab(t, "anna"), Config: domain.Config,
	}), http.MethodGet, "")
	if err != nil || strings.TrimSpace(got) != "bound" {
		t.Errorf("keytab: got %q, %v", got, err)
	}
	_, err = do(t, judged(t, p, certificate, &httpauth.Kerberos{
		User: "anna", Realm: domain.Realm, Password: secret("wrong"), Config: domain.Config,
	}), http.MethodGet, "")
	if auth, ok := errors.AsType[*httpauth.AuthError](err); !ok || auth.Code != "KDC_ERR_PREAUTH_FAILED" {
		t.Errorf("wrong password: got %v", err)
	}
}

func judged(t *testing.T, p *httptest.Server, certificate tls.Certificate, k *httpauth.Kerberos) *httpauth.Transport {
	t.Helper()
	transport := &httpauth.Transport{
		Credentials: []httpauth.Credential{k},
		Pins:        []httpauth.Pin{httpauth.PinOf(certificate.Leaf)},
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, p.Listener.Addr().String())
		},
	}
	t.Cleanup(func() { _ = transport.Close() })
	return transport
}

// judge answers with what MIT Kerberos says of a token that should be bound to data.
func judge(t *testing.T, env []string, certificate tls.Certificate, data []byte) *httptest.Server {
	t.Helper()
	p := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Negotiate ")
		if !found {
			w.Header().Set("WWW-Authenticate", "Negotiate")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		cmd := exec.CommandContext(r.Context(), "/usr/bin/python3", "testdata/accept.py", token, base64.StdEncoding.EncodeToString(data))
		cmd.Env = env
		output, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("accept.py: %v (is the Debian package libgssapi-krb5-2 installed?)\n%s", err, output)
		}
		_, _ = w.Write(output)
	}))
	p.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	p.StartTLS()
	t.Cleanup(p.Close)
	return p
}

// selfSigned returns a certificate signed with the hash that goes with the curve.
func selfSigned(t *testing.T, curve elliptic.Curve) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{host}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}
