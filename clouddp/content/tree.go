package content

import (
	"context"
	"crypto/sha256"
	"hash"
	"io"
	"iter"
	"slices"
	"strings"
)

// Tree is one version of a package, open for reading. It stays readable while newer versions are published, for the
// grace of [Prune]. It is safe for concurrent use.
type Tree struct {
	reader Reader
	doc    *document
	blob   Info // of the manifest
}

// OpenTree reads the manifest of the package id. With a nil key, reader must be a [Granter], as a [Remote] is.
//
// Errors: [ErrNotFound] if there is no such package, [ErrIntegrity] for a manifest that is damaged or under another
// key, [ErrUnsupported] for one of a later format.
func OpenTree(ctx context.Context, reader Reader, key Key, id string) (*Tree, error) {
	if err := checkReading(reader, key, id); err != nil {
		return nil, err
	}
	var tree *Tree
	err := retry(ctx, func() (err error) { // again with a new grant if a new version came between grant and manifest
		tree, err = openTree(ctx, reader, key, id)
		return err
	})
	return tree, err
}

func openTree(ctx context.Context, reader Reader, key Key, id string) (*Tree, error) {
	grant, blob, info, err := readManifest(ctx, reader, key, id)
	if err != nil {
		return nil, err
	}
	packageKey, err := grant.Key.bytes()
	if err != nil {
		return nil, err
	}
	doc, err := openManifest(grant.Manifest, id, packageKey, blob)
	if err != nil {
		return nil, err
	}
	return &Tree{reader: reader, doc: doc, blob: info}, nil
}

func readManifest(ctx context.Context, reader Reader, key Key, id string) (*Grant, []byte, Info, error) {
	if granter, ok := reader.(Granter); ok && key == nil {
		grant, err := granter.Grant(ctx, id)
		if err != nil {
			return nil, nil, Info{}, opError("open", id, err)
		}
		blob, info, err := readBlobOnce(ctx, reader, grant.Manifest, maxBlobSize)
		return grant, blob, info, err
	}
	ring, err := newKeyring(key)
	if err != nil {
		return nil, nil, Info{}, err
	}
	name := ring.manifestName(id)
	blob, info, err := readBlobOnce(ctx, reader, name, maxBlobSize)
	if err != nil {
		return nil, nil, Info{}, err
	}
	packageKey, err := ring.packageKey(name, blob)
	return &Grant{ID: id, Manifest: name, Key: staticKey(packageKey)}, blob, info, err
}

// Manifest returns what the tree holds.
func (t *Tree) Manifest() *Manifest { return t.doc.manifest() }

// Current reports, by one request, whether the tree is still what [OpenTree] would open. A package that was deleted is
// [ErrNotFound].
func (t *Tree) Current(ctx context.Context) (bool, error) {
	info, err := stat(ctx, t.reader, t.blob.Name)
	return err == nil && info.ETag == t.blob.ETag, err
}

// Stat returns the file of this path; [ErrNotFound] if there is none.
func (t *Tree) Stat(path string) (File, error) {
	file, err := t.find(path)
	if err != nil {
		return File{}, err
	}
	return file.File, nil
}

func (t *Tree) find(path string) (*entry, error) {
	i, ok := slices.BinarySearchFunc(t.doc.Files, path, func(e entry, path string) int { return strings.Compare(e.Path, path) })
	if !ok {
		return nil, opError("open", clip(path), ErrNotFound)
	}
	return &t.doc.Files[i], nil
}

// plan returns the chunks of files in order.
func (t *Tree) plan(files iter.Seq[*entry]) []chunk {
	var plan []chunk
	for file := range files {
		for _, index := range file.Chunks {
			plan = append(plan, t.doc.Chunks[index])
		}
	}
	return plan
}

// copyFile writes the bytes of file, which come next in chunks, to w, and checks the hash of the whole.
func (t *Tree) copyFile(ctx context.Context, w io.Writer, file *entry, chunks *chunkReader, step func(n int)) error {
	whole := sha256.New()
	for _, index := range file.Chunks {
		plain, err := chunks.next(ctx)
		if err != nil {
			return t.named(err, file.Path)
		}
		whole.Write(plain)
		if _, err := w.Write(plain); err != nil {
			return opError("write", file.Path, err)
		}
		step(t.doc.Chunks[index].Size)
	}
	if !hashIs(whole, file.SHA256) {
		return &IntegrityError{Blob: t.blob.Name, File: file.Path, Reason: "the whole file has another hash"}
	}
	return nil
}

// named adds the path of the file to an integrity error.
func (t *Tree) named(err error, path string) error {
	if damage, ok := asIntegrity(err); ok {
		return &IntegrityError{Blob: damage.Blob, File: path, Reason: damage.Reason}
	}
	return err
}

func hashIs(h hash.Hash, want Hash) bool { return Hash(h.Sum(nil)) == want }
