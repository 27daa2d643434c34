package point

import (
	"errors"
	"io"

	"github.com/clouddp/sdk/internal/errs"
)

// reader is a blob as http.ServeContent wants it: it opens a piece where reading begins and the next one where a piece
// ends.
type reader struct {
	size, pos int64
	next      func(off int64) (io.ReadCloser, error)
	piece     io.ReadCloser
	began     int64 // where piece began
}

// Read implements [io.Reader].
func (r *reader) Read(p []byte) (int, error) {
	if r.pos >= r.size {
		return 0, io.EOF
	}
	if r.piece == nil {
		piece, err := r.next(r.pos)
		if err != nil {
			return 0, err
		}
		r.piece, r.began = piece, r.pos
	}
	n, err := r.piece.Read(p)
	r.pos += int64(n)
	if errors.Is(err, io.EOF) {
		if err = nil; r.pos == r.began {
			err = io.ErrUnexpectedEOF
		}
		r.close()
	}
	return n, err
}

// Seek implements [io.Seeker].
func (r *reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.pos
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, errs.Invalid("point", "offset", "lies before the beginning")
	}
	r.close()
	r.pos = offset
	return offset, nil
}

func (r *reader) close() {
	if r.piece != nil {
		_ = r.piece.Close()
		r.piece = nil
	}
}

// noted remembers an error of reading, which http.ServeContent keeps to itself.
type noted struct {
	io.ReadSeeker
	err *error
}

// Read implements [io.Reader].
func (n *noted) Read(p []byte) (int, error) {
	count, err := n.ReadSeeker.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		*n.err = err
	}
	return count, err
}
