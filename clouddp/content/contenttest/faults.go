package contenttest

import (
	"bytes"
	"fmt"

	"github.com/clouddp/sdk/clouddp/content"
)

// faults are armed by one call each and, but for a crash, strike once.
type faults struct {
	loseAnswer, refuse              bool
	flipBit, cutShort, changeOnNext bool
	failAfter                       int64
	failArmed, crashArmed, crashed  bool
	writesLeft                      int
}

// LoseAnswer lets the next Put or Delete take effect and answers [content.ErrUnknown].
func (s *Store) LoseAnswer() { s.arm(func(f *faults) { f.loseAnswer = true }) }

// Refuse answers the next call, whichever it is, with [content.ErrUnavailable] and does nothing.
func (s *Store) Refuse() { s.arm(func(f *faults) { f.refuse = true }) }

// FlipBit inverts one bit in the bytes of the next read. What is stored stays right, so that reading again helps; see
// [Store.Corrupt].
func (s *Store) FlipBit() { s.arm(func(f *faults) { f.flipBit = true }) }

// CutShort ends the next body after half of its bytes with a clean end of file, as a careless proxy does.
func (s *Store) CutShort() { s.arm(func(f *faults) { f.cutShort = true }) }

// FailAfter ends the next body after n bytes with [content.ErrUnavailable].
func (s *Store) FailAfter(n int64) { s.arm(func(f *faults) { f.failAfter, f.failArmed = n, true }) }

// ChangeOnNextRead changes a blob right after the next read of it began: what is read after that is another version.
func (s *Store) ChangeOnNextRead() { s.arm(func(f *faults) { f.changeOnNext = true }) }

// CrashAfter lets n more writes take effect. From then on every call answers [content.ErrUnavailable] until
// [Store.Restart].
func (s *Store) CrashAfter(n int) {
	s.arm(func(f *faults) { f.crashArmed, f.writesLeft, f.crashed = true, n, n == 0 })
}

// Restart ends a crash and disarms all faults. What was stored is still there.
func (s *Store) Restart() { s.arm(func(f *faults) { *f = faults{} }) }

// Corrupt inverts the lowest bit at offset of a stored blob, which keeps its ETag, as a failing disk would do. It
// reports whether there is such a byte.
func (s *Store) Corrupt(name string, offset int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	there, ok := s.blobs[name]
	if !ok || offset < 0 || offset >= int64(len(there.body)) {
		return false
	}
	there.body = bytes.Clone(there.body)
	there.body[offset] ^= 1
	s.blobs[name] = there
	return true
}

// Truncate cuts a stored blob, which keeps its ETag, to size bytes. It reports whether it was longer.
func (s *Store) Truncate(name string, size int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	there, ok := s.blobs[name]
	if !ok || size < 0 || size >= int64(len(there.body)) {
		return false
	}
	there.body = there.body[:size:size]
	s.blobs[name] = there
	return true
}

func (s *Store) arm(set func(*faults)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	set(&s.faults)
}

// take returns whether a fault is armed and disarms it.
func take(armed *bool) bool {
	was := *armed
	*armed = false
	return was
}

func (f *faults) before() error {
	if f.crashed || take(&f.refuse) {
		return content.ErrUnavailable
	}
	return nil
}

func (f *faults) afterWrite() error {
	if f.crashArmed {
		f.writesLeft--
		f.crashed = f.writesLeft <= 0
	}
	if take(&f.loseAnswer) {
		return content.ErrUnknown
	}
	return nil
}

// damage applies the armed faults of reading to a body that holds at least one byte.
func (s *Store) damage(name string, b *body) {
	f := &s.faults
	if take(&f.flipBit) {
		b.rest = bytes.Clone(b.rest)
		b.rest[len(b.rest)/2] ^= 1
	}
	if take(&f.cutShort) {
		b.rest = b.rest[:len(b.rest)/2]
	}
	if take(&f.failArmed) {
		b.rest = b.rest[:min(f.failAfter, int64(len(b.rest)))]
		b.end = fmt.Errorf("contenttest: connection reset: %w", content.ErrUnavailable)
	}
	if take(&f.changeOnNext) {
		s.versions++
		there := s.blobs[name]
		there.body = bytes.Clone(there.body)
		there.body[len(there.body)-1] ^= 1
		there.etag = fmt.Sprintf("%q", fmt.Sprint("v", s.versions))
		s.blobs[name] = there
	}
}
