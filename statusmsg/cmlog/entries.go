package cmlog

import (
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

const (
	defaultMaxRecord  = 1 << 20
	smallestMaxRecord = 1 << 10
)

// Options adjusts [Entries] and [Follow]; nil or the zero value means every default.
type Options struct {
	// Location is where records without a bias were written; nil means UTC.
	Location *time.Location
	// EastBias is set for writers that record the offset with the opposite sign, east positive, as many scripts do. Such
	// a script may leave out the sign: "10:27:17.66160" is then 60 minutes east of UTC.
	EastBias bool
	// LineBreaks makes "~~" and "~", the encoded line breaks of the server dialect, line feeds, and drops those at
	// either end. They cannot be told from the "~" of a short file name or of a URL.
	LineBreaks bool
	// MaxRecord is the longest record in bytes of UTF-8, beyond which it is [Cut]; 0 means 1 MiB, and the least is
	// 1 KiB. What was cut off follows in entries of its own.
	MaxRecord int
	// PollInterval is how long Follow waits before it looks again; 0 means 250 ms.
	PollInterval time.Duration
}

// Entries reads a log of any dialect, recognised record by record. Text that is no record comes as an Entry with
// [DialectUnknown] and its text; only a failing reader is an error, the last pair, after what was read before it.
//
// The log is in UTF-16 if it begins with such a byte order mark or with two characters that have a zero byte each;
// else every record is in UTF-8 or, where it is not valid as that, in Windows-1252.
//
// Memory is bounded by o.MaxRecord whatever the log holds. The strings of neighbouring entries share memory, about 8 KiB;
// clone those that are kept for long.
func Entries(r io.Reader, o *Options) iter.Seq2[Entry, error] {
	if o == nil {
		o = &Options{}
	}
	return func(yield func(Entry, error) bool) {
		if err := o.validate("cmlog: entries", "r", r != nil); err != nil {
			yield(Entry{}, err)
			return
		}
		s := newScanner(r, o)
		for s.skipGap() {
			if !yield(s.next(), nil) {
				return
			}
		}
		if s.window.err != io.EOF { //nolint:errorlint // A reader returns io.EOF itself.
			yield(Entry{}, fmt.Errorf("cmlog: read at offset %d: %w", s.window.offset, s.window.err))
		}
	}
}

// validate checks o and whether the argument of that name says what to read.
func (o *Options) validate(subject, argument string, given bool) error {
	invalid := &errs.InvalidError{Subject: subject}
	if !given {
		invalid.Add(argument, "is empty; give the log to read")
	}
	if o.MaxRecord < 0 {
		invalid.Add("MaxRecord", "is %d; use 0 for 1 MiB or a positive size", o.MaxRecord)
	}
	if o.PollInterval < 0 {
		invalid.Add("PollInterval", "is %v; use 0 for 250 ms or a positive interval", o.PollInterval)
	}
	return invalid.Err()
}

// maxRecord returns the size limit in force.
func (o *Options) maxRecord() int {
	if o.MaxRecord == 0 {
		return defaultMaxRecord
	}
	return max(o.MaxRecord, smallestMaxRecord)
}
