package azuredns

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dns/armdns"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/internal/swap"
)

// recordSet is what a name holds of one type.
type recordSet struct {
	name string
	kind armdns.RecordType
	// etag names the version that was read; empty if there is no such set.
	etag       string
	properties armdns.RecordSetProperties
}

func (s *recordSet) exists() bool { return s.etag != "" }

// records returns the set as package dns writes it. An alias record set is one record with the id of its resource.
func (s *recordSet) records() []dns.Record {
	values := s.values()
	if target := s.properties.TargetResource; target != nil && target.ID != nil {
		values = []string{*target.ID}
	}
	records := make([]dns.Record, len(values))
	for i, value := range values {
		records[i] = dns.Record{Name: s.name, Type: string(s.kind), Value: value, TTL: s.ttl()}
	}
	return records
}

func (s *recordSet) ttl() time.Duration {
	return time.Duration(valueOf(s.properties.TTL)) * time.Second
}

// values returns the data of every record of the set.
func (s *recordSet) values() []string {
	p := &s.properties
	switch s.kind {
	case armdns.RecordTypeCNAME:
		return data(single(p.CnameRecord), func(r *armdns.CnameRecord) string { return host(r.Cname) })
	case armdns.RecordTypeTXT:
		return data(p.TxtRecords, text)
	case armdns.RecordTypeA:
		return data(p.ARecords, func(r *armdns.ARecord) string { return valueOf(r.IPv4Address) })
	case armdns.RecordTypeAAAA:
		return data(p.AaaaRecords, func(r *armdns.AaaaRecord) string { return valueOf(r.IPv6Address) })
	case armdns.RecordTypeNS:
		return data(p.NsRecords, func(r *armdns.NsRecord) string { return host(r.Nsdname) })
	case armdns.RecordTypePTR:
		return data(p.PtrRecords, func(r *armdns.PtrRecord) string { return host(r.Ptrdname) })
	case armdns.RecordTypeSOA:
		return data(single(p.SoaRecord), func(r *armdns.SoaRecord) string { return host(r.Host) })
	case armdns.RecordTypeMX:
		return data(p.MxRecords, func(r *armdns.MxRecord) string {
			return fmt.Sprintf("%d %s", valueOf(r.Preference), host(r.Exchange))
		})
	case armdns.RecordTypeSRV:
		return data(p.SrvRecords, func(r *armdns.SrvRecord) string {
			return fmt.Sprintf("%d %d %d %s", valueOf(r.Priority), valueOf(r.Weight), valueOf(r.Port), host(r.Target))
		})
	case armdns.RecordTypeCAA:
		return data(p.CaaRecords, func(r *armdns.CaaRecord) string {
			return fmt.Sprintf("%d %s %q", valueOf(r.Flags), valueOf(r.Tag), valueOf(r.Value))
		})
	}
	return nil
}

// after returns the whole set as the change leaves it, with what is not ours in it; nil if nothing is left.
func (s *recordSet) after(change *swap.Swap) *armdns.RecordSetProperties {
	next := s.properties
	next.Fqdn, next.ProvisioningState = nil, nil // only Azure writes these
	others := s.otherTexts(change)
	switch {
	case change.New == nil && len(others) == 0:
		return nil
	case change.Type == dns.TypeCNAME:
		next.CnameRecord = &armdns.CnameRecord{Cname: new(change.New.Value)}
	case change.New == nil:
		next.TxtRecords = others
	default:
		next.TxtRecords = append(others, &armdns.TxtRecord{Value: []*string{new(change.New.Value)}})
	}
	if len(others) == 0 {
		next.TTL = new(int64(change.New.TTL / time.Second))
	}
	return &next
}

// otherTexts returns the texts that stay, as Azure holds them.
func (s *recordSet) otherTexts(change *swap.Swap) []*armdns.TxtRecord {
	return slices.DeleteFunc(slices.Clone(s.properties.TxtRecords), func(r *armdns.TxtRecord) bool {
		return r == nil || change.Old != nil && text(r) == change.Old.Value
	})
}

// text joins the strings of a TXT record.
func text(r *armdns.TxtRecord) string {
	var b strings.Builder
	for _, part := range r.Value {
		b.WriteString(valueOf(part))
	}
	return b.String()
}

// host returns a name as package dns writes it, if it is one.
func host(name *string) string {
	if canonical, err := dns.CanonicalName(valueOf(name)); err == nil {
		return canonical
	}
	return valueOf(name)
}

// data returns the data of records, leaving out those that an answer has none of.
func data[R any](records []*R, value func(*R) string) []string {
	var values []string
	for _, r := range records {
		if r != nil {
			values = append(values, value(r))
		}
	}
	return values
}

// single is the list of the record of a set that holds only one.
func single[R any](record *R) []*R { return []*R{record} }

// valueOf returns what an optional field holds, or the zero value.
func valueOf[V any](field *V) V {
	if field == nil {
		return *new(V)
	}
	return *field
}
