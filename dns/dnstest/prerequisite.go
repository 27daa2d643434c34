package dnstest

import (
	"slices"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/clouddp/sdk/dns"
)

// checkPrerequisites returns the code of the first prerequisite that does not hold (RFC 2136, section 3.2).
func (u update) checkPrerequisites(d *data, holds func(string) bool) dnsmessage.RCode {
	var values []updateRecord
	for _, r := range u.prerequisites {
		var code dnsmessage.RCode
		switch {
		case r.TTL != 0:
			return dnsmessage.RCodeFormatError
		case !holds(r.Name):
			return rcodeNotZone
		case r.class == dnsmessage.ClassINET:
			values = append(values, r)
			continue
		case !r.empty:
			return dnsmessage.RCodeFormatError
		case r.class == classAny:
			code = r.mustExist(d)
		case r.class == classNone:
			code = r.mustNotExist(d)
		default:
			return dnsmessage.RCodeFormatError
		}
		if code != dnsmessage.RCodeSuccess {
			return code
		}
	}
	return checkValues(d, values)
}

func (r updateRecord) mustExist(d *data) dnsmessage.RCode {
	switch {
	case r.foundIn(d):
		return dnsmessage.RCodeSuccess
	case r.kind == dnsmessage.TypeALL:
		return dnsmessage.RCodeNameError
	default:
		return rcodeNXRRSet
	}
}

func (r updateRecord) mustNotExist(d *data) dnsmessage.RCode {
	switch {
	case !r.foundIn(d):
		return dnsmessage.RCodeSuccess
	case r.kind == dnsmessage.TypeALL:
		return rcodeYXDomain
	default:
		return rcodeYXRRSet
	}
}

// foundIn reports whether the zone holds the record's type at its name; ANY is any type.
func (r updateRecord) foundIn(d *data) bool {
	return slices.ContainsFunc(d.at(r.Name), func(have dns.Record) bool {
		return r.kind == dnsmessage.TypeALL || wireType(have.Type) == r.kind
	})
}

// checkValues compares whole sets of records: nothing may be missing, and there may be nothing else.
func checkValues(d *data, values []updateRecord) dnsmessage.RCode {
	for _, r := range values {
		isWanted := func(have dns.Record) bool {
			return slices.ContainsFunc(values, func(v updateRecord) bool { return v.Equal(have) })
		}
		have := d.at(r.Name)
		if r.Type == "" || !slices.ContainsFunc(have, r.Equal) {
			return rcodeNXRRSet
		}
		for _, other := range have {
			if other.Type == r.Type && !isWanted(other) {
				return rcodeNXRRSet
			}
		}
	}
	return dnsmessage.RCodeSuccess
}

// scan checks the update section before anything changes (RFC 2136, section 3.4.1). Records that a zone of this server
// cannot hold are refused, as a policy would.
func (u update) scan(holds func(string) bool) dnsmessage.RCode {
	for _, r := range u.changes {
		meta := r.kind >= 128 && r.kind <= 255 // RFC 6895, section 3.1
		switch {
		case !holds(r.Name):
			return rcodeNotZone
		case r.class == dnsmessage.ClassINET:
			if meta || r.empty {
				return dnsmessage.RCodeFormatError
			}
			if _, err := canonical(r.Record, u.apex); err != nil && r.Type != typeSOA {
				return dnsmessage.RCodeRefused
			}
		case r.class == classAny:
			if r.TTL != 0 || !r.empty || meta && r.kind != dnsmessage.TypeALL {
				return dnsmessage.RCodeFormatError
			}
		case r.class != classNone, r.TTL != 0, meta:
			return dnsmessage.RCodeFormatError
		}
	}
	return dnsmessage.RCodeSuccess
}
