package cmlog

import "unicode"

// Printable returns s so that it can be shown on a terminal: control characters other than line feed and tab, those
// that reorder text, and bytes that are no UTF-8 are written as Go escapes such as \x1b.
func Printable(s string) string { return escape(s, needsEscapeOnScreen) }

func needsEscapeOnScreen(r rune) bool {
	return needsEscape(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
}
