package dns

import (
	"context"
	"net"
	"slices"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// confirm asks every authoritative server for the record and completes the change with what they show. The error is
// that of ctx only: the zone already is as wanted.
func (e *edit) confirm(ctx context.Context, change *Change) error {
	changed := !e.done(change.Before)
	kept, replaced := oldTTL(change.Before, e.record.Type)
	if changed {
		change.Wait = kept
	}
	if e.resolver == nil {
		change.doubt("no resolver was given to ask the servers with")
		return nil
	}
	authority, err := e.resolver.authority(ctx, e.startOfSearch())
	if err != nil {
		change.doubt(err.Error())
		return e.wrapEnd(ctx)
	}
	opinions := e.opinions(ctx, authority)
	change.record(opinions)
	if !e.policy.content(e.count(ctx, authority, opinions)) {
		change.Verdict = AppliedUnverified
	}
	if changed && !replaced {
		change.Wait = negativeTTL(authority, opinions)
	}
	return e.wrapEnd(ctx)
}

// startOfSearch is where the search for the zone begins. A CNAME never stands at the apex, and asking a resolver for
// a name that was just removed would plant a negative answer in its cache.
func (e *edit) startOfSearch() string {
	if above := parent(e.record.Name); e.record.Type == TypeCNAME && above != "" {
		return above
	}
	return e.record.Name
}

// opinion is what one authoritative server shows of a change.
type opinion struct {
	server string
	// doubt says how its answer differs from the change; empty means that it confirms.
	doubt string
	// silent means that it did not answer at all.
	silent bool
	// soa is its SOA of the zone, zero if it does not tell.
	soa resource
}

// opinions asks the servers side by side and returns what they say in their order.
func (e *edit) opinions(ctx context.Context, zone zoneAuthority) []opinion {
	opinions := make([]opinion, len(zone.servers))
	var asking sync.WaitGroup
	for i, server := range zone.servers {
		asking.Go(func() {
			opinions[i] = e.opinionOf(ctx, server)
			if !opinions[i].silent {
				opinions[i].soa = e.resolver.soaAt(ctx, server, zone.apex)
			}
		})
	}
	asking.Wait()
	return opinions
}

func (e *edit) opinionOf(ctx context.Context, server string) opinion {
	q := question{name: e.record.Name, kind: wireType(e.record.Type)}
	a, err := e.resolver.ask(ctx, []string{server}, q)
	switch {
	case err != nil:
		return opinion{server: server, silent: true, doubt: err.Error()}
	case a.failed():
		return opinion{server: server, doubt: "answers " + rcodeName(a.rcode)}
	case !a.authoritative:
		return opinion{server: server, doubt: "does not answer with authority"}
	}
	if have := a.recordsAt(q.name, q.kind); !e.done(have) {
		return opinion{server: server, doubt: holds(have)}
	}
	return opinion{server: server}
}

// count returns how many servers confirm, and of how many. A hidden primary is not among them.
func (e *edit) count(ctx context.Context, zone zoneAuthority, opinions []opinion) (confirming, servers int) {
	var silent []string
	for _, o := range opinions {
		switch {
		case o.doubt == "":
			confirming++
		case o.silent:
			silent = append(silent, o.server)
		}
	}
	servers = len(opinions)
	if confirming == 0 || len(silent) == 0 || e.policy.content(confirming, servers) {
		return confirming, servers
	}
	hosts := e.resolver.hostAddresses(ctx, zone.primary)
	for _, server := range silent {
		if host, _, _ := net.SplitHostPort(server); slices.Contains(hosts, host) {
			servers--
		}
	}
	return confirming, servers
}

// record notes what the servers said.
func (c *Change) record(opinions []opinion) {
	c.Serials = map[string]uint32{}
	for _, o := range opinions {
		c.Servers = append(c.Servers, o.server)
		if o.soa.owner != "" {
			c.Serials[o.server] = o.soa.serial
		}
		if o.doubt != "" {
			c.Doubts = append(c.Doubts, o.server+": "+o.doubt)
		}
	}
}

// soaAt returns one server's SOA of a zone; the zero resource if it does not tell.
func (r *Resolver) soaAt(ctx context.Context, server, apex string) resource {
	a, err := r.ask(ctx, []string{server}, question{name: apex, kind: dnsmessage.TypeSOA})
	if err != nil {
		return resource{}
	}
	for _, soa := range a.at(apex, dnsmessage.TypeSOA) {
		return soa
	}
	return resource{}
}

// negativeTTL is how long a resolver may keep the answer that a name of the zone does not exist: the lesser of the SOA's
// own TTL and its minimum (RFC 2308, section 5), at the server that allows the longest. Only the zone's servers know the
// full TTL; without them the minimum is the upper bound.
func negativeTTL(zone zoneAuthority, opinions []opinion) time.Duration {
	longest, known := time.Duration(0), false
	for _, o := range opinions {
		if o.soa.owner != "" {
			longest, known = max(longest, min(o.soa.ttl, o.soa.minimum)), true
		}
	}
	if !known {
		return zone.minimum
	}
	return longest
}

// wrapEnd is the error of a ctx that ended, else nil.
func (e *edit) wrapEnd(ctx context.Context) error {
	if ctx.Err() != nil {
		return e.wrap(context.Cause(ctx))
	}
	return nil
}

func (c *Change) doubt(reason string) {
	c.Verdict = AppliedUnverified
	c.Doubts = append(c.Doubts, reason)
}

// oldTTL is the longest TTL among the records of one type, and whether there is one.
func oldTTL(records []Record, kind string) (longest time.Duration, found bool) {
	for _, r := range records {
		if r.Type == kind {
			longest, found = max(longest, r.TTL), true
		}
	}
	return longest, found
}

// wireType is the code of a type that a zone changes.
func wireType(kind string) dnsmessage.Type {
	if kind == TypeTXT {
		return dnsmessage.TypeTXT
	}
	return dnsmessage.TypeCNAME
}
