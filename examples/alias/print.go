package main

import (
	"encoding/json"
	"fmt"
	"io"
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
		_ = json.NewEncoder(p.w).Encode(object) // a closed pipe has no one left to tell
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
