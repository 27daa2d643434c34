package dnstest

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/clouddp/sdk/dns"
)

// The types of record that a zone holds beside [dns.TypeCNAME] and [dns.TypeTXT].
const (
	typeA    = "A"
	typeAAAA = "AAAA"
	typeNS   = "NS"
	typeSOA  = "SOA"
)

// defaultTTL is given to records that leave the choice to the zone.
const defaultTTL = 300 * time.Second

// Zone is one zone of a [Server]. It implements [dns.Zone] as strictly as a server that keeps RFC 1034 and RFC 2136:
// a CNAME stands alone, the apex holds none, and preconditions are checked. It is safe for concurrent use.
type Zone struct {
	server *Server
	err    error
	data   *data // replaced as a whole, under the server's mutex
}

var _ dns.Zone = (*Zone)(nil)

// Add plants records past every rule of an update but those of the data itself: the types are A, AAAA, CNAME, TXT and,
// at the apex, NS; a CNAME stands alone. A record that is already there gets the new TTL. Errors are
// [*dns.InvalidError], [dns.ErrNotFound] for a name that belongs to another zone, and [*dns.ConflictError]; records
// before the one at fault are in the zone.
func (z *Zone) Add(records ...dns.Record) error {
	if z.err != nil {
		return z.err
	}
	z.server.mu.Lock()
	defer z.server.mu.Unlock()
	for _, r := range records {
		r, err := canonical(r, z.data.apex)
		if err != nil {
			return err
		}
		if err := z.admits(r); err != nil {
			return err
		}
		z.data = z.data.with(r.Name, append(z.data.without(r), r))
	}
	return nil
}

// Remove takes planted records away again; one that is not there is no error. Errors are [*dns.InvalidError] and
// [dns.ErrNotFound], as those of [Zone.Add].
func (z *Zone) Remove(records ...dns.Record) error {
	if z.err != nil {
		return z.err
	}
	z.server.mu.Lock()
	defer z.server.mu.Unlock()
	for _, r := range records {
		r, err := canonical(r, z.data.apex)
		if err != nil {
			return err
		}
		if !z.server.holds(z, r.Name) {
			return z.outside(r.Name)
		}
		z.data = z.data.with(r.Name, z.data.without(r))
	}
	return nil
}

// Lookup implements [dns.Zone].
func (z *Zone) Lookup(ctx context.Context, name string) ([]dns.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	name, err := z.open(name)
	if err != nil {
		return nil, err
	}
	z.server.mu.Lock()
	defer z.server.mu.Unlock()
	if !z.server.holds(z, name) {
		return nil, z.outside(name)
	}
	var found []dns.Record
	for _, r := range z.data.at(name) {
		if r.Type == dns.TypeCNAME || r.Type == dns.TypeTXT {
			found = append(found, r)
		}
	}
	return found, nil
}

// Swap implements [dns.Zone].
func (z *Zone) Swap(ctx context.Context, name string, old, replacement *dns.Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	name, err := z.open(name)
	if err != nil {
		return err
	}
	change, err := newSwap(name, old, replacement)
	if err != nil {
		return err
	}
	z.server.mu.Lock()
	defer z.server.mu.Unlock()
	if !z.server.holds(z, name) {
		return z.outside(name)
	}
	return z.update(change)
}

// open returns the canonical form of name, or why the zone cannot be asked about it.
func (z *Zone) open(name string) (string, error) {
	if z.err != nil {
		return "", z.err
	}
	return dns.CanonicalName(name)
}

func (z *Zone) outside(name string) error {
	return fmt.Errorf("dnstest: zone %s: %s: %w", z.data.apex, name, dns.ErrNotFound)
}

// update applies the fault that is due, if any, to one swap. The caller holds the mutex.
func (z *Zone) update(change swap) error {
	lost := fmt.Errorf("dnstest: swap %s: %w: the answer was lost", change.name, dns.ErrUnknown)
	switch z.server.take(change.name, IgnoreUpdate, LoseUpdate, DropUpdate, RefuseUpdate) {
	case IgnoreUpdate:
		return nil
	case DropUpdate:
		return lost
	case RefuseUpdate:
		return fmt.Errorf("dnstest: swap %s: %w", change.name, dns.ErrDenied)
	case LoseUpdate:
		_ = z.apply(change) // nobody hears what came of it
		return lost
	default:
		return z.apply(change)
	}
}

