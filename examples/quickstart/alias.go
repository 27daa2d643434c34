package main

import (
	"context"
	"errors"
	"strings"

	"github.com/clouddp/sdk/dns"
)

// followAlias is step 8: the alias that Create has set, walked over UDP as a client's resolver would.
func followAlias(ctx context.Context, w *world) (evidence, error) {
	chain, err := dns.Check(ctx, w.resolver, fqdn, cloudHost)
	if err != nil {
		return evidence{}, err
	}
	if !chain.OK() {
		return evidence{}, errors.New(strings.TrimSpace(chain.String()))
	}
	hop := chain.Hops[0]
	facts := map[string]any{
		"alias": hop.Owner, "target": hop.Target, "ttlSeconds": int(hop.TTL.Seconds()), "authoritative": hop.Authoritative,
		"server": hop.Server, "addresses": chain.Addresses,
	}
	return seen(facts, "%s is an alias of %s and leads to %s, told with authority by %s over UDP",
		hop.Owner, hop.Target, strings.Join(chain.Addresses, ", "), hop.Server), nil
}

// breakAlias points the alias elsewhere, as a second administrator might.
func breakAlias(w *world) {
	ours := dns.Record{Name: fqdn, Type: dns.TypeCNAME, Value: cloudHost}
	theirs := dns.Record{Name: fqdn, Type: dns.TypeCNAME, Value: "another." + cloudDomain}
	_ = w.zone.Swap(context.Background(), fqdn, &ours, &theirs) // a fault that fails to strike makes the test fail
}
