//go:build integration

package testserver

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// Stub is a zone that a recursive server asks one name server for.
type Stub struct {
	// Zone is the apex, without the final dot.
	Zone string
	// Addr is the name server, as IP:port; empty leaves the zone without one, and the stub is only an anchor.
	Addr string
	// TrustAnchor is a DS or DNSKEY record by which the zone must be signed, as in a zone file; empty means that
	// signatures do not matter. An anchor that does not fit the zone makes every answer from it bogus.
	TrustAnchor string
}

// Unbound starts a recursive, caching Unbound that knows these zones and no others.
func Unbound(t testing.TB, stubs ...Stub) *Server {
	t.Helper()
	return program{
		name: "unbound", debianPackage: "unbound",
		arguments: func(dir string) []string { return []string{"-d", "-c", filepath.Join(dir, "unbound.conf")} },
		configure: func(dir, port, nonce string) map[string]string {
			return map[string]string{"unbound.conf": unboundConf(dir, port, nonce, stubs)}
		},
		apexes: []string{ownZone},
	}.start(t)
}

// ownZone is answered by Unbound itself, so that it can be recognised whatever its stubs do.
const ownZone = "unbound.invalid"

func unboundConf(dir, port, nonce string, stubs []Stub) string {
	conf := new(strings.Builder)
	fmt.Fprintf(conf, `server:
	directory: "%[1]s"
	chroot: ""
	username: ""
	pidfile: ""
	use-syslog: no
	interface: 127.0.0.1@%[2]s
	do-not-query-localhost: no
	do-ip6: no
	num-threads: 1
	verbosity: 1
	module-config: "validator iterator"
	local-zone: "%[3]s." static
	local-data: "%[3]s. SOA %[3]s. hostmaster.%[3]s. 1 3600 600 86400 60"
	local-data: '%[4]s.%[3]s. TXT "%[5]s"'
`, dir, port, ownZone, nonceOwner, nonce)
	for _, s := range stubs {
		fmt.Fprintf(conf, "\tlocal-zone: \"%s.\" nodefault\n", lastLabel(s.Zone))
		if s.TrustAnchor == "" {
			fmt.Fprintf(conf, "\tdomain-insecure: \"%s.\"\n", s.Zone)
			continue
		}
		fmt.Fprintf(conf, "\ttrust-anchor: '%s'\n", s.TrustAnchor)
	}
	conf.WriteString("remote-control:\n\tcontrol-enable: no\n")
	for _, s := range stubs {
		if s.Addr == "" {
			continue
		}
		host, stubPort, _ := net.SplitHostPort(s.Addr)
		fmt.Fprintf(conf, "stub-zone:\n\tname: \"%s.\"\n\tstub-addr: %s@%s\n", s.Zone, host, stubPort)
	}
	return conf.String()
}

// lastLabel returns the top-level domain of a name; Unbound answers for some of them by itself unless told not to.
func lastLabel(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }
