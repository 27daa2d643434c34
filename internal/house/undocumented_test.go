package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// undocumented returns the exported names of a file that have no doc comment: "Type", "Type.Field", "Function".
func undocumented(file *ast.File) []string {
	var names []string
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			names = append(names, undocumentedFunction(d)...)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				names = append(names, undocumentedSpec(d, spec)...)
			}
		}
	}
	return names
}

// undocumentedFunction spares Error, whose meaning the language gives.
func undocumentedFunction(d *ast.FuncDecl) []string {
	name, exported := d.Name.Name, d.Name.IsExported()
	if d.Recv != nil {
		receiver := receiverName(d.Recv.List[0].Type)
		name, exported = receiver+"."+name, exported && ast.IsExported(receiver) && name != "Error"
	}
	if !exported || d.Doc != nil {
		return nil
	}
	return []string{name}
}

func receiverName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiverName(e.X)
	case *ast.IndexExpr:
		return receiverName(e.X)
	case *ast.IndexListExpr:
		return receiverName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// undocumentedSpec lets one comment speak for a group of constants or variables, and for a type declared alone.
func undocumentedSpec(d *ast.GenDecl, spec ast.Spec) []string {
	var names []string
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range s.Names {
			if name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
				names = append(names, name.Name)
			}
		}
	case *ast.TypeSpec:
		if !s.Name.IsExported() {
			return nil
		}
		if s.Doc == nil && (d.Doc == nil || len(d.Specs) > 1) {
			names = append(names, s.Name.Name)
		}
		for _, member := range undocumentedMembers(s.Type, d.Doc.Text()+s.Doc.Text()) {
			names = append(names, s.Name.Name+"."+member)
		}
	}
	return names
}

// undocumentedMembers lets the comment of an interface speak for the methods it names, and for an only method.
func undocumentedMembers(e ast.Expr, comment string) []string {
	switch e := e.(type) {
	case *ast.StructType:
		return undocumentedFields(e.Fields.List, "")
	case *ast.InterfaceType:
		if len(e.Methods.List) > 1 {
			return undocumentedFields(e.Methods.List, comment)
		}
	}
	return nil
}

// undocumentedFields lets a comment speak for the fields below it that have none, if it names them.
func undocumentedFields(fields []*ast.Field, comment string) []string {
	var names []string
	for _, field := range fields {
		own := field.Doc.Text() + field.Comment.Text()
		if own != "" {
			comment = own
			continue
		}
		for _, name := range field.Names {
			if name.IsExported() && !slices.Contains(words(comment), name.Name) {
				names = append(names, name.Name)
			}
		}
	}
	return names
}

func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func TestUndocumented(t *testing.T) {
	const source = `package p

// A has two fields under one comment.
type A struct {
	// X is wide, Y is high.
	X int
	Y int
	Z int
	w int
}
type B interface{ M() }

// C asks more than one thing: L is told here.
type C interface {
	L()
	// N is told.
	N()
	O()
}
// D is one of a group.
const (
	D = 1
	E = 2
)
const F = 3
func (a *A) G() {}
func (a *A) Error() string { return "" }
func (h[T]) I() {}
func J() {}
func k() {}
`
	file, err := parser.ParseFile(token.NewFileSet(), "p.go", source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"A.Z", "B", "C.O", "F", "A.G", "J"}
	if got := undocumented(file); !slices.Equal(got, want) {
		t.Errorf("undocumented: %q, want %q", got, want)
	}
}
