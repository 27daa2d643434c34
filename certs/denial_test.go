package certs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/clouddp/sdk/certs"
)

// codes returns every named HRESULT, out of the source.
func codes(t *testing.T) map[string]certs.HRESULT {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "hresult.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]certs.HRESULT{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if value, ok := spec.Values[0].(*ast.BasicLit); ok {
			code, err := strconv.ParseUint(value.Value, 0, 32)
			if err != nil {
				t.Fatal(err)
			}
			found[spec.Names[0].Name] = certs.HRESULT(code)
		}
		return true
	})
	return found
}

func TestEveryNamedCodeHasARemedy(t *testing.T) {
	all := codes(t)
	if len(all) < 18 {
		t.Fatalf("%d codes found", len(all))
	}
	for name, code := range all {
		if denied := (&certs.DeniedError{Code: code}); denied.Remedy() == "" {
			t.Errorf("%s has no remedy", name)
		}
	}
	for code, want := range map[certs.HRESULT]bool{
		certs.CodeNotPublished: true, certs.CodeTemplateDenied: true, certs.CodeAdminDenied: false, certs.CodeKeyLength: false, 0x8009000D: false, 0: false,
	} {
		if got := (&certs.DeniedError{Code: code}).MayPass(); got != want {
			t.Errorf("%s may pass: %t, want %t", code, got, want)
		}
	}
	for _, code := range []certs.HRESULT{0x80070005, 0x8009400F, 0x80092012, 0x80092013, 0x800B0101, 0x800B0114, 0x80090020} {
		if (&certs.DeniedError{Code: code}).Remedy() == "" {
			t.Errorf("%s has no remedy", code)
		}
	}
	unknown := &certs.DeniedError{Code: 0x80090021}
	if unknown.Remedy() != "" || unknown.Error() != "request denied (0x80090021)" {
		t.Errorf("an unknown code: %q, %q", unknown.Remedy(), unknown)
	}
}
