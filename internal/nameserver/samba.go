//go:build integration

package nameserver

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

	"golang.org/x/net/dns/dnsmessage"
)

// Domain is an Active Directory domain on Samba: a DNS server that takes updates signed by Kerberos only, and the KDC.
type Domain struct {
	*Server

	// Zone is the apex of its zone: "ad.test".
	Zone string
	// Realm is its Kerberos realm: "AD.TEST".
	Realm string
	// Host is the DNS name of its domain controller.
	Host string
	// Config is the configuration with which clients find the KDC, as the text of a krb5.conf.
	Config string

	dir string
}

const (
	sambaZone = "ad.test"
	sambaHost = "dc1"
)

// Samba provisions a domain, which takes some seconds, and starts its DNS server and KDC; nothing else of a domain
// controller runs.
func Samba(t testing.TB) *Domain {
	t.Helper()
	kdc := freePort(t)
	d := &Domain{
		Zone: sambaZone, Realm: strings.ToUpper(sambaZone), Host: sambaHost + "." + sambaZone,
		Config: krb5Conf(strings.ToUpper(sambaZone), "127.0.0.1:"+kdc), dir: t.TempDir(),
	}
	addr := "127.0.0.1:" + freePort(t)
	d.provision(t)
	d.start(t, addr, kdc)
	return d
}

func (d *Domain) provision(t testing.TB) {
	t.Helper()
	d.tool(t, "domain", "provision", "--server-role=dc", "--dns-backend=SAMBA_INTERNAL",
		"--realm="+d.Realm, "--domain=ADT", "--host-name="+sambaHost, "--host-ip=127.0.0.1", "--targetdir="+d.dir,
		"--option=interfaces=127.0.0.1/8", // without the mask the DNS server refuses to start
		"--option=bind interfaces only=yes", "--option=posix:eadb="+filepath.Join(d.dir, "eadb.tdb"))
}

// AddUser creates an account with a password, which must be long and mixed enough for the domain. Like every account it
// may create records and change those that it has created.
func (d *Domain) AddUser(t testing.TB, user, password string) {
	t.Helper()
	d.tool(t, "user", "create", user, password, "-H", filepath.Join(d.dir, "private", "sam.ldb"), "-s", d.conf())
}

func (d *Domain) conf() string { return filepath.Join(d.dir, "etc", "smb.conf") }

func (d *Domain) tool(t testing.TB, arguments ...string) {
	t.Helper()
	path := program{name: "samba-tool", debianPackage: "samba-ad-dc and samba-ad-provision"}.path(t)
	cmd := exec.CommandContext(t.Context(), path, arguments...) //nolint:gosec // a known program
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("samba-tool: %v\n%s", err, output)
	}
}

func (d *Domain) start(t testing.TB, addr, kdc string) {
	t.Helper()
	_, port, _ := net.SplitHostPort(addr)
	path := program{name: "samba", debianPackage: "samba-ad-dc"}.path(t)
	cmd := exec.CommandContext(t.Context(), path, "-i", "-M", "single", "-s", d.conf(), //nolint:gosec // a known program
		"--debug-stdout",
		"--option=server services=kdc, dns", "--option=dns port="+port,
		"--option=krb5 port="+kdc, "--option=kpasswd port="+freePort(t),
		"--option=pid directory="+d.dir, "--option=ncalrpc dir="+filepath.Join(d.dir, "ncalrpc"))
	cmd.Env = os.Environ()
	cmd.SysProcAttr = dieWithParent()
	server, gone := run(t, cmd)
	server.Addr, d.Server = addr, server
	ctx, cancel := context.WithTimeoutCause(gone, startTimeout, fmt.Errorf("no answer within %v", startTimeout))
	defer cancel()
	for {
		_, err := ask(ctx, addr, d.Zone+".", dnsmessage.TypeSOA)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("samba: %v; the last answer: %v\n%s", context.Cause(ctx), err, server.Log())
		case <-time.After(pollInterval):
		}
	}
}
