package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/examples/internal/clitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// certificate runs the program and returns its exit code and what it printed.
func certificate(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return clitest.Run(run).Call(t, args...)
}

func TestTheWholeWay(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	code, stdout, stderr := certificate(t)
	if code != 0 || stderr != "" || !strings.Contains(stdout, "the same certificate, with its key") {
		t.Errorf("exit code %d, stderr %q\n%s", code, stderr, stdout)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// objects decodes what -json printed, one object per line.
func objects(t *testing.T, stdout string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(stdout) {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, object)
	}
	return all
}

func TestFilesAreKeptAndUnderstood(t *testing.T) {
	for _, profile := range []string{"windows-legacy", "windows-2019"} {
		dir := filepath.Join(t.TempDir(), "out")
		code, stdout, stderr := certificate(t, "-json", "-cn", "dp2.contoso.com", "-out", dir, "-profile", profile)
		if code != 0 || len(objects(t, stdout)) != 8 {
			t.Fatalf("exit code %d, %s\n%s", code, stderr, stdout)
		}
		pfx, cer := filepath.Join(dir, "CloudDP.pfx"), filepath.Join(dir, "CloudDP.cer")
		if state, err := os.Stat(pfx); err != nil || state.Mode()&0o077 != 0 {
			t.Errorf("%v, %v: a key is for its owner", state, err)
		}
		for _, test := range []struct {
			says string
			args []string
		}{
			{`"keyBits":2048`, []string{"inspect", "-json", cer}},
			{"dp2.contoso.com", []string{"inspect", cer}},
			{"iterations", []string{"inspect", "-json", pfx}},
			{"Windows Server 2019: opens", []string{"inspect", pfx}},
			{": 1 finding\n", []string{"check", "-fqdn", "dp2.contoso.com", cer}},
			{"far", []string{"watch", "-once", pfx, cer}},
			{`"stage":"far"`, []string{"-json", "watch", "-once", "-password-file", pfx + ".password", pfx}},
		} {
			if code, stdout, stderr := certificate(t, test.args...); code != 0 || !strings.Contains(stdout, test.says) {
				t.Errorf("%v: exit code %d, stderr %q, want 0 and %q\n%s", test.args, code, stderr, test.says, stdout)
			}
		}
		if code, stdout, _ := certificate(t, "check", pfx); code != 0 && profile == "windows-legacy" {
			t.Errorf("check: exit code %d\n%s", code, stdout)
		}
	}
}

func TestCheckFindsProblems(t *testing.T) {
	dir := t.TempDir()
	password := filepath.Join(dir, "password")
	pfx := filepath.Join(dir, "own.pfx")
	own, err := certs.SelfSigned("cloud-dp.contoso.com", &certs.SelfSignedOptions{Key: certstest.Key()})
	if err != nil {
		t.Fatal(err)
	}
	content, err := own.PFX(certs.StaticPassword("a long password"), nil)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, password, []byte("a long password\r\n"))
	writeFile(t, pfx, content)
	code, stdout, _ := certificate(t, "check", "-json", "-password-file", password, pfx)
	ids := map[string]bool{}
	for _, object := range objects(t, stdout) {
		id, _ := object["finding"].(string)
		remedy, _ := object["remedy"].(string)
		ids[id] = remedy != ""
	}
	if code != 1 || !ids["cert.name.prefix"] || !ids["cert.ca.flag"] {
		t.Errorf("exit code %d, %v", code, ids)
	}
	if code, stdout, _ := certificate(t, "check", "-password-file", password, pfx); code != 1 || !strings.Contains(stdout, "ERROR cert.ca.flag") || !strings.Contains(stdout, "clients trust") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
	writeFile(t, password, []byte("another"))
	if code, stdout, stderr := certificate(t, "check", "-password-file", password, pfx); code != 1 || strings.Contains(stdout+stderr, "another") {
		t.Errorf("wrong password: exit code %d\n%s%s", code, stdout, stderr)
	}
	if code, _, stderr := certificate(t, "check", filepath.Join(dir, "none.pfx")); code != 1 || !strings.Contains(stderr, "none.pfx") {
		t.Errorf("no file: exit code %d, %s", code, stderr)
	}
	text := filepath.Join(dir, "text.txt")
	writeFile(t, text, []byte("hello"))
	if code, _, stderr := certificate(t, "check", text); code != 1 || !strings.Contains(stderr, "neither DER nor Base64") {
		t.Errorf("a text: exit code %d, %s", code, stderr)
	}
}

