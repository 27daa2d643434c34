package house_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestReadmeProgramRuns(t *testing.T) {
	readme := read(t, "README.md")
	want := fenced(t, readme, "text")
	if got := runProgram(t, fenced(t, readme, "go")); got != want {
		t.Errorf("the program of the README prints\n%s\nbut the README says\n%s", got, want)
	}
}

func TestReadmeNamesEveryPackageAndExample(t *testing.T) {
	readme := read(t, "README.md")
	for _, p := range packages(t) {
		room := p.room()
		if room == "." || isInternal(room) {
			continue
		}
		if !strings.Contains(readme, "`"+strings.TrimPrefix(room, "examples/")+"`") {
			t.Errorf("README.md does not name %s", room)
		}
	}
}

func TestReadmeLinksLeadSomewhere(t *testing.T) {
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"} {
		for _, link := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(read(t, name), -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root(t), filepath.FromSlash(link[1]))); err != nil {
				t.Errorf("%s links to %s: %v", name, link[1], err)
			}
		}
	}
}

// runProgram returns what a Go program prints that is compiled as if it were one more example of this module.
func runProgram(t *testing.T, source string) string {
	t.Helper()
	overlay := filepath.Join(t.TempDir(), "overlay.json")
	program := filepath.Join(filepath.Dir(overlay), "main.go")
	write(t, program, []byte(source))

	files := map[string]string{filepath.Join(root(t), "examples", "readme", "main.go"): program}
	description, err := json.Marshal(map[string]any{"Replace": files})
	if err != nil {
		t.Fatal(err)
	}
	write(t, overlay, description)
	return run(t, "go", "run", "-overlay", overlay, "./examples/readme")
}

// fenced returns the only block of a Markdown document in the given language.
func fenced(t *testing.T, document, language string) string {
	t.Helper()
	blocks := regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(document, -1)
	if len(blocks) != 1 {
		t.Fatalf("the README has %d blocks of %s instead of one", len(blocks), language)
	}
	return blocks[0][1]
}

// read returns a file of the module.
func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root(t), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func write(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
