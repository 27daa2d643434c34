package dns

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// maxServers bounds how many name servers of a zone are looked up, and how many of their addresses are asked.
const maxServers = 16

// zoneAuthority is the zone that a name belongs to and who answers for it.
type zoneAuthority struct {
	apex string
	// primary is the host from which the others get the zone, as its SOA names it.
	primary string
	minimum time.Duration
	servers []string
}

// authority finds the zone of name and its authoritative servers.
func (r *Resolver) authority(ctx context.Context, name string) (zoneAuthority, error) {
	soa, err := r.findSOA(ctx, name)
	if err != nil {
		return zoneAuthority{}, err
	}
	found := zoneAuthority{apex: soa.owner, primary: soa.value, minimum: soa.minimum, servers: r.Authoritative}
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

// zoneAt returns the SOA of the zone whose apex is name.
func (a *answer) zoneAt(name string) (resource, bool) {
	soa, found := a.zoneOf(name)
	return soa, found && soa.owner == name
}

// nameServers returns the addresses of the zone's name servers, on port 53.
func (r *Resolver) nameServers(ctx context.Context, apex string) ([]string, error) {
	delegation, err := r.query(ctx, apex, dnsmessage.TypeNS)
	if err != nil {
		return nil, err
	}
	names := delegation.at(apex, dnsmessage.TypeNS)
	names = names[:min(len(names), maxServers)]
	found := make([][]string, len(names))
	var asking sync.WaitGroup
	for i, ns := range names {
		asking.Go(func() { found[i] = r.hostAddresses(ctx, ns.value) })
	}
	asking.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var servers []string
	for _, address := range slices.Concat(found...) {
		servers = append(servers, net.JoinHostPort(address, "53"))
	}
	slices.Sort(servers)
	servers = slices.Compact(servers)
	if len(servers) == 0 {
		return nil, fmt.Errorf("find the name servers of %s: %w: none has an address", apex, ErrNotFound)
	}
	return servers[:min(len(servers), maxServers)], nil
}

// hostAddresses returns the IPv4 addresses of a host or, if it has none, the IPv6 addresses: a machine without IPv6
// could not ask the others anyway. What cannot be learnt counts as none.
func (r *Resolver) hostAddresses(ctx context.Context, host string) []string {
	if nameProblem(host) != "" {
		return nil
	}
	for _, family := range []dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeAAAA} {
		a, err := r.query(ctx, host, family)
		if err != nil {
			continue
		}
		if found := addresses(a, host, family); len(found) > 0 {
			return found
		}
	}
	return nil
}
