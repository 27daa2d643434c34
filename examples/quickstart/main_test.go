package main

import (
	"bytes"
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
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// quickstart runs the program and returns its exit code and what it printed.
func quickstart(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, diagnostics bytes.Buffer
	code = run(t.Context(), args, &out, &diagnostics)
	return code, out.String(), diagnostics.String()
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
	for _, args := range [][]string{
		{"-nonsense"}, {"extra"}, {"-cloud", "moon"}, {"-cloud", "resourcemanager"}, {"-break", "99"}, {"-break", "-1"},
	} {
		if code, stdout, stderr := quickstart(t, args...); code != 2 || stdout != "" || stderr == "" {
			t.Errorf("%v: exit code %d, stdout %q, stderr %q; want 2, none, a reason", args, code, stdout, stderr)
		}
	}
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
