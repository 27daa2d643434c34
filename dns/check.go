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
	w := newWalk(problems, "Resolver", r, name, target)
	w.thorough = true
	return w.run(ctx, problems)
}

// checkChain is [Check] without the questions about what surrounds the alias, for those who have many to check.
func checkChain(ctx context.Context, r *Resolver, name, target string) (*Chain, error) {
	problems := &InvalidError{Subject: "dns: check"}
	return newWalk(problems, "Resolver", r, name, target).run(ctx, problems)
}

// walk follows a chain from its name on.
type walk struct {
	*Chain
	resolver *Resolver
	// thorough looks around the first alias too.
	thorough bool
}

// newWalk prepares a walk and adds to problems what keeps it from starting.
func newWalk(problems *InvalidError, field string, r *Resolver, name, target string) *walk {
	if r == nil {
		problems.Add(field, "is nil")
	} else {
		r.check(problems)
	}
	return &walk{resolver: r, Chain: &Chain{
		Name: checkName(problems, "name", name), Target: checkName(problems, "target", target),
	}}
}

func (w *walk) run(ctx context.Context, problems *InvalidError) (*Chain, error) {
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if err := w.follow(ctx); err != nil {
		return nil, fmt.Errorf("dns: check %s: %w", w.Name, err)
	}
	return w.Chain, nil
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
	alias := aliases[0]
	if err := w.lookAround(ctx, a, alias); err != nil {
		return err
	}
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

// lookAround judges what surrounds an alias.
func (w *walk) lookAround(ctx context.Context, a *answer, alias resource) error {
	if n := len(a.at(alias.owner, dnsmessage.TypeCNAME)); n > 1 {
		w.add(ProblemOtherData, alias.owner, "holds %d aliases; one is allowed", n)
	}
	if w.thorough && len(w.Hops) == 0 {
		return w.survey(ctx, a, alias)
	}
	w.judgeCompany(alias.owner, companyIn(a, alias.owner))
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
		return nil, w.judgeFailure(ctx, a, question{name: name, kind: kind, recurse: true})
	}
	return a, nil
}

// judgeFailure tells a name whose signatures do not hold from other trouble, by asking again without validation.
func (w *walk) judgeFailure(ctx context.Context, failing *answer, q question) error {
	q.unchecked = true
	a, err := w.resolver.ask(ctx, w.resolver.Servers, q)
	if ctx.Err() != nil {
		return err
	}
	if failing.rcode == dnsmessage.RCodeServerFailure && err == nil && !a.failed() {
		w.add(ProblemDNSSEC, q.name, "%s answers SERVFAIL, but not where signatures do not matter", failing.server)
		return errStop
	}
	w.add(ProblemServFail, q.name, "%s answers %s", failing.server, rcodeName(failing.rcode))
	return errStop
}

// judgeEnd looks at the last name, which is no alias. Whether it exists is for the answer about its addresses to say:
// some servers deny names when asked about types that they do not know.
func (w *walk) judgeEnd(ctx context.Context, last *answer) error {
	if len(w.Hops) > 0 && !w.passes(w.Target) {
		w.add(ProblemWrongTarget, w.Name, "leads to %s, not to %s", w.end(), w.Target)
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
		w.judgeNoAlias(last)
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

func (w *walk) judgeNoAlias(last *answer) {
	if _, apex := last.zoneAt(w.Name); apex {
		w.add(ProblemApex, w.Name, "is the apex of a zone, where no alias can stand")
		return
	}
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
