package adminservice

import (
	"context"
	"fmt"
	"iter"
)

// read yields the rows of a listing as values, of those that pass every check; an error is the last pair.
func read[T any](ctx context.Context, s *Site, l listing, convert func(*row) T, checks ...func(T) bool) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for r, err := range s.list(ctx, l) {
			if err != nil {
				yield(none, err)
				return
			}
			value := convert(r)
			if r.err != nil {
				yield(none, fmt.Errorf("adminservice: list %s: %w", l.class, r.err))
				return
			}
			if passes(value, checks) && !yield(value, nil) {
				return
			}
		}
	}
}

func passes[T any](value T, checks []func(T) bool) bool {
	for _, check := range checks {
		if !check(value) {
			return false
		}
	}
	return true
}
