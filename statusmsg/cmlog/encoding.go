package cmlog

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// encoding is how the characters of a log are written.
type encoding int

const (
	undetected encoding = iota
	bytewise            // UTF-8, or Windows-1252 where a record is no UTF-8
	utf16LE
	utf16BE
)

// decoder reads a log as UTF-8: UTF-16 is recoded, anything else is passed on as it is.
type decoder struct {
	source *bufio.Reader
	kind   encoding
	taken  int64 // bytes of UTF-16 that were recoded
	err    error // met while detecting the encoding; due after what was read
}

func newDecoder(source io.Reader) *decoder {
	return &decoder{source: bufio.NewReaderSize(source, 16<<10)}
}

// Read implements [io.Reader].
func (d *decoder) Read(p []byte) (int, error) {
	if d.kind == undetected {
		head, err := d.source.Peek(4)
		d.kind, d.err = detect(head), err
	}
	if d.err != nil && d.source.Buffered() == 0 {
		return 0, d.err
	}
	if d.kind == bytewise {
		return d.source.Read(p)
	}
	return d.recode(p)
}

// detect tells the encoding of a log by its byte order mark or, as rotated logs have lost theirs, by the zero bytes of
// its first two characters. A UTF-8 one needs no decoding.
func detect(head []byte) encoding {
	switch {
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		return utf16LE
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return utf16BE
	case len(head) < 4:
	case head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0:
		return utf16LE
	case head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0:
		return utf16BE
	}
	return bytewise
}

// recode fills p with what is at hand; it waits for the source only while p is empty.
func (d *decoder) recode(p []byte) (n int, err error) {
	for n+utf8.UTFMax <= len(p) {
		if n > 0 && d.source.Buffered() < 4 {
			return n, nil
		}
		r, size, err := d.next()
		if size == 0 {
			return n, err
		}
		_, _ = d.source.Discard(size) // these bytes were peeked at
		d.taken += int64(size)
		n += utf8.EncodeRune(p[n:], r)
	}
	return n, nil
}

// next peeks at the next character and tells how many bytes it takes; what is no UTF-16 is a replacement character.
func (d *decoder) next() (r rune, size int, err error) {
	b, err := d.source.Peek(2)
	if len(b) < 2 {
		if len(b) == 1 && errors.Is(err, io.EOF) {
			return utf8.RuneError, 1, nil
		}
		return 0, 0, err
	}
	r = d.unit(b)
	if !utf16.IsSurrogate(r) {
		return r, 2, nil
	}
	b, err = d.source.Peek(4)
	if len(b) < 4 {
		if errors.Is(err, io.EOF) {
			return utf8.RuneError, 2, nil
		}
		return 0, 0, err
	}
	if pair := utf16.DecodeRune(r, d.unit(b[2:])); pair != utf8.RuneError {
		return pair, 4, nil
	}
	return utf8.RuneError, 2, nil
}

func (d *decoder) unit(b []byte) rune {
	if d.kind == utf16LE {
		return rune(b[1])<<8 | rune(b[0])
	}
	return rune(b[0])<<8 | rune(b[1])
}

// width returns how many bytes of the log b, which was read from d, takes up; b begins at place offset of the log.
func (d *decoder) width(b []byte, offset int64) int64 {
	if d.kind == bytewise {
		return int64(len(b))
	}
	units := 0
	for _, c := range b {
		if c&0xC0 != 0x80 {
			units++
		}
		if c >= 0xF0 {
			units++
		}
	}
	return min(int64(2*units), d.taken-offset) // the last byte of a torn log stands alone
}

// upper1252 are the characters 0x80 to 0x9F of Windows-1252; 0 stands for those that it leaves as they are.
var upper1252 = [...]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}

// recode returns data, a record in Windows-1252, in UTF-8 and moves the parts of r accordingly.
func recode(data []byte, r *record) []byte {
	for _, part := range r.spans() {
		part.from, part.to = len(windows1252(data[:part.from])), len(windows1252(data[:part.to]))
	}
	return windows1252(data)
}

func windows1252(data []byte) []byte {
	text := make([]byte, 0, len(data)+len(data)/8)
	for _, c := range data {
		r := rune(c)
		if r >= 0x80 && r < 0xA0 && upper1252[r-0x80] != 0 {
			r = upper1252[r-0x80]
		}
		text = utf8.AppendRune(text, r)
	}
	return text
}
