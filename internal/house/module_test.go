package house_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module is the path of this module.
const module = "github.com/clouddp/sdk"

// fields are those of goPackage; "go list" is much slower if it must tell everything.
const fields = "ImportPath,Name,Dir,Standard,GoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles,Deps"

// goPackage is what "go list" tells of one package.
type goPackage struct {
	ImportPath, Name, Dir                              string
	Standard                                           bool
	GoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles []string
	Deps                                               []string
}

// room returns the path of p inside the module, "." for the root.
func (p *goPackage) room() string {
	if p.ImportPath == module {
		return "."
	}
	return strings.TrimPrefix(p.ImportPath, module+"/")
}

// public reports whether p is a package that others import.
func (p *goPackage) public() bool {
	return p.Name != "main" && !isInternal(p.room())
}

// fake reports whether p is a *test package, which holds fakes and conformance suites.
func (p *goPackage) fake() bool { return strings.HasSuffix(p.Name, "test") }

// sources returns the paths of the files that make p on any system. Test files with a build tag are ignored files too.
func (p *goPackage) sources() []string {
	isTest := func(path string) bool { return strings.HasSuffix(path, "_test.go") }
	return slices.DeleteFunc(p.paths(p.GoFiles, p.IgnoredGoFiles), isTest)
}

// tests returns the paths of the test files of p.
func (p *goPackage) tests() []string { return p.paths(p.TestGoFiles, p.XTestGoFiles) }

func (p *goPackage) paths(lists ...[]string) []string {
	var paths []string
	for _, list := range lists {
		for _, file := range list {
			paths = append(paths, filepath.Join(p.Dir, file))
		}
	}
	return paths
}

// packages returns the packages of the module, in order of their paths.
func packages(t *testing.T) []*goPackage {
	t.Helper()
	return goList(t, "./...")
}

// goList returns the packages that match the arguments of "go list".
func goList(t *testing.T, arguments ...string) []*goPackage {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(run(t, append([]string{"go", "list", "-json=" + fields}, arguments...)...)))
	var list []*goPackage
	for {
		p := new(goPackage)
		err := decoder.Decode(p)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

// root returns the directory of the module.
func root(t *testing.T) string {
	t.Helper()
	directory, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return directory
}

// run returns what a command prints when run in the directory of the module.
func run(t *testing.T, command ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = root(t), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, stderr.String())
	}
	return stdout.String()
}

// isInternal reports whether nobody outside the module can import room.
func isInternal(room string) bool { return slices.Contains(strings.Split(room, "/"), "internal") }