func writeFile(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCheckAsksForRevocation(t *testing.T) {
	root, err := certs.SelfSigned("Lab Root", &certs.SelfSignedOptions{Authority: true})
	if err != nil {
		t.Fatal(err)
	}
	authority := &certs.LocalCA{Authority: root, RevocationLists: []string{"http://127.0.0.1:1/ca.crl"}}
	issued, err := certs.Enroll(t.Context(), authority, &certs.Request{CommonName: "clouddp.contoso.com", Key: certstest.Key()})
	if err != nil {
		t.Fatal(err)
	}
	pfx, err := issued.PFX(certs.StaticPassword("a long password"), nil)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "lab.pfx")
	writeFile(t, name, pfx)
	writeFile(t, name+".password", []byte("a long password"))
	code, stdout, stderr := certificate(t, "check", "-revocation", name)
	if code != 0 || !strings.Contains(stdout, "revocation is unknown") || !strings.Contains(stdout, "not an address on the internet") {
		t.Errorf("exit code %d, %s\n%s", code, stderr, stdout)
	}
}

func TestRefusalsComeWithARemedy(t *testing.T) {
	if code, _, stderr := certificate(t, "-cn", "clouddp"); code != 1 || !strings.Contains(stderr, "CommonName") {
		t.Errorf("bad name: exit code %d, %s", code, stderr)
	}
	if code, stdout, _ := certificate(t, "-cn", "cloud-dp.contoso.com"); code != 1 || !strings.Contains(stdout, "ERROR cert.name.prefix") {
		t.Errorf("unfit name: exit code %d\n%s", code, stdout)
	}
}

func TestPlan(t *testing.T) {
	code, stdout, _ := certificate(t, "plan")
	if code != 0 || !strings.Contains(stdout, "publish CloudDPCert on Contoso Issuing CA") || !strings.Contains(stdout, "certutil") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
	at := -1
	for _, step := range []string{
		`to "exportable|`, "By hand: duplicate Web Server", "certutil -dsTemplate", "revoke Enroll on CloudDPCert from Domain Admins (S-1-5-21-",
		"revoke Enroll on CloudDPCert from Enterprise Admins (", "to ConfigMgr Site Servers (", "certutil -SetCATemplates",
	} {
		next := strings.LastIndex(stdout, step)
		if next <= at {
			t.Errorf("%q does not come next:\n%s", step, stdout)
		}
		at = next
	}
	code, stdout, _ = certificate(t, "plan", "-json")
	actions := map[string]int{}
	for _, object := range objects(t, stdout) {
		if action, ok := object["action"].(string); ok {
			actions[action]++
		}
	}
	if code != 0 || actions["register-oid"] != 1 || actions["create-template"] != 1 || actions["set-attribute"] < 10 ||
		actions["grant"] != 2 || actions["publish-template"] != 1 {
		t.Errorf("exit code %d, actions %v", code, actions)
	}
}

func TestUsage(t *testing.T) {
	clitest.TestHelp(t, "certificate", run, []string{"-h"}, []string{"help"}, []string{"check", "-h"}, []string{"help", "watch"})
	for _, tt := range []struct {
		reason string
		args   []string
	}{
		{"not defined: -nonsense", []string{"-nonsense"}},
		{"not defined: -nonsense", []string{"check", "-nonsense", "x"}},
		{`unexpected "extra"`, []string{"extra"}},
		{"inspect needs a FILE", []string{"inspect"}},
		{`unexpected argument "b"`, []string{"inspect", "a", "b"}},
		{"check needs a FILE", []string{"check"}},
		{"watch needs a FILE", []string{"watch"}},
		{`unexpected argument "x"`, []string{"plan", "x"}},
		{`-profile "windows-95"`, []string{"-profile", "windows-95"}},
		{"-cn does not go with plan", []string{"plan", "-cn", "a.b"}},
		{"-password-file does not go with inspect", []string{"inspect", "-password-file", "x", "y"}},
		{"-fqdn does not go with no subcommand", []string{"-fqdn", "a.b"}},
		{"-once does not go with check", []string{"check", "-once", "x"}},
		{"flags go before FILE", []string{"check", "x", "-fqdn", "a.b"}},
	} {
		clitest.TestMisuse(t, "certificate", run, tt.reason, tt.args...)
	}
}

func TestFullDisk(t *testing.T) {
	bundle, err := certs.SelfSigned("clouddp.contoso.com", &certs.SelfSignedOptions{Key: certstest.Key()})
	if err != nil {
		t.Fatal(err)
	}
	first, second := filepath.Join(t.TempDir(), "a.cer"), filepath.Join(t.TempDir(), "b.cer")
	writeFile(t, first, bundle.CER())
	writeFile(t, second, bundle.CER())
	for _, args := range [][]string{nil, {"plan"}, {"plan", "-json"}, {"inspect", first}, {"check", first}, {"watch", first, second}} {
		clitest.TestFullDisk(t, run, args...)
	}
}
