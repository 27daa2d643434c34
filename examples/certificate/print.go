package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"

	"github.com/clouddp/sdk/certs"
)

// printer prints sentences for a person, or objects for a program.
type printer struct {
	w    io.Writer
	json bool
}

// say prints the sentence or, with -json, the object.
func (p *printer) say(object map[string]any, format string, args ...any) {
	if p.json {
		encoder := json.NewEncoder(p.w)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(object) // a closed pipe has no one left to tell
		return
	}
	fmt.Fprintln(p.w, clean(fmt.Sprintf(format, args...)))
}

// note prints text that only a person reads.
func (p *printer) note(format string, args ...any) {
	if !p.json {
		fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// findings prints each finding with its remedy. One of level Error is a found problem.
func (p *printer) findings(findings []certs.Finding) error {
	var err error
	for _, f := range findings {
		object := map[string]any{
			"finding": f.ID, "severity": f.Severity, "subject": f.Subject, "evidence": f.Evidence, "remedy": f.Remedy,
		}
		p.say(object, "%-5s %s: %s: %s", f.Severity, f.ID, f.Subject, f.Evidence)
		p.note("      %s", clean(f.Remedy))
		if f.Severity >= slog.LevelError {
			err = errFound
		}
	}
	return err
}

// clean makes a text that came from a file safe to print, on one line.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// counted returns a number of findings in words.
func counted(findings int) string {
	if findings == 1 {
		return "1 finding"
	}
	return fmt.Sprintf("%d findings", findings)
}
