package main

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/examples/internal/cli"
)

// printer prints sentences for a person, or objects for a program.
type printer struct {
	w           io.Writer
	diagnostics io.Writer
	json        bool
}

// say prints the sentence or, with -json, the object.
func (p *printer) say(object map[string]any, format string, args ...any) {
	if p.json {
		_ = cli.JSON(p.w, object) // cli.Program looks whether it could be written
		return
	}
	fmt.Fprintln(p.w, cli.Clean(fmt.Sprintf(format, args...)))
}

// note prints text that only a person reads.
func (p *printer) note(format string, args ...any) {
	if !p.json {
		fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// complain reports a file that cannot be read while others can.
func (p *printer) complain(name string, err error) {
	if p.json {
		_ = cli.JSON(p.w, map[string]any{"file": name, "error": err.Error()}) // as in say
		return
	}
	fmt.Fprintln(p.diagnostics, "certificate:", cli.Clean(err.Error()))
}

// findings prints each finding with its remedy. One of level Error is a found problem.
func (p *printer) findings(findings []certs.Finding) error {
	var err error
	for _, f := range findings {
		object := map[string]any{
			"finding": f.ID, "severity": f.Severity, "subject": f.Subject, "evidence": f.Evidence, "remedy": f.Remedy,
		}
		p.say(object, "%-5s %s: %s: %s", f.Severity, f.ID, f.Subject, f.Evidence)
		p.note("      %s", cli.Clean(f.Remedy))
		if f.Severity >= slog.LevelError {
			err = cli.ErrFound
		}
	}
	return err
}

// counted returns a number of findings in words.
func counted(findings int) string {
	if findings == 1 {
		return "1 finding"
	}
	return fmt.Sprintf("%d findings", findings)
}
