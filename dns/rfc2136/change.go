package rfc2136

import (
	"github.com/clouddp/sdk/dns"
)

// change is a checked swap: old gives way to replacement, nil means absent, one of them is given.
type change struct {
	name             string
	old, replacement *dns.Record
}

// newChange adds to problems what keeps the arguments of a swap from being a change.
func newChange(problems *dns.InvalidError, name string, old, replacement *dns.Record) change {
	c := change{name: addName(problems, "name", name)}
	c.old = c.checked(problems, "old", old)
	c.replacement = c.checked(problems, "replacement", replacement)
	switch {
	case old == nil && replacement == nil:
		problems.Add("replacement", "is nil, and so is old")
	case old != nil && replacement != nil && c.old.Type != c.replacement.Type:
		problems.Add("replacement", "is of type %s, but old is of type %s", c.replacement.Type, c.old.Type)
	}
	return c
}

func (c change) checked(problems *dns.InvalidError, field string, r *dns.Record) *dns.Record {
	if r == nil {
		return nil
	}
	canonical, err := r.Canonical()
	if err != nil {
		problems.Add(field, "%v", err)
	} else if canonical.Name != c.name {
		problems.Add(field, "is at %s", canonical.Name)
	}
	if canonical.TTL == 0 {
		canonical.TTL = defaultTTL
	}
	return &canonical
}

// kind is the type of the records.
func (c change) kind() string {
	if c.old != nil {
		return c.old.Type
	}
	return c.replacement.Type
}
