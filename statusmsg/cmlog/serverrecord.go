package cmlog

import "bytes"

const (
	serverMarker = "$$<"
	// brackets is how many pairs a trailer has: component, time stamp, thread.
	brackets = 3
	// maxBracket bounds the text in one; CMTrace itself reads 100 bytes of a component.
	maxBracket = 256
)

// parseServer reads the server trailer whose "$$<" is at place at, as in
// "  $$<SMS_CLOUD_SERVICES_MANAGER><09-18-2026 16:39:06.598+240><thread=2624 (0xA40)>". It takes a trailer that is
// torn at the end of the line if the two spaces before it are there.
func parseServer(line []byte, at int, r *record) bool {
	*r = record{dialect: Server, message: span{0, at}}
	spaces := 0
	for spaces < 2 && spaces < at && line[at-spaces-1] == ' ' {
		spaces++
	}
	r.message.to -= spaces

	next := at + len(serverMarker)
	for i := range brackets {
		text, complete := untilBracket(line[next:])
		if !r.setBracket(i, line, span{next, next + len(text)}, complete) {
			return false
		}
		next += len(text) + 1
		switch {
		case next >= len(line) && (!complete || i < brackets-1):
			r.flags, r.length = Torn, len(line)
			return spaces == 2
		case !complete || i < brackets-1 && line[next] != '<':
			return false
		case i < brackets-1:
			next++
		}
	}
	r.length = next
	return true
}

// untilBracket returns what comes before the next ">"; complete is false if there is none within reason.
func untilBracket(s []byte) (text []byte, complete bool) {
	s = s[:min(len(s), maxBracket)]
	if end := bytes.IndexByte(s, '>'); end >= 0 {
		return s[:end], true
	}
	return s, false
}

// setBracket keeps what the i-th pair of brackets of a trailer holds and reports whether it may stand there; what is
// not complete may be cut anywhere.
func (r *record) setBracket(i int, line []byte, field span, complete bool) bool {
	text := line[field.from:field.to]
	switch i {
	case 0:
		r.component = field
		return bytes.IndexByte(text, '<') < 0 && (complete || bytes.IndexByte(text, ' ') < 0)
	case 1:
		r.setStamp(line, field)
		return isStamp(text) && (len(text) > 0 || !complete) || complete && isWordy(text)
	default:
		return r.setThread(field, text, complete)
	}
}

func (r *record) setStamp(line []byte, field span) {
	if isWordy(line[field.from:field.to]) {
		r.setWordy(line, field)
		return
	}
	space := bytes.IndexByte(line[field.from:field.to], ' ')
	if space < 0 {
		r.date = field
		return
	}
	r.date = span{field.from, field.from + space}
	r.clock, r.bias = splitBias(line, span{r.date.to + 1, field.to})
}

// isStamp reports whether text may be a date, a time and a bias.
func isStamp(text []byte) bool {
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9', c == '-', c == ':', c == ' ', c == '.', c == '+':
		default:
			return false
		}
	}
	return true
}

// setThread keeps the number of "thread=2624 (0xA40)".
func (r *record) setThread(field span, text []byte, complete bool) bool {
	const name = "thread="
	if !bytes.HasPrefix(text, []byte(name)) {
		return !complete && bytes.HasPrefix([]byte(name), text)
	}
	r.thread = span{field.from + len(name), field.to}
	if space := bytes.IndexByte(text, ' '); space >= 0 {
		r.thread.to = field.from + space
	}
	return true
}
