package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/examples/internal/clitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// quickstart runs the program and returns its exit code and what it printed.
func quickstart(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return clitest.Run(run).Call(t, args...)
}

func objects(t *testing.T, lines string) []stepObject {
	t.Helper()
	var list []stepObject
	for decoder := json.NewDecoder(strings.NewReader(lines)); decoder.More(); {
		var object stepObject
		if err := decoder.Decode(&object); err != nil {
			t.Fatal(err)
		}
		list = append(list, object)
	}
	return list
}

func TestEveryStepIsDoneAndProven(t *testing.T) {
	code, stdout, stderr := quickstart(t, "-json")
	if code != 0 || stderr != "" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	steps := objects(t, stdout)
	if len(steps) != len(journey()) || len(steps) < 11 {
		t.Errorf("%d objects, want %d and at least 11", len(steps), len(journey()))
	}
	for i, s := range steps {
		if !s.OK || s.Step != i+1 || s.Package == "" || s.Title == "" || len(s.Evidence) == 0 || s.Error != "" {
			t.Errorf("object %d: %+v", i+1, s)
		}
	}
}

func TestEveryProofCanFail(t *testing.T) {
	for i, step := range journey() {
		t.Run(step.title, func(t *testing.T) {
			code, stdout, stderr := quickstart(t, "-json", "-break", strconv.Itoa(i+1))
			if code != 1 || !strings.Contains(stderr, step.title) {
				t.Errorf("exit code %d, stderr %q; want 1 and the step's title", code, stderr)
			}
			steps := objects(t, stdout)
			if len(steps) != i+1 {
				t.Fatalf("%d objects, want %d", len(steps), i+1)
			}
			for _, s := range steps[:i] {
				if !s.OK {
					t.Errorf("step %d failed before the broken one: %s", s.Step, s.Error)
				}
			}
			if broken := steps[i]; broken.OK || broken.Error == "" {
				t.Errorf("the broken step: %+v", broken)
			}
		})
	}
}

func TestTextNamesTheFailure(t *testing.T) {
	code, stdout, _ := quickstart(t, "-break", "2")
	if code != 1 || !strings.Contains(stdout, "FAIL Enrol the service certificate") || !strings.Contains(stdout, "0x80094012") {
		t.Errorf("exit code %d:\n%s", code, stdout)
	}
}

func TestDenialComesWithItsRemedy(t *testing.T) {
	remedy := (&certs.DeniedError{Code: certs.CodeTemplateDenied}).Remedy()
	code, stdout, stderr := quickstart(t, "-json", "-break", "2")
	if code != 1 || remedy == "" || !strings.HasSuffix(stderr, "quickstart: "+remedy+"\n") {
		t.Errorf("exit code %d, stderr %q lacks %q", code, stderr, remedy)
	}
	if denied := objects(t, stdout)[1]; denied.Remedy != remedy {
		t.Errorf("remedy %q", denied.Remedy)
	}
}

func TestOneCertificateWarns(t *testing.T) {
	code, stdout, _ := quickstart(t, "-json", "-one-certificate")
	if code != 0 {
		t.Fatalf("exit code %d", code)
	}
	upload := objects(t, stdout)[3]
	if warnings := strings.Join(upload.Warnings, "\n"); !strings.Contains(warnings, "cert.shared-role") {
		t.Errorf("warnings %q lack cert.shared-role", warnings)
	}
}

func TestKeep(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "kept")
	if code, stdout, stderr := quickstart(t, "-keep", folder); code != 0 {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	var names []string
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, entry fs.DirEntry, err error) error {
		if !entry.IsDir() {
			names = append(names, path)
		}
		return err
	})
	want := "CloudDP.cer CloudDP.pfx CloudDP.pfx.password CloudMgr.log Management.cer Management.pfx Management.pfx.password manifest.json"
	if got := strings.Join(names, " "); err != nil || got != want {
		t.Errorf("kept %s, want %s (%v)", got, want, err)
	}
	for _, pair := range []string{"CloudDP", "Management"} {
		checkPair(t, folder, pair)
	}
	checkManifest(t, filepath.Join(folder, "manifest.json"))
}

