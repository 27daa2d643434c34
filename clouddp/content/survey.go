package content

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
)

// survey is what a store holds before a package is distributed.
type survey struct {
	marks    map[string]Info  // by name of the marked pack
	packs    map[string]Info  // by name, marked ones left out
	known    map[Hash]located // chunks that can be used again, by the hash of their plain bytes
	previous *document        // the version of the package that is there; nil if none
	etag     string           // of previous, or NoVersion
}

// located is a chunk with the name of its pack.
type located struct {
	chunk
	pack string
}

// takeSurvey lists marks, packs and manifests in this order, on which the safety of sweeping rests; see format.go.
func takeSurvey(ctx context.Context, store Store, ring *keyring, id string) (*survey, error) {
	s := &survey{known: map[Hash]located{}, etag: NoVersion}
	var err error
	if s.marks, err = listMarks(ctx, store); err != nil {
		return nil, err
	}
	if s.packs, err = list(ctx, store, packPrefix); err != nil {
		return nil, err
	}
	for name := range s.marks {
		delete(s.packs, name)
	}
	return s, s.readManifests(ctx, store, ring, ring.manifestName(id))
}

func (s *survey) readManifests(ctx context.Context, store Store, ring *keyring, own string) error {
	for info, err := range store.List(ctx, manifestPrefix) {
		if err != nil {
			return opError("list", manifestPrefix, err)
		}
		doc, etag, err := loadDocument(ctx, store, ring, info.Name)
		switch {
		case err == nil:
			s.learn(doc)
		case errors.Is(err, ErrNotFound), info.Name != own && unreadable(err):
			continue
		default:
			return err
		}
		if info.Name == own {
			s.previous, s.etag = doc, etag
		}
	}
	return nil
}

// unreadable tells a manifest that cannot be read, which costs only the reuse of its chunks, from a failing store.
func unreadable(err error) bool {
	return errors.Is(err, ErrIntegrity) || errors.Is(err, ErrUnsupported)
}

// learn remembers the chunks of doc whose packs are there.
func (s *survey) learn(doc *document) {
	for _, c := range doc.Chunks {
		name := doc.Packs[c.Pack]
		if pack, ok := s.packs[name]; ok && pack.Size >= int64(c.Offset+c.Stored) {
			s.known[c.SHA256] = located{chunk: c, pack: name}
		}
	}
}

// loadDocument reads one manifest with the point key.
func loadDocument(ctx context.Context, r Reader, ring *keyring, name string) (*document, string, error) {
	blob, info, err := readBlob(ctx, r, name, maxBlobSize)
	if err != nil {
		return nil, "", err
	}
	packageKey, err := ring.packageKey(name, blob)
	if err != nil {
		return nil, "", err
	}
	doc, err := openManifest(name, "", packageKey, blob)
	if err != nil {
		return nil, "", err
	}
	if ring.manifestName(doc.ID) != name {
		return nil, "", &IntegrityError{Blob: name, Reason: "is the manifest of another package"}
	}
	return doc, info.ETag, nil
}

// list returns all blobs whose names begin with prefix, by name.
func list(ctx context.Context, store Store, prefix string) (map[string]Info, error) {
	blobs := map[string]Info{}
	for info, err := range store.List(ctx, prefix) {
		if err != nil {
			return nil, opError("list", prefix, err)
		}
		blobs[info.Name] = info
	}
	return blobs, nil
}

// listMarks returns the marks by the name of the pack they mark.
func listMarks(ctx context.Context, store Store) (map[string]Info, error) {
	blobs, err := list(ctx, store, markPrefix)
	if err != nil {
		return nil, err
	}
	marks := make(map[string]Info, len(blobs))
	for name, info := range blobs {
		marks[packPrefix+strings.TrimPrefix(name, markPrefix)] = info
	}
	return marks, nil
}

// markName is the name of the mark of a pack.
func markName(pack string) string { return markPrefix + strings.TrimPrefix(pack, packPrefix) }

// Packages yields the manifest of every package in the store, in no useful order. The error is the last pair; it is
// [ErrIntegrity] for a manifest under another point key.
func Packages(ctx context.Context, store Store, key Key) iter.Seq2[*Manifest, error] {
	return func(yield func(*Manifest, error) bool) {
		for doc, err := range documents(ctx, store, key) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(doc.manifest(), nil) {
				return
			}
		}
	}
}

func documents(ctx context.Context, store Store, key Key) iter.Seq2[*document, error] {
	return func(yield func(*document, error) bool) {
		if store == nil {
			yield(nil, invalid("Store", "is nil"))
			return
		}
		ring, err := newKeyring(key)
		if err != nil {
			yield(nil, err)
			return
		}
		for info, err := range store.List(ctx, manifestPrefix) {
			if err != nil {
				yield(nil, fmt.Errorf("content: list packages: %w", err))
				return
			}
			doc, _, err := loadDocument(ctx, store, ring, info.Name)
			if errors.Is(err, ErrNotFound) {
				continue // deleted since it was listed
			}
			if !yield(doc, err) || err != nil {
				return
			}
		}
	}
}
