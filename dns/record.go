package dns

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// The types of record that a [Zone] changes.
const (
	TypeCNAME = "CNAME"
	TypeTXT   = "TXT"
)

const (
	// maxText is the longest character-string (RFC 1035, section 3.3).
	maxText = 255
	// maxTTL is the longest time to live (RFC 2181, section 8).
	maxTTL = math.MaxInt32 * time.Second
	// defaultTTL is short enough to move an alias within minutes.
	defaultTTL = 300 * time.Second
)

// Record is one resource record. Names and CNAME values are fully qualified A-labels; a trailing dot and upper case
// are accepted and normalised away, so "Clouddp.contoso.com." and "clouddp.contoso.com" are the same name.
type Record struct {
	// Name is the owner.
	Name string
	// Type is [TypeCNAME] or [TypeTXT]. What is found beside them, as in a [*ConflictError], may have any other type.
	Type string
	// Value is the target of a CNAME or the text of a TXT record, at most 255 bytes.
	Value string
	// TTL is 0 to 2^31-1 seconds, in whole seconds; 0 leaves the choice to the zone, which [Ensure] makes 300 s.
	TTL time.Duration
}

// Canonical returns r with its name, type and target as this package compares them, or an [*InvalidError] that lists
// everything that keeps r from being set in a zone.
func (r Record) Canonical() (Record, error) {
	problems := &InvalidError{Subject: "dns: record"}
	r.Name = checkName(problems, "Name", r.Name)
	r.Type = strings.ToUpper(r.Type)
	switch r.Type {
	case TypeCNAME:
		r.Value = r.checkTarget(problems)
	case TypeTXT:
		if len(r.Value) > maxText {
			problems.Add("Value", "has %d bytes; a text has at most %d", len(r.Value), maxText)
		}
	default:
		problems.Add("Type", "is %q; use CNAME or TXT", r.Type)
	}
	if r.TTL < 0 || r.TTL > maxTTL || r.TTL%time.Second != 0 {
		problems.Add("TTL", "is %v; use whole seconds from 0 to 2^31-1", r.TTL)
	}
	return r, problems.Err()
}

func (r Record) checkTarget(problems *InvalidError) string {
	target := checkName(problems, "Value", r.Value)
	switch {
	case strings.HasPrefix(target, "*"):
		problems.Add("Value", "is a wildcard; an alias leads to one host")
	case target != "" && target == r.Name:
		problems.Add("Value", "is the name itself; an alias leads elsewhere")
	}
	return target
}

// Equal reports whether r and other are the same record. The TTL makes no difference, nor do case and a trailing dot
// in names.
func (r Record) Equal(other Record) bool {
	if fold(r.Name) != fold(other.Name) || !strings.EqualFold(r.Type, other.Type) {
		return false
	}
	if strings.EqualFold(r.Type, TypeCNAME) {
		return fold(r.Value) == fold(other.Value)
	}
	return r.Value == other.Value
}

// String returns the record in the order of a zone file, with a text quoted.
func (r Record) String() string {
	return fmt.Sprintf("%s %d %s", r.Name, int64(r.TTL/time.Second), r.data())
}

// data is the type and value.
func (r Record) data() string {
	if r.Type == TypeTXT {
		return fmt.Sprintf("%s %q", r.Type, r.Value)
	}
	return r.Type + " " + r.Value
}
