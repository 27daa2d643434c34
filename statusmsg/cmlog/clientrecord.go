package cmlog

import "bytes"

const (
	clientOpener = "<![LOG["
	clientMarker = "]LOG]!><"
)

// parseClient reads the client trailer whose "]LOG]!><" is at place at. It takes a trailer that ends with the line,
// torn, and one that nothing opened; the caller knows about the opener.
func parseClient(line []byte, at int, r *record) bool {
	from, to := at+len(clientMarker), len(line)
	if next := bytes.Index(line[from:], []byte(clientMarker)); next >= 0 {
		to = from + next
	}
	*r = record{dialect: Client, message: span{0, at}}
	end, known := r.attributes(line[:to], from)
	switch {
	case known == 0 || end < 0 && to < len(line):
		return false
	case end < 0:
		r.flags, end = Torn, to
	}
	r.length = end
	return true
}

// attributes reads a list such as `time="10:27:17.661+240" date="10-18-2019">` from place at of line: in any order,
// with quotes inside values and even without quotes. It returns the place behind the list, -1 if the line ends first,
// and how many attributes it knew; none for what is no such list.
func (r *record) attributes(line []byte, at int) (end, known int) {
	for {
		for at < len(line) && line[at] == ' ' {
			at++
		}
		if at == len(line) {
			return -1, known
		}
		if line[at] == '>' {
			return at + 1, known
		}
		equals := bytes.IndexByte(line[at:], '=')
		if equals < 0 || !isName(line[at:at+equals]) {
			return -1, torn(line[at:], known)
		}
		name := line[at : at+equals]
		value, next := attributeValue(line, at+equals+1)
		if r.set(name, value, line) {
			known++
		}
		at = next
	}
}

// torn returns known if rest may be the start of an attribute, else 0.
func torn(rest []byte, known int) int {
	if isName(rest) {
		return known
	}
	return 0
}

func isName(s []byte) bool {
	for _, c := range s {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return false
		}
	}
	return len(s) > 0
}

// attributeValue returns the value at place at of line and the place behind it. A quote ends the value only where an
// attribute may end, because values are not escaped.
func attributeValue(line []byte, at int) (value span, next int) {
	if at >= len(line) || line[at] != '"' {
		end := at
		for end < len(line) && line[end] != ' ' && line[end] != '>' {
			end++
		}
		return span{at, at + len(bytes.TrimRight(line[at:end], `"`))}, end
	}
	at++
	for end := at; ; end++ {
		quote := bytes.IndexByte(line[end:], '"')
		if quote < 0 {
			return span{at, len(line)}, len(line)
		}
		end += quote
		if end+1 == len(line) || line[end+1] == ' ' || line[end+1] == '>' {
			return span{at, end}, end + 1
		}
	}
}

// set keeps the value of a known attribute; names are taken in any case.
func (r *record) set(name []byte, value span, line []byte) (known bool) {
	switch {
	case is(name, "time"):
		r.clock, r.bias = splitBias(line, value)
	case is(name, "date"):
		r.date = value
	case is(name, "component"):
		r.component = value
	case is(name, "context"):
		r.context = value
	case is(name, "type"):
		r.kind = value
	case is(name, "thread"):
		r.thread = value
	case is(name, "file"):
		r.file = value
	default:
		return false
	}
	return true
}

// is reports whether name is the attribute of that name, which is in lower case.
func is(name []byte, attribute string) bool {
	if len(name) != len(attribute) {
		return false
	}
	for i, c := range name {
		if c|0x20 != attribute[i] {
			return false
		}
	}
	return true
}

// unsignedFraction is the length of "10:27:17.661", behind which scripts write an offset east of UTC without a sign.
const unsignedFraction = len("10:27:17.661")

// splitUnsigned parts "10:27:17.66160", whose writer put the offset right behind the milliseconds. A fraction of seven
// digits is one.
func (r *record) splitUnsigned() {
	if digits := r.clock.to - r.clock.from - unsignedFraction; r.bias.to == 0 && digits >= 1 && digits <= 3 {
		r.bias = span{r.clock.from + unsignedFraction, r.clock.to}
		r.clock.to = r.bias.from
	}
}

// splitBias parts "10:27:17.661+240" before the sign.
func splitBias(line []byte, stamp span) (clock, bias span) {
	for i := stamp.from; i < stamp.to; i++ {
		if line[i] == '+' || line[i] == '-' {
			return span{stamp.from, i}, span{i, stamp.to}
		}
	}
	return stamp, span{}
}
