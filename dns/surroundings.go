package dns

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/dns/dnsmessage"
)

// The types that package dnsmessage does not name.
const (
	typeRRSIG = dnsmessage.Type(46)
	typeNSEC  = dnsmessage.Type(47)
	typeHTTPS = dnsmessage.Type(65)
	typeCAA   = dnsmessage.Type(257)
)

// companyTypes are what stands beside an alias on servers that let it. Each is asked for by itself, because servers no
// longer answer ANY in full (RFC 8482).
func companyTypes() []dnsmessage.Type {
	return []dnsmessage.Type{
		dnsmessage.TypeSOA, dnsmessage.TypeNS, dnsmessage.TypeA, dnsmessage.TypeAAAA, dnsmessage.TypeTXT,
		dnsmessage.TypeMX, dnsmessage.TypeSRV, typeCAA, typeHTTPS,
	}
}

// survey asks, side by side, what a client would never ask about an alias: what else its owner holds, and whether it has
// the alias for itself. A question that nobody answers proves nothing and is no problem.
func (w *walk) survey(ctx context.Context, a *answer, alias resource) error {
	types := companyTypes()
	found := make([][]dnsmessage.Type, len(types))
	var wildcard bool
	var asking sync.WaitGroup
	asking.Go(func() { wildcard = w.fromWildcard(ctx, alias) })
	for i, kind := range types {
		asking.Go(func() {
			if beside, err := w.resolver.query(ctx, alias.owner, kind); err == nil {
				found[i] = companyIn(beside, alias.owner)
			}
		})
	}
	asking.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	w.judgeCompany(alias.owner, slices.Concat(companyIn(a, alias.owner), slices.Concat(found...)))
	if wildcard {
		w.add(ProblemWildcard, alias.owner, "has no alias of its own; every name there leads to %s", alias.value)
	}
	return nil
}

// companyIn returns the types that owner holds beside an alias. Those of DNSSEC may stand there (RFC 4034, section 3).
func companyIn(a *answer, owner string) []dnsmessage.Type {
	var found []dnsmessage.Type
	for _, r := range a.records {
		if r.owner == owner && r.kind != dnsmessage.TypeCNAME && r.kind != typeRRSIG && r.kind != typeNSEC {
			found = append(found, r.kind)
		}
	}
	return found
}

// judgeCompany notes the types beside an alias. An SOA makes its owner the apex of a zone.
func (w *walk) judgeCompany(owner string, beside []dnsmessage.Type) {
	if len(beside) == 0 {
		return
	}
	slices.Sort(beside)
	beside = slices.Compact(beside)
	names := make([]string, len(beside))
	for i, kind := range beside {
		names[i] = typeName(kind)
	}
	kind := ProblemOtherData
	if slices.Contains(beside, dnsmessage.TypeSOA) {
		kind = ProblemApex
	}
	w.add(kind, owner, "holds %s beside its alias", strings.Join(names, ", "))
}

// fromWildcard reports whether a wildcard stands in for the alias. A wildcard answers for a random name beside the alias
// too. One that the alias merely agrees with does not answer below it, where a name that exists ends its reach (RFC
// 4592, section 2.2.1).
func (w *walk) fromWildcard(ctx context.Context, alias resource) bool {
	above := parent(alias.owner)
	if above == "" || strings.HasPrefix(alias.owner, "*.") {
		return false
	}
	label := "probe-" + strings.ToLower(rand.Text())
	return w.leadsTo(ctx, label+"."+above, alias.value) && w.leadsTo(ctx, label+"."+alias.owner, alias.value)
}

// leadsTo reports whether name is an alias of target.
func (w *walk) leadsTo(ctx context.Context, name, target string) bool {
	if nameProblem(name) != "" {
		return false
	}
	a, err := w.resolver.query(ctx, name, dnsmessage.TypeCNAME)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(a.at(name, dnsmessage.TypeCNAME), func(r resource) bool { return r.value == target })
}
