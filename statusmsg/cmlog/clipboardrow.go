package cmlog

import (
	"bytes"
	"strconv"
)

// parseClipboard reads a row that was copied out of CMTrace or out of documentation.
func parseClipboard(line []byte) (r record, ok bool) {
	if r, ok = parseTabbed(line); ok {
		return r, true
	}
	return parsePrinted(line)
}

// parseTabbed reads "text<tab>component<tab>9/18/2026 4:39:06 PM<tab>2624 (0xA40)". The first tab is often lost.
func parseTabbed(line []byte) (r record, ok bool) {
	if len(line) == 0 || line[len(line)-1] != ')' {
		return record{}, false
	}
	r = record{dialect: Clipboard, length: len(line)}
	thread := bytes.LastIndexByte(line, '\t')
	if thread < 0 {
		return record{}, false
	}
	stamp := bytes.LastIndexByte(line[:thread], '\t')
	digits, okThread := threadColumn(line[thread+1:])
	if stamp < 0 || !okThread || digits != len(line)-thread-1 || !isColumnStamp(line[stamp+1:thread]) {
		return record{}, false
	}
	r.thread = span{thread + 1, thread + 1 + bytes.IndexByte(line[thread+1:], ' ')}
	r.date = span{stamp + 1, thread}
	r.component = lastComponent(line[:stamp])
	r.message.to = r.component.from
	if r.message.to > 0 && line[r.message.to-1] == '\t' {
		r.message.to--
	}
	return r, true
}

// lastComponent returns the component that text ends with: what is behind its last tab or, without one, a name that
// begins with "SMS_".
func lastComponent(text []byte) span {
	if tab := bytes.LastIndexByte(text, '\t'); tab >= 0 {
		return span{tab + 1, len(text)}
	}
	if name := bytes.LastIndex(text, []byte("SMS_")); name >= 0 && isComponent(text[name:]) {
		return span{name, len(text)}
	}
	return span{len(text), len(text)}
}

// parsePrinted reads "component 2624 (0xA40) text", which has no time.
func parsePrinted(line []byte) (r record, ok bool) {
	space := bytes.IndexByte(line[:min(len(line), maxBracket)], ' ')
	if space <= 0 || !isComponent(line[:space]) {
		return record{}, false
	}
	thread := space + 1
	length, ok := threadColumn(line[thread:])
	if !ok {
		return record{}, false
	}
	message := min(thread+length+1, len(line))
	return record{
		dialect: Clipboard, length: len(line), component: span{0, space},
		thread:  span{thread, thread + bytes.IndexByte(line[thread:], ' ')},
		message: span{message, len(line)},
	}, true
}

// isComponent reports whether s is written like SMS_CLOUD_SERVICES_MANAGER.
func isComponent(s []byte) bool {
	for _, c := range s {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return len(s) > 0
}

// threadColumn reads "2624 (0xA40)", two ways to write one number, at the start of s and returns its length.
func threadColumn(s []byte) (length int, ok bool) {
	s = s[:min(len(s), maxBracket)]
	decimal, rest, ok1 := bytes.Cut(s, []byte(" (0x"))
	hexadecimal, _, ok2 := bytes.Cut(rest, []byte(")"))
	if !ok1 || !ok2 || len(decimal) > 10 || len(hexadecimal) > 8 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(decimal), 10, 32)
	again, errAgain := strconv.ParseUint(string(hexadecimal), 16, 32)
	if err != nil || errAgain != nil || n != again {
		return 0, false
	}
	return len(decimal) + len(" (0x") + len(hexadecimal) + len(")"), true
}

// isColumnStamp reports whether s is written like "9/18/2026 4:39:06 PM".
func isColumnStamp(s []byte) bool {
	if len(s) < len("1/1/2026 1:00:00") || len(s) > len("12/31/2026 12:00:00.000 PM") || bytes.Count(s, []byte("/")) != 2 {
		return false
	}
	return !bytes.ContainsFunc(s, func(c rune) bool {
		return (c < '0' || c > '9') && !bytes.ContainsRune([]byte("/: .APM"), c)
	})
}
