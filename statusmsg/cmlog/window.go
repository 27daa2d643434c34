package cmlog

import (
	"bytes"
	"io"
	"unicode/utf8"
)

const (
	firstWindow  = 64 << 10
	maxEmptyRead = 100
)

// window is the part of a log that is looked at: it begins at the record being read and never exceeds limit bytes.
type window struct {
	source *decoder
	limit  int
	buffer []byte
	start  int   // of the window in buffer
	offset int64 // of the window in the log
	err    error // why source ended; io.EOF at the end of the log
}

func newWindow(source io.Reader, limit int) window {
	return window{source: newDecoder(source), limit: limit, buffer: make([]byte, 0, min(firstWindow, 2*limit))}
}

// bytes returns what was read of the window so far.
func (w *window) bytes() []byte {
	held := w.buffer[w.start:]
	return held[:min(len(held), w.limit)]
}

// advance drops the first n bytes.
func (w *window) advance(n int) {
	w.offset += w.width(n)
	w.start += n
}

// width returns how many bytes of the log the first n bytes take up.
func (w *window) width(n int) int64 { return w.source.width(w.bytes()[:n], w.offset) }

// has reports whether the window has n bytes, after reading them where need be.
func (w *window) has(n int) bool {
	for len(w.bytes()) < n {
		if !w.fill() {
			return false
		}
	}
	return true
}

// startsWith reports whether the window begins with prefix.
func (w *window) startsWith(prefix []byte) bool {
	return w.has(len(prefix)) && bytes.HasPrefix(w.bytes(), prefix)
}

// fill reads once more and reports whether the window grew; if not, the log has ended or the limit is reached.
func (w *window) fill() bool {
	if w.err != nil || len(w.bytes()) >= w.limit {
		return false
	}
	w.makeRoom()
	for range maxEmptyRead {
		n, err := w.source.Read(w.buffer[len(w.buffer):cap(w.buffer)])
		w.buffer = w.buffer[:len(w.buffer)+n]
		w.err = err
		if n > 0 || err != nil {
			return n > 0
		}
	}
	w.err = io.ErrNoProgress
	return false
}

// makeRoom makes the buffer end in free space. The window is moved only once it has travelled half the buffer, so that
// each byte is moved about once; else the buffer doubles, up to twice the limit.
func (w *window) makeRoom() {
	if cap(w.buffer)-len(w.buffer) >= utf8.UTFMax {
		return
	}
	held := w.buffer[w.start:]
	if len(held) <= cap(w.buffer)/2 {
		w.buffer = w.buffer[:copy(w.buffer, held)]
	} else {
		w.buffer = append(make([]byte, 0, min(2*cap(w.buffer), 2*w.limit)), held...)
	}
	w.start = 0
}
