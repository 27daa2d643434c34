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

// Options adjusts [Entries]; nil or the zero value means every default.
type Options struct {
	// Location is where records without a bias were written; nil means UTC.
	Location *time.Location
	// EastBias is set for writers that record the offset with the opposite sign, as many scripts do.
	EastBias bool
	// MaxRecord is the longest record in bytes, beyond which it is cut and Damaged; 0 means 1 MiB, and the least is
	// 1 KiB. What was cut off follows in entries of its own.
	MaxRecord int
}

// Entries reads a log of either dialect, recognised record by record. Text that is no record comes as an Entry with
// [DialectUnknown] and its text; only a failing reader is an error, the last pair, after what was read before it.
//
// Memory is bounded by o.MaxRecord whatever the log holds. The strings of one Entry share memory; clone those that are
// kept for long.
func Entries(r io.Reader, o *Options) iter.Seq2[Entry, error] {
	if o == nil {
		o = &Options{}
	}
	return func(yield func(Entry, error) bool) {
		if err := validateEntries(r, o); err != nil {
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

func validateEntries(r io.Reader, o *Options) error {
	invalid := &errs.InvalidError{Subject: "cmlog: entries"}
	if r == nil {
		invalid.Add("r", "is nil; give the log to read")
	}
	if o.MaxRecord < 0 {
		invalid.Add("MaxRecord", "is %d; use 0 for 1 MiB or a positive size", o.MaxRecord)
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
