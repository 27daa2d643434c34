//go:build integration

package testserver

import (
	"context"
	"net"
	"path/filepath"
	"testing"
)

// epmPort is where Samba's endpoint mapper listens, whatever its configuration says.
const epmPort = "135"

// SambaRPC provisions a domain and starts its KDC, its endpoint mapper and its directory replication service (MS-DRSR),
// which takes nothing but signed and encrypted calls, on an address of their own: Addr is that of the endpoint mapper.
// Only root may take its port. [Domain.Dial] reaches all of them.
func SambaRPC(t testing.TB) *Domain {
	t.Helper()
	d := newDomain(t)
	host, kdc := ownAddress(t, epmPort), freePort(t)
	d.Config = krb5Conf(d.Realm, net.JoinHostPort(host, kdc))
	d.start(t, kdc, host+"/8", "server services=kdc, rpc", "dcerpc endpoint servers=epmapper, drsuapi")
	for _, port := range []string{epmPort, kdc} {
		d.await(t, func(ctx context.Context) error {
			conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(host, port))
			if err == nil {
				_ = conn.Close()
			}
			return err
		})
	}
	d.Addr = net.JoinHostPort(host, epmPort)
	return d
}

// Keytab returns the path of a file with the keys of a user.
func (d *Domain) Keytab(t testing.TB, user string) string {
	t.Helper()
	path := filepath.Join(d.dir, user+".keytab")
	d.run(t, "samba-tool", "domain", "exportkeytab", path, "--principal="+user, "-s", d.conf())
	return path
}

// TicketCache logs a user in with a keytab, for tickets or for one service alone, and returns the path of the ticket
// cache.
func (d *Domain) TicketCache(t testing.TB, user, keytab, service string) string {
	t.Helper()
	config, path := filepath.Join(t.TempDir(), "krb5.conf"), filepath.Join(t.TempDir(), "cache")
	write(t, config, d.Config)
	arguments := []string{"KRB5_CONFIG=" + config, "kinit", "-c", path, "-k", "-t", keytab}
	if service != "" {
		arguments = append(arguments, "-S", service)
	}
	d.run(t, "env", append(arguments, user)...)
	return path
}
