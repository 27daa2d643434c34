package content

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// writePack writes a pack where ifMatch holds. If something else is there, or the answer is lost, it looks: what has
// the pack's name and length is the pack, because the name is a keyed hash of it; anything else is replaced.
func writePack(ctx context.Context, store Store, name string, body []byte, ifMatch string) error {
	var err error
	for attempt := range attempts {
		if _, err = store.Put(ctx, name, ifMatch, body); err == nil {
			return nil
		}
		if again := mayWriteAgain(ctx, err, attempt); again != nil {
			return opError("write", name, again)
		}
		there, statErr := stat(ctx, store, name)
		switch {
		case errors.Is(statErr, ErrNotFound):
			ifMatch = NoVersion
		case statErr != nil:
			return opError("write", name, errors.Join(err, statErr))
		case there.Size == int64(len(body)) && there.ETag != ifMatch:
			return nil
		default:
			ifMatch = there.ETag
		}
	}
	return opError("write", name, err)
}

// rewritePack writes a marked pack anew, so that a Prune which is about to sweep it finds another ETag; see format.go
// for why the mark goes first.
func rewritePack(ctx context.Context, store Store, name string, body []byte) error {
	if err := store.Delete(ctx, markName(name), AnyVersion); err != nil && !errors.Is(err, ErrNotFound) {
		return opError("unmark", name, err)
	}
	there, err := stat(ctx, store, name)
	if errors.Is(err, ErrNotFound) {
		return writePack(ctx, store, name, body, NoVersion)
	}
	if err != nil {
		return err
	}
	return writePack(ctx, store, name, body, there.ETag)
}

// writeManifest writes a manifest where etag still is, and reads it back whether or not the answer came through.
func writeManifest(ctx context.Context, store Store, name, etag string, blob []byte) error {
	var err error
	for attempt := range attempts {
		if _, err = store.Put(ctx, name, etag, blob); err != nil {
			if again := mayWriteAgain(ctx, err, attempt); again != nil {
				return opError("write", name, again)
			}
		}
		there, info, readErr := readBlob(ctx, store, name, maxBlobSize)
		switch {
		case readErr == nil && bytes.Equal(there, blob):
			return nil
		case readErr == nil && info.ETag != etag:
			return opError("write", name, fmt.Errorf("another version came between: %w", ErrConflict))
		case readErr != nil && (etag != NoVersion || !errors.Is(readErr, ErrNotFound)):
			return opError("write", name, fmt.Errorf("%w: cannot read it back: %w", ErrUnknown, readErr))
		}
	}
	return opError("write", name, firstError(err, ErrUnknown))
}

// mayWriteAgain returns nil if looking and writing again may help after err: something is there, the answer was lost,
// or, after a pause, the store was busy. Otherwise it returns the error to give up with.
func mayWriteAgain(ctx context.Context, err error, attempt int) error {
	switch {
	case errors.Is(err, ErrConflict), errors.Is(err, ErrUnknown):
		return nil
	case errors.Is(err, ErrUnavailable) && attempt < attempts-1:
		return pause(ctx, retryPause<<attempt)
	default:
		return err
	}
}
