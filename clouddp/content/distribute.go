package content

import (
	"context"
	"fmt"
	"slices"
)

// Distribute brings a package into the store, encrypted under key, and returns the manifest of the version that is then
// there. Chunks that any package in the store holds already are not sent again. The version becomes visible as a whole,
// by one conditional write at the end; after a failure or crash at any point the same call completes what was begun.
// Calling it for what is already there writes nothing. Memory stays below 96 MiB beside the manifests of the store, all
// of which it reads.
//
// Errors: [ErrInvalid] lists every file name that some system could not hold; [ErrConflict] if the store holds a higher
// version, the same version with other files, or if somebody else published meanwhile; a [*SourceChangedError] names a
// file that changed while it was read; [ErrLimit] beyond 1,000,000 files or a manifest of 64 MiB (some 200,000 files).
func Distribute(ctx context.Context, store Store, key Key, pkg Package, opts *Options) (*Manifest, error) {
	ring, err := checkDistribute(store, key, &pkg)
	if err != nil {
		return nil, err
	}
	paths, size, err := pkg.paths(ctx)
	if err != nil {
		return nil, err
	}
	found, err := takeSurvey(ctx, store, ring, pkg.ID)
	if err != nil {
		return nil, err
	}
	p, err := newPacker(store, ring, found, opts.orDefault())
	if err != nil {
		return nil, err
	}
	defer p.close()
	p.progress = Progress{TotalFiles: len(paths), TotalBytes: size}
	doc, err := p.pack(ctx, pkg.Files, paths)
	if err != nil {
		return nil, err
	}
	doc.ID = pkg.ID
	return publish(ctx, store, ring, found, doc, pkg.Version, opts.orDefault())
}

func checkDistribute(store Store, key Key, pkg *Package) (*keyring, error) {
	problems := &InvalidError{Subject: "content: distribute"}
	if store == nil {
		problems.Add("Store", "is nil")
	}
	if key == nil {
		problems.Add("Key", "is nil: see GenerateKey")
	}
	pkg.check(problems)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return newKeyring(key)
}

// publish makes doc the current version, unless it is that already.
func publish(ctx context.Context, store Store, ring *keyring, found *survey, doc *document, version int, opts *Options) (*Manifest, error) {
	var err error
	if doc.Version, err = chooseVersion(found.previous, doc, version); err != nil {
		return nil, err
	}
	manifest := doc.manifest()
	if opts.DryRun || sameDocument(found.previous, doc) {
		return manifest, nil
	}
	blob, err := ring.sealManifest(doc)
	if err != nil {
		return nil, opError("distribute", doc.ID, err)
	}
	return manifest, writeManifest(ctx, store, ring.manifestName(doc.ID), found.etag, blob)
}

func chooseVersion(previous, doc *document, wanted int) (int, error) {
	if previous == nil {
		return max(wanted, 1), nil
	}
	same := doc.manifest().sameFiles(previous.manifest())
	switch {
	case wanted == 0 && same:
		return previous.Version, nil
	case wanted == 0:
		return previous.Version + 1, nil
	case wanted < previous.Version:
		return 0, opError("distribute", doc.ID, fmt.Errorf("version %d is there, a higher one than %d: %w",
			previous.Version, wanted, ErrConflict))
	case wanted == previous.Version && !same:
		return 0, opError("distribute", doc.ID, fmt.Errorf("version %d is there with other files: %w", wanted, ErrConflict))
	}
	return wanted, nil
}

// sameDocument reports whether two versions are the same down to the place of every chunk.
func sameDocument(a, b *document) bool {
	return a != nil && a.Version == b.Version && slices.EqualFunc(a.Files, b.Files, func(x, y entry) bool {
		return x.File == y.File && slices.EqualFunc(x.Chunks, y.Chunks, func(i, j int) bool {
			c, d := a.Chunks[i], b.Chunks[j]
			return a.Packs[c.Pack] == b.Packs[d.Pack] && c.Offset == d.Offset && c.Stored == d.Stored
		})
	})
}