func TestKeepOverwritesNothing(t *testing.T) {
	for _, name := range keptFiles() {
		folder := t.TempDir()
		theirs := filepath.Join(folder, name)
		if err := os.WriteFile(theirs, []byte("theirs"), 0o600); err != nil {
			t.Fatal(err)
		}
		code, stdout, stderr := quickstart(t, "-keep", folder)
		if code != 1 || stdout != "" || !strings.Contains(stderr, name) || !strings.Contains(stderr, "choose another -keep DIR") {
			t.Errorf("exit code %d, stderr %q; want 1 before the first step\n%s", code, stderr, stdout)
		}
		if content, err := os.ReadFile(theirs); err != nil || string(content) != "theirs" {
			t.Errorf("%s holds %q, %v", name, content, err)
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
			t.Errorf("beside %s: %v, %v", name, left, err)
		}
	}
}

func TestKeepLeavesOtherFilesAlone(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"source", "client"} {
		if err := errors.Join(os.Mkdir(filepath.Join(folder, name), 0o700), os.WriteFile(filepath.Join(folder, name, "theirs"), nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if code, _, stderr := quickstart(t, "-keep", folder); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for _, name := range []string{"source", "client"} {
		if names, err := os.ReadDir(filepath.Join(folder, name)); err != nil || len(names) != 1 {
			t.Errorf("%s: %v, %v", name, names, err)
		}
	}
}

func TestNothingIsLeftBehind(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	for _, args := range [][]string{nil, {"-break", "3"}} {
		quickstart(t, args...)
		if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
			t.Errorf("%v: left behind: %v, %v", args, left, err)
		}
	}
}

func checkPair(t *testing.T, folder, name string) {
	t.Helper()
	read := func(suffix string) []byte {
		body, err := os.ReadFile(filepath.Join(folder, name+suffix))
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	leaf, err := certs.ParseCER(read(".cer"))
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := certs.ParsePFX(read(".pfx"), certs.StaticPassword(string(read(".pfx.password"))))
	if err != nil {
		t.Fatal(err)
	}
	if !leaf.Equal(bundle.Leaf) {
		t.Errorf("%s.cer is not the leaf of %s.pfx", name, name)
	}
	for _, secret := range []string{".pfx", ".pfx.password"} {
		info, err := os.Stat(filepath.Join(folder, name+secret))
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s%s: mode %v, %v; want it for the owner alone", name, secret, info.Mode(), err)
		}
	}
}

func checkManifest(t *testing.T, path string) {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		ID    string `json:"id"`
		Files []struct {
			Path string `json:"path"`
		} `json:"files"`
	}
	if err := json.Unmarshal(body, &manifest); err != nil || manifest.ID != packageID || len(manifest.Files) != 44 {
		t.Errorf("manifest %q with %d files: %v", manifest.ID, len(manifest.Files), err)
	}
}

func TestUsage(t *testing.T) {
	clitest.TestHelp(t, "quickstart", run, []string{"-h"}, []string{"help"})
	for _, tt := range []struct {
		reason string
		args   []string
	}{
		{"not defined: -nonsense", []string{"-nonsense"}},
		{`unexpected argument "extra"`, []string{"extra"}},
		{`-cloud "moon" is not classic`, []string{"-cloud", "moon"}},
		{"use -cloud classic", []string{"-cloud", "resourcemanager"}},
		{`"99" for flag -break: give the number of a step, 1 to 14`, []string{"-break", "99"}},
		{`"foo" for flag -break: give the number of a step, 1 to 14`, []string{"-break", "foo"}},
		{`"0" for flag -break: give the number of a step, 1 to 14`, []string{"-break", "0"}},
	} {
		clitest.TestMisuse(t, "quickstart", run, tt.reason, tt.args...)
	}
}

func TestFullDisk(t *testing.T) {
	clitest.TestFullDisk(t, run)
	clitest.TestFullDisk(t, run, "-json")
}

func TestExitCodeOfTheBinary(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "quickstart")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	for args, want := range map[string]int{"-break=1": 1, "-break=99": 2} {
		err := exec.CommandContext(t.Context(), binary, args).Run()
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok || exit.ExitCode() != want {
			t.Errorf("%s: %v, want exit code %d", args, err, want)
		}
	}
}
