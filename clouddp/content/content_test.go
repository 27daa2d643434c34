package content_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/clouddp/content"
	"github.com/clouddp/sdk/clouddp/content/contenttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noise returns n bytes that no compressor shortens, the same for the same seed.
func noise(seed uint64, n int) []byte {
	b := make([]byte, n)
	_, _ = mathrand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}).Read(b)
	return b
}

// sample is a package with everything that matters: empty, small, compressible and equal files, and one of several
// chunks and segments.
func sample() fstest.MapFS {
	big := append(noise(1, content.ChunkSize+content.SegmentSize+7), bytes.Repeat([]byte("setup "), 1<<18)...)
	return fstest.MapFS{
		"setup.exe":          {Data: big},
		"docs/readme.txt":    {Data: []byte("read me")},
		"docs/copy.txt":      {Data: []byte("read me")},
		"docs/empty.txt":     {},
		"data/compress.log":  {Data: bytes.Repeat([]byte("line of a log\n"), 20_000)},
		"data/ünïcode ж.bin": {Data: noise(2, 70_000)},
	}
}

func newKey(t *testing.T) content.Key {
	t.Helper()
	key, err := content.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func distribute(t *testing.T, store content.Store, key content.Key, id string, version int, files fs.FS) *content.Manifest {
	t.Helper()
	manifest, err := content.Distribute(t.Context(), store, key, content.Package{ID: id, Version: version, Files: files}, nil)
	if err != nil {
		t.Fatalf("Distribute %s: %v", id, err)
	}
	return manifest
}

func openRoot(t *testing.T) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return root
}

// compare fails unless the folder holds exactly the files of want.
func compare(t *testing.T, got fs.FS, want fstest.MapFS) {
	t.Helper()
	seen := 0
	err := fs.WalkDir(got, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		seen++
		body, err := fs.ReadFile(got, path)
		if err != nil {
			return err
		}
		if want[path] == nil {
			t.Errorf("%s is there and should not be", path)
		} else if !bytes.Equal(body, want[path].Data) {
			t.Errorf("%s holds other bytes", path)
		}
		return nil
	})
	if err != nil || seen != len(want) {
		t.Errorf("saw %d files of %d, %v", seen, len(want), err)
	}
}

func TestRoundTrip(t *testing.T) {
	for _, opts := range []*content.Options{nil, {Uncompressed: true}} {
		store, key, files := contenttest.NewStore(), newKey(t), sample()
		pkg := content.Package{ID: "ABC00001", Version: 3, Files: files}
		manifest, err := content.Distribute(t.Context(), store, key, pkg, opts)
		if err != nil {
			t.Fatal(err)
		}
		if manifest.ID != "ABC00001" || manifest.Version != 3 || len(manifest.Files) != len(files) {
			t.Errorf("manifest is %s version %d with %d files", manifest.ID, manifest.Version, len(manifest.Files))
		}
		for _, file := range manifest.Files {
			if want := sha256.Sum256(files[file.Path].Data); file.SHA256 != want || file.Size != int64(len(files[file.Path].Data)) {
				t.Errorf("manifest says %+v", file)
			}
		}
		root := openRoot(t)
		if err := content.Fetch(t.Context(), store, key, "ABC00001", root, opts); err != nil {
			t.Fatal(err)
		}
		compare(t, root.FS(), files)
		if _, err := content.Verify(t.Context(), store, key, "ABC00001", nil); err != nil {
			t.Errorf("Verify: %v", err)
		}
	}
}

func TestCompressionPays(t *testing.T) {
	key, files := newKey(t), fstest.MapFS{"log": {Data: bytes.Repeat([]byte("line of a log\n"), 1<<18)}}
	plain, packed := contenttest.NewStore(), contenttest.NewStore()
	distribute(t, packed, key, "ABC00001", 1, files)
	pkg := content.Package{ID: "ABC00001", Files: files}
	if _, err := content.Distribute(t.Context(), plain, key, pkg, &content.Options{Uncompressed: true}); err != nil {
		t.Fatal(err)
	}
	if packed.Stored() > plain.Stored()/10 || plain.Stored() < int64(len(files["log"].Data)) {
		t.Errorf("stored %d bytes compressed, %d not", packed.Stored(), plain.Stored())
	}
}

