package template

import (
	"bytes"
	"encoding/base64"
	"fmt"

	"github.com/clouddp/sdk/internal/errs"
)

// ldifLine is a line with those folded into it; empty between records.
type ldifLine struct {
	number int
	text   []byte
}

// ldifLines are the lines of a file, unfolded and without comments. They share its bytes.
type ldifLines struct {
	rest   []byte
	number int
}

// next returns the next line; done after the last.
func (l *ldifLines) next() (line ldifLine, done bool) {
	for len(l.rest) > 0 {
		text := l.cut()
		line := ldifLine{l.number, text}
		if len(text) > 0 {
			line.text = l.unfold(text)
		}
		if len(text) == 0 || text[0] != '#' {
			return line, false
		}
	}
	return ldifLine{}, true
}

// cut takes one line as it stands off the beginning; it may end as on any system.
func (l *ldifLines) cut() []byte {
	l.number++
	for i, c := range l.rest { // looking for one kind of end first would read the rest of the file again and again
		if c != '\n' && c != '\r' {
			continue
		}
		line := l.rest[:i:i]
		l.rest = l.rest[i+1:]
		if c == '\r' && len(l.rest) > 0 && l.rest[0] == '\n' {
			l.rest = l.rest[1:]
		}
		return line
	}
	line := l.rest
	l.rest = nil
	return line
}

// unfold appends the lines that begin with a space.
func (l *ldifLines) unfold(text []byte) []byte {
	var whole []byte
	for len(l.rest) > 0 && l.rest[0] == ' ' {
		if whole == nil {
			whole = bytes.Clone(text)
		}
		whole = append(whole, l.cut()[1:]...)
	}
	if whole == nil {
		return text
	}
	return whole
}

// hasName reports whether l is about the attribute called name, which is in lower case.
func (l ldifLine) hasName(name string) bool {
	return len(l.text) > len(name) && l.text[len(name)] == ':' && bytes.EqualFold(l.text[:len(name)], []byte(name))
}

// split returns the name and the value of a line. The name shares its bytes, the value does not.
func (l ldifLine) split() (name, value []byte, err error) {
	name, rest, found := bytes.Cut(l.text, []byte(":"))
	if !found || !isAttributeName(name) {
		return nil, nil, l.problem("%.50q is not a name, a colon and a value", l.text)
	}
	switch {
	case bytes.HasPrefix(rest, []byte("<")):
		return nil, nil, l.unsupported("a value by reference")
	case bytes.HasPrefix(rest, []byte(":")):
		encoded := bytes.TrimLeft(rest[1:], " ")
		value := make([]byte, base64.StdEncoding.DecodedLen(len(encoded)))
		n, err := base64.StdEncoding.Strict().Decode(value, encoded)
		if err != nil {
			return nil, nil, l.problem("%.100s is not Base64: %v", name, err)
		}
		return name, value[:n:n], nil
	}
	return name, append([]byte{}, bytes.TrimLeft(rest, " ")...), nil
}

func (l ldifLine) problem(format string, args ...any) error {
	return errs.Invalid("template: LDIF", fmt.Sprintf("line %d", l.number), format, args...)
}

func (l ldifLine) unsupported(what string) error {
	return fmt.Errorf("template: LDIF: line %d: %s: %w", l.number, what, ErrUnsupported)
}
