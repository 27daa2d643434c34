package dns

import (
	"context"
	"fmt"
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
	change.Servers = authority.servers
	for _, reason := range e.doubts(ctx, authority.servers) {
		change.doubt(reason)
	}
	if changed && !replaced {
		change.Wait = e.resolver.negativeTTL(ctx, authority)
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

// doubts asks the servers side by side and returns, in their order, what speaks against the change.
func (e *edit) doubts(ctx context.Context, servers []string) []string {
	reasons := make([]string, len(servers))
	var asking sync.WaitGroup
	for i, server := range servers {
		asking.Go(func() { reasons[i] = e.doubtOf(ctx, server) })
	}
	asking.Wait()
	return slices.DeleteFunc(reasons, func(reason string) bool { return reason == "" })
}

// doubtOf says how the answer of one server differs from the change; empty means that it does not.
func (e *edit) doubtOf(ctx context.Context, server string) string {
	q := question{name: e.record.Name, kind: wireType(e.record.Type)}
	a, err := e.resolver.ask(ctx, []string{server}, q)
	switch {
	case err != nil:
		return fmt.Sprintf("%s: %v", server, err)
	case a.failed():
		return fmt.Sprintf("%s: answers %s", server, rcodeName(a.rcode))
	case !a.authoritative:
		return server + ": does not answer with authority"
	}
	if have := a.recordsAt(q.name, q.kind); !e.done(have) {
		return fmt.Sprintf("%s: %s", server, holds(have))
	}
	return ""
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
