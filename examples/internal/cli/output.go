package cli

import (
	"encoding/json"
	"io"
	"strings"
	"unicode"
)

// output remembers the first error of w, calls failed at it, and writes no more.
type output struct {
	w      io.Writer
	failed func()
	err    error
}

// Write implements [io.Writer].
func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.w.Write(p)
	if err != nil {
		o.err = err
		o.failed()
	}
	return n, err
}

// JSON writes a value on one line. Where w is the stdout of a Program, the error can be left to it.
func JSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// Clean makes a text that came from a file safe to print, on one line.
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
