package cmlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"
)

const defaultPollInterval = 250 * time.Millisecond

// Follow reads the log at path from its start as [Entries] does, then waits for more, until ctx is done: the last pair
// is an error. A record is delivered once its line has ended, or its file.
//
// The file may not be there yet. It may be renamed (to ".lo_" or to "name-20260918-163906.log"), deleted, truncated,
// or replaced by one with the same identity: it is read to its end first, then what was rotated since the last
// look, then its successor. [Entry.Offset] is then that in the file. Only what is gone before it is looked at is lost.
// Follow never keeps a writer from renaming or deleting the file, on Windows either.
func Follow(ctx context.Context, path string, o *Options) iter.Seq2[Entry, error] {
	if o == nil {
		o = &Options{}
	}
	return func(yield func(Entry, error) bool) {
		if err := o.validate("cmlog: follow", "path", path != ""); err != nil {
			yield(Entry{}, err)
			return
		}
		t := &tail{path: path, interval: o.pollInterval()}
		defer t.close()
		for {
			err := t.next(ctx)
			if err == nil {
				var more bool
				if more, err = followFile(ctx, t, o, yield); !more {
					return
				}
			}
			if err != nil {
				yield(Entry{}, fmt.Errorf("cmlog: follow %s: %w", path, err))
				return
			}
		}
	}
}

// followFile yields the records of one file, until its end; more is false if the caller wants no more.
func followFile(ctx context.Context, t *tail, o *Options, yield func(Entry, error) bool) (more bool, err error) {
	s := newScanner(readerFunc(func(p []byte) (int, error) { return t.read(ctx, p) }), o)
	for s.skipGap() {
		e := s.next()
		if s.interrupted() {
			break // e has not ended yet
		}
		if !yield(e, nil) {
			return false, nil
		}
	}
	if s.interrupted() {
		return true, s.window.err
	}
	return true, nil
}

// interrupted reports whether reading stopped before the end of the log.
func (s *scanner) interrupted() bool { return s.window.err != nil && !errors.Is(s.window.err, io.EOF) }

func (o *Options) pollInterval() time.Duration {
	if o.PollInterval == 0 {
		return defaultPollInterval
	}
	return o.PollInterval
}

// readerFunc is a function that reads.
type readerFunc func(p []byte) (int, error)

// Read calls f.
func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// wait waits for d or for ctx.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}
