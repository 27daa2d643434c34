package cmlog

import (
	"bytes"
	"io"
	"unicode/utf8"
)

const byteOrderMark = "\uFEFF"

// scanner recognises the records of a log one after another. Every step looks at a line, because all trailers and most
// records are on one.
type scanner struct {
	options   *Options
	window    window
	clock     clock
	newline   finder
	clientEnd finder
	serverEnd finder
}

func newScanner(r io.Reader, o *Options) *scanner {
	return &scanner{
		options:   o,
		clock:     clock{options: o},
		window:    newWindow(r, o.maxRecord()),
		newline:   finder{marker: []byte("\n")},
		clientEnd: finder{marker: []byte(clientMarker)},
		serverEnd: finder{marker: []byte(serverMarker)},
	}
}

// skipGap drops the line breaks and byte order marks before the next record and reports whether there is one.
func (s *scanner) skipGap() bool {
	for s.window.has(1) {
		switch s.window.bytes()[0] {
		case '\r', '\n':
			s.advance(1)
		case byteOrderMark[0]:
			if !s.window.startsWith([]byte(byteOrderMark)) {
				return true
			}
			s.advance(len(byteOrderMark))
		default:
			return true
		}
	}
	return false
}

// next returns the record at the start of the window and moves the window behind it.
func (s *scanner) next() Entry {
	r := s.recognise()
	length := r.length
	e := s.entry(&r)
	s.advance(length)
	return e
}

func (s *scanner) advance(n int) {
	s.window.advance(n)
	s.newline.advance(n)
	s.clientEnd.advance(n)
	s.serverEnd.advance(n)
}

func (s *scanner) recognise() record {
	line, whole := s.firstLine()
	if bytes.HasPrefix(line, []byte(clientOpener)) {
		return s.opened(line, whole)
	}
	r := s.unopened(line)
	if !whole && r.length == len(line) {
		r.flags |= Cut
	}
	return r
}

// firstLine returns the line at the start of the window; whole is false if it goes on beyond the size limit.
func (s *scanner) firstLine() (line []byte, whole bool) {
	for {
		data := s.window.bytes()
		if end := s.newline.find(data); end >= 0 {
			return trimBreak(data[:end]), true
		}
		if !s.window.fill() {
			return s.rest(0)
		}
	}
}

// lineAfter returns the line at place from of the window.
func (s *scanner) lineAfter(from int) (line []byte, whole bool) {
	for seen := from; ; {
		data := s.window.bytes()
		if end := bytes.IndexByte(data[seen:], '\n'); end >= 0 {
			return trimBreak(data[from : seen+end]), true
		}
		seen = len(data)
		if !s.window.fill() {
			return s.rest(from)
		}
	}
}

// rest returns the line at place from, which no line break ends. One that is cut at the size limit is cut between
// characters.
func (s *scanner) rest(from int) (line []byte, whole bool) {
	data := s.window.bytes()
	if len(data) < s.window.limit {
		return trimBreak(data[from:]), true
	}
	end := len(data)
	for cut := 1; cut < utf8.UTFMax && end-cut > from; cut++ {
		if utf8.RuneStart(data[end-cut]) {
			if !utf8.FullRune(data[end-cut:]) {
				end -= cut
			}
			break
		}
	}
	return data[from:end], false
}

// trimBreak drops the carriage returns that end a line.
func trimBreak(line []byte) []byte { return bytes.TrimRight(line, "\r") }

// unopened recognises the first record of a line that does not begin with an opener: one of the server dialect, a
// client record that lost its head, or text up to where a client record is opened.
func (s *scanner) unopened(line []byte) record {
	r, found := findRecord(&s.serverEnd, line, parseServer)
	before := line
	if found {
		before = line[:r.message.to]
	}
	if headless, ok := findRecord(&s.clientEnd, before, parseClient); ok {
		r, found = headless, false
		r.flags |= Headless
		before = line[:r.message.to]
	}
	if found {
		return r
	}
	if opener := bytes.Index(before, []byte(clientOpener)); opener >= 0 {
		return unrecognised(opener)
	}
	switch {
	case r.length > 0:
		return r
	case isSetup(line):
		return parseSetup(line)
	}
	if r, ok := parseClipboard(line); ok {
		return r
	}
	return unrecognised(len(line))
}

// opened recognises a client record from its opener on. It ends with its trailer; torn, it ends where the next record
// is opened, at the first line that is a server record, at the size limit or with the log.
func (s *scanner) opened(line []byte, whole bool) record {
	r, found := findRecord(&s.clientEnd, line, parseClient)
	server := 0
	for from, skip := 0, len(clientOpener); ; skip = 0 {
		text := line[min(skip, len(line)):]
		if found {
			text = line[min(skip, r.message.to):r.message.to]
		}
		if opener := bytes.Index(text, []byte(clientOpener)); opener >= 0 {
			return s.torn(Torn, server, from+skip+opener)
		}
		if found {
			return r.behind(from)
		}
		if server == 0 && from > 0 && isServer(line) {
			server = from
		}
		end := from + len(line)
		if !whole {
			return s.torn(Cut, server, end)
		}
		if from = s.afterBreak(end); from == end {
			return s.torn(Torn, server, end)
		}
		line, whole = s.lineAfter(from)
		r, found = findRecord(&finder{marker: []byte(clientMarker)}, line, parseClient)
	}
}

// afterBreak returns the place behind the line break at place at of the window.
func (s *scanner) afterBreak(at int) int {
	data := s.window.bytes()
	if newline := bytes.IndexByte(data[at:], '\n'); newline >= 0 {
		return at + newline + 1
	}
	return at
}

// behind returns r, found in a line at place from of an opened record, as the whole record.
func (r *record) behind(from int) record {
	for _, part := range r.spans() {
		part.from += from
		part.to += from
	}
	r.message.from = len(clientOpener)
	r.length += from
	return *r
}

// torn returns the opened record that ends at place end for the given reason, or already at the server record at place
// server.
func (s *scanner) torn(why Flags, server, end int) record {
	if server > 0 {
		why, end = Torn, server
	}
	length := len(bytes.TrimRight(s.window.bytes()[:end], "\r\n"+byteOrderMark))
	return record{
		dialect: Client,
		flags:   why,
		length:  length,
		message: span{len(clientOpener), length},
	}
}

func isServer(line []byte) bool {
	r, ok := findRecord(&finder{marker: []byte(serverMarker)}, line, parseServer)
	return ok && r.flags == 0
}