func TestStoreLearnsNothing(t *testing.T) {
	store, key := contenttest.NewStore(), newKey(t)
	secret := []byte("the quick brown fox jumps over the lazy dog")
	distribute(t, store, key, "ABC00001", 1, fstest.MapFS{"confidential.txt": {Data: secret}})
	hash := sha256.Sum256(secret)
	for _, name := range store.Names("") {
		body, _, err := store.Open(t.Context(), name, 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		stored, _ := io.ReadAll(body)
		for _, needle := range []string{"quick brown", "confidential", "ABC00001", content.Hash(hash).String(), string(hash[:])} {
			if strings.Contains(name, needle) || bytes.Contains(stored, []byte(needle)) {
				t.Errorf("blob %s gives away %q", name, needle)
			}
		}
	}
}

func TestDistributeAgainWritesNothing(t *testing.T) {
	store, key := contenttest.NewStore(), newKey(t)
	distribute(t, store, key, "ABC00001", 0, sample())
	writes := store.Writes()
	manifest := distribute(t, store, key, "ABC00001", 0, sample())
	if store.Writes() != writes || manifest.Version != 1 {
		t.Errorf("%d writes more, version %d", store.Writes()-writes, manifest.Version)
	}
}

func TestEqualChunksAreStoredOnce(t *testing.T) {
	store, key, files := contenttest.NewStore(), newKey(t), sample()
	distribute(t, store, key, "ABC00001", 1, files)
	before, packs := store.Stored(), len(store.Names("packs/"))
	distribute(t, store, key, "ABC00002", 1, files)
	if grown := store.Stored() - before; grown > 4096 || len(store.Names("packs/")) != packs {
		t.Errorf("an equal package took %d bytes", grown)
	}
	files["docs/new.txt"] = &fstest.MapFile{Data: noise(3, 1000)}
	before = store.Stored()
	if manifest := distribute(t, store, key, "ABC00001", 0, files); manifest.Version != 2 {
		t.Errorf("version is %d, want 2", manifest.Version)
	}
	if grown := store.Stored() - before; grown > 8192 {
		t.Errorf("one small file more took %d bytes", grown)
	}
	for id, want := range map[string]fstest.MapFS{"ABC00001": files, "ABC00002": sample()} {
		root := openRoot(t)
		if err := content.Fetch(t.Context(), store, key, id, root, nil); err != nil {
			t.Fatal(err)
		}
		compare(t, root.FS(), want)
	}
}

func TestVersions(t *testing.T) {
	other := fstest.MapFS{"a": {Data: []byte("other")}}
	tests := []struct {
		name    string
		version int
		files   fs.FS
		want    int
		err     error
	}{
		{"same version, same files", 5, sample(), 5, nil},
		{"same version, other files", 5, other, 0, content.ErrConflict},
		{"lower version", 4, sample(), 0, content.ErrConflict},
		{"higher version, same files", 6, sample(), 6, nil},
		{"next version", 0, other, 6, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store, key := contenttest.NewStore(), newKey(t)
			distribute(t, store, key, "ABC00001", 5, sample())
			pkg := content.Package{ID: "ABC00001", Version: test.version, Files: test.files}
			manifest, err := content.Distribute(t.Context(), store, key, pkg, nil)
			if !errors.Is(err, test.err) {
				t.Fatalf("error is %v, want %v", err, test.err)
			}
			if err == nil && manifest.Version != test.want {
				t.Errorf("version is %d, want %d", manifest.Version, test.want)
			}
		})
	}
}

