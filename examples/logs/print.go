package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/clouddp/sdk/examples/internal/cli"
	"github.com/clouddp/sdk/statusmsg/cmlog"
)

// printer prints one event.
type printer func(cmlog.Event) error

// printerFor returns the printer that o asks for.
func printerFor(o options, stdout io.Writer, colours bool) printer {
	if o.json {
		return func(event cmlog.Event) error { return cli.JSON(stdout, event.Entry) }
	}
	p := &page{w: stdout, colours: colours}
	return p.print
}

// isTerminal reports whether w is one.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// page prints for people: time, severity, component and what happened, each further line indented.
type page struct {
	w       io.Writer
	colours bool
}

// stamp has the width of a time in UTC.
const stamp = "2006-01-02 15:04:05.000Z"

func (p *page) print(event cmlog.Event) error {
	e := event.Entry
	at := strings.Repeat(" ", len(stamp))
	if !e.Time.IsZero() {
		at = e.Time.UTC().Format(stamp)
	}
	message := strings.ReplaceAll(cmlog.Printable(strings.ReplaceAll(e.Message, "\r\n", "\n")), "\n", "\n    ")
	_, err := fmt.Fprintf(p.w, "%s  %s  %s  %s%s\n", at, p.coloured(e.Severity), cmlog.Printable(e.Component), message, remarks(event))
	return err
}

// coloured returns the severity, in colour on a terminal.
func (p *page) coloured(s cmlog.Severity) string {
	word := fmt.Sprintf("%-7s", s)
	if !p.colours {
		return word
	}
	switch s {
	case cmlog.Error:
		return "\x1b[31m" + word + "\x1b[0m"
	case cmlog.Warning:
		return "\x1b[33m" + word + "\x1b[0m"
	default:
		return word
	}
}

// remarks returns what the entry means for the service and what is wrong with the record.
func remarks(event cmlog.Event) string {
	var words []string
	if event.Kind != cmlog.Other {
		words = append(words, event.Kind.String())
	}
	words = append(words, event.Entry.Flags.Names()...)
	if len(words) == 0 {
		return ""
	}
	return "  (" + strings.Join(words, ", ") + ")"
}
