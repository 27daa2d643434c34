package dnstest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/clouddp/sdk/dns"
)

const (
	// soaTTL is longer than negativeTTL, so that the latter decides how long a negative answer is kept.
	soaTTL = time.Hour
	// negativeTTL is the SOA's minimum.
	negativeTTL = time.Minute
)

// data is what a zone holds at one moment. It is never changed, so that a reader needs no lock.
type data struct {
	apex    string
	serial  uint32
	records map[string][]dns.Record
}

// newData returns a zone with one name server.
func newData(apex string) *data {
	host := "ns1." + apex
	return &data{apex: apex, serial: 1, records: map[string][]dns.Record{
		apex: {{Name: apex, Type: typeNS, Value: host, TTL: soaTTL}},
		host: {{Name: host, Type: typeA, Value: nameServer, TTL: soaTTL}},
	}}
}

// at returns every record of name, the SOA first at the apex.
func (d *data) at(name string) []dns.Record {
	if name == d.apex {
		return append([]dns.Record{d.soa()}, d.records[name]...)
	}
	return d.records[name]
}

// without returns the records at r's name but r.
func (d *data) without(r dns.Record) []dns.Record {
	return slices.DeleteFunc(slices.Clone(d.records[r.Name]), r.Equal)
}

// with returns the zone with other records at one name and the next serial.
func (d *data) with(name string, records []dns.Record) *data {
	next := &data{apex: d.apex, serial: d.serial + 1, records: maps.Clone(d.records)}
	records = slices.DeleteFunc(slices.Clone(records), func(r dns.Record) bool { return r.Type == typeSOA })
	if len(records) == 0 {
		delete(next.records, name)
	} else {
		next.records[name] = records
	}
	return next
}

// exists reports whether name holds a record or stands above one that does.
func (d *data) exists(name string) bool {
	if name == d.apex || len(d.records[name]) > 0 {
		return true
	}
	for owner := range d.records {
		if strings.HasSuffix(owner, "."+name) {
			return true
		}
	}
	return false
}

// soa returns the SOA record; its value has the seven fields of RFC 1035, section 3.3.13.
func (d *data) soa() dns.Record {
	value := fmt.Sprintf("ns1.%s hostmaster.%s %d 3600 600 86400 %d", d.apex, d.apex, d.serial, negativeTTL/time.Second)
	return dns.Record{Name: d.apex, Type: typeSOA, Value: value, TTL: soaTTL}
}
