//go:build integration

package testserver

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// ApacheConfig is a web server that signs users in, as IIS does in a Windows domain, and passes their requests on.
type ApacheConfig struct {
	// Host is the name of the server: "ca1.contoso.com". It is in its certificate and in its principal, HTTP/Host.
	Host string
	// Backend is where requests go, over plain HTTP: the host:port of an httptest.Server. It finds the name of the user in
	// the header X-Remote-User: "anna@CONTOSO.COM" with Kerberos, `CONTOSO\ben` with NTLM.
	Backend string
	// Realm lets its users sign in with Kerberos, and with Basic authentication if Basic is set; nil lets nobody.
	Realm *Realm
	// Basic asks for passwords, too, and has the KDC judge them.
	Basic bool
	// NTLM are the users that may sign in with NTLM, by their passwords: "CONTOSO:ben".
	NTLM map[string]string
}

// Web is a running Apache.
type Web struct {
	*Server

	// Certificate is that of the server, which has issued it itself.
	Certificate *x509.Certificate
}

// Pool returns a new pool with the server's certificate alone.
func (w *Web) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(w.Certificate)
	return pool
}

// Dial connects to the server, whatever the address; it is for http.Transport.DialContext.
func (w *Web) Dial(ctx context.Context, network, _ string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, w.Addr)
}

// Apache starts an Apache HTTP Server with mod_auth_gssapi, over TLS.
func Apache(t testing.TB, c ApacheConfig) *Web {
	t.Helper()
	dir := openDir(t)
	env := c.signIn(t, dir)
	certificate := c.certificate(t, dir)
	for range startTries {
		port := freePort(t)
		public(t, filepath.Join(dir, "apache.conf"), c.apache(dir, port))
		w := &Web{c.start(t, dir, port, env), certificate}
		if w.Server != nil {
			w.await(t)
			return w
		}
	}
	t.Fatalf("apache2: %v %d times", errPortTaken, startTries)
	return nil
}

// signIn writes what users are checked against and returns the environment that names it.
func (c ApacheConfig) signIn(t testing.TB, dir string) []string {
	t.Helper()
	env := []string{"NTLM_USER_FILE=" + filepath.Join(dir, "ntlm"), "KRB5RCACHETYPE=none"}
	var users strings.Builder
	for user, password := range c.NTLM {
		fmt.Fprintf(&users, "%s:%s\n", user, password)
	}
	public(t, filepath.Join(dir, "ntlm"), users.String())
	if c.Realm == nil {
		return env
	}
	principal := "HTTP/" + c.Host
	c.Realm.AddService(t, principal)
	keys, err := os.ReadFile(c.Realm.Keytab(t, principal))
	if err != nil {
		t.Fatal(err)
	}
	public(t, filepath.Join(dir, "keytab"), string(keys))
	public(t, filepath.Join(dir, "krb5.conf"), c.Realm.Config)
	return append(env, "KRB5_CONFIG="+filepath.Join(dir, "krb5.conf"), "KRB5_KTNAME="+filepath.Join(dir, "keytab"))
}

// apache returns the configuration.
func (c ApacheConfig) apache(dir, port string) string {
	var mechanisms string
	if c.Realm != nil {
		mechanisms += "\tGssapiAllowedMech krb5\n"
	}
	if c.NTLM != nil {
		mechanisms += "\tGssapiAllowedMech ntlmssp\n"
	}
	if c.Basic {
		mechanisms += "\tGssapiBasicAuth On\n\tGssapiBasicAuthMech krb5\n"
	}
	user := ""
	if os.Getuid() == 0 {
		user = "User www-data\nGroup www-data\n"
	}
	return fmt.Sprintf(`ServerRoot %[1]q
ServerName %[2]s
Listen 127.0.0.1:%[3]s
PidFile %[1]s/pid
ErrorLog /dev/stderr
%[4]s%[5]sSSLEngine On
SSLCertificateFile %[1]s/certificate.pem
SSLCertificateKeyFile %[1]s/key.pem
SSLSessionCache none
<Location "/">
	AuthType GSSAPI
	AuthName contoso
	GssapiSSLonly On
	GssapiConnectionBound On
%[6]s	Require valid-user
	RequestHeader set X-Remote-User "expr=%%{REMOTE_USER}"
	RequestHeader unset Authorization
	ProxyPass "http://%[7]s/"
	ProxyPassReverse "http://%[7]s/"
</Location>
ProxyPreserveHost On
`, dir, c.Host, port, user, modules(), mechanisms, c.Backend)
}

func modules() string {
	var lines strings.Builder
	for _, name := range []string{
		"mpm_event", "authn_core", "authz_core", "authz_user", "auth_gssapi", "headers", "proxy", "proxy_http", "ssl",
	} {
		fmt.Fprintf(&lines, "LoadModule %[1]s_module /usr/lib/apache2/modules/mod_%[1]s.so\n", name)
	}
	return lines.String()
}

// start returns nil if the port was taken. The server is one process, which cannot leave others behind.
func (c ApacheConfig) start(t testing.TB, dir, port string, env []string) *Server {
	t.Helper()
	for _, needed := range []struct{ file, debian string }{
		{"/usr/lib/apache2/modules/mod_auth_gssapi.so", "libapache2-mod-auth-gssapi"},
		{"/etc/gss/mech.d", "gss-ntlmssp"},
	} {
		if _, err := os.Stat(needed.file); err != nil {
			t.Fatalf("%v: install the Debian package %s", err, needed.debian)
		}
	}
	path := program{name: "apache2", debianPackage: "apache2-bin"}.path(t)
	cmd := exec.CommandContext(t.Context(), path, "-X", "-f", filepath.Join(dir, "apache.conf")) //nolint:gosec // a known program
	cmd.Env = append(os.Environ(), env...)
	cmd.SysProcAttr = dieWithParent()
	server, gone := run(t, cmd)
	server.Addr = "127.0.0.1:" + port
	ctx, cancel := context.WithTimeoutCause(gone, startTimeout, fmt.Errorf("no answer within %v", startTimeout))
	defer cancel()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", server.Addr)
		if err == nil {
			_ = conn.Close()
			return server
		}
		select {
		case <-ctx.Done():
			if server.log.portTaken() {
				return nil
			}
			t.Fatalf("apache2: %v\n%s", context.Cause(ctx), server.Log())
		case <-time.After(pollInterval):
		}
	}
}

// await returns once the server shows its certificate, by which it is told from others.
func (w *Web) await(t testing.TB) {
	t.Helper()
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: w.Pool(), ServerName: w.Certificate.DNSNames[0], MinVersion: tls.VersionTLS12}}
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	conn, err := dialer.DialContext(ctx, "tcp", w.Addr)
	if err != nil {
		t.Fatalf("apache2: %v\n%s", err, w.Log())
	}
	_ = conn.Close()
}

// certificate makes one with its key.
func (c ApacheConfig) certificate(t testing.TB, dir string) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: c.Host}, DNSNames: []string{c.Host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "certificate.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	write(t, filepath.Join(dir, "key.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	return certificate
}

// openDir returns a directory that the user that the server becomes can enter, which t.TempDir does not.
func openDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "apache") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // nothing in it outlives the test
		t.Fatal(err)
	}
	return dir
}

// public writes a file that the server can read as the user that it becomes.
func public(t testing.TB, path, content string) {
	t.Helper()
	write(t, path, content)
	if err := os.Chmod(path, 0o644); err != nil { //nolint:gosec // nothing in it outlives the test
		t.Fatal(err)
	}
}
