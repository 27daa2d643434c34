package crl

import (
	"errors"
	"hash"
	"io"
)

// maxElement bounds every element of a revocation list but the list itself and its entries as a whole; it is all the
// memory that reading one takes.
const maxElement = 64 << 10

var (
	errTruncated = errors.New("it ends too early")
	errMalformed = errors.New("it is not well-formed DER")
	errElement   = errors.New("an element of it is larger than 64 KiB")
)

// stream reads DER elements one after another and digests what it has passed.
type stream struct {
	source     io.Reader
	buffer     []byte
	base       int64 // the offset of buffer[0] in the stream
	start, end int   // of what is buffered and not yet passed
	digest     hash.Hash
	digested   int  // what lies before it has been digested
	held       bool // nothing may leave the buffer: the digest is not known yet
}

func newStream(source io.Reader) *stream {
	return &stream{source: source, buffer: make([]byte, maxElement)}
}

// offset returns how much of the stream has been passed.
func (s *stream) offset() int64 { return s.base + int64(s.start) }

// hold keeps what follows until digestWith names the digest that takes it in.
func (s *stream) hold() { s.held, s.digested = true, s.start }

func (s *stream) digestWith(digest hash.Hash) { s.held, s.digest = false, digest }

// sum ends the digest here and returns it.
func (s *stream) sum() []byte {
	s.flush()
	sum := s.digest.Sum(nil)
	s.digest = nil
	return sum
}

func (s *stream) flush() {
	if s.digest != nil {
		_, _ = s.digest.Write(s.buffer[s.digested:s.start]) // a hash never fails
	}
	s.digested = s.start
}

// fill makes the next n bytes available.
func (s *stream) fill(n int) error {
	if s.end-s.start >= n {
		return nil
	}
	return s.refill(n)
}

func (s *stream) refill(n int) error {
	if !s.held {
		s.flush()
		s.base += int64(s.start)
		s.end = copy(s.buffer, s.buffer[s.start:s.end])
		s.start, s.digested = 0, 0
	}
	if n > len(s.buffer)-s.start {
		return errElement
	}
	read, err := io.ReadAtLeast(s.source, s.buffer[s.end:], n-(s.end-s.start))
	s.end += read
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errTruncated
	}
	return err
}

// peek returns the tag of the next element, 0 at limit.
func (s *stream) peek(limit int64) (byte, error) {
	if s.offset() >= limit {
		return 0, nil
	}
	if err := s.fill(1); err != nil {
		return 0, err
	}
	return s.buffer[s.start], nil
}

// open passes the header of a constructed element with tag and returns where the element ends.
func (s *stream) open(tag byte, limit int64) (end int64, err error) {
	header, length, err := s.header(tag)
	if err != nil {
		return 0, err
	}
	s.start += header
	if end = s.offset() + length; end > limit {
		return 0, errMalformed
	}
	return end, nil
}

// next passes a whole element with tag and returns it, with the length of its header. The bytes are good until the next
// call.
func (s *stream) next(tag byte, limit int64) (raw []byte, header int, err error) {
	header, length, err := s.header(tag)
	if err != nil {
		return nil, 0, err
	}
	if length > maxElement {
		return nil, 0, errElement
	}
	size := header + int(length)
	if s.offset()+int64(size) > limit {
		return nil, 0, errMalformed
	}
	if err := s.fill(size); err != nil {
		return nil, 0, err
	}
	raw = s.buffer[s.start : s.start+size]
	s.start += size
	return raw, header, nil
}

// header looks at the header of the next element, which must have tag.
func (s *stream) header(tag byte) (header int, length int64, err error) {
	if err := s.fill(2); err != nil {
		return 0, 0, err
	}
	if s.buffer[s.start] != tag {
		return 0, 0, errMalformed
	}
	if b := s.buffer[s.start+1]; b < 0x80 { // as in nearly every entry
		return 2, int64(b), nil
	}
	header = derHeaderSize(s.buffer[s.start+1])
	if header == 0 {
		return 0, 0, errMalformed
	}
	if err := s.fill(header); err != nil {
		return 0, 0, err
	}
	length, ok := derLength(s.buffer[s.start+1 : s.start+header])
	if !ok {
		return 0, 0, errMalformed
	}
	return header, length, nil
}

// derHeaderSize returns the size of a header whose first length byte is b, 0 if it is indefinite or absurd.
func derHeaderSize(b byte) int {
	switch {
	case b < 0x80:
		return 2
	case b == 0x80 || b > 0x84:
		return 0
	}
	return 2 + int(b&0x7F)
}

// derLength reads a length in the shortest form, as DER wants it.
func derLength(field []byte) (int64, bool) {
	if len(field) == 1 {
		return int64(field[0]), true
	}
	var length int64
	for _, b := range field[1:] {
		length = length<<8 | int64(b)
	}
	return length, field[1] != 0 && length >= 0x80
}

// cutElement splits the first element off der.
func cutElement(der []byte) (tag byte, content, rest []byte, ok bool) {
	if len(der) < 2 {
		return 0, nil, nil, false
	}
	if end := 2 + int(der[1]); der[1] < 0x80 { // as nearly always
		if end > len(der) {
			return 0, nil, nil, false
		}
		return der[0], der[2:end], der[end:], der[0]&0x1F != 0x1F
	}
	header := derHeaderSize(der[1])
	if header == 0 || header > len(der) {
		return 0, nil, nil, false
	}
	length, ok := derLength(der[1:header])
	if !ok || length > int64(len(der)-header) {
		return 0, nil, nil, false
	}
	end := header + int(length)
	return der[0], der[header:end], der[end:], der[0]&0x1F != 0x1F
}
