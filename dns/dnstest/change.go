package dnstest

import (
	"net/netip"
	"slices"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/clouddp/sdk/dns"
)

// apply returns the zone with one record of an update section applied (RFC 2136, section 3.4.2), or d itself if that
// changes nothing.
func (r updateRecord) apply(d *data) *data {
	have := d.records[r.Name]
	var records []dns.Record
	switch r.class {
	case dnsmessage.ClassINET:
		records = r.added(have, d.apex)
	case classAny:
		records = slices.DeleteFunc(slices.Clone(have), func(other dns.Record) bool {
			return (r.kind == dnsmessage.TypeALL || r.Type == other.Type) && other.Type != typeNS
		})
	default:
		records = r.removed(have)
	}
	if slices.Equal(records, have) {
		return d
	}
	return d.with(r.Name, records)
}

// added returns the records at a name with r among them. A CNAME beside other data is silently left out, and so is other
// data beside a CNAME, as the standard wants it; another CNAME is replaced, and nobody replaces the SOA.
func (r updateRecord) added(have []dns.Record, apex string) []dns.Record {
	alias := r.Type == dns.TypeCNAME
	atApex := r.Name == apex // where the SOA stands
	mixes := func(other dns.Record) bool { return alias != (other.Type == dns.TypeCNAME) }
	record, err := canonical(r.Record, apex)
	if err != nil || alias && atApex || slices.ContainsFunc(have, mixes) {
		return have
	}
	records := slices.DeleteFunc(slices.Clone(have), func(other dns.Record) bool { return alias || other.Equal(record) })
	return append(records, record)
}

// removed returns the records at a name without r. The last name server stays.
func (r updateRecord) removed(have []dns.Record) []dns.Record {
	servers := 0
	for _, other := range have {
		if other.Type == typeNS {
			servers++
		}
	}
	if r.Type == typeNS && servers == 1 {
		return have
	}
	return slices.DeleteFunc(slices.Clone(have), r.Equal)
}

// addressOf returns an IPv4 or IPv6 address as text.
func addressOf(b []byte) string {
	address, _ := netip.AddrFromSlice(b)
	return address.String()
}
