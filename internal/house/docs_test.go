package house_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path"
	"strings"
	"testing"
)

// mostNames is how many exported functions and types a reader of one package can be asked to keep in mind.
const mostNames = 45

func TestEveryPackageIntroducesItself(t *testing.T) {
	for _, p := range packages(t) {
		var comments []string
		for _, file := range parse(t, p.sources()) {
			if file.Doc != nil {
				comments = append(comments, file.Doc.Text())
			}
		}
		switch {
		case len(comments) != 1:
			t.Errorf("%s has %d package comments instead of one", p.room(), len(comments))
		case !strings.HasPrefix(comments[0], opening(p)):
			t.Errorf("%s: its package comment begins %.30q, not %q", p.room(), comments[0], opening(p))
		}
	}
}

// opening returns the words that the package comment of p begins with: a program is called by its own name.
func opening(p *goPackage) string {
	if p.Name != "main" {
		return "Package " + p.Name + " "
	}
	name := path.Base(p.room())
	return strings.ToUpper(name[:1]) + name[1:] + " "
}

func TestEveryExportedNameIsDocumented(t *testing.T) {
	for _, p := range packages(t) {
		if p.Name == "main" {
			continue
		}
		files := parse(t, p.sources())
		for _, file := range files {
			for _, name := range undocumented(file) {
				t.Errorf("%s: %s has no doc comment", p.room(), name)
			}
		}
	}
}

func TestEveryPackageShowsItself(t *testing.T) {
	for _, p := range packages(t) {
		if !p.public() || p.room() == "." {
			continue
		}
		shown := 0
		for _, example := range doc.Examples(parse(t, p.tests())...) {
			if example.Output == "" && !example.EmptyOutput {
				t.Errorf("%s: Example%s has no // Output: and is never run", p.room(), example.Name)
			}
			shown++
		}
		if shown == 0 {
			t.Errorf("%s has no Example", p.room())
		}
	}
}

func TestNoPackageIsTooLarge(t *testing.T) {
	for _, p := range packages(t) {
		if names := exportedNames(parse(t, p.sources())); names > mostNames {
			t.Errorf("%s exports %d functions and types; %d are enough", p.room(), names, mostNames)
		}
	}
}

// exportedNames counts the functions and types of a package that others can name; methods belong to their types.
func exportedNames(files []*ast.File) int {
	count := 0
	for _, file := range files {
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.IsExported() {
					count++
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if s, ok := spec.(*ast.TypeSpec); ok && s.Name.IsExported() {
						count++
					}
				}
			}
		}
	}
	return count
}

// parse returns the syntax of Go files, comments included.
func parse(t *testing.T, paths []string) []*ast.File {
	t.Helper()
	var files []*ast.File
	set := token.NewFileSet()
	for _, path := range paths {
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}
