package statusmsg

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

const defaultInterval = 10 * time.Second

// WaitOptions adjusts [Wait]; nil or the zero value means every default.
type WaitOptions struct {
	// Interval is the pause between two readings; 0 means 10 s.
	Interval time.Duration
	// Deadline bounds the whole wait; 0 means that only the context does.
	Deadline time.Duration
}

// Wait returns the first message of source that q selects, waiting for it to arrive.
//
// Running out of time, be it o.Deadline or the deadline of ctx, is [ErrDeadline]; a cancelled ctx is its own error. A
// source that fails is asked again until then, and its last error is wrapped, unless asking again cannot help:
// [ErrInvalid], [ErrDenied] and [ErrUnsupported] end the wait at once.
func Wait(ctx context.Context, source Source, q Query, o *WaitOptions) (Message, error) {
	if o == nil {
		o = &WaitOptions{}
	}
	if err := validateWait(source, o); err != nil {
		return Message{}, err
	}
	if o.Deadline > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.Deadline)
		defer cancel()
	}
	m, err := poll(ctx, source, q, o.Interval)
	if err != nil {
		return Message{}, fmt.Errorf("statusmsg: wait for %v: %w", q, err)
	}
	return m, nil
}

func validateWait(source Source, o *WaitOptions) error {
	invalid := &errs.InvalidError{Subject: "statusmsg: wait"}
	if source == nil {
		invalid.Add("source", "is nil; give where to read messages")
	}
	if o.Interval < 0 {
		invalid.Add("Interval", "is %v; use 0 for 10 s or a positive duration", o.Interval)
	}
	if o.Deadline < 0 {
		invalid.Add("Deadline", "is %v; use 0 for none or a positive duration", o.Deadline)
	}
	return invalid.Err()
}

// poll reads source until a message is found or ctx is done.
func poll(ctx context.Context, source Source, q Query, interval time.Duration) (Message, error) {
	if interval == 0 {
		interval = defaultInterval
	}
	var lastErr error
	for ctx.Err() == nil {
		m, found, err := first(ctx, source, q)
		if found || final(err) {
			return m, err
		}
		if ctx.Err() == nil {
			lastErr = err
		}
		select {
		case <-ctx.Done():
		case <-time.After(interval):
		}
	}
	return Message{}, outOfTime(ctx.Err(), lastErr)
}

// first reads source once.
func first(ctx context.Context, source Source, q Query) (m Message, found bool, err error) {
	for m, err := range source.Messages(ctx, q) {
		return m, err == nil, err
	}
	return Message{}, false, nil
}

// final reports whether asking again cannot help.
func final(err error) bool {
	return errors.Is(err, ErrInvalid) || errors.Is(err, ErrDenied) || errors.Is(err, ErrUnsupported)
}

// outOfTime joins why the wait ended with what the source last said.
func outOfTime(ended, lastErr error) error {
	if errors.Is(ended, context.DeadlineExceeded) {
		ended = fmt.Errorf("%w: %w", ErrDeadline, ended)
	}
	if lastErr == nil {
		return ended
	}
	return fmt.Errorf("%w; last reading: %w", ended, lastErr)
}
