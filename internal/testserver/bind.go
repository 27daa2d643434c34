//go:build integration

package testserver

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// BIND starts an authoritative BIND with the zones.
func BIND(t testing.TB, c Config) *Server {
	t.Helper()
	return program{
		name: "named", debianPackage: "bind9",
		arguments: func(dir string) []string {
			return []string{"-g", "-4", "-n", "1", "-c", filepath.Join(dir, "named.conf")}
		},
		configure: c.bind,
		apexes:    c.apexes(),
		env:       c.Env,
	}.start(t)
}

func (c Config) bind(dir, port, nonce string) map[string]string {
	conf := new(strings.Builder)
	fmt.Fprintf(conf, `options {
	directory "%[1]s"; managed-keys-directory "%[1]s";
	pid-file none; session-keyfile none; lock-file none;
	listen-on port %[2]s { 127.0.0.1; }; listen-on-v6 { none; };
	recursion no; dnssec-validation no; notify no; empty-zones-enable no; minimal-responses yes;
	%[3]s
};
controls { };
`, dir, port, c.Options)
	transfer := "none;"
	if c.Key.Name != "" {
		fmt.Fprintf(conf, "key %q { algorithm %s; secret %q; };\n", c.Key.Name, c.Key.algorithm(), c.Key.base64())
		transfer = fmt.Sprintf("key %q;", c.Key.Name)
	}
	for _, z := range c.Zones {
		fmt.Fprintf(conf, "zone %[1]q { type primary; file \"%[1]s.zone\"; allow-transfer { %[2]s }; %[3]s };\n",
			z.Name, transfer, c.bindUpdate(z))
	}
	return c.files(nonce, "named.conf", conf.String())
}

// bindUpdate says who may update a zone. BIND takes a list of clients or a policy, not both.
func (c Config) bindUpdate(z Zone) string {
	if z.Open {
		return "allow-update { any; };"
	}
	rules := c.UpdatePolicy
	if c.Key.Name != "" {
		rules += fmt.Sprintf(" grant %q zonesub ANY;", c.Key.Name)
	}
	if rules == "" {
		return ""
	}
	return "update-policy { " + rules + " };"
}