// TestKillSweep crashes Distribute after each write in turn: the old version stays whole until the new one is.
func TestKillSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key, old := newKey(t), fstest.MapFS{"old": {Data: []byte("old")}}
		files := fstest.MapFS{}
		for i := range 3 {
			files[fmt.Sprintf("file%d", i)] = &fstest.MapFile{Data: noise(uint64(10+i), 12<<20)}
		}
		pkg := content.Package{ID: "ABC00001", Version: 2, Files: files}
		opts := &content.Options{Uncompressed: true}
		clean := contenttest.NewStore()
		distribute(t, clean, key, "ABC00001", 1, old)
		if _, err := content.Distribute(t.Context(), clean, key, pkg, opts); err != nil {
			t.Fatal(err)
		}
		total := clean.Writes() - 2
		for k := range total {
			store := contenttest.NewStore()
			distribute(t, store, key, "ABC00001", 1, old)
			store.CrashAfter(k)
			if _, err := content.Distribute(t.Context(), store, key, pkg, opts); err == nil {
				t.Fatalf("no error after %d of %d writes", k, total)
			}
			store.Restart()
			tree, err := content.OpenTree(t.Context(), store, key, "ABC00001")
			if err != nil || tree.Manifest().Version != 1 && k < total-1 {
				t.Fatalf("after %d writes: %v", k, err)
			}
			written := store.Writes()
			if _, err := content.Distribute(t.Context(), store, key, pkg, opts); err != nil {
				t.Fatal(err)
			}
			if again := store.Writes() - written; again != total-k {
				t.Errorf("after %d of %d writes the next run made %d", k, total, again)
			}
			if got, want := store.Names("packs/"), clean.Names("packs/"); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("after %d writes the packs are %v, want %v", k, got, want)
			}
			if manifests := store.Names("manifests/"); len(manifests) != 1 {
				t.Errorf("%d manifests", len(manifests))
			}
			if _, err := content.Verify(t.Context(), store, key, "ABC00001", nil); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestLostAnswers(t *testing.T) {
	for k := range 2 {
		store, key := contenttest.NewStore(), newKey(t)
		calls := 0
		faulty := &hooked{Store: store, beforePut: func() {
			if calls++; calls == k+1 {
				store.LoseAnswer()
			}
		}}
		distribute(t, faulty, key, "ABC00001", 1, sample())
		if calls != 2 || len(store.Names("")) != 2 {
			t.Errorf("%d calls of Put, blobs %v", calls, store.Names(""))
		}
	}
}

// hooked is a store that calls back before it is written or read.
type hooked struct {
	content.Store
	beforePut func()
	onOpen    func(name string)
}

func (h *hooked) Put(ctx context.Context, name, ifMatch string, body []byte) (content.Info, error) {
	if h.beforePut != nil {
		h.beforePut()
	}
	return h.Store.Put(ctx, name, ifMatch, body)
}

func (h *hooked) Open(ctx context.Context, name string, off, n int64) (io.ReadCloser, content.Info, error) {
	if h.onOpen != nil {
		h.onOpen(name)
	}
	return h.Store.Open(ctx, name, off, n)
}

func TestTwoPublishersOneWins(t *testing.T) {
	store, key := contenttest.NewStore(), newKey(t)
	raced := false
	faulty := &hooked{Store: store}
	faulty.beforePut = func() {
		if !raced {
			raced = true
			distribute(t, store, key, "ABC00001", 1, fstest.MapFS{"theirs": {Data: []byte("theirs")}})
		}
	}
	pkg := content.Package{ID: "ABC00001", Version: 1, Files: fstest.MapFS{"ours": {Data: []byte("ours")}}}
	if _, err := content.Distribute(t.Context(), faulty, key, pkg, nil); !errors.Is(err, content.ErrConflict) {
		t.Fatalf("error is %v, want ErrConflict", err)
	}
	tree, err := content.OpenTree(t.Context(), store, key, "ABC00001")
	if err != nil || tree.Manifest().Files[0].Path != "theirs" {
		t.Errorf("the loser won: %v", err)
	}
}

func TestBusyStoreIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, key := contenttest.NewStore(), newKey(t)
		faulty := &hooked{Store: store}
		busy := 2
		faulty.beforePut = func() {
			if busy > 0 {
				busy--
				store.Refuse()
			}
		}
		distribute(t, faulty, key, "ABC00001", 1, sample())
		fetched := 0
		faulty.onOpen = func(string) {
			if fetched++; fetched%2 == 1 {
				store.Refuse()
			}
		}
		root := openRoot(t)
		if err := content.Fetch(t.Context(), faulty, key, "ABC00001", root, nil); err != nil {
			t.Fatal(err)
		}
		compare(t, root.FS(), sample())
	})
}

func TestDamageOnTheWayIsHealed(t *testing.T) {
	faults := map[string]func(*contenttest.Store){
		"bit flipped":      (*contenttest.Store).FlipBit,
		"cut short":        (*contenttest.Store).CutShort,
		"connection reset": func(s *contenttest.Store) { s.FailAfter(100_000) },
	}
	for name, inject := range faults {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, key := contenttest.NewStore(), newKey(t)
				distribute(t, store, key, "ABC00001", 1, sample())
				faulty := &hooked{Store: store}
				once := map[string]bool{}
				faulty.onOpen = func(name string) {
					if !once[name] {
						once[name] = true
						inject(store)
					}
				}
				root := openRoot(t)
				if err := content.Fetch(t.Context(), faulty, key, "ABC00001", root, nil); err != nil {
					t.Fatal(err)
				}
				compare(t, root.FS(), sample())
				if len(once) != 2 {
					t.Errorf("faults in %d blobs, want 2", len(once))
				}
			})
		})
	}
}

