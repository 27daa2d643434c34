package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/clientsettings"
	"github.com/clouddp/sdk/examples/internal/clitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// settings runs the program and returns its exit code and what it printed.
func settings(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return clitest.Run(run).Call(t, args...)
}

// fileOf writes a file and returns its name.
func fileOf(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file.json")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestOwnSite(t *testing.T) {
	code, stdout, stderr := settings(t)
	if code != 0 || stderr != "" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	for _, want := range []string{
		"device LAPTOP-0417 may use cloud distribution points\n",
		"device DESKTOP-0031 may not use cloud distribution points\n",
		"  ->     2  Roaming devices          says yes and has the lowest priority number of those that take part\n",
		"         3  Power plan               does not contain the group \"Cloud Services\"\n",
		"  AllowCMG: no, by Kiosks\n",
		"  AutoAADJoin: unset, by no policy\n",
		"user CONTOSO\\adele may use cloud distribution points\n",
		"\n2 of 5 may use cloud distribution points.\n",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is missing in\n%s", want, stdout)
		}
	}
}

func TestOwnSiteJSON(t *testing.T) {
	code, stdout, stderr := settings(t, "-json")
	if code != 0 || stderr != "" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	want := map[string]string{
		"LAPTOP-0417": "yes by Roaming devices", "DESKTOP-0031": "no by Default Client Settings", "KIOSK-0002": "no by Kiosks",
		`CONTOSO\adele`: "yes by Sales people", `CONTOSO\miguel`: "no by Default Client Settings",
	}
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if len(lines) != len(want) {
		t.Errorf("%d lines, want %d", len(lines), len(want))
	}
	for _, line := range lines {
		var r clientsettings.Resolution
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if got := r.AllowCloudDP.String() + " by " + r.Policy; got != want[r.Target.Name] {
			t.Errorf("%s: %s, want %s", r.Target.Name, got, want[r.Target.Name])
		}
		if isDevice := r.Target.Kind == clientsettings.Device; len(r.Steps) != 5 || (len(r.Companions) == 2) != isDevice {
			t.Errorf("%s: %d steps and %d companions", r.Target.Name, len(r.Steps), len(r.Companions))
		}
	}
}

func TestFiles(t *testing.T) {
	policies := fileOf(t, `[{"id": "1", "name": "Ev\u001beryone", "kind": "device", "priority": 1, "collections": ["A"],
		"cloudServices": {"allowCloudDP": "yes"}}]`)
	targets := fileOf(t, `[{"name": "PC1", "kind": "device", "collections": ["a"]}, {"name": "PC2", "kind": "device"}]`)
	code, stdout, stderr := settings(t, "-policies", policies, "-targets", targets)
	if code != 0 || stderr != "" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	for _, want := range []string{"PC1 may use", "PC2 may not use", "Ev\uFFFDeryone", "documented default", "1 of 2 may use"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is missing in\n%s", want, stdout)
		}
	}
}

func TestOneFileOnly(t *testing.T) {
	code, stdout, _ := settings(t, "-targets", fileOf(t, `[{"name": "PC1", "kind": "device", "collections": ["PS100012"]}]`))
	if code != 0 || !strings.Contains(stdout, "PC1 may use") {
		t.Errorf("own policies: exit code %d, %s", code, stdout)
	}
	code, stdout, _ = settings(t, "-policies", fileOf(t, `[]`))
	if code != 0 || !strings.Contains(stdout, "0 of 5 may use") {
		t.Errorf("own targets: exit code %d, %s", code, stdout)
	}
}

func TestMistakes(t *testing.T) {
	good, tooLarge := fileOf(t, "[]"), fileOf(t, "")
	if err := os.Truncate(tooLarge, maxFile+1); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ policies, targets, want string }{
		"no file":       {filepath.Join(t.TempDir(), "none.json"), good, "none.json"},
		"a directory":   {t.TempDir(), good, "directory"},
		"no JSON":       {fileOf(t, "policies"), good, "invalid character"},
		"no list":       {fileOf(t, "{}"), good, "cannot unmarshal object"},
		"cut off":       {fileOf(t, "[{"), good, "unexpected EOF"},
		"two lists":     {fileOf(t, "[] []"), good, "something follows the list"},
		"unknown field": {fileOf(t, `[{"colour": "x"}]`), good, `unknown field "colour"`},
		"unknown value": {fileOf(t, `[{"cloudServices": {"allowCloudDP": "maybe"}}]`), good, `use "yes", "no" or "unset"`},
		"bad policy":    {fileOf(t, `[{"id": "1", "name": "x", "kind": "user"}]`), good, "element 1: clientsettings: policy: Priority: is 0"},
		"bad target":    {good, fileOf(t, `[{"name": "x", "kind": "user"}, {"kind": "default"}]`), "element 2: clientsettings: target: Kind: is default"},
		"too large":     {tooLarge, good, "is larger than 64 MiB"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := settings(t, "-policies", tt.policies, "-targets", tt.targets)
			if code != 1 || stdout != "" || !strings.HasPrefix(stderr, "settings: ") || !strings.Contains(stderr, tt.want) {
				t.Errorf("exit code %d, stdout %q, stderr %q; want 1 and %q", code, stdout, stderr, tt.want)
			}
		})
	}
}

func TestEveryMistakeIsListed(t *testing.T) {
	_, _, stderr := settings(t, "-policies", fileOf(t, `[{}, {}]`), "-targets", fileOf(t, `[{}]`))
	if got := strings.Count(stderr, ": element "); got != 3 {
		t.Errorf("%d mistakes in %q", got, stderr)
	}
}

func TestUsage(t *testing.T) {
	clitest.TestHelp(t, "settings", run, []string{"-h"}, []string{"help"}, []string{"-json", "-help"})
	clitest.TestMisuse(t, "settings", run, `unexpected argument "file.json"`, "-json", "file.json")
	clitest.TestMisuse(t, "settings", run, "not defined: -unknown", "-unknown")
}

func TestFullDisk(t *testing.T) {
	clitest.TestFullDisk(t, run, "-json")
	clitest.TestFullDisk(t, run, "-h")
	clitest.TestFullDisk(t, run)
}
