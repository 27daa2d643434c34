package content

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
)

// partialPrefix begins the names of files that Fetch has not finished.
const partialPrefix = ".clouddp-"

// Fetch brings the package id into the folder root. With a nil key, reader must be a [Granter], as a [Remote] is.
//
// Every segment, chunk and whole file is verified; a file appears under its name once it is complete and on disk, and
// replaces what was there. A file that is there with the right bytes is left alone, so that Fetch again completes what
// an earlier call began. Files that the package does not hold stay. One Fetch at a time may use a folder. Memory stays
// below 64 MiB beside the manifest, which takes about 1 KiB a file.
//
// Errors: [ErrNotFound], [ErrDenied], [ErrUnavailable] after three attempts, [ErrIntegrity] for bytes that are wrong in
// three attempts; every name in the manifest is checked before the first file is written.
func Fetch(ctx context.Context, reader Reader, key Key, id string, root *os.Root, opts *Options) error {
	if root == nil {
		return invalid("Root", "is nil")
	}
	tree, err := OpenTree(ctx, reader, key, id)
	if err != nil {
		return err
	}
	f := &fetcher{tree: tree, root: root, opts: opts.orDefault(), progress: newProgress(tree.doc)}
	if err := f.findMissing(ctx); err != nil {
		return err
	}
	return f.fetchMissing(ctx)
}

// fetcher is one run of Fetch.
type fetcher struct {
	tree     *Tree
	root     *os.Root
	opts     *Options
	missing  []*entry
	chunks   *chunkReader
	progress Progress
}

// findMissing lists the files that are not in the folder with the right bytes.
func (f *fetcher) findMissing(ctx context.Context) error {
	for i := range f.tree.doc.Files {
		file := &f.tree.doc.Files[i]
		present, err := f.isPresent(ctx, file)
		switch {
		case err != nil:
			return err
		case present:
			f.progress.Files++
			f.progress.Bytes += file.Size
			f.progress.Reused += file.Size
			f.report(file.Path)
		default:
			f.missing = append(f.missing, file)
		}
	}
	return nil
}

func (f *fetcher) isPresent(ctx context.Context, file *entry) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	info, err := f.root.Lstat(file.Path)
	if err != nil || !info.Mode().IsRegular() || info.Size() != file.Size {
		return false, nil // what cannot be read is fetched; a real obstacle shows when it is written
	}
	there, err := f.root.Open(file.Path)
	if err != nil {
		return false, nil
	}
	defer func() { _ = there.Close() }()
	hash := sha256.New()
	if _, err := io.Copy(hash, &contextReader{done: ctx.Err, r: there}); err != nil {
		return false, ctx.Err()
	}
	return hashIs(hash, file.SHA256), nil
}

func (f *fetcher) fetchMissing(ctx context.Context) error {
	plan := f.tree.plan(slices.Values(f.missing))
	chunks, err := newChunkReader(f.tree.reader, f.tree.doc.Packs, plan, len(plan))
	if err != nil {
		return err
	}
	defer chunks.close()
	f.chunks = chunks
	for _, file := range f.missing {
		if err := f.fetchFile(ctx, file); err != nil {
			return err
		}
		f.progress.Files++
		f.report(file.Path)
	}
	return ctx.Err()
}

// fetchFile writes a file under a name of its own and gives it its right name once it is complete.
func (f *fetcher) fetchFile(ctx context.Context, file *entry) error {
	if dir := path.Dir(file.Path); dir != "." {
		if err := f.root.MkdirAll(dir, 0o755); err != nil {
			return opError("write", file.Path, err)
		}
	}
	partial := partialName(file.Path)
	if err := f.root.Remove(partial); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return opError("write", file.Path, err)
	}
	if err := f.writePartial(ctx, partial, file); err != nil {
		_ = f.root.Remove(partial)
		return err
	}
	if err := f.root.Rename(partial, file.Path); err != nil {
		_ = f.root.Remove(partial)
		return opError("write", file.Path, err)
	}
	return nil
}

func (f *fetcher) writePartial(ctx context.Context, partial string, file *entry) error {
	w, err := f.root.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return opError("write", file.Path, err)
	}
	err = f.tree.copyFile(ctx, w, file, f.chunks, func(n int) {
		f.progress.Bytes += int64(n)
		f.report(file.Path)
	})
	if err == nil {
		err = w.Sync()
	}
	return errors.Join(err, w.Close())
}

func (f *fetcher) report(file string) {
	f.progress.File = file
	if f.chunks != nil {
		f.progress.Moved = f.chunks.moved
	}
	f.opts.report(f.progress)
}

// partialName is where the file of this path is written: the same in every run, so that a run after a crash cleans up.
func partialName(path string) string {
	hash := sha256.Sum256([]byte(path))
	return partialPrefix + hex.EncodeToString(hash[:16])
}

func newProgress(d *document) Progress {
	return Progress{TotalFiles: len(d.Files), TotalBytes: d.manifest().Size()}
}

// contextReader stops reading once done returns an error.
type contextReader struct {
	done func() error
	r    io.Reader
}

// Read implements [io.Reader].
func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.done(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
