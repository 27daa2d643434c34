package libdnszone

import "strings"

// zoneFileText returns the text that a zone file writes as data (RFC 1035, section 5.1): strings in quotation marks,
// which are joined, or one without them. What is malformed is returned as it is.
func zoneFileText(data string) string {
	rest := strings.TrimSpace(data)
	if !strings.HasPrefix(rest, `"`) {
		text, _, _ := unescape(data, false)
		return text
	}
	var text strings.Builder
	for rest != "" {
		if rest[0] != '"' {
			return data
		}
		part, after, closed := unescape(rest[1:], true)
		if !closed {
			return data
		}
		text.WriteString(part)
		rest = strings.TrimLeft(after, " \t")
	}
	return text.String()
}

// unescape decodes data up to a quotation mark, if it is inside of two, or its end.
func unescape(data string, quoted bool) (text, rest string, closed bool) {
	var b strings.Builder
	for i := 0; i < len(data); i++ {
		switch {
		case quoted && data[i] == '"':
			return b.String(), data[i+1:], true
		case data[i] == '\\' && i+1 < len(data):
			value, width := escaped(data[i+1:])
			b.WriteByte(value)
			i += width
		default:
			b.WriteByte(data[i])
		}
	}
	return b.String(), "", false
}

// escaped decodes what follows a backslash: three decimal digits, or one byte that stands for itself.
func escaped(data string) (value byte, width int) {
	if len(data) < 3 {
		return data[0], 1
	}
	number := 0
	for _, digit := range []byte(data[:3]) {
		if digit < '0' || digit > '9' {
			return data[0], 1
		}
		number = number*10 + int(digit-'0')
	}
	if number > 255 {
		return data[0], 1
	}
	return byte(number), 3
}
