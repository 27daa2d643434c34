package contenttest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/clouddp/sdk/clouddp/content"
)

// Harness is one fresh, empty store for one subtest of [TestStore].
type Harness struct {
	// Store is under test.
	Store content.Store
	// LoseAnswer lets the next Put or Delete take effect and loses its answer; nil if that cannot be arranged.
	LoseAnswer func()
}

// TestStore holds a store to the contract of [content.Store]. Each subtest gets a harness of its own.
func TestStore(t *testing.T, newHarness func(t *testing.T) Harness) {
	t.Helper()
	tests := map[string]func(*testing.T, Harness){
		"Put where nothing is":           testCreate,
		"Put on a version":               testReplace,
		"Put on anything":                testOverwrite,
		"Put keeps a copy":               testCopy,
		"Put too much":                   testTooLarge,
		"one of many creates":            testOneCreates,
		"Delete on a version":            testDelete,
		"Open a range":                   testRanges,
		"Open nothing":                   testMissing,
		"Open an empty blob":             testEmpty,
		"List in order":                  testList,
		"names are checked":              testNames,
		"a cancelled context":            testCancelled,
		"a lost answer":                  testLostAnswer,
		"a package there and back":       testPackage,
		"a deleted package is forgotten": testPrune,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, newHarness(t)) })
	}
}

func testCreate(t *testing.T, h Harness) {
	t.Helper()
	info := put(t, h, "packs/a", content.NoVersion, "first")
	if info.Name != "packs/a" || info.Size != 5 || info.ETag == "" || info.ETag == content.NoVersion {
		t.Errorf("Info is %+v", info)
	}
	_, err := h.Store.Put(t.Context(), "packs/a", content.NoVersion, []byte("second"))
	expect(t, "a second create", err, content.ErrConflict)
	holds(t, h, "packs/a", "first")
}

func testReplace(t *testing.T, h Harness) {
	t.Helper()
	_, err := h.Store.Put(t.Context(), "a", `"none"`, []byte("x"))
	expect(t, "an ETag where nothing is", err, content.ErrConflict)
	first := put(t, h, "a", content.NoVersion, "same")
	second := put(t, h, "a", first.ETag, "same")
	if first.ETag == second.ETag {
		t.Error("the ETag stayed though the blob was written")
	}
	_, err = h.Store.Put(t.Context(), "a", first.ETag, []byte("late"))
	expect(t, "an old ETag", err, content.ErrConflict)
	holds(t, h, "a", "same")
}

func testOverwrite(t *testing.T, h Harness) {
	t.Helper()
	put(t, h, "a", content.AnyVersion, "first, which is longer")
	put(t, h, "a", content.AnyVersion, "second")
	holds(t, h, "a", "second")
}

func testCopy(t *testing.T, h Harness) {
	t.Helper()
	body := []byte("before")
	if _, err := h.Store.Put(t.Context(), "a", content.NoVersion, body); err != nil {
		t.Fatal(err)
	}
	copy(body, "after!")
	holds(t, h, "a", "before")
}

func testTooLarge(t *testing.T, h Harness) {
	t.Helper()
	_, err := h.Store.Put(t.Context(), "a", content.NoVersion, make([]byte, MaxBlob+1))
	if err != nil {
		expect(t, "more than 64 MiB", err, content.ErrLimit)
	}
}

func testOneCreates(t *testing.T, h Harness) {
	t.Helper()
	var group sync.WaitGroup
	var won atomic.Int32
	for range 8 {
		group.Go(func() {
			_, err := h.Store.Put(t.Context(), "a", content.NoVersion, []byte("x"))
			if err == nil {
				won.Add(1)
			} else if !errors.Is(err, content.ErrConflict) {
				t.Errorf("a create beside others: %v", err)
			}
		})
	}
	group.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 8 creates succeeded", won.Load())
	}
}

