package mgmtcerttest

import (
	"context"
	"crypto/x509"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp/mgmtcert"
	"github.com/clouddp/sdk/internal/errs"
)

// Fault is one way in which a store misbehaves, once.
type Fault int

const (
	// FaultBusy answers the next write "come back later" and does nothing.
	FaultBusy Fault = iota
	// FaultLostAnswer carries out the next write and loses its answer.
	FaultLostAnswer
	// FaultDenied refuses the credentials of the next write.
	FaultDenied
	// FaultUnreachable fails the next read.
	FaultUnreachable
)

// Store is an in-memory [mgmtcert.Store], as strict as Azure's. The zero value is empty and ready; it is safe for
// concurrent use.
type Store struct {
	// Limit is the number of certificates the list takes; 0 means 100, what Azure documents for a subscription.
	Limit int

	mu      sync.Mutex
	entries []mgmtcert.Entry
	faults  []Fault
}

// Inject makes the store misbehave once, the next time the fault applies.
func (s *Store) Inject(fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, fault)
}

// Certificates implements [mgmtcert.Store], the oldest entry first.
func (s *Store) Certificates(ctx context.Context) iter.Seq2[mgmtcert.Entry, error] {
	return func(yield func(mgmtcert.Entry, error) bool) {
		entries, err := s.list(ctx)
		if err != nil {
			yield(mgmtcert.Entry{}, err)
			return
		}
		for _, entry := range entries {
			if !yield(entry, nil) {
				return
			}
		}
	}
}

func (s *Store) list(ctx context.Context) ([]mgmtcert.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.take(FaultUnreachable) {
		return nil, fmt.Errorf("mgmtcerttest: list: %w", mgmtcert.ErrUnavailable)
	}
	return slices.Clone(s.entries), nil
}

// Add implements [mgmtcert.Store].
func (s *Store) Add(ctx context.Context, certificate *x509.Certificate) error {
	if certificate == nil || len(certificate.Raw) == 0 {
		return errs.Invalid("mgmtcerttest: add", "certificate", "is nil or was never parsed")
	}
	thumbprint := certs.ThumbprintOf(certificate)
	return s.write(ctx, "add "+thumbprint.String(), func() error {
		switch {
		case s.index(thumbprint) >= 0:
			return mgmtcert.ErrConflict
		case len(s.entries) >= s.limit():
			return mgmtcert.ErrLimit
		}
		s.entries = append(s.entries, mgmtcert.Entry{Thumbprint: thumbprint, Certificate: certificate, Created: time.Now().UTC()})
		return nil
	})
}

// Remove implements [mgmtcert.Store].
func (s *Store) Remove(ctx context.Context, thumbprint certs.Thumbprint) error {
	return s.write(ctx, "remove "+thumbprint.String(), func() error {
		i := s.index(thumbprint)
		if i < 0 {
			return mgmtcert.ErrNotFound
		}
		s.entries = slices.Delete(s.entries, i, i+1)
		return nil
	})
}

// write carries out change unless a fault stands in the way.
func (s *Store) write(ctx context.Context, what string, change func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := ctx.Err()
	switch {
	case err != nil:
		return err
	case s.take(FaultBusy):
		err = mgmtcert.ErrUnavailable
	case s.take(FaultDenied):
		err = mgmtcert.ErrDenied
	default:
		err = change()
	}
	if err == nil && s.take(FaultLostAnswer) {
		err = mgmtcert.ErrUnknown
	}
	if err != nil {
		return fmt.Errorf("mgmtcerttest: %s: %w", what, err)
	}
	return nil
}

func (s *Store) index(thumbprint certs.Thumbprint) int {
	return slices.IndexFunc(s.entries, func(e mgmtcert.Entry) bool { return e.Thumbprint == thumbprint })
}

func (s *Store) limit() int {
	if s.Limit == 0 {
		return 100
	}
	return s.Limit
}

// take consumes fault if it is due.
func (s *Store) take(fault Fault) bool {
	i := slices.Index(s.faults, fault)
	if i < 0 {
		return false
	}
	s.faults = slices.Delete(s.faults, i, i+1)
	return true
}