// apply makes the change if its precondition holds.
func (z *Zone) apply(change swap) error {
	have := z.data.at(change.name)
	if change.blocked(have) {
		return &dns.ConflictError{Name: change.name, Have: have}
	}
	records := have
	if change.old != nil {
		records = z.data.without(*change.old)
	}
	if change.replacement != nil {
		records = append(slices.Clone(records), *change.replacement)
	}
	z.data = z.data.with(change.name, records)
	return nil
}

// admits checks a planted record against the zone and what is there. The caller holds the mutex.
func (z *Zone) admits(r dns.Record) error {
	if !z.server.holds(z, r.Name) {
		return z.outside(r.Name)
	}
	for _, other := range z.data.at(r.Name) {
		alias := r.Type == dns.TypeCNAME || other.Type == dns.TypeCNAME
		if alias && !r.Equal(other) {
			return &dns.ConflictError{Name: r.Name, Have: z.data.at(r.Name)}
		}
	}
	return nil
}

// swap is a checked change: old gives way to new, nil means absent.
type swap struct {
	name             string
	old, replacement *dns.Record
}

func newSwap(name string, old, replacement *dns.Record) (swap, error) {
	problems := &dns.InvalidError{Subject: "dnstest: swap " + name}
	change := swap{name: name}
	for _, side := range []struct {
		field     string
		from      *dns.Record
		canonical **dns.Record
	}{{"old", old, &change.old}, {"replacement", replacement, &change.replacement}} {
		if side.from == nil {
			continue
		}
		r, err := side.from.Canonical()
		switch {
		case err != nil:
			problems.Add(side.field, "%v", err)
		case r.Name != name:
			problems.Add(side.field, "is at %s", r.Name)
		}
		if r.TTL == 0 {
			r.TTL = defaultTTL
		}
		*side.canonical = &r
	}
	switch {
	case old == nil && replacement == nil:
		problems.Add("replacement", "is nil, and so is old")
	case old != nil && replacement != nil && change.old.Type != change.replacement.Type:
		problems.Add("replacement", "is of another type than old")
	}
	return change, problems.Err()
}

// blocked reports whether the precondition does not hold, or other data excludes the replacement.
func (c swap) blocked(have []dns.Record) bool {
	if c.old != nil && !slices.ContainsFunc(have, c.old.Equal) {
		return true
	}
	if c.replacement == nil {
		return false
	}
	for _, r := range have {
		gone := c.old != nil && c.old.Equal(r)
		alias := c.replacement.Type == dns.TypeCNAME || r.Type == dns.TypeCNAME
		if !gone && (alias || c.replacement.Equal(r)) {
			return true
		}
	}
	return false
}

// canonical checks a planted record, which may have more types than an update.
func canonical(r dns.Record, apex string) (dns.Record, error) {
	problems := &dns.InvalidError{Subject: "dnstest: record " + r.Name}
	r.Type = strings.ToUpper(r.Type)
	if r.TTL == 0 {
		r.TTL = defaultTTL
	}
	address, addressErr := netip.ParseAddr(r.Value)
	switch r.Type {
	case typeA, typeAAAA:
		if addressErr != nil || address.Zone() != "" || address.Is4() != (r.Type == typeA) {
			problems.Add("Value", "%q is no address for %s", r.Value, r.Type)
		}
		return canonicalOwner(r, problems)
	case typeNS:
		target, err := dns.CanonicalName(r.Value)
		if err != nil {
			problems.Add("Value", "%v", err)
		}
		r.Value = target
		if !dns.Within(r.Name, apex) || !dns.Within(apex, r.Name) {
			problems.Add("Name", "a zone delegates nothing; NS stands at the apex")
		}
		return canonicalOwner(r, problems)
	default:
		return r.Canonical()
	}
}

// canonicalOwner checks the name and TTL of a record whose value has been checked.
func canonicalOwner(r dns.Record, problems *dns.InvalidError) (dns.Record, error) {
	text, err := dns.Record{Name: r.Name, Type: dns.TypeTXT, TTL: r.TTL}.Canonical()
	if invalid, ok := errors.AsType[*dns.InvalidError](err); ok {
		problems.Problems = append(problems.Problems, invalid.Problems...)
	}
	r.Name = text.Name
	return r, problems.Err()
}
