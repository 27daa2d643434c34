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

// provisioning is what "samba-tool domain provision" does, without the access rights of files that are not served here:
// those only root can set.
const provisioning = `
import logging, sys
from samba.auth import system_session
from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2
from samba.param import LoadParm
from samba.provision import provision
provision(logging.getLogger(), system_session(), targetdir=sys.argv[1], realm=sys.argv[2], hostname=sys.argv[3],
          domain="ADT", hostip="127.0.0.1", serverrole="active directory domain controller", lp=LoadParm(),
          dns_backend="SAMBA_INTERNAL", dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2, skip_sysvolacl=True)
`

func (d *Domain) provision(t testing.TB) {
	t.Helper()
	d.run(t, "/usr/bin/python3", "-c", provisioning, d.dir, d.Realm, sambaHost) // Debian's, which has Samba's packages
}

// AddUser creates an account with a password, which must be long and mixed enough for the domain. Like every account it
// may create records and change those that it has created.
func (d *Domain) AddUser(t testing.TB, user, password string) {
	t.Helper()
	d.run(t, "samba-tool", "user", "create", user, password, "-H", filepath.Join(d.dir, "private", "sam.ldb"), "-s", d.conf())
}

func (d *Domain) conf() string { return filepath.Join(d.dir, "etc", "smb.conf") }

func (d *Domain) run(t testing.TB, name string, arguments ...string) {
	t.Helper()
	path := program{name: name, debianPackage: "samba-ad-provision"}.path(t)
	cmd := exec.CommandContext(t.Context(), path, arguments...) //nolint:gosec // a known program
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, output)
	}
}

func (d *Domain) start(t testing.TB, addr, kdc string) {
	t.Helper()
	_, port, _ := net.SplitHostPort(addr)
	path := program{name: "samba", debianPackage: "samba-ad-dc"}.path(t)
	cmd := exec.CommandContext(t.Context(), path, "-i", "-M", "single", "-s", d.conf(), //nolint:gosec // a known program
		"--debug-stdout",
		"--option=interfaces=127.0.0.1/8", "--option=bind interfaces only=yes", // without the mask nothing starts
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
