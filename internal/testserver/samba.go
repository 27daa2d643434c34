//go:build integration

package testserver

import (
	"context"
	"crypto/x509"
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

// Domain is an Active Directory domain on Samba: the KDC and either a DNS server that takes updates signed by Kerberos
// only, or the directory.
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
	// Administrator is the account that may do everything, Password its password.
	Administrator, Password string
	// Root is the certificate of the directory, Socket the path of a Unix socket that obeys everybody who does not bind.
	// Both are empty without the directory.
	Root   *x509.Certificate
	Socket string

	dir  string
	gone context.Context // ends with the server
}

const (
	sambaZone = "ad.test"
	sambaHost = "dc1"
)

// Samba provisions a domain, which takes some seconds, and starts its DNS server and KDC; nothing else of a domain
// controller runs.
func Samba(t testing.TB) *Domain {
	t.Helper()
	d := newDomain(t)
	addr, kdc := "127.0.0.1:"+freePort(t), freePort(t)
	_, port, _ := net.SplitHostPort(addr)
	d.Config = krb5Conf(d.Realm, "127.0.0.1:"+kdc)
	d.start(t, kdc, "127.0.0.1/8", // without the mask nothing starts
		"server services=kdc, dns", "dns port="+port)
	d.await(t, func(ctx context.Context) error {
		_, err := ask(ctx, addr, d.Zone+".", dnsmessage.TypeSOA)
		return err
	})
	d.Addr = addr
	return d
}

func newDomain(t testing.TB) *Domain {
	t.Helper()
	d := &Domain{
		Zone: sambaZone, Realm: strings.ToUpper(sambaZone), Host: sambaHost + "." + sambaZone,
		Administrator: "Administrator@" + sambaZone, Password: "Aa1!" + newNonce(), dir: t.TempDir(),
	}
	d.provision(t)
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
          dns_backend="SAMBA_INTERNAL", adminpass=sys.argv[4], dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2, skip_sysvolacl=True)
`

func (d *Domain) provision(t testing.TB) {
	t.Helper()
	d.run(t, "/usr/bin/python3", "-c", provisioning, d.dir, d.Realm, sambaHost, d.Password) // Debian's, which has Samba's packages
}

// AddUser creates an account with a password, which must be long and mixed enough for the domain. Like every account it
// may create records and change those that it has created.
func (d *Domain) AddUser(t testing.TB, user, password string) {
	t.Helper()
	d.tool(t, "user", "create", user, password)
}

func (d *Domain) tool(t testing.TB, arguments ...string) {
	t.Helper()
	d.run(t, "samba-tool", append(arguments, "-H", d.private("sam.ldb"), "-s", d.conf())...)
}

func (d *Domain) conf() string { return filepath.Join(d.dir, "etc", "smb.conf") }

func (d *Domain) private(name ...string) string {
	return filepath.Join(append([]string{d.dir, "private"}, name...)...)
}

// noSync spares the disk: what the test leaves behind is thrown away.
const noSync = "TDB_NO_FSYNC=1"

func (d *Domain) run(t testing.TB, name string, arguments ...string) string {
	t.Helper()
	path := program{name: name, debianPackage: "samba-ad-provision"}.path(t)
	cmd := exec.CommandContext(t.Context(), path, arguments...) //nolint:gosec // a known program
	cmd.Env = append(os.Environ(), noSync)
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, output)
	}
	return string(output)
}

// start runs the domain controller on an interface, with the KDC on a port and further options.
func (d *Domain) start(t testing.TB, kdc, network string, options ...string) {
	t.Helper()
	path := program{name: "samba", debianPackage: "samba-ad-dc"}.path(t)
	arguments := []string{"-i", "-M", "single", "-s", d.conf(), "--debug-stdout"}
	for _, option := range append(options,
		"interfaces="+network, "bind interfaces only=yes",
		"krb5 port="+kdc, "kpasswd port="+freePort(t),
		"pid directory="+d.dir, "ncalrpc dir="+filepath.Join(d.dir, "ncalrpc")) {
		arguments = append(arguments, "--option="+option)
	}
	cmd := exec.CommandContext(t.Context(), path, arguments...) //nolint:gosec // a known program
	cmd.Env = append(os.Environ(), noSync)
	cmd.SysProcAttr = dieWithParent()
	d.Server, d.gone = run(t, cmd)
}

// await returns once the domain controller answers.
func (d *Domain) await(t testing.TB, ask func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(d.gone, startTimeout, fmt.Errorf("no answer within %v", startTimeout))
	defer cancel()
	for {
		err := ask(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("samba: %v; the last answer: %v\n%s", context.Cause(ctx), err, d.Log())
		case <-time.After(pollInterval):
		}
	}
}
