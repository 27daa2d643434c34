package main

import (
	"fmt"
	"io"

	"github.com/clouddp/sdk/examples/internal/cli"
)

// printer prints sentences for a person, or objects for a program.
type printer struct {
	w    io.Writer
	json bool
}

// say prints the sentence or, with -json, the object. ok says whether it is good news.
func (p *printer) say(ok bool, object map[string]any, format string, args ...any) {
	if p.json {
		object["ok"] = ok
		_ = cli.JSON(p.w, object) // cli.Program looks whether it could be written
		return
	}
	mark := "ok  "
	if !ok {
		mark = "!!  "
	}
	fmt.Fprintf(p.w, "%s %s\n", mark, fmt.Sprintf(format, args...))
}

// note prints text that only a person reads.
func (p *printer) note(text string) {
	if !p.json {
		fmt.Fprintln(p.w, text)
	}
}
