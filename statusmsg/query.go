package statusmsg

import (
	"context"
	"iter"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

// Query selects messages. Every field that is set must match; the zero Query selects all.
type Query struct {
	// IDs are the message ids wanted.
	IDs []ID
	// Component, Site and Machine are compared without regard to case.
	Component, Site, Machine string
	// Since is the earliest time wanted, UTC.
	Since time.Time
	// After is the RecordID after which to start.
	After int64
	// Attribute, if not nil, must be among the message's attributes.
	Attribute *Attribute
}

// Matches reports whether m is selected by q.
func (q Query) Matches(m Message) bool { return false }

// Source reads status messages. Messages yields those that q selects in ascending RecordID and then ends; an error is
// the last pair. Implementations are safe for concurrent use.
type Source interface {
	Messages(ctx context.Context, q Query) iter.Seq2[Message, error]
}

// Sink takes status messages. Report is idempotent by [Message.Key] and is done when the message can be read back.
// Implementations are safe for concurrent use.
type Sink interface {
	Report(ctx context.Context, m Message) error
}

// WaitOptions adjusts [Wait]; nil or the zero value means every default.
type WaitOptions struct {
	// Interval is the pause between two readings; 0 means 10 s.
	Interval time.Duration
	// Deadline bounds the whole wait; 0 means that only the context does.
	Deadline time.Duration
}

// Wait returns the first message of source that q selects, waiting for it to arrive. Running out of time is
// [ErrDeadline]; a source that fails is asked again until then, and its last error is wrapped.
func Wait(ctx context.Context, source Source, q Query, o *WaitOptions) (Message, error) {
	return Message{}, errs.ErrUnsupported
}
