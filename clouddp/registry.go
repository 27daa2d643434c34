package clouddp

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

// Registry remembers which cloud distribution points there are. It holds no secret and never decides what exists: that
// is read from the cloud. Records are copied in and out. Implementations are safe for concurrent use.
type Registry interface {
	// Get returns the record of the service FQDN name, or [ErrNotFound].
	Get(ctx context.Context, name string) (*Record, error)
	// Put stores r under its name, in place of what was there.
	Put(ctx context.Context, r *Record) error
	// Delete forgets name. An unknown one is [ErrNotFound].
	Delete(ctx context.Context, name string) error
	// List yields every record in order of name, an error as the last pair.
	List(ctx context.Context) iter.Seq2[*Record, error]
}

// Systems yields the record of every cloud distribution point that the registry knows, in order of name; an error is the
// last pair.
func (c *Client) Systems(ctx context.Context) iter.Seq2[*Record, error] {
	return c.registry().List(ctx)
}

// Record is what a [Registry] remembers of one cloud distribution point: its site system record.
type Record struct {
	// Spec is what was asked for last.
	Spec Spec `json:"spec"`
	// Host is the name the cloud serves under, empty until it was seen.
	Host string `json:"host,omitempty"`
	// Created is when it was first asked for and Ready when it was first seen ready, both UTC.
	Created time.Time `json:"created"`
	Ready   time.Time `json:"ready,omitzero"`
	// Levels are the alerts last reported, by metric.
	Levels map[string]AlertLevel `json:"levels,omitempty"`
}

// Name returns the service FQDN, under which the record is kept.
func (r *Record) Name() string { return r.Spec.Names().ServiceFQDN }

// NALPath returns the path by which Configuration Manager names the site system, for example
// ["Display=\\clouddp.contoso.com\"]MSWNET:["SMS_SITE=PS1"]\\clouddp.contoso.com\.
func (r *Record) NALPath() string {
	server := `\\` + r.Name() + `\`
	return fmt.Sprintf(`["Display=%s"]MSWNET:["SMS_SITE=%s"]%s`, server, r.Spec.SiteCode, server)
}

func (r *Record) clone() *Record {
	c := *r
	c.Spec = *r.Spec.clone()
	c.Levels = maps.Clone(r.Levels)
	return &c
}

// MemoryRegistry is a [Registry] in memory. Its zero value is empty and ready to use.
type MemoryRegistry struct {
	mu      sync.Mutex
	records map[string]*Record
}

// Get implements [Registry].
func (m *MemoryRegistry) Get(ctx context.Context, name string) (*Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.records[normalName(name)]
	if r == nil {
		return nil, fmt.Errorf("clouddp: record %s: %w", name, ErrNotFound)
	}
	return r.clone(), ctx.Err()
}

// Put implements [Registry].
func (m *MemoryRegistry) Put(ctx context.Context, r *Record) error {
	if r == nil || r.Name() == "" {
		return errs.Invalid("clouddp: record", "r", "is nil or has no ServiceFQDN")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.records == nil {
		m.records = map[string]*Record{}
	}
	m.records[r.Name()] = r.clone()
	return nil
}

// Delete implements [Registry].
func (m *MemoryRegistry) Delete(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	key := normalName(name)
	if m.records[key] == nil {
		return fmt.Errorf("clouddp: record %s: %w", name, ErrNotFound)
	}
	delete(m.records, key)
	return nil
}

// List implements [Registry].
func (m *MemoryRegistry) List(ctx context.Context) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		for _, r := range m.snapshot() {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (m *MemoryRegistry) snapshot() []*Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	records := make([]*Record, 0, len(m.records))
	for _, name := range slices.Sorted(maps.Keys(m.records)) {
		records = append(records, m.records[name].clone())
	}
	return records
}
