package house_test

import (
	"bytes"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"testing"
)

// A word that no file holds. The patterns are written so that they do not match themselves.
type forbidden struct {
	files   *regexp.Regexp
	pattern *regexp.Regexp
	why     string
}

var (
	anyFile  = regexp.MustCompile(``)
	goFile   = regexp.MustCompile(`\.go$`)
	testFile = regexp.MustCompile(`_test\.go$`)
)

var forbiddenWords = []forbidden{
	{anyFile, regexp.MustCompile(`(?m)(^|[\s"'(=])/(?:work|tmp|root|home|Users)/\w`), "names a path of one machine"},
	{anyFile, regexp.MustCompile(`[C]:\\Users\\`), "names a path of one machine"},
	{anyFile, regexp.MustCompile(`\b(?:[p]roxy|[s]um)\.golang\.org\b|\b[r]egistry\.npmjs\.org\b|\b[d]eb\.debian\.org\b`), "names the host of a registry"},
	{anyFile, regexp.MustCompile(`\b(?:[T]ODO|[F]IXME|[X]XX|[H]ACK)\b`), "is unfinished: finish it, or open an issue"},
	{anyFile, regexp.MustCompile(`(?i)\b[n]ot (?:yet )?implemented\b|\b[u]nimplemented\b`), "is unfinished: finish it, or open an issue"},
	{testFile, regexp.MustCompile(`\bt\.[S]kip(?:f|Now)?\(`), "skips a test, which then proves nothing"},
	{goFile, regexp.MustCompile(`(?m)^func [i]nit\(\)`), "runs code that nobody called"},
}

func TestNoFileHoldsForbiddenWords(t *testing.T) {
	module := os.DirFS(root(t))
	for _, name := range textFiles(t, module) {
		content, err := fs.ReadFile(module, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range forbiddenWords {
			if !word.files.MatchString(name) {
				continue
			}
			if at := word.pattern.FindIndex(content); at != nil {
				line := 1 + bytes.Count(content[:at[0]], []byte("\n"))
				t.Errorf("%s:%d: %q %s", name, line, content[at[0]:at[1]], word.why)
			}
		}
	}
}

func TestForbiddenWordsAreFound(t *testing.T) {
	for _, text := range []string{
		"open /" + "tmp/x", `"/` + `work/main"`, "C:" + `\Users\me`, "TO" + "DO: later", "not " + "implemented",
		"t.Sk" + `ip("no server")`, "func in" + "it() {", "https://proxy" + ".golang.org",
	} {
		if !slices.ContainsFunc(forbiddenWords, func(w forbidden) bool { return w.pattern.MatchString(text) }) {
			t.Errorf("%q passes", text)
		}
	}
}

// notOurs is what lies in a checkout and does not belong to the module; in a worktree, .git is a file.
var notOurs = []string{".git", ".ci/cache"}

// textFiles returns the files of the module that hold text.
func textFiles(t *testing.T, module fs.FS) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(module, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(notOurs, name):
			return fs.SkipDir
		case entry.Type().IsRegular() && !slices.Contains(notOurs, name) && isText(t, module, name):
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func isText(t *testing.T, module fs.FS, name string) bool {
	t.Helper()
	content, err := fs.ReadFile(module, name)
	if err != nil {
		t.Fatal(err)
	}
	return !bytes.Contains(content, []byte{0})
}
