package errs

import (
	"fmt"
	"strings"
)

// InvalidError lists every problem found in one piece of caller input. It matches ErrInvalid.
type InvalidError struct {
	// Subject is what was checked, with its package: "clouddp: spec".
	Subject string
	// Problems are in the order of the fields checked; never empty.
	Problems []Problem
}

// Problem is one thing wrong with one field, and what to do about it.
type Problem struct {
	// Field is the Go name of the field or parameter.
	Field string
	// Reason says what is wrong and what would be right.
	Reason string
}

// Add records a problem with field. The reason is formatted as by fmt.Sprintf.
func (e *InvalidError) Add(field, format string, args ...any) {
	e.Problems = append(e.Problems, Problem{Field: field, Reason: fmt.Sprintf(format, args...)})
}

// Err returns e if it holds a problem, else nil.
func (e *InvalidError) Err() error {
	if len(e.Problems) == 0 {
		return nil
	}
	return e
}

// Error implements error.
func (e *InvalidError) Error() string {
	var b strings.Builder
	b.WriteString(e.Subject)
	for i, p := range e.Problems {
		if i == 0 {
			b.WriteString(": ")
		} else {
			b.WriteString("; ")
		}
		b.WriteString(p.Field)
		b.WriteString(": ")
		b.WriteString(p.Reason)
	}
	return b.String()
}

// Unwrap makes the error match ErrInvalid and fs.ErrInvalid.
func (e *InvalidError) Unwrap() error { return ErrInvalid }

// Invalid returns an InvalidError with a single problem.
func Invalid(subject, field, format string, args ...any) error {
	e := &InvalidError{Subject: subject}
	e.Add(field, format, args...)
	return e
}
