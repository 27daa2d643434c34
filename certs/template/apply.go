package template

import (
	"context"
	"errors"
	"fmt"
)

// maxWrites is how often one Apply writes the same part: whoever undoes it more often than that will not stop.
const maxWrites = 3

// Apply makes directory hold what is desired and returns what it changed. It writes in the order object identifier,
// template, publication, so that an authority never sees a template that is not whole, and reads back after each write:
// the next one starts only when the last is seen, and only what was seen is returned. Called again after a failure it
// goes on where it stopped.
//
// What somebody else changes at the same moment is kept: Apply looks again, and goes on from there, three times. An
// error comes with the changes made before it. It is one of [Plan]; [ErrConflict] if others keep changing or undoing the
// same; or [ErrUnknown] for a write that may have happened and was not seen, be it that its answer was lost, that the
// directory does not show it, or that reading it back failed, whose error is wrapped too.
func Apply(ctx context.Context, directory Directory, desired Desired) ([]Change, error) {
	var a applier
	for {
		steps, err := observe(ctx, directory, desired)
		if err = a.see(steps, err); err != nil || len(steps) == 0 {
			return a.done, err
		}
		if err := a.write(ctx, steps[0]); err != nil {
			return a.done, err
		}
	}
}

// applier is what one Apply has done.
type applier struct {
	done   []Change
	writes map[Action]int // by stage
	last   *step          // written and not seen yet
	lost   error          // why the answer to last is not known
}

// see compares what is missing now with what was written last.
func (a *applier) see(missing []step, readError error) error {
	last, lost := a.last, a.lost
	a.last, a.lost = nil, nil
	switch {
	case last == nil:
		return readError
	case readError != nil && lost != nil:
		return fmt.Errorf("template: %s: %w; reading it back failed: %w", last.changes[0], lost, readError)
	case readError != nil:
		return fmt.Errorf("template: %s: written, but not seen: %w: %w", last.changes[0], ErrUnknown, readError)
	}
	for _, s := range missing {
		if s.stage == last.stage {
			return notSeen(*last, lost)
		}
	}
	a.done = append(a.done, last.changes...)
	return nil
}

// write takes a step. What somebody else was faster with is no error, but counts.
func (a *applier) write(ctx context.Context, s step) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("template: %s: %w", s.changes[0], err)
	}
	if a.writes == nil {
		a.writes = map[Action]int{}
	}
	if a.writes[s.stage]++; a.writes[s.stage] > maxWrites {
		return fmt.Errorf("template: %s: somebody else has undone it %d times: %w", s.changes[0], maxWrites, ErrConflict)
	}
	err := s.write(ctx)
	switch {
	case err == nil:
		a.last = &s
	case errors.Is(err, ErrUnknown):
		a.last, a.lost = &s, err
	case ctx.Err() != nil && !isDefinite(err):
		a.last, a.lost = &s, fmt.Errorf("%w: %w", ErrUnknown, err)
	case !errors.Is(err, ErrConflict) || a.writes[s.stage] == maxWrites || ctx.Err() != nil:
		return fmt.Errorf("template: %s: %w", s.changes[0], err)
	}
	return nil
}

// isDefinite reports whether err says that nothing was written, as [Directory] has it.
func isDefinite(err error) bool {
	for _, definite := range []error{
		ErrDenied, ErrConflict, ErrInvalid, ErrUnavailable, ErrNotFound, ErrForeign, ErrLimit, ErrUnsupported,
	} {
		if errors.Is(err, definite) {
			return true
		}
	}
	return false
}

// notSeen reports a write that the directory accepted, or whose answer was lost, and that it does not show.
func notSeen(s step, lost error) error {
	if lost == nil {
		lost = ErrUnknown
	}
	return fmt.Errorf("template: %s: not seen when read back; the directory may still be replicating, so apply again later: %w",
		s.changes[0], lost)
}
