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
	found     record // the record at the start of the window
	headless  record // what a line of the server dialect begins with
	clock     clock
	strings   stringMaker
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
	s.recognise()
	length := s.found.length
	e := s.entry(&s.found)
	s.advance(length)
	return e
}

func (s *scanner) advance(n int) {
	s.window.advance(n)
	s.newline.advance(n)
	s.clientEnd.advance(n)
	s.serverEnd.advance(n)
}

func (s *scanner) recognise() {
	line, whole := s.firstLine()
	if bytes.HasPrefix(line, []byte(clientOpener)) {
		s.opened(line, whole)
		return
	}
	s.unopened(line)
	if !whole && s.found.length == len(line) {
		s.found.flags |= Cut
	}
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
func (s *scanner) unopened(line []byte) {
	found := findRecord(&s.serverEnd, line, parseServer, &s.found)
	before := line
	if found {
		before = line[:s.found.message.to]
	}
	if findRecord(&s.clientEnd, before, parseClient, &s.headless) {
		s.found = s.headless
		s.found.flags |= Headless
		before = line[:s.found.message.to]
	} else if found {
		return
	}
	opener := bytes.Index(before, []byte(clientOpener))
	switch {
	case opener >= 0:
		s.found = unrecognised(opener)
	case len(before) == len(line):
		s.found = plain(line)
	}
}

// plain recognises a line without frame.
func plain(line []byte) record {
	if isSetup(line) {
		return parseSetup(line)
	}
	if r, ok := parseClipboard(line); ok {
		return r
	}
	return unrecognised(len(line))
}

// opened recognises a client record from its opener on. It ends with its trailer; torn, it ends where the next record
// is opened, at the first line that is a server record, at the size limit or with the log.
func (s *scanner) opened(line []byte, whole bool) {
	found := findRecord(&s.clientEnd, line, parseClient, &s.found)
	server := 0
	for from, skip := 0, len(clientOpener); ; skip = 0 {
		text := line[min(skip, len(line)):]
		if found {
			text = line[min(skip, s.found.message.to):s.found.message.to]
		}
		if opener := bytes.Index(text, []byte(clientOpener)); opener >= 0 {
			s.torn(Torn, server, from+skip+opener)
			return
		}
		if found {
			s.found.behind(from)
			return
		}
		if server == 0 && from > 0 && isServer(line) {
			server = from
		}
		end := from + len(line)
		if !whole {
			s.torn(Cut, server, end)
			return
		}
		if from = s.afterBreak(end); from == end {
			s.torn(Torn, server, end)
			return
		}
		line, whole = s.lineAfter(from)
		found = findRecord(&finder{marker: []byte(clientMarker)}, line, parseClient, &s.found)
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

// behind makes r, found in a line at place from of an opened record, the whole record.
func (r *record) behind(from int) {
	if from > 0 {
		for _, part := range r.spans() {
			part.from += from
			part.to += from
		}
		r.length += from
	}
	r.message.from = len(clientOpener)
}

// torn makes the opened record end at place end for the given reason, or already at the server record at place server.
func (s *scanner) torn(why Flags, server, end int) {
	if server > 0 {
		why, end = Torn, server
	}
	length := len(bytes.TrimRight(s.window.bytes()[:end], "\r\n"+byteOrderMark))
	s.found = record{
		dialect: Client,
		flags:   why,
		length:  length,
		message: span{len(clientOpener), length},
	}
}

func isServer(line []byte) bool {
	var r record
	return findRecord(&finder{marker: []byte(serverMarker)}, line, parseServer, &r) && r.flags == 0
}
