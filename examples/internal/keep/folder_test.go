package keep_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/clouddp/sdk/examples/internal/keep"
)

// tree returns what is at and below a directory.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, _ fs.DirEntry, err error) error {
		names = append(names, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, " ")
}

func TestWhatWasThereIsKept(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink("nowhere", filepath.Join(dir, "key")); err != nil {
		t.Fatal(err)
	}
	_, err := keep.Open("-out", dir, "cer", "key")
	if !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "choose another -out DIR") {
		t.Errorf("a file that is there: %v", err)
	}
	folder, err := keep.Open("-out", dir, "cer")
	if err != nil {
		t.Fatal(err)
	}
	if err := folder.Write("cer", []byte("c"), 0o644); err != nil {
		t.Error(err)
	}
	if err := folder.Write("key", []byte("k"), 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a file that came in between: %v", err)
	}
	if got := tree(t, dir); got != ". cer key" {
		t.Errorf("written: %s", got)
	}
	if err := folder.Discard(); err != nil {
		t.Error(err)
	}
	if got := tree(t, dir); got != ". key" {
		t.Errorf("discarded: %s is left", got)
	}
}

func TestWhatWasMadeIsDiscarded(t *testing.T) {
	above := t.TempDir()
	folder, err := keep.Open("-out", filepath.Join(above, "a", "b"), "key")
	if err != nil {
		t.Fatal(err)
	}
	if err := folder.Write("key", []byte("k"), 0o600); err != nil {
		t.Error(err)
	}
	if got := tree(t, above); got != ". a a/b a/b/key" {
		t.Errorf("written: %s", got)
	}
	if runtime.GOOS != "windows" {
		checkMode(t, folder.Path, 0o700)
		checkMode(t, folder.Join("key"), 0o600)
	}
	for range 2 { // the second has nothing to do
		if err := folder.Discard(); err != nil {
			t.Error(err)
		}
	}
	if got := tree(t, above); got != "." {
		t.Errorf("discarded: %s is left", got)
	}
}

func checkMode(t *testing.T, name string, want os.FileMode) {
	t.Helper()
	state, err := os.Stat(name)
	if err != nil || state.Mode().Perm() != want {
		t.Errorf("%s: %v, %v; want %v", name, state, err, want)
	}
}

func TestTemporaryFolder(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	t.Setenv("TMP", temporary)
	folder, err := keep.Open("-out", "", "key")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(folder.Write("key", nil, 0o600), folder.Discard()); err != nil {
		t.Error(err)
	}
	if got := tree(t, temporary); got != "." {
		t.Errorf("%s is left", got)
	}
}

func TestImpossibleFolder(t *testing.T) {
	above := t.TempDir()
	file := filepath.Join(above, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Join(file, "below"), filepath.Join(above, "new", strings.Repeat("x", 1000), "below")} {
		if _, err := keep.Open("-out", path, "key"); err == nil || !strings.Contains(err.Error(), "choose another -out DIR") {
			t.Errorf("%q: %v", path, err)
		}
	}
	if got := tree(t, above); got != ". file" {
		t.Errorf("%s is left", got)
	}
}

func TestForeignFilesSurviveDiscard(t *testing.T) {
	folder, err := keep.Open("-out", filepath.Join(t.TempDir(), "new"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(folder.Join("theirs"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := folder.Discard(); err == nil {
		t.Error("a folder that holds somebody else's file is removed")
	}
	if got := tree(t, folder.Path); got != ". theirs" {
		t.Errorf("left: %s", got)
	}
}
