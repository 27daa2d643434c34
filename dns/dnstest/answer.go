package dnstest

import (
	"slices"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/clouddp/sdk/dns"
)

// maxChase bounds how many aliases one answer follows.
const maxChase = 16

// The codes that package dnsmessage does not name.
const (
	typeIXFR     = dnsmessage.Type(251)
	opcodeUpdate = dnsmessage.OpCode(5)
)

// answer is what the server says to a question before it is packed.
type answer struct {
	rcode         dnsmessage.RCode
	authoritative bool
	records       []dns.Record
	// authority is the SOA that comes with a negative answer.
	authority []dns.Record
}

// answer looks up name and follows its aliases through the zones of v. An alias that leads out of them, or round in
// circles, ends the answer where it is.
func (v view) answer(name string, kind dnsmessage.Type) answer {
	if kind == dnsmessage.TypeAXFR || kind == typeIXFR || v.zoneOf(name) == nil {
		return answer{rcode: dnsmessage.RCodeRefused}
	}
	a := answer{authoritative: true}
	for range maxChase {
		zone := v.zoneOf(name)
		if zone == nil {
			return a
		}
		found := matching(zone.at(name), kind)
		a.records = append(a.records, found...)
		if len(found) == 0 {
			return a.negative(zone, name)
		}
		alias := found[0]
		if alias.Type != dns.TypeCNAME || kind == dnsmessage.TypeCNAME || kind == dnsmessage.TypeALL {
			return a
		}
		name = alias.Value
		if slices.ContainsFunc(a.records, func(r dns.Record) bool { return r.Name == name }) {
			return a
		}
	}
	return a
}

// negative ends an answer at a name that does not exist or has nothing of the type asked for.
func (a answer) negative(zone *data, name string) answer {
	if !zone.exists(name) {
		a.rcode = dnsmessage.RCodeNameError
	}
	a.authority = []dns.Record{zone.soa()}
	return a
}

// matching returns the records of the type asked for, or the alias that stands for all of them. ANY gets the first
// type only (RFC 8482).
func matching(records []dns.Record, kind dnsmessage.Type) []dns.Record {
	var found []dns.Record
	for _, r := range records {
		switch {
		case kind == dnsmessage.TypeALL && (len(found) == 0 || found[0].Type == r.Type):
			found = append(found, r)
		case wireType(r.Type) == kind, r.Type == dns.TypeCNAME:
			found = append(found, r)
		}
	}
	return found
}
