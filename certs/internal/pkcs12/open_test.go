package pkcs12

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write hidden-aes.pfx, which no program writes, for the tests of package certs")

// TestOpenedFileShowsWhatWasHidden has a key encrypted with AES inside a part that is encrypted with 3DES.
func TestOpenedFileShowsWhatWasHidden(t *testing.T) {
	w := newWriter(t)
	certificates, _ := w.bags(t)
	inner := *w
	inner.Modern, inner.Iterations = true, 400_000
	_, keys := inner.bags(t)
	file := w.fileOf(t, w.sealed(t, append(certificates, keys...)...))
	closed, err := Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	if seen := closed.Encryptions(); len(seen) != 1 || seen[0].Cipher == AES256 {
		t.Errorf("closed, it shows %d encryptions", len(seen))
	}
	content, err := closed.Open(password)
	if err != nil {
		t.Fatal(err)
	}
	if seen := content.File.Encryptions(); len(seen) != 2 || seen[1].Cipher != AES256 || seen[1].Iterations != 400_000 {
		t.Errorf("opened, it shows %d encryptions", len(seen))
	}
	if *update {
		if err := os.WriteFile("../../testdata/pfx/hidden-aes.pfx", file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
