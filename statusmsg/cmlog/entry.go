package cmlog

import (
	"io"
	"iter"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

// Dialect is one of the formats in which Configuration Manager writes its logs.
type Dialect int

const (
	// DialectUnknown marks text that is no record of any dialect.
	DialectUnknown Dialect = iota
	// Client is "<![LOG[text]LOG]!><time=… date=… component=… …>".
	Client
	// Server is "text  $$<component><date time+bias><thread=…>", the dialect of CloudMgr.log.
	Server
)

// Severity of an entry. The server dialect does not record it; it is then read from the text as CMTrace does.
type Severity int

const (
	// SeverityUnknown is the zero value.
	SeverityUnknown Severity = iota
	// Info is type 1.
	Info
	// Warning is type 2.
	Warning
	// Error is type 3.
	Error
)

// Entry is one record of a log.
type Entry struct {
	// Time is when it was written, in UTC; zero if the record does not say.
	Time time.Time
	// Local is the date and time as written, without zone, and Bias the minutes as written: UTC = local + bias.
	Local, Bias string
	// Component and Thread are the writer's.
	Component string
	Thread    string
	// Type is the raw type attribute of the client dialect, Severity its meaning.
	Type     string
	Severity Severity
	// File and Context are attributes of the client dialect.
	File, Context string
	// Message is the text; its line breaks are kept.
	Message string
	// Dialect is the format the record was found in.
	Dialect Dialect
	// Offset and Length are the place of the record in the input, in bytes.
	Offset, Length int64
	// Damaged is set on a record that was torn, headless or cut at the size limit; what could be read is kept.
	Damaged bool
}

// Options adjusts [Entries]; nil or the zero value means every default.
type Options struct {
	// Location is where records without a bias were written; nil means UTC.
	Location *time.Location
	// EastBias is set for writers that record the offset with the opposite sign, as many scripts do.
	EastBias bool
	// MaxRecord is the longest record in bytes, beyond which it is cut and Damaged; 0 means 1 MiB.
	MaxRecord int
}

// Entries reads a log of either dialect, recognised record by record. Text that is no record comes as an Entry with
// [DialectUnknown] and its text; only a failing reader is an error, the last pair.
func Entries(r io.Reader, o *Options) iter.Seq2[Entry, error] { return nil }

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
}

// Write appends e. A zero Time means now, an empty Thread "1". Line breaks are encoded as the dialect wants them.
// The error is that of W.
func (w *Writer) Write(e Entry) error { return errs.ErrUnsupported }
