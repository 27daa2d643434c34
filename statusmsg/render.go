package statusmsg

import "strings"

// Render puts insertion strings into the text of a message and decodes the escapes of the message compiler, as
// Microsoft documents them for FormatMessage: %1 to %99 (insertions[0] stands for %1), with an optional printf format
// as in %1!s!, which is dropped because insertions are strings; %n and %r for line feed and carriage return, %t for a
// tab, %b for a space, %0 for the end of the text, and %% or any other character after % for that character.
//
// The text is read once, so that a "%2" inside an insertion is not replaced. A placeholder without insertion stays as
// it is.
func Render(text string, insertions []string) string {
	if strings.IndexByte(text, '%') < 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for {
		plain, rest, found := strings.Cut(text, "%")
		b.WriteString(plain)
		switch {
		case !found:
			return b.String()
		case rest == "":
			b.WriteByte('%')
			return b.String()
		case rest[0] == '0':
			return b.String()
		case rest[0] >= '1' && rest[0] <= '9':
			text = insert(&b, rest, insertions)
		default:
			b.WriteString(unescape(rest[:1]))
			text = rest[1:]
		}
	}
}

// insert writes the insertion that the placeholder at the start of rest, without its %, asks for and returns what
// follows.
func insert(b *strings.Builder, rest string, insertions []string) string {
	number, digits := int(rest[0]-'0'), 1
	if len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9' {
		number, digits = number*10+int(rest[1]-'0'), 2
	}
	size := digits + formatLen(rest[digits:])
	if number <= len(insertions) {
		b.WriteString(insertions[number-1])
	} else {
		b.WriteByte('%')
		b.WriteString(rest[:size])
	}
	return rest[size:]
}

// formatLen returns the length of the printf format, such as "!s!", at the start of s; 0 for none.
func formatLen(s string) int {
	if !strings.HasPrefix(s, "!") {
		return 0
	}
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '!' && i > 1:
			return i + 1
		case strings.IndexByte("0123456789-+#.*hlIwLcCdiouxXsSp", s[i]) < 0:
			return 0
		}
	}
	return 0
}

func unescape(escape string) string {
	switch escape {
	case "n":
		return "\n"
	case "r":
		return "\r"
	case "t":
		return "\t"
	case "b":
		return " "
	}
	return escape
}
