package libdnszone

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/clouddp/sdk/dns"
)

// firstPause is the first wait for a change to be shown; each is twice as long as the one before.
const firstPause = 100 * time.Millisecond

// read looks at the name again.
func (e *edit) read(ctx context.Context) error {
	have, err := e.zone.read(ctx, e.Name)
	if err == nil {
		e.have = have
	}
	return err
}

// await reads the name until it is as expected, or for as long as the provider may take to show it. The error says that
// the name could not be read.
func (e *edit) await(ctx context.Context, expected func() bool) error {
	end := time.Now().Add(e.zone.Settle)
	for pause := firstPause; ; pause *= 2 {
		if err := e.read(ctx); err != nil {
			return fmt.Errorf("libdnszone: swap %s: read back: %w: %w", e.Name, dns.ErrUnknown, err)
		}
		left := time.Until(end)
		if expected() || left <= 0 {
			return nil
		}
		timer := time.NewTimer(min(pause, left))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("libdnszone: swap %s: %w: %w", e.Name, dns.ErrUnknown, context.Cause(ctx))
		}
	}
}

// judge compares what the name holds with what it should: New beside what was there before it, but for Old. An alias
// that somebody else has joined is taken back.
func (e *edit) judge(ctx context.Context, before []dns.Record) error {
	want, have := e.After(before), records(e.have)
	switch {
	case !e.holds(*e.New) && same(before, have):
		return &dns.IgnoredError{Name: e.Name, Have: have}
	case !e.holds(*e.New) || e.lacks(want):
		return &AlteredError{Name: e.Name, Want: want, Have: have}
	case e.Type == dns.TypeCNAME:
		return e.withdraw(ctx)
	}
	return nil
}

// withdraw takes New back if somebody else has added to the name at the same time.
func (e *edit) withdraw(ctx context.Context) error {
	others := slices.DeleteFunc(records(e.have), e.New.Equal)
	if len(others) == 0 {
		return nil
	}
	if err := e.remove(ctx, *e.New); err != nil {
		return fmt.Errorf("libdnszone: swap %s: somebody else has added %v, and the alias cannot be taken back: %w", e.Name, others, err)
	}
	return &dns.ConflictError{Name: e.Name, Have: others}
}

// failed makes an error of one that the provider returned, by what has become of the name.
func (e *edit) failed(ctx context.Context, step string, cause error) error {
	before := records(e.have)
	unchanged := e.read(ctx) == nil && same(before, records(e.have))
	switch {
	case unchanged && notSent(cause):
		return fmt.Errorf("libdnszone: swap %s: %s: %w: %w", e.Name, step, dns.ErrUnavailable, cause)
	case unchanged && !answerLost(ctx, cause):
		return fmt.Errorf("libdnszone: swap %s: %s: %w", e.Name, step, cause)
	default:
		return fmt.Errorf("libdnszone: swap %s: %s: %w: %w", e.Name, step, dns.ErrUnknown, cause)
	}
}

// held returns the record as it was last read; it is there.
func (e *edit) held(r dns.Record) held {
	return e.have[slices.IndexFunc(e.have, func(h held) bool { return h.Equal(r) })]
}

// holds reports whether the name holds a record.
func (e *edit) holds(r dns.Record) bool {
	return slices.ContainsFunc(e.have, func(h held) bool { return h.Equal(r) })
}

// lacks reports whether the name has lost one of the records.
func (e *edit) lacks(want []dns.Record) bool {
	return slices.ContainsFunc(want, func(r dns.Record) bool { return !e.holds(r) })
}

// oldLeft reports whether Old is still there and is not New with another TTL.
func (e *edit) oldLeft() bool { return e.holds(*e.Old) && !e.Old.Equal(*e.New) }

// same reports whether two readings of a name show the same records.
func same(a, b []dns.Record) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(r dns.Record) bool { return !slices.ContainsFunc(b, r.Equal) })
}
