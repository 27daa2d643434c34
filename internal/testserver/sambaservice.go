//go:build integration

package testserver

import (
	"path/filepath"
	"testing"
)

// AddService creates an account that a service runs as, with a service principal, "HTTP/web.ad.test", and returns the path of
// a file with the keys of that.
func (d *Domain) AddService(t testing.TB, account, password, principal string) (keytab string) {
	t.Helper()
	d.AddUser(t, account, password)
	database := filepath.Join(d.dir, "private", "sam.ldb")
	d.run(t, "samba-tool", "spn", "add", principal, account, "-H", database, "-s", d.conf())
	keytab = filepath.Join(t.TempDir(), "keytab")
	d.run(t, "samba-tool", "domain", "exportkeytab", keytab, "--principal="+principal, "-s", d.conf())
	return keytab
}
