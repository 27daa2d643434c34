package contenttest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clouddp/sdk/clouddp/content"
)

// MaxBlob is the size of the largest blob that a Store takes, in bytes.
const MaxBlob = 64 << 20

// Store is a [content.Store] in memory. It opens no socket, starts no goroutine and is safe for concurrent use.
type Store struct {
	mu       sync.Mutex
	blobs    map[string]blob
	versions int // ETags given so far
	sent     int64
	writes   int
	faults   faults
}

type blob struct {
	body     []byte
	etag     string
	modified time.Time
}

// NewStore returns an empty Store.
func NewStore() *Store { return &Store{blobs: map[string]blob{}} }

// Put implements [content.Store].
func (s *Store) Put(ctx context.Context, name, ifMatch string, body []byte) (content.Info, error) {
	if err := firstError(ctx.Err(), content.CheckName(name)); err != nil {
		return content.Info{}, fail("put", name, err)
	}
	if len(body) > MaxBlob {
		return content.Info{}, fail("put", name, content.ErrLimit)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.faults.before(); err != nil {
		return content.Info{}, fail("put", name, err)
	}
	if !s.matches(name, ifMatch) {
		return content.Info{}, fail("put", name, content.ErrConflict)
	}
	s.versions++
	s.blobs[name] = blob{
		body: bytes.Clone(body), etag: fmt.Sprintf("%q", fmt.Sprint("v", s.versions)), modified: time.Now().UTC(),
	}
	return s.info(name), fail("put", name, s.afterWrite())
}

// Delete implements [content.Store].
func (s *Store) Delete(ctx context.Context, name, ifMatch string) error {
	if err := firstError(ctx.Err(), content.CheckName(name)); err != nil {
		return fail("delete", name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.faults.before(); err != nil {
		return fail("delete", name, err)
	}
	if _, ok := s.blobs[name]; !ok {
		return fail("delete", name, content.ErrNotFound)
	}
	if !s.matches(name, ifMatch) {
		return fail("delete", name, content.ErrConflict)
	}
	delete(s.blobs, name)
	return fail("delete", name, s.afterWrite())
}

// matches reports whether the condition holds for what is there.
func (s *Store) matches(name, ifMatch string) bool {
	there, ok := s.blobs[name]
	switch ifMatch {
	case content.AnyVersion:
		return true
	case content.NoVersion:
		return !ok
	default:
		return ok && there.etag == ifMatch
	}
}

func (s *Store) afterWrite() error {
	s.writes++
	return s.faults.afterWrite()
}

func (s *Store) info(name string) content.Info {
	there := s.blobs[name]
	return content.Info{Name: name, Size: int64(len(there.body)), ETag: there.etag, Modified: there.modified}
}

// Open implements [content.Reader].
func (s *Store) Open(ctx context.Context, name string, off, n int64) (io.ReadCloser, content.Info, error) {
	if err := firstError(ctx.Err(), content.CheckName(name)); err != nil {
		return nil, content.Info{}, fail("open", name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.faults.before(); err != nil {
		return nil, content.Info{}, fail("open", name, err)
	}
	there, ok := s.blobs[name]
	if !ok {
		return nil, content.Info{}, fail("open", name, content.ErrNotFound)
	}
	size := int64(len(there.body))
	if off < 0 || off > 0 && off >= size {
		return nil, content.Info{}, fail("open", name, fmt.Errorf("offset %d of %d bytes: %w", off, size, content.ErrInvalid))
	}
	end := size
	if n >= 0 {
		end = off + min(n, size-off)
	}
	info := s.info(name)
	body := &body{ctx: ctx.Err, store: s, rest: there.body[off:end]}
	if end > off {
		s.damage(name, body)
	}
	return body, info, nil
}

// List implements [content.Store]. It yields the blobs that were there when it began.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[content.Info, error] {
	return func(yield func(content.Info, error) bool) {
		infos, err := s.list(ctx, prefix)
		if err != nil {
			yield(content.Info{}, fail("list", prefix, err))
			return
		}
		for _, info := range infos {
			if !yield(info, nil) {
				return
			}
		}
	}
}

func (s *Store) list(ctx context.Context, prefix string) ([]content.Info, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := firstError(ctx.Err(), s.faults.before()); err != nil {
		return nil, err
	}
	var infos []content.Info
	for _, name := range slices.Sorted(maps.Keys(s.blobs)) {
		if strings.HasPrefix(name, prefix) {
			infos = append(infos, s.info(name))
		}
	}
	return infos, nil
}

// Stored returns how many bytes the store holds: what a cloud bills as storage.
func (s *Store) Stored() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var total int64
	for _, there := range s.blobs {
		total += int64(len(there.body))
	}
	return total
}

// Sent returns how many bytes have been read out since the store was made: what a cloud bills as transfer.
func (s *Store) Sent() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

// Writes returns how many calls of Put and Delete have taken effect.
func (s *Store) Writes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writes
}

// Names returns the names of all blobs that begin with prefix, in order.
func (s *Store) Names(prefix string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := slices.Sorted(maps.Keys(s.blobs))
	return slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, prefix) })
}

// body is a blob on its way out.
type body struct {
	ctx   func() error
	store *Store
	rest  []byte
	end   error // what comes after rest; nil means io.EOF
}

// Read implements [io.Reader], and counts what is sent.
func (b *body) Read(p []byte) (int, error) {
	if err := b.ctx(); err != nil {
		return 0, err
	}
	if len(b.rest) == 0 {
		return 0, firstError(b.end, io.EOF)
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	b.store.sent += int64(n)
	return n, nil
}

// Close implements [io.Closer].
func (b *body) Close() error {
	b.rest, b.end = nil, fmt.Errorf("contenttest: read after close: %w", content.ErrInvalid)
	return nil
}

func fail(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("contenttest: %s %s: %w", op, name, err)
}

func firstError(errors ...error) error {
	for _, err := range errors {
		if err != nil {
			return err
		}
	}
	return nil
}