// TestEveryDamageIsFound flips a bit at offsets all over the stored blobs, and cuts them.
func TestEveryDamageIsFound(t *testing.T) {
	files := fstest.MapFS{"a": {Data: noise(1, content.SegmentSize+100)}, "b": {Data: bytes.Repeat([]byte("b"), 5000)}}
	key, pristine := newKey(t), contenttest.NewStore()
	distribute(t, pristine, key, "ABC00001", 1, files)
	for _, name := range pristine.Names("") {
		_, info, err := pristine.Open(t.Context(), name, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		offsets := []int64{info.Size - 1, info.Size / 2}
		for off := int64(0); off < info.Size; off += max(1, info.Size/40) {
			offsets = append(offsets, off)
		}
		for _, off := range offsets {
			pristine.Corrupt(name, off)
			err := content.Fetch(t.Context(), pristine, key, "ABC00001", openRoot(t), nil)
			if !errors.Is(err, content.ErrIntegrity) && (off != 4 || !errors.Is(err, content.ErrUnsupported)) {
				t.Errorf("bit %d of %s flipped: %v", off, name, err)
			}
			pristine.Corrupt(name, off) // and back
		}
	}
	if err := content.Fetch(t.Context(), pristine, key, "ABC00001", openRoot(t), nil); err != nil {
		t.Fatalf("flipped back: %v", err)
	}
	for _, name := range pristine.Names("") {
		pristine.Truncate(name, 150)
		err := content.Fetch(t.Context(), pristine, key, "ABC00001", openRoot(t), nil)
		if !errors.Is(err, content.ErrIntegrity) && !errors.Is(err, content.ErrInvalid) {
			t.Errorf("%s cut: %v", name, err)
		}
	}
}

func TestFailedFetchLeavesNoFile(t *testing.T) {
	store, key := contenttest.NewStore(), newKey(t)
	distribute(t, store, key, "ABC00001", 1, fstest.MapFS{"dir/a": {Data: noise(1, 3000)}})
	store.Corrupt(store.Names("packs/")[0], 1000)
	root := openRoot(t)
	err := content.Fetch(t.Context(), store, key, "ABC00001", root, nil)
	damage, ok := errors.AsType[*content.IntegrityError](err)
	if !ok || damage.File != "dir/a" || damage.Blob != store.Names("packs/")[0] {
		t.Errorf("error is %#v", err)
	}
	compare(t, root.FS(), fstest.MapFS{})
}

func TestWrongKey(t *testing.T) {
	store, key := contenttest.NewStore(), newKey(t)
	distribute(t, store, key, "ABC00001", 1, sample())
	if _, err := content.OpenTree(t.Context(), store, newKey(t), "ABC00001"); !errors.Is(err, content.ErrNotFound) {
		t.Errorf("OpenTree: %v, want ErrNotFound", err)
	}
	for _, err := range content.Packages(t.Context(), store, newKey(t)) {
		if !errors.Is(err, content.ErrIntegrity) {
			t.Errorf("Packages: %v, want ErrIntegrity", err)
		}
	}
	if _, err := content.Prune(t.Context(), store, newKey(t), nil); !errors.Is(err, content.ErrIntegrity) {
		t.Errorf("Prune: %v, want ErrIntegrity", err)
	}
}

func TestMovedManifestIsRefused(t *testing.T) {
	store, key := contenttest.NewStore(), newKey(t)
	distribute(t, store, key, "ABC00001", 1, fstest.MapFS{"a": {Data: []byte("1")}})
	one := store.Names("manifests/")[0]
	body, _, err := store.Open(t.Context(), one, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	blob, _ := io.ReadAll(body)
	distribute(t, store, key, "ABC00002", 1, fstest.MapFS{"a": {Data: []byte("2")}})
	for _, name := range store.Names("manifests/") {
		if _, err := store.Put(t.Context(), name, content.AnyVersion, blob); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := content.OpenTree(t.Context(), store, key, "ABC00002"); !errors.Is(err, content.ErrIntegrity) {
		t.Errorf("the manifest of another package opens: %v", err)
	}
}

func TestFetchCompletesWhatWasBegun(t *testing.T) {
	store, key, files := contenttest.NewStore(), newKey(t), sample()
	distribute(t, store, key, "ABC00001", 1, files)
	root := openRoot(t)
	if err := content.Fetch(t.Context(), store, key, "ABC00001", root, nil); err != nil {
		t.Fatal(err)
	}
	if err := root.WriteFile("docs/readme.txt", []byte("read mE"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := root.Remove("docs/empty.txt"); err != nil {
		t.Fatal(err)
	}
	sent := store.Sent()
	var last content.Progress
	opts := &content.Options{Progress: func(p content.Progress) { last = p }}
	if err := content.Fetch(t.Context(), store, key, "ABC00001", root, opts); err != nil {
		t.Fatal(err)
	}
	compare(t, root.FS(), files)
	if got := store.Sent() - sent; got > 5000 {
		t.Errorf("read %d bytes to repair 7", got)
	}
	if last.Files != len(files) || last.Bytes != last.TotalBytes || last.Reused != last.TotalBytes-7 || last.Moved == 0 {
		t.Errorf("progress ends at %+v", last)
	}
}

func TestProgressNeverFalls(t *testing.T) {
	store, key := contenttest.NewStore(), newKey(t)
	var last content.Progress
	opts := &content.Options{Progress: func(p content.Progress) {
		if p.Bytes < last.Bytes || p.Files < last.Files || p.Moved < last.Moved || p.Bytes > p.TotalBytes {
			t.Errorf("%+v after %+v", p, last)
		}
		last = p
	}}
	if _, err := content.Distribute(t.Context(), store, key, content.Package{ID: "A", Files: sample()}, opts); err != nil {
		t.Fatal(err)
	}
	if last.Bytes != last.TotalBytes || last.Files != len(sample()) {
		t.Errorf("ends at %+v", last)
	}
}

func TestDryRunWritesNothing(t *testing.T) {
	store, key := contenttest.NewStore(), newKey(t)
	var last content.Progress
	opts := &content.Options{DryRun: true, Progress: func(p content.Progress) { last = p }}
	manifest, err := content.Distribute(t.Context(), store, key, content.Package{ID: "A", Files: sample()}, opts)
	if err != nil || manifest.Version != 1 || store.Writes() != 0 {
		t.Errorf("%v, %d writes", err, store.Writes())
	}
	if last.Moved < content.ChunkSize {
		t.Errorf("would move %d bytes", last.Moved)
	}
}

// changing is a folder whose file changes each time it is looked at.
type changing struct {
	fstest.MapFS
	change func(fstest.MapFS)
}

func (c changing) Open(name string) (fs.File, error) {
	file, err := c.MapFS.Open(name)
	if name == "file" {
		c.change(c.MapFS)
	}
	return file, err
}

func (c changing) Stat(name string) (fs.FileInfo, error) { return c.MapFS.Stat(name) }

func TestSourceThatChangesIsNamed(t *testing.T) {
	changes := map[string]func(fstest.MapFS){
		"grows":     func(m fstest.MapFS) { m["file"] = &fstest.MapFile{Data: []byte("longer")} },
		"rewritten": func(m fstest.MapFS) { m["file"] = &fstest.MapFile{Data: []byte("ab"), ModTime: time.Unix(9, 0)} },
		"vanishes":  func(m fstest.MapFS) { delete(m, "file") },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			store := contenttest.NewStore()
			files := changing{fstest.MapFS{"file": {Data: []byte("ab")}}, change}
			_, err := content.Distribute(t.Context(), store, newKey(t), content.Package{ID: "A", Files: files}, nil)
			changed, ok := errors.AsType[*content.SourceChangedError](err)
			if !ok || changed.Path != "file" || !errors.Is(err, content.ErrConflict) {
				t.Errorf("error is %v", err)
			}
			if store.Writes() != 0 {
				t.Errorf("%d writes", store.Writes())
			}
		})
	}
}

func TestCancelledContext(t *testing.T) {
	store, key := contenttest.NewStore(), newKey(t)
	distribute(t, store, key, "A", 1, sample())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := content.Fetch(ctx, store, key, "A", openRoot(t), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Fetch: %v", err)
	}
	if _, err := content.Distribute(ctx, store, key, content.Package{ID: "A", Files: sample()}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Distribute: %v", err)
	}
}

func TestArgumentsAreChecked(t *testing.T) {
	ctx, store, key, root := t.Context(), contenttest.NewStore(), newKey(t), openRoot(t)
	short := content.StaticKey([]byte("short"))
	files := sample()
	calls := map[string]error{
		"Distribute nothing": second(content.Distribute(ctx, nil, nil, content.Package{}, nil)),
		"Distribute version": second(content.Distribute(ctx, store, key, content.Package{ID: "A", Version: -1, Files: files}, nil)),
		"Distribute key":     second(content.Distribute(ctx, store, short, content.Package{ID: "A", Files: files}, nil)),
		"Distribute id":      second(content.Distribute(ctx, store, key, content.Package{ID: "../A", Files: files}, nil)),
		"Fetch root":         content.Fetch(ctx, store, key, "A", nil, nil),
		"Fetch reader":       content.Fetch(ctx, nil, key, "A", root, nil),
		"Fetch key":          content.Fetch(ctx, store, nil, "A", root, nil),
		"Fetch short key":    content.Fetch(ctx, store, short, "A", root, nil),
		"Fetch id":           content.Fetch(ctx, store, key, "", root, nil),
		"Verify":             second(content.Verify(ctx, nil, nil, "", nil)),
		"Delete":             content.Delete(ctx, nil, key, "A"),
		"Delete id":          content.Delete(ctx, store, key, "/"),
		"Prune":              second(content.Prune(ctx, nil, key, nil)),
		"Prune grace":        second(content.Prune(ctx, store, key, &content.PruneOptions{Grace: time.Minute})),
		"Prune key":          second(content.Prune(ctx, store, nil, nil)),
		"NewGrant":           second(content.NewGrant(ctx, nil, nil, "A")),
	}
	for name, err := range calls {
		if problem, ok := errors.AsType[*content.InvalidError](err); !ok || len(problem.Problems) == 0 {
			t.Errorf("%s: %v, want an InvalidError", name, err)
		}
	}
	missing := content.Fetch(ctx, store, key, "NONE", root, nil)
	if !errors.Is(missing, fs.ErrNotExist) {
		t.Errorf("Fetch of no package: %v", missing)
	}
}

func second[T any](_ T, err error) error { return err }

func TestTreeSeeksAndReads(t *testing.T) {
	store, key, files := contenttest.NewStore(), newKey(t), sample()
	distribute(t, store, key, "A", 1, files)
	tree, err := content.OpenTree(t.Context(), store, key, "A")
	if err != nil {
		t.Fatal(err)
	}
	for path, file := range files {
		body, err := tree.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			off := int64(0)
			if len(file.Data) > 0 {
				off = mathrand.Int64N(int64(len(file.Data)))
			}
			if _, err := body.Seek(off, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			want := file.Data[off:min(int(off)+5000, len(file.Data))]
			got := make([]byte, len(want))
			if _, err := io.ReadFull(body, got); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%s at %d: %v", path, off, err)
			}
		}
		if end, err := body.Seek(0, io.SeekEnd); err != nil || end != int64(len(file.Data)) {
			t.Errorf("%s ends at %d, %v", path, end, err)
		}
		if _, err := body.Seek(math.MinInt64, io.SeekStart); !errors.Is(err, content.ErrInvalid) {
			t.Errorf("Seek before the beginning: %v", err)
		}
		if err := body.Close(); err != nil {
			t.Error(err)
		}
		if _, err := body.Read(make([]byte, 1)); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("Read after Close: %v", err)
		}
	}
	if _, err := tree.Open(t.Context(), "no such"); !errors.Is(err, content.ErrNotFound) {
		t.Errorf("Open: %v", err)
	}
}

func TestKeyNeverShows(t *testing.T) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	key := content.StaticKey(secret)
	store := contenttest.NewStore()
	manifest := distribute(t, store, key, "A", 1, sample())
	grant, err := content.NewGrant(t.Context(), store, key, "A")
	if err != nil {
		t.Fatal(err)
	}
	granted, _ := grant.Key()
	for _, text := range shown(t, key, manifest, grant) {
		for _, hidden := range [][]byte{secret, granted} {
			for _, form := range forms(hidden) {
				if strings.Contains(text, form) {
					t.Errorf("the key shows in %.80s", text)
				}
			}
		}
	}
}

func TestFolderOnDisk(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "setup.cmd"), []byte("@echo off\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	store, key, root := contenttest.NewStore(), newKey(t), openRoot(t)
	distribute(t, store, key, "A", 1, os.DirFS(dir))
	if err := content.Fetch(t.Context(), store, key, "A", root, nil); err != nil {
		t.Fatal(err)
	}
	compare(t, root.FS(), fstest.MapFS{"setup.cmd": {Data: []byte("@echo off\r\n")}})
	if err := os.Symlink("setup.cmd", filepath.Join(dir, "link")); err == nil {
		_, err := content.Distribute(t.Context(), store, key, content.Package{ID: "A", Files: os.DirFS(dir)}, nil)
		if !errors.Is(err, content.ErrInvalid) || !strings.Contains(err.Error(), "link") {
			t.Errorf("a link in the package: %v", err)
		}
	}
}
