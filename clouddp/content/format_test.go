package content_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/clouddp/sdk/clouddp/content"
	"github.com/clouddp/sdk/clouddp/content/contenttest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// goldenKey is the point key of the files in testdata; it protects nothing.
func goldenKey() []byte {
	hash := sha256.Sum256([]byte("a key for test vectors only"))
	return hash[:]
}

// vector is one plaintext, noise of Length bytes, and what it must look like when sealed under goldenKey.
type vector struct {
	Length int    `json:"length"`
	Sealed string `json:"sealed,omitempty"` // hexadecimal, for short ones
	SHA256 string `json:"sha256"`           // of the sealed bytes
}

func TestSegmentVectors(t *testing.T) {
	lengths := []int{
		0, 1, 16, 40, content.SegmentSize - 1, content.SegmentSize, content.SegmentSize + 1,
		2 * content.SegmentSize, content.ChunkSize,
	}
	var got []vector
	for _, length := range lengths {
		sealed, err := content.Seal(nil, goldenKey(), noise(7, length))
		if err != nil {
			t.Fatal(err)
		}
		v := vector{Length: length, SHA256: fmt.Sprintf("%x", sha256.Sum256(sealed))}
		if len(sealed) < 100 {
			v.Sealed = hex.EncodeToString(sealed)
		}
		got = append(got, v)
	}
	encoded, err := json.MarshalIndent(got, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "segments.json", append(encoded, '\n'))
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))) {
		t.Errorf("%s differs: the format must not change\n%s", path, got)
	}
}

// goldenFiles is the package in testdata/v1.
func goldenFiles() fstest.MapFS {
	return fstest.MapFS{
		"setup.txt":      {Data: bytes.Repeat([]byte("version one\n"), 500)},
		"bin/random.bin": {Data: noise(8, 3000)},
		"bin/empty":      {},
	}
}

// TestVersionOneStaysReadable reads a store that was written when version 1 was young.
func TestVersionOneStaysReadable(t *testing.T) {
	key, dir := content.StaticKey(goldenKey()), filepath.Join("testdata", "v1")
	if *update {
		writeStore(t, dir, key)
	}
	store := contenttest.NewStore()
	paths, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil || len(paths) != 2 {
		t.Fatalf("%d blobs in %s, %v", len(paths), dir, err)
	}
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(filepath.Dir(path)) + "/" + filepath.Base(path)
		if _, err := store.Put(t.Context(), name, content.NoVersion, body); err != nil {
			t.Fatal(err)
		}
	}
	root := openRoot(t)
	if err := content.Fetch(t.Context(), store, key, "ABC00001", root, nil); err != nil {
		t.Fatal(err)
	}
	compare(t, root.FS(), goldenFiles())
	writes := store.Writes()
	distribute(t, store, key, "ABC00001", 0, goldenFiles())
	if store.Writes() != writes {
		t.Error("the same files were written again")
	}
}

