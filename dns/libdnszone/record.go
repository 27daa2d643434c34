package libdnszone

import (
	"context"
	"fmt"
	"strings"

	"github.com/libdns/libdns"

	"github.com/clouddp/sdk/dns"
)

// held is one record of a name.
type held struct {
	dns.Record
	// raw is the record as the provider returned it; it may carry data of the provider's own.
	raw libdns.Record
}

func records(have []held) []dns.Record {
	plain := make([]dns.Record, len(have))
	for i, h := range have {
		plain[i] = h.Record
	}
	return plain
}

// read returns every record of name but the signatures of a signed zone, which stand beside any other.
func (z *Zone) read(ctx context.Context, name string) ([]held, error) {
	if ctx.Err() != nil {
		return nil, fmt.Errorf("libdnszone: read %s: %w", name, context.Cause(ctx))
	}
	apex := z.apex()
	all, err := z.Provider.GetRecords(ctx, z.origin())
	if err != nil {
		return nil, fmt.Errorf("libdnszone: read %s: %w: %w", name, dns.ErrUnavailable, err)
	}
	var have []held
	for _, raw := range all {
		if raw == nil {
			continue
		}
		rr := raw.RR()
		owner, ok := absolute(rr.Name, apex)
		kind := strings.ToUpper(rr.Type)
		switch {
		case !ok || kind == "RRSIG" || kind == "NSEC":
		case kind == "NS" && owner != apex && dns.Within(name, owner):
			return nil, fmt.Errorf("libdnszone: zone %s: %s: %w: %s is delegated to %s", apex, name, dns.ErrNotFound, owner, rr.Data)
		case owner == name:
			record := dns.Record{Name: name, Type: kind, Value: z.value(kind, rr.Data), TTL: rr.TTL}
			have = append(have, held{record, raw})
		}
	}
	return have, nil
}

// value returns the data of a record as package dns writes it. A target is absolute, with or without its dot.
func (z *Zone) value(kind, data string) string {
	switch {
	case kind == dns.TypeCNAME:
		if target, err := dns.CanonicalName(data); err == nil {
			return target
		}
	case kind == dns.TypeTXT && z.ZoneFileTexts:
		return zoneFileText(data)
	}
	return data
}

// toProvider returns a record as libdns asks for it, with the dot that keeps a target from becoming a name of the zone.
func (z *Zone) toProvider(r dns.Record) libdns.Record {
	name := relative(r.Name, z.apex())
	if r.Type == dns.TypeCNAME {
		return libdns.CNAME{Name: name, TTL: r.TTL, Target: r.Value + "."}
	}
	return libdns.TXT{Name: name, TTL: r.TTL, Text: r.Value}
}

// asShown returns a record as the provider returned it, so that the provider finds it again, unless it would read the
// value as another one.
func (z *Zone) asShown(h held) libdns.Record {
	if h.Type == dns.TypeTXT && z.ZoneFileTexts {
		return z.toProvider(h.Record)
	}
	return h.raw
}