func testDelete(t *testing.T, h Harness) {
	t.Helper()
	expect(t, "delete nothing", h.Store.Delete(t.Context(), "a", content.AnyVersion), content.ErrNotFound)
	first := put(t, h, "a", content.NoVersion, "first")
	second := put(t, h, "a", first.ETag, "second")
	expect(t, "delete an old version", h.Store.Delete(t.Context(), "a", first.ETag), content.ErrConflict)
	holds(t, h, "a", "second")
	expect(t, "delete the version that is there", h.Store.Delete(t.Context(), "a", second.ETag), nil)
	_, _, err := h.Store.Open(t.Context(), "a", 0, -1)
	expect(t, "open what was deleted", err, content.ErrNotFound)
	put(t, h, "a", content.NoVersion, "again")
}

func testRanges(t *testing.T, h Harness) {
	t.Helper()
	want := put(t, h, "a", content.NoVersion, "0123456789")
	tests := []struct {
		off, n int64
		body   string
		err    error
	}{
		{0, -1, "0123456789", nil},
		{0, 10, "0123456789", nil},
		{3, 4, "3456", nil},
		{9, 1, "9", nil},
		{7, -1, "789", nil},
		{7, 100, "789", nil},
		{0, 0, "", nil},
		{4, 0, "", nil},
		{10, 1, "", content.ErrInvalid},
		{11, -1, "", content.ErrInvalid},
		{-1, 1, "", content.ErrInvalid},
	}
	for _, test := range tests {
		body, info, err := open(t.Context(), h, "a", test.off, test.n)
		expect(t, "open", err, test.err)
		if body != test.body {
			t.Errorf("Open at %d, %d bytes: %q, want %q", test.off, test.n, body, test.body)
		}
		if err == nil && (info.Size != 10 || info.ETag != want.ETag || info.Name != "a") {
			t.Errorf("Open at %d, %d bytes: Info is %+v", test.off, test.n, info)
		}
	}
}

func testMissing(t *testing.T, h Harness) {
	t.Helper()
	for _, n := range []int64{-1, 0, 5} {
		_, _, err := h.Store.Open(t.Context(), "a", 0, n)
		expect(t, "open a missing blob", err, content.ErrNotFound)
	}
}

func testEmpty(t *testing.T, h Harness) {
	t.Helper()
	put(t, h, "a", content.NoVersion, "")
	holds(t, h, "a", "")
}

func testList(t *testing.T, h Harness) {
	t.Helper()
	for _, name := range []string{"packs/b", "packs/a", "other", "packs/c/d", "packsx"} {
		put(t, h, name, content.NoVersion, name)
	}
	expectNames(t, h, "packs/", "packs/a packs/b packs/c/d")
	expectNames(t, h, "", "other packs/a packs/b packs/c/d packsx")
	expectNames(t, h, "none", "")
	for info, err := range h.Store.List(t.Context(), "packs/") {
		if err != nil || info.Name != "packs/a" || info.Size != 7 || info.ETag == "" {
			t.Errorf("first of the list is %+v, %v", info, err)
		}
		break
	}
}

func testNames(t *testing.T, h Harness) {
	t.Helper()
	names := []string{"", "/", "/a", "a/", "a//b", "..", "a/../b", ".", ".a", "a.", `a\b`, "a b", "ü", "a?b", "a\x00", strings.Repeat("a", 1025)}
	for _, name := range names {
		_, putErr := h.Store.Put(t.Context(), name, content.AnyVersion, []byte("x"))
		expect(t, "Put "+name, putErr, content.ErrInvalid)
		_, _, openErr := h.Store.Open(t.Context(), name, 0, -1)
		expect(t, "Open "+name, openErr, content.ErrInvalid)
		expect(t, "Delete "+name, h.Store.Delete(t.Context(), name, content.AnyVersion), content.ErrInvalid)
	}
	expectNames(t, h, "", "")
}

