package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
	"github.com/clouddp/sdk/examples/internal/clitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// alias runs the program and returns its exit code and what it printed.
func alias(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return clitest.Run(run).Call(t, args...)
}

func TestTour(t *testing.T) {
	code, stdout, stderr := alias(t)
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d, stderr %q\n%s", code, stderr, stdout)
	}
	for _, want := range []string{": applied", ": already ok", "conflict", "claimable", "1 can be taken over"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is missing from\n%s", want, stdout)
		}
	}
}

func TestTourAsJSON(t *testing.T) {
	code, stdout, _ := alias(t, "-json")
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, stdout)
	}
	var actions []string
	for decoder := json.NewDecoder(strings.NewReader(stdout)); decoder.More(); {
		var object struct {
			Action string `json:"action"`
		}
		if err := decoder.Decode(&object); err != nil {
			t.Fatal(err)
		}
		actions = append(actions, object.Action)
	}
	if got, want := strings.Join(actions, " "), "ensure ensure check ensure audit audit delete"; got != want {
		t.Errorf("actions %s, want %s", got, want)
	}
}

// serve runs a DNS server with the zone contoso.com under a key and returns the options that reach it.
func serve(t *testing.T) (zone *dnstest.Zone, args []string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	server := dnstest.NewServer()
	secret := []byte("a secret of the enterprise's own")
	zone = server.AddZone(tourZone)
	if err := server.AddKey("k", secret); err != nil {
		t.Fatal(err)
	}
	if err := server.AddZone("cloudapp.net").Add(dns.Record{Name: tourTarget, Type: "A", Value: "127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	address, err := server.Serve(ctx)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key.b64")
	if err := os.WriteFile(file, []byte(base64.StdEncoding.EncodeToString(secret)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return zone, []string{"-server", address, "-zone", tourZone, "-tsig", "k:hmac-sha256:@" + file, "-name", tourName, "-target", tourTarget}
}

func TestAgainstAServer(t *testing.T) {
	zone, args := serve(t)
	for _, step := range []struct {
		flag string
		code int
		says string
	}{
		{"-check", 1, "missing"},
		{"", 0, "applied"},
		{"", 0, "already ok"},
		{"-check", 0, tourTarget},
		{"-delete", 0, "applied"},
		{"-delete", 0, "already ok"},
	} {
		call := args
		if step.flag != "" {
			call = append([]string{step.flag}, args...)
		}
		code, stdout, stderr := alias(t, call...)
		if code != step.code || !strings.Contains(stdout, step.says) {
			t.Errorf("%q: exit code %d, want %d and %q\n%s%s", step.flag, code, step.code, step.says, stdout, stderr)
		}
	}
	theirs := dns.Record{Name: tourName, Type: dns.TypeCNAME, Value: "other.example.net"}
	if err := zone.Add(theirs); err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"-delete", "-check"} {
		if code, stdout, _ := alias(t, append([]string{flag}, args...)...); code != 1 || !strings.Contains(stdout, "other.example.net") {
			t.Errorf("%s of somebody else's alias: exit code %d\n%s", flag, code, stdout)
		}
	}
	if records, err := zone.Lookup(t.Context(), tourName); err != nil || len(records) != 1 {
		t.Errorf("somebody else's alias was touched: %v, %v", records, err)
	}
}

func TestAudit(t *testing.T) {
	zone, args := serve(t)
	for _, r := range []dns.Record{
		{Name: tourName, Type: dns.TypeCNAME, Value: tourTarget},
		{Name: "old." + tourZone, Type: dns.TypeCNAME, Value: "old.cloudapp.net"},
	} {
		if err := zone.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "aliases.txt")
	if err := os.WriteFile(file, []byte("# our aliases\n"+tourName+" "+tourTarget+"\nold."+tourZone+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := alias(t, "audit", "-server", args[1], file)
	lines := strings.Split(stdout, "\n")
	if code != 1 || stderr != "" || !strings.HasPrefix(lines[0], "!!   old."+tourZone) {
		t.Errorf("exit code %d, stderr %q; want 1 and the worst first\n%s", code, stderr, stdout)
	}
}

func TestUsage(t *testing.T) {
	clitest.TestHelp(t, "alias", run, []string{"-h"}, []string{"help"}, []string{"audit", "-h"})
	for _, tt := range []struct {
		reason string
		args   []string
	}{
		{"not defined: -nonsense", []string{"-nonsense"}},
		{`unexpected "extra"`, []string{"extra"}},
		{"-server is missing", []string{"-name", tourName}},
		{"-server needs -name and -target", []string{"-server", "127.0.0.1:53"}},
		{"-server is missing", []string{"-check"}},
		{"exclude each other", []string{"-server", "127.0.0.1:53", "-name", "a.b", "-target", "c.d", "-check", "-delete"}},
		{"audit takes -server", []string{"-name", "a.b", "audit", "file"}},
		{"audit takes one FILE, not 0", []string{"audit"}},
		{"audit takes one FILE, not 2", []string{"audit", "a", "b"}},
		{"flags go before FILE", []string{"audit", "file", "-json"}},
	} {
		clitest.TestMisuse(t, "alias", run, tt.reason, tt.args...)
	}
}

func TestBadSecretIsNotPrinted(t *testing.T) {
	code, _, stderr := alias(t, "-server", "127.0.0.1:53", "-tsig", "k:hmac-sha256:%%%", "-name", "a.b", "-target", "c.d")
	if code != 1 || strings.Contains(stderr, "%%%") {
		t.Errorf("exit code %d, stderr %q; want 1 and no secret", code, stderr)
	}
}

func TestFullDisk(t *testing.T) {
	clitest.TestFullDisk(t, run)
	clitest.TestFullDisk(t, run, "-json")
}
