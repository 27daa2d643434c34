//go:build integration

package testserver

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Realm is a Kerberos realm with a key distribution centre (KDC) of its own, of MIT Kerberos.
type Realm struct {
	// Name is the realm: "CONTOSO.COM".
	Name string
	// Config is the configuration with which clients find the KDC, as the text of a krb5.conf.
	Config string
	// Env names the files of the realm to programs that use the Kerberos of the system.
	Env []string

	dir string
	kdc *Server
}

// Kerberos starts the KDC of a realm. Its principals are created with the methods of the Realm.
func Kerberos(t testing.TB, name string) *Realm {
	t.Helper()
	dir, port := t.TempDir(), freePort(t)
	r := &Realm{Name: name, Config: krb5Conf(name, "127.0.0.1:"+port), dir: dir}
	r.Env = []string{"KRB5_CONFIG=" + r.path("krb5.conf"), "KRB5_KDC_PROFILE=" + r.path("kdc.conf"), "KRB5RCACHETYPE=none"}
	write(t, r.path("krb5.conf"), r.Config)
	write(t, r.path("kdc.conf"), kdcConf(dir, name, port))
	r.run(t, "kdb5_util", "create", "-s", "-r", name, "-P", newNonce())
	r.start(t, "127.0.0.1:"+port)
	return r
}

func (r *Realm) path(name string) string { return filepath.Join(r.dir, name) }

// krb5Conf asks nobody but the KDC: no reverse names, no records in DNS, no second protocol.
func krb5Conf(realm, kdc string) string {
	return fmt.Sprintf(`[libdefaults]
	default_realm = %[1]s
	rdns = false
	dns_canonicalize_hostname = false
	dns_lookup_kdc = false
	dns_lookup_realm = false
	udp_preference_limit = 1
[realms]
	%[1]s = {
		kdc = %[2]s
	}
`, realm, kdc)
}

func kdcConf(dir, realm, port string) string {
	return fmt.Sprintf(`[realms]
	%[2]s = {
		database_name = %[1]s/principal
		key_stash_file = %[1]s/stash
		kdc_listen = 127.0.0.1:%[3]s
		kdc_tcp_listen = 127.0.0.1:%[3]s
		supported_enctypes = aes256-cts:normal aes128-cts:normal
	}
[logging]
	kdc = STDERR
	default = STDERR
`, dir, realm, port)
}

// start runs the KDC until the test ends.
func (r *Realm) start(t testing.TB, addr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), r.program(t, "krb5kdc"), "-n", "-r", r.Name) //nolint:gosec // a known program
	cmd.Env = append(os.Environ(), r.Env...)
	cmd.SysProcAttr = dieWithParent()
	server, gone := run(t, cmd)
	server.Addr, r.kdc = addr, server
	ctx, cancel := context.WithTimeoutCause(gone, startTimeout, fmt.Errorf("no answer within %v", startTimeout))
	defer cancel()
	for {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", addr)
		if err == nil {
			_ = conn.Close()
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("krb5kdc: %v\n%s", context.Cause(ctx), server.Log())
		case <-time.After(pollInterval):
		}
	}
}

// KDC returns where the KDC answers, as host:port.
func (r *Realm) KDC() string { return r.kdc.Addr }

// Stop ends the KDC. The end of the test does the same.
func (r *Realm) Stop() { r.kdc.Stop() }

// AddUser creates a principal with a password. The KDC hands a ticket to everybody who asks, and only the password
// opens it; with preauth it asks for proof first, as Active Directory does.
func (r *Realm) AddUser(t testing.TB, user, password string, preauth bool) {
	t.Helper()
	attribute := "-requires_preauth"
	if preauth {
		attribute = "+requires_preauth"
	}
	r.kadmin(t, "addprinc", attribute, "-pw", password, user)
}

// AddService creates a principal with random keys: "DNS/ns1.contoso.com".
func (r *Realm) AddService(t testing.TB, principal string) {
	t.Helper()
	r.kadmin(t, "addprinc", "-randkey", principal)
}

// Keytab returns the path of a file with the keys of a principal, which keep their values.
func (r *Realm) Keytab(t testing.TB, principal string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keytab")
	r.kadmin(t, "ktadd", "-norandkey", "-k", path, principal)
	return path
}

// ChangeKeys gives a principal new random keys, so that its keytabs are out of date.
func (r *Realm) ChangeKeys(t testing.TB, principal string) {
	t.Helper()
	r.kadmin(t, "cpw", "-randkey", principal)
}

// TicketCache logs a user in with a keytab and returns the path of the ticket cache.
func (r *Realm) TicketCache(t testing.TB, user, keytab string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cache")
	r.run(t, "kinit", "-c", path, "-k", "-t", keytab, user)
	return path
}

func (r *Realm) kadmin(t testing.TB, query ...string) {
	t.Helper()
	r.run(t, "kadmin.local", append([]string{"-r", r.Name}, query...)...)
}

// run runs an administrator's program to its end. kadmin.local tells of a failure by text only.
func (r *Realm) run(t testing.TB, name string, arguments ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), r.program(t, name), arguments...) //nolint:gosec // a known program
	cmd.Env = append(os.Environ(), r.Env...)
	output, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(output), "while ") {
		t.Fatalf("%s: %v\n%s", name, err, output)
	}
}

func (r *Realm) program(t testing.TB, name string) string {
	t.Helper()
	debian := map[string]string{"krb5kdc": "krb5-kdc", "kinit": "krb5-user", "kdb5_util": "krb5-kdc", "kadmin.local": "krb5-admin-server"}
	return program{name: name, debianPackage: debian[name]}.path(t)
}

// Options returns the statement of BIND's options that lets clients negotiate keys with it, for [Config.Options].
func (r *Realm) Options(keytab string) string { return fmt.Sprintf("tkey-gssapi-keytab %q;", keytab) }

// Grant returns a rule of BIND that lets a user of the realm change everything in a zone, for [Config.UpdatePolicy].
func (r *Realm) Grant(user string) string {
	return fmt.Sprintf("grant %q zonesub ANY;", user+"@"+r.Name)
}