func writeStore(t *testing.T, dir string, key content.Key) {
	t.Helper()
	store := contenttest.NewStore()
	distribute(t, store, key, "ABC00001", 1, goldenFiles())
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range store.Names("") {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, readAll(t, store, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSegmentsHoldTheirPlace drops, repeats, swaps and cuts segments.
func TestSegmentsHoldTheirPlace(t *testing.T) {
	const whole = content.SegmentSize + 16
	sealed, err := content.Seal(nil, goldenKey(), noise(7, 3*content.SegmentSize))
	if err != nil {
		t.Fatal(err)
	}
	one, two, three := sealed[:whole], sealed[whole:2*whole], sealed[2*whole:]
	empty, err := content.Seal(nil, goldenKey(), nil)
	if err != nil {
		t.Fatal(err)
	}
	forgeries := map[string][][]byte{
		"last dropped":     {one, two},
		"first dropped":    {two, three},
		"middle dropped":   {one, three},
		"swapped":          {two, one, three},
		"repeated":         {one, one, two, three},
		"one more":         {one, two, three, three},
		"empty one more":   {one, two, three, empty},
		"cut in a segment": {one, two[:1000]},
		"cut in a tag":     {one, two, three[:whole-1]},
		"nothing":          {},
		"too short":        {{1, 2, 3}},
	}
	for name, parts := range forgeries {
		if _, err := content.Unseal(nil, goldenKey(), bytes.Join(parts, nil)); !errors.Is(err, content.ErrIntegrity) {
			t.Errorf("%s: %v, want ErrIntegrity", name, err)
		}
	}
	if _, err := content.Unseal(nil, bytes.Repeat([]byte{1}, 32), sealed); !errors.Is(err, content.ErrIntegrity) {
		t.Errorf("another key: %v", err)
	}
	if got, err := content.Unseal(nil, goldenKey(), sealed); err != nil || !bytes.Equal(got, noise(7, 3*content.SegmentSize)) {
		t.Errorf("the right ones: %v", err)
	}
}

func FuzzUnseal(f *testing.F) {
	for _, n := range []int{0, 1, 100} {
		sealed, err := content.Seal(nil, goldenKey(), noise(7, n))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(sealed)
		f.Add(sealed[:len(sealed)-1])
	}
	f.Fuzz(func(t *testing.T, sealed []byte) {
		plain, err := content.Unseal(nil, goldenKey(), sealed)
		if err != nil {
			if !errors.Is(err, content.ErrIntegrity) {
				t.Fatalf("error without category: %v", err)
			}
			return
		}
		again, err := content.Seal(nil, goldenKey(), plain)
		if err != nil || !bytes.Equal(again, sealed) {
			t.Fatalf("%x opens and seals to %x, %v", sealed, again, err)
		}
	})
}

func FuzzDecodeDocument(f *testing.F) {
	for _, text := range hostileDocuments() {
		f.Add([]byte(text))
	}
	f.Add([]byte(goodDocument))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, encoded := range [][]byte{text, content.EncodeDocument(text)} {
			err := content.DecodeDocument(encoded)
			if err != nil && !errors.Is(err, content.ErrIntegrity) && !errors.Is(err, content.ErrLimit) {
				t.Fatalf("error without category: %v", err)
			}
		}
	})
}

const goodDocument = `{"id":"ABC00001","version":1,
	"packs":["packs/0000000000000000000000000000000000000000000000000000000000000000"],
	"chunks":[{"pack":0,"offset":0,"stored":18,"size":2,
		"sha256":"0000000000000000000000000000000000000000000000000000000000000000",
		"key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}],
	"files":[{"path":"a","size":2,"sha256":"0000000000000000000000000000000000000000000000000000000000000000","chunks":[0]},
		{"path":"b/c","size":0,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}],
	"later":"members are ignored"}`

// hostileDocuments are manifests that somebody who holds a key might forge, by what is wrong with them.
func hostileDocuments() map[string]string {
	edits := map[string][2]string{
		"no package":         {`"ABC00001"`, `""`},
		"version 0":          {`"version":1`, `"version":0`},
		"pack elsewhere":     {`"packs/0`, `"packs/../manifests/0`},
		"pack index":         {`"pack":0`, `"pack":1`},
		"negative pack":      {`"pack":0`, `"pack":-1`},
		"negative offset":    {`"offset":0`, `"offset":-1`},
		"offset far out":     {`"offset":0`, `"offset":33554432`},
		"stored too long":    {`"stored":18`, `"stored":19`},
		"stored too short":   {`"stored":18`, `"stored":16,"zstd":true`},
		"stored huge":        {`"stored":18`, `"stored":9223372036854775807`},
		"chunk of nothing":   {`"size":2,`, `"size":0,`},
		"chunk too large":    {`"stored":18,"size":2`, `"stored":18,"zstd":true,"size":8388609`},
		"short key":          {`"key":"AAAA`, `"key":"`},
		"chunk not there":    {`"chunks":[0]`, `"chunks":[1]`},
		"chunk -1":           {`"chunks":[0]`, `"chunks":[-1]`},
		"file too long":      {`"path":"a","size":2`, `"path":"a","size":3`},
		"file negative":      {`"path":"b/c","size":0`, `"path":"b/c","size":-1`},
		"short hash":         {`"size":2,"sha256":"00`, `"size":2,"sha256":"0`},
		"path up":            {`"b/c"`, `"../c"`},
		"path up inside":     {`"b/c"`, `"b/../../c"`},
		"path absolute":      {`"b/c"`, `"/etc/passwd"`},
		"path empty":         {`"b/c"`, `""`},
		"path dot":           {`"b/c"`, `"."`},
		"path backslash":     {`"b/c"`, `"b\\..\\c"`},
		"path drive":         {`"b/c"`, `"c:/windows"`},
		"path stream":        {`"b/c"`, `"b:c"`},
		"path NUL":           {`"b/c"`, `"b\u0000c"`},
		"path device":        {`"b/c"`, `"b/NUL.txt"`},
		"path trailing dot":  {`"b/c"`, `"b./c"`},
		"path trailing gap":  {`"b/c"`, `"b/c "`},
		"path long":          {`"b/c"`, `"` + strings.Repeat("x", 256) + `"`},
		"path of a partial":  {`"b/c"`, `".CloudDP-x"`},
		"path twice":         {`"b/c"`, `"a"`},
		"path in two cases":  {`"path":"a"`, `"path":"B/C"`},
		"file and folder":    {`"b/c"`, `"a/c"`},
		"folder in two ways": {`"path":"a"`, `"path":"B/x"`},
		"out of order":       {`"b/c"`, `"Z"`},
		"no JSON":            {`{`, `[`},
		"other JSON":         {`"files":[`, `"files":{},"x":[`},
	}
	documents := map[string]string{}
	for name, edit := range edits {
		documents[name] = strings.Replace(goodDocument, edit[0], edit[1], 1)
	}
	return documents
}

func TestHostileManifestsAreRefused(t *testing.T) {
	if err := content.DecodeDocument(content.EncodeDocument([]byte(goodDocument))); err != nil {
		t.Fatalf("the good one: %v", err)
	}
	for name, text := range hostileDocuments() {
		t.Run(name, func(t *testing.T) {
			if text == goodDocument {
				t.Fatal("nothing is wrong with it")
			}
			store, key := contenttest.NewStore(), newKey(t)
			blobName, blob, err := content.ForgeManifest(key, "ABC00001", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := store.Put(t.Context(), blobName, content.NoVersion, blob); err != nil {
				t.Fatal(err)
			}
			root := openRoot(t)
			if err := content.Fetch(t.Context(), store, key, "ABC00001", root, nil); !errors.Is(err, content.ErrIntegrity) {
				t.Errorf("error is %v, want ErrIntegrity", err)
			}
			compare(t, root.FS(), fstest.MapFS{})
		})
	}
}

func TestDecompressionIsBounded(t *testing.T) {
	bomb := bytes.Repeat(content.EncodeDocument(bytes.Repeat([]byte(" "), 1<<20)), 65)
	if err := content.DecodeDocument(bomb); !errors.Is(err, content.ErrLimit) {
		t.Errorf("a manifest of 65 MiB in %d bytes: %v, want ErrLimit", len(bomb), err)
	}
}

func TestLaterFormatIsUnsupported(t *testing.T) {
	store, key := contenttest.NewStore(), newKey(t)
	distribute(t, store, key, "A", 1, fstest.MapFS{"a": {Data: []byte("a")}})
	name := store.Names("manifests/")[0]
	blob := readAll(t, store, name)
	blob[4] = 2
	if _, err := store.Put(t.Context(), name, content.AnyVersion, blob); err != nil {
		t.Fatal(err)
	}
	if _, err := content.OpenTree(t.Context(), store, key, "A"); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("error is %v", err)
	}
}

func TestPathsForEverySystem(t *testing.T) {
	good := []string{"a", "a/b.txt", "ä/ö", "com", "com10", "console", "nul_", "a b", "...a", "lpt1x", "~$x", "a+b=c;d,e'(1)&%!@#^`{}[]"}
	for _, path := range good {
		if problem := content.PathProblem(path); problem != "" {
			t.Errorf("%q: %s", path, problem)
		}
	}
	bad := []string{
		"", ".", "..", "/a", "a/", "a//b", "../a", "a/..", `a\b`, "c:", "a*", "a?", "a|b", "a<b", "a>b", `a"b`, "a\x00", "a\n", "\x7f",
		"con", "CON", "Con.txt", "aux .x", "com1", "LPT9.log", "com¹", "conin$", "CONOUT$", "dir/nul/file", "prn.a.b", "a.", "a ",
		"a./b", "\xff", strings.Repeat("a/", 2050) + "a", ".clouddp-x",
	}
	for _, path := range bad {
		if content.PathProblem(path) == "" {
			t.Errorf("%q passes", path)
		}
	}
}

func TestCollisions(t *testing.T) {
	tests := []struct{ paths, want string }{
		{"readme README", "readme"},
		{"straße STRASSE", ""},
		{"ä Ä", "ä"},
		{"k \u212a", "k"}, // the Kelvin sign
		{"dir/a DIR/b", "dir/"},
		{"dir DIR/b", "dir"},
		{"dir/b dir", "dir/"},
		{"dir/a dir/b dir/c/d", ""},
		{"same same", "same"},
	}
	for _, test := range tests {
		if got := content.Collision(strings.Fields(test.paths)...); got != test.want {
			t.Errorf("%s: collides with %q, want %q", test.paths, got, test.want)
		}
	}
}

func TestBadNamesInAPackageAreAllListed(t *testing.T) {
	files := fstest.MapFS{"ok": {}, "con": {}, "a:b": {}, "Readme": {}, "README": {}}
	_, err := content.Distribute(t.Context(), contenttest.NewStore(), newKey(t), content.Package{ID: "A", Files: files}, nil)
	problem, ok := errors.AsType[*content.InvalidError](err)
	if !ok || len(problem.Problems) != 3 {
		t.Errorf("error is %v, want three problems", err)
	}
}

func readAll(t *testing.T, store content.Store, name string) []byte {
	t.Helper()
	body, info, err := store.Open(t.Context(), name, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = body.Close() }()
	blob := make([]byte, info.Size)
	if n, err := body.Read(blob); err != nil || n != len(blob) {
		t.Fatalf("read %d of %d bytes, %v", n, len(blob), err)
	}
	return blob
}
