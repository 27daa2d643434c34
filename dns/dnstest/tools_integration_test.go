//go:build integration

package dnstest_test

import (
	"encoding/base64"
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/clouddp/sdk/dns/dnstest"
)

// tool runs nsupdate or dig with the input, and returns what it prints.
func tool(t *testing.T, input, name string, arguments ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: install the Debian package bind9-dnsutils", name)
	}
	cmd := exec.CommandContext(t.Context(), path, arguments...)
	cmd.Stdin = strings.NewReader(input)
	output, _ := cmd.CombinedOutput() // what it says tells more than its exit code
	return string(output)
}

// TestTools changes and reads a zone with the tools of BIND, which know nothing of this module.
func TestTools(t *testing.T) {
	server := dnstest.NewServer()
	server.AddZone("contoso.com")
	if err := server.AddKey("update.contoso.com", []byte("a shared secret")); err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(serve(t, server))
	key := func(algorithm, secret string) string {
		return algorithm + ":update.contoso.com:" + base64.StdEncoding.EncodeToString([]byte(secret))
	}
	update := func(name string, arguments ...string) string {
		script := "server " + host + " " + port + "\nzone contoso.com\nprereq nxdomain " + name +
			"\nupdate add " + name + " 300 CNAME clouddp.cloudapp.net.\nsend\nanswer\n"
		return tool(t, script, "nsupdate", arguments...)
	}
	dig := func(arguments ...string) string {
		return tool(t, "", "dig", append([]string{"@" + host, "-p", port}, arguments...)...)
	}

	good := key("hmac-sha256", "a shared secret")
	tests := []struct {
		name      string
		arguments []string
		want      string
	}{
		{"a.contoso.com", []string{"-y", good}, "status: NOERROR"},
		{"a.contoso.com", []string{"-y", good}, "status: YXDOMAIN"},
		{"b.contoso.com", []string{"-v", "-y", key("hmac-sha512", "a shared secret")}, "status: NOERROR"},
		{"c.contoso.com", []string{"-y", key("hmac-sha256", "another secret")}, "BADSIG"},
		{"c.contoso.com", nil, "REFUSED"},
	}
	for _, test := range tests {
		if got := update(test.name, test.arguments...); !strings.Contains(got, test.want) {
			t.Errorf("nsupdate %v of %s: got\n%s\nwant %s", test.arguments, test.name, got, test.want)
		}
	}
	for name, want := range map[string]string{"a": "clouddp.cloudapp.net.", "b": "clouddp.cloudapp.net.", "c": ""} {
		for _, arguments := range [][]string{{"+short"}, {"+short", "+tcp"}, {"+short", "-y", good}} {
			got := dig(append(arguments, name+".contoso.com", "CNAME")...)
			if strings.TrimSpace(got) != want {
				t.Errorf("dig %v %s: got %q, want %q", arguments, name, got, want)
			}
		}
	}
	if got := dig("contoso.com", "AXFR"); !strings.Contains(got, "Transfer failed") {
		t.Errorf("dig AXFR: got %s", got)
	}
}
