package cmlog

import (
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

const (
	defaultComponent = "SMS_CLOUD_SERVICES_MANAGER"
	defaultThread    = "1"
	// maxAttribute is how much of a component or file name CMTrace reads.
	maxAttribute = 100
)

// Writer appends records to a log that CMTrace opens. It is safe for concurrent use; every record is one Write to W.
// A nil Writer discards.
type Writer struct {
	// W receives the records. Required.
	W io.Writer
	// Dialect is [Client] or [Server]; the zero value means Server.
	Dialect Dialect
	// Component is used for entries that name none; empty means SMS_CLOUD_SERVICES_MANAGER.
	Component string
	// Location is the zone that records are written in, with its bias; nil means UTC.
	Location *time.Location

	mu sync.Mutex // makes a record one piece in W
}

// Write appends e with its Time (zero means now), Component, Thread (empty means "1"), Severity and Message, and in the
// client dialect also Context, File and, if Severity is unknown, Type; the other fields are ignored. The time is
// written in milliseconds.
//
// The client dialect keeps line breaks, as line feeds; the server dialect writes "~" for each of their characters, as
// the product does. The server dialect has no severity: a message that does not read as its Severity gets the prefix
// "ERROR: " or "WARNING: ", as in the product's logs. What would be taken for the frame of a record is parted by a
// space, and control characters and bytes that are no UTF-8 are written as Go escapes such as \x1b. [Entries] reads any
// other text back as it was.
//
// A field that the dialect cannot express is an [*InvalidError]; any other error is that of W.
func (w *Writer) Write(e Entry) error {
	if w == nil {
		return nil
	}
	e = w.complete(e)
	if err := w.validate(e); err != nil {
		return err
	}
	text := serverText
	if w.Dialect == Client {
		text = clientText
	}
	return w.append(text(e, w.Location))
}

func (w *Writer) append(text string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := io.WriteString(w.W, text)
	if err == nil && n < len(text) {
		err = io.ErrShortWrite
	}
	return err
}

// complete fills in the defaults.
func (w *Writer) complete(e Entry) Entry {
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	if e.Component == "" {
		e.Component = w.Component
	}
	if e.Component == "" {
		e.Component = defaultComponent
	}
	if e.Thread == "" {
		e.Thread = defaultThread
	}
	switch e.Severity {
	case Info, Warning, Error:
		e.Type = strconv.Itoa(int(e.Severity))
	case SeverityUnknown:
		if e.Type == "" {
			e.Type = strconv.Itoa(int(Info))
		}
	}
	return e
}

func (w *Writer) validate(e Entry) error {
	invalid := &errs.InvalidError{Subject: "cmlog: write"}
	if w.W == nil {
		invalid.Add("W", "is nil; give where to write the log")
	}
	if w.Dialect != DialectUnknown && w.Dialect != Client && w.Dialect != Server {
		invalid.Add("Dialect", "is %d; use Client or Server", int(w.Dialect))
	}
	checkAttribute(invalid, "Component", e.Component)
	checkAttribute(invalid, "Context", e.Context)
	checkAttribute(invalid, "File", e.File)
	if _, err := strconv.ParseUint(e.Thread, 10, 32); err != nil {
		invalid.Add("Thread", "is %q; use a decimal number of 32 bits", e.Thread)
	}
	if _, ok := number(e.Type, 1); !ok {
		invalid.Add("Type", "is %q; use one digit", e.Type)
	}
	if year := e.Time.UTC().Year(); year < 2 || year > 9998 {
		invalid.Add("Time", "is in the year %d; a log holds four digits", year)
	}
	return invalid.Err()
}

// checkAttribute refuses what neither dialect has an escape for.
func checkAttribute(invalid *errs.InvalidError, field, value string) {
	if len(value) > maxAttribute {
		invalid.Add(field, "has %d bytes; CMTrace reads %d", len(value), maxAttribute)
	}
	if strings.ContainsAny(value, `"<>`) || escape(value, needsEscape) != value {
		invalid.Add(field, "is %q; leave out quotes, angle brackets and control characters", value)
	}
}
