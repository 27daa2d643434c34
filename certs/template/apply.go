package template

import (
	"context"
	"errors"
	"fmt"
)

// Apply makes directory hold what is desired and returns what it changed. It writes in the order object identifier,
// template, publication, so that an authority never sees a template that is not whole, and reads back after each write:
// the next one starts only when the last is seen. Called again after a failure it goes on where it stopped. An error
// comes with the changes made before it; it is one of [Plan], or [ErrUnknown] for a write that was not seen.
func Apply(ctx context.Context, directory Directory, desired Desired) ([]Change, error) {
	var done []Change
	var last *step
	var lost error
	for {
		steps, err := observe(ctx, directory, desired)
		if err != nil {
			return done, err
		}
		if last != nil && len(steps) > 0 && steps[0].stage == last.stage {
			return done, notSeen(*last, lost)
		}
		if last != nil {
			done = append(done, last.changes...)
		}
		if len(steps) == 0 {
			return done, nil
		}
		last, lost = &steps[0], steps[0].write(ctx)
		if lost != nil && !errors.Is(lost, ErrUnknown) {
			return done, fmt.Errorf("template: %s: %w", last.changes[0], lost)
		}
	}
}

// notSeen reports a write that the directory accepted, or whose answer was lost, and that it does not show.
func notSeen(s step, lost error) error {
	if lost == nil {
		lost = ErrUnknown
	}
	return fmt.Errorf("template: %s: not seen when read back; the directory may still be replicating, so apply again later: %w",
		s.changes[0], lost)
}
