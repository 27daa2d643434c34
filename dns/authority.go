package dns

import (
	"context"
	"fmt"
	"net"
	"slices"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// maxServers bounds how many name servers of a zone are looked up, and how many of their addresses are asked.
const maxServers = 16

// zoneAuthority is the zone that a name belongs to and who answers for it.
type zoneAuthority struct {
	apex    string
	minimum time.Duration
	servers []string
}

// authority finds the zone of name and its authoritative servers.
func (r *Resolver) authority(ctx context.Context, name string) (zoneAuthority, error) {
	soa, err := r.findSOA(ctx, name)
	if err != nil {
		return zoneAuthority{}, err
	}
	found := zoneAuthority{apex: soa.owner, minimum: soa.minimum, servers: r.Authoritative}
	if len(found.servers) == 0 {
		found.servers, err = r.nameServers(ctx, soa.owner)
	}
	return found, err
}

// findSOA walks up from name to the first SOA that an ancestor owns. Where a name on the way is an alias, an SOA in the
// answer belongs to the zone of its target, so that such answers do not count.
func (r *Resolver) findSOA(ctx context.Context, name string) (resource, error) {
	for candidate := name; candidate != ""; candidate = parent(candidate) {
		a, err := r.askZone(ctx, candidate)
		if err != nil {
			return resource{}, err
		}
		if soa, ok := a.zoneOf(candidate); ok {
			return soa, nil
		}
	}
	return resource{}, fmt.Errorf("find the zone of %s: %w: no SOA at it or above", name, ErrNotFound)
}

func (r *Resolver) askZone(ctx context.Context, name string) (*answer, error) {
	if len(r.Authoritative) > 0 {
		return r.ask(ctx, r.Authoritative, question{name: name, kind: dnsmessage.TypeSOA})
	}
	return r.query(ctx, name, dnsmessage.TypeSOA)
}

// zoneOf returns the SOA of the zone that name itself belongs to.
func (a *answer) zoneOf(name string) (resource, bool) {
	if len(a.at(name, dnsmessage.TypeCNAME)) > 0 {
		return resource{}, false
	}
	for _, soa := range slices.Concat(a.at(name, dnsmessage.TypeSOA), a.authority) {
		if soa.kind == dnsmessage.TypeSOA && soa.owner != "" && Within(name, soa.owner) {
			return soa, true
		}
	}
	return resource{}, false
}

// nameServers returns the IPv4 addresses of the zone's name servers, on port 53.
func (r *Resolver) nameServers(ctx context.Context, apex string) ([]string, error) {
	delegation, err := r.query(ctx, apex, dnsmessage.TypeNS)
	if err != nil {
		return nil, err
	}
	names := delegation.at(apex, dnsmessage.TypeNS)
	var servers []string
	for _, ns := range names[:min(len(names), maxServers)] {
		a, err := r.query(ctx, ns.value, dnsmessage.TypeA)
		if ctx.Err() != nil {
			return nil, err
		}
		if err != nil {
			continue
		}
		for _, address := range a.at(ns.value, dnsmessage.TypeA) {
			servers = append(servers, net.JoinHostPort(address.value, "53"))
		}
	}
	slices.Sort(servers)
	servers = slices.Compact(servers)
	if len(servers) == 0 {
		return nil, fmt.Errorf("find the name servers of %s: %w: none has an IPv4 address", apex, ErrNotFound)
	}
	return servers[:min(len(servers), maxServers)], nil
}

// negativeTTL is how long a resolver may keep the answer that a name of the zone does not exist: the lesser of the SOA's
// own TTL and its minimum (RFC 2308, section 5). Only the zone's servers know the full TTL; without them the minimum is
// the upper bound.
func (r *Resolver) negativeTTL(ctx context.Context, zone zoneAuthority) time.Duration {
	a, err := r.ask(ctx, zone.servers, question{name: zone.apex, kind: dnsmessage.TypeSOA})
	if err != nil {
		return zone.minimum
	}
	for _, soa := range a.at(zone.apex, dnsmessage.TypeSOA) {
		return min(soa.ttl, soa.minimum)
	}
	return zone.minimum
}
