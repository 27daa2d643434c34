package cmlog

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// tail reads the files that bear one name, one after another.
type tail struct {
	path     string
	interval time.Duration
	current  *generation
	waiting  []*generation // what follows current, oldest first
	known    []sighting    // the rotated files that need no reading
	started  bool
	leaving  bool // path was seen to name another file
}

func (t *tail) close() {
	for _, g := range append(t.waiting, t.current) {
		if g != nil {
			g.close()
		}
	}
	t.current, t.waiting = nil, nil
}

// next makes the next file the current one and waits until there is one.
func (t *tail) next(ctx context.Context) error {
	if !t.started {
		t.started = true
		t.forgo(t.rotated())
	}
	if t.current != nil {
		t.current.close()
		t.current = nil
	}
	for len(t.waiting) == 0 {
		g, err := openGeneration(t.path)
		switch {
		case err == nil:
			t.waiting = append(t.waiting, g)
		case !errors.Is(err, fs.ErrNotExist):
			return err
		default:
			if err := wait(ctx, t.interval); err != nil {
				return err
			}
		}
	}
	t.current, t.waiting, t.leaving = t.waiting[0], t.waiting[1:], false
	return ctx.Err()
}

// read reads from the current file. It waits at the end while more may come; io.EOF says that nothing will.
func (t *tail) read(ctx context.Context, p []byte) (int, error) {
	for ctx.Err() == nil {
		if n, err := t.current.read(p); n > 0 || err != nil {
			return n, err
		}
		if len(t.waiting) > 0 {
			return 0, io.EOF
		}
		gone, err := t.look()
		switch {
		case err != nil:
			return 0, err
		case gone == stays:
		case gone == renamed && !t.leaving: // its writer may be in the middle of a line
			t.leaving = true
		default:
			if ended, err := t.succeed(gone); ended || err != nil {
				return 0, cmp.Or(err, io.EOF)
			}
			continue
		}
		if err := wait(ctx, t.interval); err != nil {
			return 0, err
		}
	}
	return 0, ctx.Err()
}

// change is what happened to the current file.
type change int

const (
	stays change = iota
	renamed
	overwritten
)

// look tells what happened to the current file. While path names nothing, it may still grow.
func (t *tail) look() (change, error) {
	info, err := os.Stat(t.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return stays, nil
	case err != nil:
		return stays, err
	case !os.SameFile(info, t.current.info):
		return renamed, nil
	case info.Size() < t.current.offset || !t.current.intact():
		return overwritten, nil
	}
	return stays, nil
}

// succeed collects what follows the current file: files that came and were rotated away between two looks, and the one
// at path. Of a file that was copied before it was overwritten, the rest is read from the copy; ended is true if there is
// no rest.
func (t *tail) succeed(gone change) (ended bool, err error) {
	rotated := t.rotated()
	sightings := rotated.sightings()
	for _, g := range rotated {
		switch {
		case g.seenIn(t.known), os.SameFile(g.info, t.current.info):
			g.close()
		case g.continues(t.current):
			if gone == overwritten {
				t.current.adopt(g)
				gone = renamed
			} else {
				g.close()
			}
		default:
			t.waiting = append(t.waiting, g)
		}
	}
	t.known = sightings
	return gone == overwritten, t.await()
}

// await appends the file at path to those that wait; if it has gone again, it is looked for later.
func (t *tail) await() error {
	g, err := openGeneration(t.path)
	if err == nil {
		t.waiting = append(t.waiting, g)
		return nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		t.leaving = true
		return nil
	}
	return err
}
