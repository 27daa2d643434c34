package statusmsg

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

const defaultOutage = 5 * time.Minute

// Arrival is a message that [Follow] yields.
type Arrival struct {
	Message
	// Missing is how many RecordIDs right before this one never arrived; 0 where none is missing or where that cannot
	// be told.
	Missing int64
}

// FollowOptions adjusts [Follow]; nil or the zero value means every default.
type FollowOptions struct {
	// Interval is the pause between two readings; 0 means 10 s.
	Interval time.Duration
	// Patience is how long Follow waits for a missing RecordID, holding back those behind it, before it reports the
	// gap; 0 means not at all. A site that writes messages side by side may show the later one first.
	Patience time.Duration
	// Outage is how long source may go on failing before Follow gives up; 0 means 5 minutes.
	Outage time.Duration
}

// Follow yields the messages of source that q selects, those already there and then those to come, each once and in
// ascending RecordID. It starts behind q.After, where an earlier Follow can be taken up. What source repeats is dropped.
//
// Gaps can be told only if q selects every message, that is, if nothing but q.After is set: to know of gaps, follow
// everything and filter with [Query.Matches]. Old messages that were deleted from a site are gaps as well.
//
// The sequence goes on until ctx is done, whose error is then the last pair. A source that fails is asked again until
// it has failed for o.Outage ([ErrUnavailable], with its last error), unless asking again cannot help: [ErrInvalid],
// [ErrDenied] and [ErrUnsupported] end the sequence at once. Ranging over the sequence again starts again.
func Follow(ctx context.Context, source Source, q Query, o *FollowOptions) iter.Seq2[Arrival, error] {
	return func(yield func(Arrival, error) bool) {
		f, err := newFollower(source, q, o)
		if err == nil {
			err = f.run(ctx, func(a Arrival) bool { return yield(a, nil) })
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(Arrival{}, err)
		}
	}
}

// errStopped says that the consumer has had enough.
var errStopped = errors.New("stopped")

// follower is one run of Follow.
type follower struct {
	source  Source
	query   Query // query.After is the last RecordID that was yielded
	options FollowOptions
	counts  bool      // whether RecordIDs that source leaves out are missing
	waiting time.Time // since when the RecordID behind query.After is waited for; zero if it is not
}

func newFollower(source Source, q Query, o *FollowOptions) (*follower, error) {
	f := &follower{source: source, query: q}
	if o != nil {
		f.options = *o
	}
	if err := f.validate(); err != nil {
		return nil, err
	}
	if f.options.Interval == 0 {
		f.options.Interval = defaultInterval
	}
	if f.options.Outage == 0 {
		f.options.Outage = defaultOutage
	}
	f.counts = q.Since.IsZero() && len(q.IDs) == 0 && q.Component+q.Site+q.Machine == "" && q.Attribute == nil
	return f, nil
}

func (f *follower) validate() error {
	invalid := &errs.InvalidError{Subject: "statusmsg: follow"}
	if f.source == nil {
		invalid.Add("source", "is nil; give where to read messages")
	}
	if f.options.Interval < 0 {
		invalid.Add("Interval", "is %v; use 0 for 10 s or a positive duration", f.options.Interval)
	}
	if f.options.Patience < 0 {
		invalid.Add("Patience", "is %v; use 0 for none or a positive duration", f.options.Patience)
	}
	if f.options.Outage < 0 {
		invalid.Add("Outage", "is %v; use 0 for 5 minutes or a positive duration", f.options.Outage)
	}
	return invalid.Err()
}

// run reads source again and again.
func (f *follower) run(ctx context.Context, yield func(Arrival) bool) error {
	healthy := time.Now()
	for {
		before := f.query.After
		err := f.read(ctx, yield)
		switch {
		case errors.Is(err, errStopped):
			return err
		case ctx.Err() != nil:
			return f.fail(ctx.Err())
		case final(err):
			return f.fail(err)
		case err == nil || f.query.After > before:
			healthy = time.Now()
		case time.Since(healthy) >= f.options.Outage:
			return f.fail(fmt.Errorf("%w for %v: %w", ErrUnavailable, time.Since(healthy).Round(time.Second), err))
		}
		select {
		case <-ctx.Done():
		case <-time.After(f.options.Interval):
		}
	}
}

func (f *follower) fail(err error) error {
	return fmt.Errorf("statusmsg: follow %v after record %d: %w", f.query, f.query.After, err)
}

// read reads source once, up to a gap that may still close.
func (f *follower) read(ctx context.Context, yield func(Arrival) bool) error {
	for m, err := range f.source.Messages(ctx, f.query) {
		if err != nil {
			return err
		}
		if m.RecordID <= f.query.After {
			continue
		}
		missing := f.missing(m)
		if missing > 0 && f.hold() {
			return nil
		}
		f.query.After, f.waiting = m.RecordID, time.Time{}
		if !yield(Arrival{Message: m, Missing: missing}) {
			return errStopped
		}
	}
	return nil
}

// missing returns how many RecordIDs lie between m and the message before it; the first of all has none before it.
func (f *follower) missing(m Message) int64 {
	if !f.counts || f.query.After == 0 {
		return 0
	}
	return m.RecordID - f.query.After - 1
}

// hold reports whether the RecordID behind query.After is still worth waiting for.
func (f *follower) hold() bool {
	if f.waiting.IsZero() {
		f.waiting = time.Now()
	}
	return time.Since(f.waiting) < f.options.Patience
}
