package main

import (
	"fmt"
	"io"
	"time"

	"github.com/clouddp/sdk/examples/internal/cli"
)

// reporter tells how each step went.
type reporter interface {
	step(number int, s step, e evidence, took time.Duration, err error)
	done(steps int, took time.Duration, o options)
}

// textReporter prints what a person wants to read.
type textReporter struct{ w io.Writer }

func (r *textReporter) step(number int, s step, e evidence, took time.Duration, err error) {
	mark, sentence := "ok  ", e.sentence
	if err != nil {
		mark, sentence = "FAIL", err.Error()
	}
	fmt.Fprintf(r.w, "%2d %s %-52s %5d ms\n      %s\n", number, mark, s.title, took.Milliseconds(), sentence)
	for _, warning := range e.warnings {
		fmt.Fprintf(r.w, "      warning: %s\n", warning)
	}
}

func (r *textReporter) done(steps int, took time.Duration, o options) {
	fmt.Fprintf(r.w, "\n%d steps done and proven in %.1f s.\n", steps, took.Seconds())
	if o.keep != "" {
		fmt.Fprintf(r.w, "The certificates, the log and the manifest are in %s.\n", o.keep)
	}
}

// jsonReporter prints one object per step.
type jsonReporter struct{ w io.Writer }

type stepObject struct {
	Step         int            `json:"step"`
	Package      string         `json:"package"`
	Title        string         `json:"title"`
	OK           bool           `json:"ok"`
	Milliseconds int64          `json:"milliseconds"`
	Evidence     map[string]any `json:"evidence"`
	Warnings     []string       `json:"warnings,omitempty"`
	Error        string         `json:"error,omitempty"`
	Remedy       string         `json:"remedy,omitempty"`
}

func (r *jsonReporter) step(number int, s step, e evidence, took time.Duration, err error) {
	object := stepObject{
		Step: number, Package: s.pkg, Title: s.title, OK: err == nil, Milliseconds: took.Milliseconds(),
		Evidence: e.facts, Warnings: e.warnings,
	}
	if object.Evidence == nil {
		object.Evidence = map[string]any{}
	}
	if err != nil {
		object.Error = err.Error()
		object.Remedy = cli.Remedy(err)
	}
	_ = cli.JSON(r.w, object) // cli.Program looks whether it could be written
}

func (r *jsonReporter) done(int, time.Duration, options) {}
