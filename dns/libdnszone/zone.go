package libdnszone

import (
	"context"
	"fmt"
	"time"

	"github.com/libdns/libdns"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/internal/swap"
)

// Provider is what a libdns provider must offer. A [libdns.RecordSetter] is used where it is one too.
type Provider interface {
	libdns.RecordGetter
	libdns.RecordAppender
	libdns.RecordDeleter
}

// Zone is one zone of a libdns provider. It implements [dns.Zone] and is safe for concurrent use while its fields do not
// change; it answers the end of a context as promptly as its provider does. Do not copy it.
type Zone struct {
	// Provider reads and writes the records. Required.
	Provider Provider
	// Name is the zone: "contoso.com". Required.
	Name string
	// ZoneFileTexts says that the provider returns the value of a TXT record as a zone file writes it: in quotation
	// marks, with backslashes before special characters, or both. github.com/libdns/rfc2136 v1.0.1 is one of these. A
	// swap that ends with an [*AlteredError] because of quotation marks or backslashes is a sign of it.
	ZoneFileTexts bool
	// Settle is how long a provider that lists its records with a delay may take to show a change; 0 means that it shows
	// them at once.
	Settle time.Duration

	turns turns
}

var _ dns.Zone = (*Zone)(nil)

// Lookup implements [dns.Zone].
func (z *Zone) Lookup(ctx context.Context, name string) ([]dns.Record, error) {
	canonical, err := z.locate(name)
	if err != nil {
		return nil, err
	}
	all, err := z.read(ctx, canonical)
	if err != nil {
		return nil, err
	}
	var changeable []dns.Record
	for _, h := range all {
		if h.Type == dns.TypeCNAME || h.Type == dns.TypeTXT {
			changeable = append(changeable, h.Record)
		}
	}
	return changeable, nil
}

// Swap implements [dns.Zone].
func (z *Zone) Swap(ctx context.Context, name string, old, replacement *dns.Record) error {
	canonical, err := z.locate(name)
	if err != nil {
		return err
	}
	change, err := swap.Check("libdnszone: swap "+canonical, canonical, old, replacement)
	if err != nil {
		return err
	}
	if err := refuseEmptyTexts(change); err != nil {
		return err
	}
	if err := z.turns.take(ctx, canonical); err != nil {
		return fmt.Errorf("libdnszone: swap %s: %w", canonical, err)
	}
	defer z.turns.release(canonical)
	return z.swap(ctx, change)
}

func (z *Zone) swap(ctx context.Context, change *swap.Swap) error {
	have, err := z.read(ctx, change.Name)
	if err != nil {
		return err
	}
	apex := change.Name == z.apex() && change.New != nil && change.Type == dns.TypeCNAME
	if apex || change.Blocked(records(have)) {
		return &dns.ConflictError{Name: change.Name, Have: records(have)}
	}
	e := &edit{zone: z, Swap: change, have: have}
	return e.run(ctx)
}

// locate returns the canonical form of a name inside the zone, or why the zone cannot be asked about it.
func (z *Zone) locate(name string) (string, error) {
	problems := &dns.InvalidError{Subject: "libdnszone: zone"}
	if z.Provider == nil {
		problems.Add("Provider", "is nil; give a libdns provider")
	}
	apex, err := dns.CanonicalName(z.Name)
	if err != nil {
		problems.Add("Name", "%v", err)
	}
	if z.Settle < 0 {
		problems.Add("Settle", "is %v; use 0 or more", z.Settle)
	}
	if err := problems.Err(); err != nil {
		return "", err
	}
	canonical, err := dns.CanonicalName(name)
	if err != nil {
		return "", err
	}
	if !dns.Within(canonical, apex) {
		return "", fmt.Errorf("libdnszone: zone %s: %s: %w", apex, canonical, dns.ErrNotFound)
	}
	return canonical, nil
}

// apex is the name of a zone that locate has accepted.
func (z *Zone) apex() string {
	apex, _ := dns.CanonicalName(z.Name)
	return apex
}

// origin is the zone's name as libdns providers are asked for it.
func (z *Zone) origin() string { return z.apex() + "." }

// refuseEmptyTexts keeps DeleteRecords from deleting every text of a name.
func refuseEmptyTexts(change *swap.Swap) error {
	problems := &dns.InvalidError{Subject: "libdnszone: swap " + change.Name}
	if change.Old != nil && change.Old.Value == "" {
		problems.Add("old", "is an empty text, which libdns cannot tell from every text")
	}
	if change.New != nil && change.New.Value == "" {
		problems.Add("replacement", "is an empty text, which libdns cannot tell from every text")
	}
	return problems.Err()
}
