package content

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"
)

// DefaultGrace is how long a pack without a user is kept: longer than any [Distribute] or [Fetch] runs.
const DefaultGrace = 7 * 24 * time.Hour

// PruneOptions are the options of [Prune]; nil means the defaults.
type PruneOptions struct {
	// Grace is how long a pack must have been without a user; 0 means [DefaultGrace], and less than an hour is invalid.
	// It is measured from the store's times to the caller's clock.
	Grace time.Duration
	// DryRun changes nothing.
	DryRun bool
}

// Pruned says what [Prune] did, or would do.
type Pruned struct {
	// Swept are the packs deleted, and SweptBytes their size.
	Swept      []string
	SweptBytes int64
	// Waiting are the packs without a user whose grace still runs.
	Waiting []string
	// Used counts the packs that have a user.
	Used int
}

// Delete removes the package id from the store: no client can open it from then on. Its packs stay until [Prune] sweeps
// those that no other package uses. A package that is not there is [ErrNotFound].
func Delete(ctx context.Context, store Store, key Key, id string) error {
	if store == nil {
		return invalid("Store", "is nil")
	}
	if err := CheckID(id); err != nil {
		return err
	}
	ring, err := newKeyring(key)
	if err != nil {
		return err
	}
	name := ring.manifestName(id)
	err = store.Delete(ctx, name, AnyVersion)
	if errors.Is(err, ErrUnknown) {
		if _, statErr := stat(ctx, store, name); errors.Is(statErr, ErrNotFound) {
			return nil
		}
	}
	return wrap("delete", id, err)
}

// Prune sweeps packs that no manifest has used for the length of a grace: remains of deleted packages, replaced
// versions and crashed uploads. The first call that finds a pack without a user marks it, a call after the grace
// deletes it; so Prune is meant to run every day. It is safe beside [Distribute] and other calls of itself. If any
// manifest cannot be read, nothing is changed. All packages in the store must be under the one key.
func Prune(ctx context.Context, store Store, key Key, opts *PruneOptions) (*Pruned, error) {
	if opts == nil {
		opts = &PruneOptions{}
	}
	grace := cmp.Or(opts.Grace, DefaultGrace)
	if grace < time.Hour {
		return nil, invalid("Grace", "is %v, want an hour or more", grace)
	}
	if store == nil {
		return nil, invalid("Store", "is nil")
	}
	s := &sweeper{store: store, before: time.Now().Add(-grace), dryRun: opts.DryRun, result: &Pruned{}}
	if err := s.look(ctx, key); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(s.packs)) {
		if err := s.settle(ctx, name); err != nil {
			return s.result, err
		}
	}
	return s.result, s.dropOrphanMarks(ctx)
}

// sweeper is one run of Prune.
type sweeper struct {
	store        Store
	before       time.Time // marks older than this have run out
	dryRun       bool
	packs, marks map[string]Info
	used         map[string]bool
	result       *Pruned
}

// look lists packs, marks and manifests in this order, on which the safety of sweeping rests; see format.go.
func (s *sweeper) look(ctx context.Context, key Key) (err error) {
	if s.packs, err = list(ctx, s.store, packPrefix); err != nil {
		return err
	}
	if s.marks, err = listMarks(ctx, s.store); err != nil {
		return err
	}
	s.used = map[string]bool{}
	for doc, err := range documents(ctx, s.store, key) {
		if err != nil {
			return err
		}
		for _, name := range doc.Packs {
			s.used[name] = true
		}
	}
	return nil
}

// settle marks, unmarks, deletes or leaves one pack.
func (s *sweeper) settle(ctx context.Context, name string) error {
	mark, marked := s.marks[name]
	switch {
	case s.used[name]:
		s.result.Used++
		if marked {
			return s.unmark(ctx, name)
		}
		return nil
	case marked && !mark.Modified.IsZero() && mark.Modified.Before(s.before):
		return s.sweep(ctx, name)
	}
	s.result.Waiting = append(s.result.Waiting, name)
	if marked || s.dryRun {
		return nil
	}
	_, err := s.store.Put(ctx, markName(name), NoVersion, nil)
	if errors.Is(err, ErrConflict) || errors.Is(err, ErrUnknown) {
		return nil // marked by another Prune, or next time
	}
	return wrap("mark", name, err)
}

// sweep deletes a pack unless it was written anew, then its mark.
func (s *sweeper) sweep(ctx context.Context, name string) error {
	if !s.dryRun {
		err := s.store.Delete(ctx, name, s.packs[name].ETag)
		if errors.Is(err, ErrConflict) {
			return nil
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return opError("sweep", name, err)
		}
	}
	s.result.Swept = append(s.result.Swept, name)
	s.result.SweptBytes += s.packs[name].Size
	return s.unmark(ctx, name)
}

// dropOrphanMarks removes marks whose packs are gone.
func (s *sweeper) dropOrphanMarks(ctx context.Context) error {
	for name := range s.marks {
		if _, ok := s.packs[name]; ok {
			continue
		}
		if err := s.unmark(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// unmark removes the mark that was listed, but not one set since.
func (s *sweeper) unmark(ctx context.Context, name string) error {
	if s.dryRun {
		return nil
	}
	err := s.store.Delete(ctx, markName(name), s.marks[name].ETag)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict) {
		return nil
	}
	return wrap("unmark", name, err)
}
