//go:build integration

package testserver

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// Knot starts a Knot DNS server with the zones.
func Knot(t testing.TB, c Config) *Server {
	t.Helper()
	return program{
		name: "knotd", debianPackage: "knot",
		arguments: func(dir string) []string { return []string{"-m", "64", "-c", filepath.Join(dir, "knot.conf")} },
		configure: c.knot,
		apexes:    c.apexes(),
		env:       c.Env,
	}.start(t)
}

// knot returns the files of a server: its configuration, in the only YAML style that it takes, and the zones.
func (c Config) knot(dir, port, nonce string) map[string]string {
	conf := new(strings.Builder)
	fmt.Fprintf(conf, `server:
  rundir: %[1]s
  listen: 127.0.0.1@%[2]s
  udp-workers: 1
  tcp-workers: 2
  background-workers: 1
log:
  - target: stderr
    any: info
database:
  storage: %[1]s/db
  journal-db-max-size: 32M
  kasp-db-max-size: 16M
  timer-db-max-size: 4M
`, dir, port)
	if c.Key.Name != "" {
		fmt.Fprintf(conf, "key:\n  - id: %s\n    algorithm: %s\n    secret: %s\n", c.Key.Name, c.Key.algorithm(), c.Key.base64())
	}
	conf.WriteString("acl:\n  - id: open\n    action: update\n")
	if c.Key.Name != "" {
		fmt.Fprintf(conf, "  - id: keyed\n    key: %s\n    action: [update, transfer]\n", c.Key.Name)
	}
	conf.WriteString("zone:\n")
	for _, z := range c.Zones {
		fmt.Fprintf(conf, "  - domain: %[2]s\n    storage: %[1]s\n    file: %[2]s.zone\n    zonefile-sync: -1\n"+
			"    journal-content: all\n%[3]s", dir, z.Name, c.knotACL(z))
	}
	return c.files(nonce, "knot.conf", conf.String())
}

// knotACL says who may update a zone.
func (c Config) knotACL(z Zone) string {
	switch {
	case z.Open && c.Key.Name != "":
		return "    acl: [keyed, open]\n"
	case z.Open:
		return "    acl: open\n"
	case c.Key.Name != "":
		return "    acl: keyed\n"
	}
	return ""
}

// files returns the configuration, the zones, and a place for the databases.
func (c Config) files(nonce, name, conf string) map[string]string {
	files := map[string]string{name: conf, "db/README": "The server keeps its databases here.\n"}
	for _, z := range c.Zones {
		files[z.Name+".zone"] = z.file(nonce)
	}
	return files
}

func (c Config) apexes() []string {
	var names []string
	for _, z := range c.Zones {
		names = append(names, z.Name)
	}
	return names
}
