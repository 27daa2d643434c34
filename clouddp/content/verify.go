package content

import (
	"context"
	"errors"
	"io"
	"slices"
)

// maxDamages bounds what Verify lists.
const maxDamages = 100

// Verify reads everything that the package id holds in the store and compares every hash. It returns the manifest with
// all damage found, at most 100 [*IntegrityError], joined; without damage the error is nil. A missing pack is damage too.
//
// To repair: delete the damaged blobs and call [Distribute] again.
func Verify(ctx context.Context, reader Reader, key Key, id string, opts *Options) (*Manifest, error) {
	tree, err := OpenTree(ctx, reader, key, id)
	if err != nil {
		return nil, err
	}
	var damages []error
	progress := newProgress(tree.doc)
	for i := range tree.doc.Files {
		file := &tree.doc.Files[i]
		moved, err := tree.verifyFile(ctx, file)
		switch {
		case err == nil:
		case errors.Is(err, ErrIntegrity) && len(damages) < maxDamages:
			damages = append(damages, err)
		default:
			return tree.Manifest(), errors.Join(append(damages, err)...)
		}
		progress.File = file.Path
		progress.Files++
		progress.Bytes += file.Size
		progress.Moved += moved
		opts.orDefault().report(progress)
	}
	return tree.Manifest(), errors.Join(damages...)
}

// verifyFile reads one file and returns how many bytes that took.
func (t *Tree) verifyFile(ctx context.Context, file *entry) (int64, error) {
	plan := t.plan(slices.Values([]*entry{file}))
	chunks, err := newChunkReader(t.reader, t.doc.Packs, plan, len(plan))
	if err != nil {
		return 0, err
	}
	defer chunks.close()
	err = t.copyFile(ctx, io.Discard, file, chunks, func(int) {})
	if errors.Is(err, ErrNotFound) {
		err = &IntegrityError{Blob: t.doc.Packs[chunks.plan[0].Pack], File: file.Path, Reason: "the blob is missing"}
	}
	return chunks.moved, err
}
