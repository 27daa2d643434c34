package content

import (
	"context"
	"io"
	"iter"
	"time"
)

// Info describes one stored blob.
type Info struct {
	// Name is the blob's name: see [CheckName].
	Name string
	// Size is in bytes.
	Size int64
	// ETag changes whenever the blob does.
	ETag string
	// Modified is when it was last written, UTC; zero if the store does not tell.
	Modified time.Time
}

// Reader reads blobs.
//
// Open returns n bytes of the named blob from offset off, fewer where the blob ends; n < 0 means to the end, and n = 0
// asks for Info alone. Info describes the whole blob. An offset other than 0 at or past the end is [ErrInvalid], as is
// a name that [CheckName] refuses; a missing blob is [ErrNotFound], refused credentials [ErrDenied]. The reader of the
// body reports a body cut short as an error, never as a plain end of file. The caller closes it. Implementations are safe
// for concurrent use.
type Reader interface {
	Open(ctx context.Context, name string, off, n int64) (io.ReadCloser, Info, error)
}

// AnyVersion and NoVersion are the special values of ifMatch.
const (
	// AnyVersion puts or deletes whatever is there.
	AnyVersion = ""
	// NoVersion puts only where nothing is: If-None-Match: *.
	NoVersion = "-"
)

// Store keeps blobs of up to 64 MiB.
//
// Put writes a whole blob if ifMatch is [AnyVersion], [NoVersion] and nothing is there, or the ETag that is there;
// otherwise nothing changes and the error is [ErrConflict]. It does not keep body; one that is too large is [ErrLimit].
// Every Put that succeeds changes the ETag, even if the bytes stay. Delete removes a blob under the same condition; a missing
// one is [ErrNotFound]. List yields the blobs whose names begin with prefix, in order of name, the error as last pair.
// A lost answer to Put or Delete is [ErrUnknown]. Implementations are safe for concurrent use.
type Store interface {
	Reader
	Put(ctx context.Context, name, ifMatch string, body []byte) (Info, error)
	List(ctx context.Context, prefix string) iter.Seq2[Info, error]
	Delete(ctx context.Context, name, ifMatch string) error
}

// Linker is an optional second interface of a [Reader]: it returns a location from which anyone can read the blob for
// the duration d, so that bytes flow straight from storage.
type Linker interface {
	Link(ctx context.Context, name string, d time.Duration) (string, error)
}
