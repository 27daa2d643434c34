package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
)

// snapshot returns the names and contents of the files in a directory.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestExportWritesAllOrNothing(t *testing.T) {
	for _, name := range []string{cerName, pfxName, passwordName} {
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, name), []byte("theirs"))
		code, stdout, stderr := certificate(t, "-out", dir)
		if code != 1 || stdout != "" || !strings.Contains(stderr, name) || !strings.Contains(stderr, "choose another -out DIR") {
			t.Errorf("%s: exit code %d, stderr %q; want 1 before a certificate is asked for\n%s", name, code, stderr, stdout)
		}
		if left := snapshot(t, dir); len(left) != 1 || left[name] != "theirs" {
			t.Errorf("beside %s: %v", name, left)
		}
	}
}

func TestFilesThatCameInBetweenAreKept(t *testing.T) {
	dir := t.TempDir()
	bundle, err := certs.SelfSigned("clouddp.contoso.com", &certs.SelfSignedOptions{Key: certstest.Key()})
	if err != nil {
		t.Fatal(err)
	}
	e, err := options{out: dir}.newExport()
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, pfxName), []byte("theirs"))
	if err := e.write(bundle, &printer{w: t.Output()}); err == nil {
		t.Error("a .pfx file is overwritten")
	}
	if err := e.folder.Discard(); err != nil {
		t.Error(err)
	}
	if left := snapshot(t, dir); len(left) != 1 || left[pfxName] != "theirs" {
		t.Errorf("left: %v", left)
	}
}

func TestRefusedRequestLeavesNothing(t *testing.T) {
	above := t.TempDir()
	for _, name := range []string{"clouddp", "cloud-dp.contoso.com"} {
		if code, _, _ := certificate(t, "-cn", name, "-out", filepath.Join(above, "a", "b")); code != 1 {
			t.Errorf("%s: exit code %d", name, code)
		}
		if left, err := os.ReadDir(above); err != nil || len(left) > 0 {
			t.Errorf("%s: %v, %v", name, left, err)
		}
	}
}

func TestBadTargetsAreSeenFirst(t *testing.T) {
	dir := t.TempDir()
	inFile := filepath.Join(dir, "file", "below")
	empty, umlaut, large := filepath.Join(dir, "empty"), filepath.Join(dir, "umlaut"), filepath.Join(dir, "large")
	writeFile(t, filepath.Join(dir, "file"), nil)
	writeFile(t, empty, []byte("\r\n"))
	writeFile(t, umlaut, []byte("schl\u00fcssel"))
	writeFile(t, large, make([]byte, maxPassword+1))
	for _, tt := range []struct {
		says string
		args []string
	}{
		{"choose another -out DIR", []string{"-out", inFile}},
		{"none", []string{"-password-file", filepath.Join(dir, "none")}},
		{"is empty", []string{"-password-file", empty}},
		{"printable ASCII", []string{"-password-file", umlaut}},
		{"4097 bytes", []string{"-password-file", large}},
		{"-password-file: ", []string{"-password-file", dir}},
	} {
		out := filepath.Join(dir, "out")
		code, stdout, stderr := certificate(t, append([]string{"-out", out}, tt.args...)...)
		if code != 1 || stdout != "" || !strings.Contains(stderr, tt.says) {
			t.Errorf("%v: exit code %d, stderr %q, want %q before a certificate is asked for\n%s", tt.args, code, stderr, tt.says, stdout)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%v: -out is made", tt.args)
		}
	}
}

func TestOwnPasswordMayLieInTheFolder(t *testing.T) {
	dir := t.TempDir()
	password := filepath.Join(dir, passwordName)
	writeFile(t, password, []byte("a long password\n"))
	if code, _, stderr := certificate(t, "-out", dir, "-password-file", password); code != 0 {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	if left := snapshot(t, dir); len(left) != 3 || left[passwordName] != "a long password\n" {
		t.Errorf("%d files, password %q", len(left), left[passwordName])
	}
	if code, stdout, stderr := certificate(t, "check", filepath.Join(dir, pfxName)); code != 0 {
		t.Errorf("check: exit code %d, %s\n%s", code, stderr, stdout)
	}
}

func TestModesOfTheFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // where modes say nothing
	}
	dir := filepath.Join(t.TempDir(), "out")
	if code, _, stderr := certificate(t, "-out", dir); code != 0 {
		t.Fatal(stderr)
	}
	plain := filepath.Join(t.TempDir(), "plain") // as the umask has it
	if err := os.WriteFile(plain, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{
		dir: 0o700, filepath.Join(dir, pfxName): 0o600, filepath.Join(dir, passwordName): 0o600, filepath.Join(dir, cerName): modeOf(t, plain),
	} {
		if got := modeOf(t, name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func modeOf(t *testing.T, name string) fs.FileMode {
	t.Helper()
	state, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return state.Mode().Perm()
}
