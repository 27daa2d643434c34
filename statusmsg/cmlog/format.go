package cmlog

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const lineBreak = "\r\n"

// clientText returns e as a record of the client dialect.
func clientText(e Entry, zone *time.Location) string {
	local, bias := wall(e.Time, zone)
	message := escape(lineFeeds(e.Message), needsEscape)
	return clientOpener + defuse(message) + clientMarker +
		`time="` + local.Format("15:04:05.000") + bias + `" date="` + local.Format("01-02-2006") +
		`" component="` + e.Component + `" context="` + e.Context +
		`" type="` + e.Type + `" thread="` + e.Thread + `" file="` + e.File + `">` + lineBreak
}

// serverText returns e as a record of the server dialect.
func serverText(e Entry, zone *time.Location) string {
	local, bias := wall(e.Time, zone)
	message := strings.ReplaceAll(defuse(oneLine(e.Message)), serverMarker, "$$ <")
	thread, _ := strconv.ParseUint(e.Thread, 10, 32)
	return severityPrefix(e.Severity, message) + message + "  " + serverMarker + e.Component +
		"><" + local.Format("01-02-2006 15:04:05.000") + bias +
		fmt.Sprintf("><thread=%d (0x%X)>", thread, thread) + lineBreak
}

// severityPrefix returns what message needs in front so that it reads as severity.
func severityPrefix(severity Severity, message string) string {
	reads := severityOfText(message)
	switch {
	case severity == Error && reads != Error:
		return "ERROR: "
	case severity == Warning && reads == Info:
		return "WARNING: "
	}
	return ""
}

// wall returns the time that a clock in zone shows, and the bias, so that UTC = local + bias to the millisecond.
func wall(t time.Time, zone *time.Location) (local time.Time, bias string) {
	if zone == nil {
		zone = time.UTC
	}
	_, east := t.In(zone).Zone()
	minutes := -east / 60
	return t.UTC().Add(-time.Duration(minutes) * time.Minute), fmt.Sprintf("%+03d", minutes)
}

// lineFeeds writes every line break as a line feed.
func lineFeeds(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// oneLine encodes line breaks as the server dialect does and makes the rest safe.
func oneLine(s string) string {
	return escape(strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' {
			return '~'
		}
		return r
	}, s), needsEscape)
}

// defuse parts what a reader would take for the frame of a client record.
func defuse(s string) string {
	s = strings.ReplaceAll(s, clientOpener, "<![LOG [")
	return strings.ReplaceAll(s, clientMarker, "]LOG]!> <")
}

// escape writes the characters that need it, and bytes that are no UTF-8, as Go does.
func escape(s string, needsEscape func(rune) bool) string {
	if strings.IndexFunc(s, needsEscape) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if needsEscape(r) || r == utf8.RuneError && size == 1 {
			quoted := strconv.Quote(s[:size])
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}

// needsEscape reports whether r is a control character other than line feed and tab, or a byte order mark.
func needsEscape(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\uFEFF'
}
