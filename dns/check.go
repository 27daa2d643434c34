package dns

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/net/dns/dnsmessage"
)

// maxHops is the longest chain followed; the resolvers of common systems give up at about as many.
const maxHops = 16

// Check walks the CNAME chain of name with its own queries and reports everything that would keep a client from
// reaching target through it. An alias on the way to target, or beyond it, is fine; so is a name that is itself target.
//
// Problems found are in the Chain; the error is for what could not be asked: [*InvalidError], [ErrUnavailable] if no
// server answered at all, or that of ctx.
func Check(ctx context.Context, r *Resolver, name, target string) (*Chain, error) {
	problems := &InvalidError{Subject: "dns: check"}
	chain := &Chain{Name: checkName(problems, "name", name), Target: checkName(problems, "target", target)}
	if r == nil {
		problems.Add("Resolver", "is nil")
	} else {
		r.check(problems)
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	w := walk{resolver: r, Chain: chain}
	if err := w.follow(ctx); err != nil {
		return nil, fmt.Errorf("dns: check %s: %w", chain.Name, err)
	}
	return chain, nil
}

// walk follows a chain from its name on.
type walk struct {
	*Chain
	resolver *Resolver
}

// errStop ends a walk after a problem that leaves nothing to follow.
var errStop = errors.New("the chain ends here")

func (w *walk) follow(ctx context.Context) error {
	var err error
	for err == nil {
		err = w.step(ctx)
	}
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// step asks for the CNAME at the end of the chain and appends it, or judges the end.
func (w *walk) step(ctx context.Context) error {
	owner := w.end()
	a, err := w.ask(ctx, owner, dnsmessage.TypeCNAME)
	if err != nil {
		return err
	}
	aliases := a.at(owner, dnsmessage.TypeCNAME)
	if len(aliases) == 0 {
		return w.judgeEnd(ctx, a)
	}
	w.judgeCompany(a, owner)
	alias := aliases[0]
	looped := w.passes(alias.value)
	w.Hops = append(w.Hops, Hop{
		Owner: owner, Target: alias.value, TTL: alias.ttl,
		Authoritative: a.authoritative, Server: a.server, RTT: a.rtt,
	})
	switch {
	case looped:
		w.add(ProblemLoop, owner, "leads back to %s", alias.value)
		return errStop
	case len(w.Hops) > maxHops:
		w.add(ProblemTooLong, w.Name, "more than %d aliases in a row", maxHops)
		return errStop
	case nameProblem(alias.value) != "":
		w.add(ProblemBadName, owner, "leads to %s", alias.value)
		return errStop
	}
	return nil
}

// ask puts a question about the chain. An answer that settles nothing becomes a problem and errStop.
func (w *walk) ask(ctx context.Context, name string, kind dnsmessage.Type) (*answer, error) {
	a, err := w.resolver.query(ctx, name, kind)
	switch {
	case err != nil && len(w.Hops) > 0 && errors.Is(err, ErrUnavailable):
		w.add(ProblemUnreachable, name, "%v", err)
		return nil, errStop
	case err != nil:
		return nil, err
	case a.rcode == dnsmessage.RCodeRefused:
		w.add(ProblemRefused, name, "%s refuses to answer", a.server)
		return nil, errStop
	case a.failed():
		w.add(ProblemServFail, name, "%s answers %s", a.server, rcodeName(a.rcode))
		return nil, errStop
	}
	return a, nil
}

// judgeCompany notes what stands beside a CNAME. Only DNSSEC records may (RFC 4034, section 3).
func (w *walk) judgeCompany(a *answer, owner string) {
	if n := len(a.at(owner, dnsmessage.TypeCNAME)); n > 1 {
		w.add(ProblemOtherData, owner, "holds %d aliases; one is allowed", n)
	}
	const typeRRSIG, typeNSEC = 46, 47
	for _, r := range a.records {
		if r.owner == owner && r.kind != dnsmessage.TypeCNAME && r.kind != typeRRSIG && r.kind != typeNSEC {
			w.add(ProblemOtherData, owner, "holds %s beside its alias", typeName(r.kind))
			return
		}
	}
}

// judgeEnd looks at the last name, which is no alias.
func (w *walk) judgeEnd(ctx context.Context, last *answer) error {
	if len(w.Hops) > 0 && !w.passes(w.Target) {
		w.add(ProblemWrongTarget, w.Name, "leads to %s, not to %s", w.end(), w.Target)
	}
	if last.rcode == dnsmessage.RCodeNameError {
		w.addAbsent("does not exist")
		return errStop
	}
	a, err := w.ask(ctx, w.end(), dnsmessage.TypeA)
	if err != nil {
		return err
	}
	v4 := addresses(a, w.end(), dnsmessage.TypeA)
	v6, err := w.ipv6(ctx)
	if err != nil {
		return err
	}
	w.Addresses = slices.Concat(v4, v6)
	switch {
	case a.rcode == dnsmessage.RCodeNameError:
		w.addAbsent("does not exist")
	case len(w.Hops) == 0 && w.Name != w.Target:
		w.judgeNoAlias()
	case len(v4) == 0:
		w.add(ProblemNoIPv4, w.end(), "has no IPv4 address")
	}
	return errStop
}

// addAbsent notes that the end does not exist: a missing alias, or one that dangles.
func (w *walk) addAbsent(detail string) {
	if len(w.Hops) == 0 {
		w.add(ProblemMissing, w.Name, "%s", detail)
		return
	}
	w.add(ProblemDangling, w.end(), "%s", detail)
}

func (w *walk) judgeNoAlias() {
	if len(w.Addresses) > 0 {
		w.add(ProblemOtherData, w.Name, "holds addresses instead of an alias")
		return
	}
	w.add(ProblemMissing, w.Name, "exists but holds no alias")
}

// ipv6 returns the IPv6 addresses at the end. Clients do not need them, so that a failing answer is no problem.
func (w *walk) ipv6(ctx context.Context) ([]string, error) {
	a, err := w.resolver.query(ctx, w.end(), dnsmessage.TypeAAAA)
	if errors.Is(err, ErrUnavailable) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return addresses(a, w.end(), dnsmessage.TypeAAAA), nil
}

func addresses(a *answer, owner string, kind dnsmessage.Type) []string {
	var found []string
	for _, r := range a.at(owner, kind) {
		found = append(found, r.value)
	}
	return found
}