func testCancelled(t *testing.T, h Harness) {
	t.Helper()
	put(t, h, "a", content.NoVersion, "x")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := h.Store.Put(ctx, "b", content.NoVersion, []byte("x"))
	expect(t, "Put", err, context.Canceled)
	_, _, err = h.Store.Open(ctx, "a", 0, -1)
	expect(t, "Open", err, context.Canceled)
	expect(t, "Delete", h.Store.Delete(ctx, "a", content.AnyVersion), context.Canceled)
	for _, err := range h.Store.List(ctx, "") {
		expect(t, "List", err, context.Canceled)
	}
}

func testLostAnswer(t *testing.T, h Harness) {
	t.Helper()
	if h.LoseAnswer == nil {
		return
	}
	h.LoseAnswer()
	_, err := h.Store.Put(t.Context(), "a", content.NoVersion, []byte("x"))
	expect(t, "Put", err, content.ErrUnknown)
	holds(t, h, "a", "x")
	h.LoseAnswer()
	expect(t, "Delete", h.Store.Delete(t.Context(), "a", content.AnyVersion), content.ErrUnknown)
	expectNames(t, h, "", "")
}

func testPackage(t *testing.T, h Harness) {
	t.Helper()
	key, err := content.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"a.txt": {Data: []byte("alpha")}, "dir/b.bin": {Data: bytes.Repeat([]byte("beta"), 2<<20)}}
	pkg := content.Package{ID: "ABC00001", Files: files}
	if _, err := content.Distribute(t.Context(), h.Store, key, pkg, nil); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	if err := content.Fetch(t.Context(), h.Store, key, pkg.ID, root, nil); err != nil {
		t.Fatal(err)
	}
	for path, file := range files {
		if body, err := root.ReadFile(path); err != nil || !bytes.Equal(body, file.Data) {
			t.Errorf("%s came back with other bytes: %v", path, err)
		}
	}
}

func testPrune(t *testing.T, h Harness) {
	t.Helper()
	key, err := content.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	pkg := content.Package{ID: "ABC00001", Files: fstest.MapFS{"a.txt": {Data: []byte("alpha")}}}
	if _, err := content.Distribute(t.Context(), h.Store, key, pkg, nil); err != nil {
		t.Fatal(err)
	}
	if err := content.Delete(t.Context(), h.Store, key, pkg.ID); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		pruned, err := content.Prune(t.Context(), h.Store, key, nil)
		if err != nil || len(pruned.Waiting) != 1 || len(pruned.Swept) != 0 {
			t.Errorf("Prune: %+v, %v; want one pack waiting", pruned, err)
		}
	}
	_, err = content.OpenTree(t.Context(), h.Store, key, pkg.ID)
	expect(t, "open a deleted package", err, content.ErrNotFound)
}

func put(t *testing.T, h Harness, name, ifMatch, body string) content.Info {
	t.Helper()
	info, err := h.Store.Put(t.Context(), name, ifMatch, []byte(body))
	if err != nil {
		t.Fatalf("Put %s: %v", name, err)
	}
	return info
}

func open(ctx context.Context, h Harness, name string, off, n int64) (string, content.Info, error) {
	body, info, err := h.Store.Open(ctx, name, off, n)
	if err != nil {
		return "", info, err
	}
	defer func() { _ = body.Close() }()
	got, err := io.ReadAll(body)
	return string(got), info, err
}

func holds(t *testing.T, h Harness, name, want string) {
	t.Helper()
	got, info, err := open(t.Context(), h, name, 0, -1)
	if err != nil || got != want || info.Size != int64(len(want)) {
		t.Errorf("%s holds %q, Info %+v, %v; want %q", name, got, info, err, want)
	}
}

func expectNames(t *testing.T, h Harness, prefix, want string) {
	t.Helper()
	var names []string
	for info, err := range h.Store.List(t.Context(), prefix) {
		if err != nil {
			t.Fatalf("List %s: %v", prefix, err)
		}
		names = append(names, info.Name)
	}
	if got := strings.Join(names, " "); got != want {
		t.Errorf("List %q yields %q, want %q", prefix, got, want)
	}
}

func expect(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}
