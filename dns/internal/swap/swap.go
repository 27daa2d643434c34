// Package swap is what the drivers of dns.Zone share: a swap whose input has been checked, and its precondition.
package swap

import (
	"slices"
	"time"

	"github.com/clouddp/sdk/dns"
)

// defaultTTL is given to a replacement that leaves the choice to the zone.
const defaultTTL = 300 * time.Second

// Swap is a change of one record at one name. Name and records are canonical and of one type.
type Swap struct {
	// Name is the owner.
	Name string
	// Type is that of the records.
	Type string
	// Old gives way to New; nil means absent, and one of them is not nil. New has a TTL.
	Old, New *dns.Record
}

// Check returns the swap that a caller of dns.Zone asks for. The error is a [*dns.InvalidError] about subject that lists
// every problem.
func Check(subject, name string, old, replacement *dns.Record) (*Swap, error) {
	problems := &dns.InvalidError{Subject: subject}
	canonical, err := dns.CanonicalName(name)
	if err != nil {
		problems.Add("name", "%v", err)
	}
	s := &Swap{Name: canonical}
	s.Old = s.side(problems, "old", old)
	s.New = s.side(problems, "replacement", replacement)
	switch {
	case old == nil && replacement == nil:
		problems.Add("replacement", "is nil, and so is old")
	case old != nil && replacement != nil && s.Old.Type != s.New.Type:
		problems.Add("replacement", "is of another type than old")
	}
	if s.New != nil && s.New.TTL == 0 {
		s.New.TTL = defaultTTL
	}
	return s, problems.Err()
}

// side returns one record of the swap in canonical form, nil for nil.
func (s *Swap) side(problems *dns.InvalidError, field string, record *dns.Record) *dns.Record {
	if record == nil {
		return nil
	}
	r, err := record.Canonical()
	switch {
	case err != nil:
		problems.Add(field, "%v", err)
	case r.Name != s.Name:
		problems.Add(field, "is at %s", r.Name)
	}
	s.Type = r.Type
	return &r
}

// Blocked reports whether the swap must not be made at a name that holds records, of whatever type: Old is not there, New
// is already, or one of them is a CNAME that would not stand alone.
func (s *Swap) Blocked(have []dns.Record) bool {
	if s.Old != nil && !slices.ContainsFunc(have, s.Old.Equal) {
		return true
	}
	if s.New == nil {
		return false
	}
	return slices.ContainsFunc(have, func(r dns.Record) bool {
		gone := s.Old != nil && s.Old.Equal(r)
		alias := s.Type == dns.TypeCNAME || r.Type == dns.TypeCNAME
		return !gone && (alias || s.New.Equal(r))
	})
}

// After returns what a name that holds records holds once the swap is made.
func (s *Swap) After(have []dns.Record) []dns.Record {
	after := slices.Clone(have)
	if s.Old != nil {
		after = slices.DeleteFunc(after, s.Old.Equal)
	}
	if s.New != nil {
		after = append(after, *s.New)
	}
	return after
}
