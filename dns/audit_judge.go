package dns

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/net/dns/dnsmessage"
)

// settleAll asks about every alias over the pipelines, and then looks again at those that did not get a plain answer.
func (a *audit) settleAll(ctx context.Context) error {
	if err := a.askAll(ctx); err != nil {
		return err
	}
	resolver := a.metered()
	var next atomic.Int64
	var checking sync.WaitGroup
	for range min(a.options.InFlight, len(a.odd)) {
		checking.Go(func() {
			for i := next.Add(1); int(i) <= len(a.odd) && ctx.Err() == nil; i = next.Add(1) {
				a.check(ctx, resolver, a.odd[i-1])
			}
		})
	}
	checking.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// target is where f should lead; without one, leading to itself is fine too.
func (f *finding) target() string { return cmp.Or(f.Target, f.Name) }

// setAside leaves f to [Check].
func (a *audit) setAside(f *finding) {
	a.oddMu.Lock()
	defer a.oddMu.Unlock()
	a.odd = append(a.odd, f)
}

// check settles f by [Check], which tries again, turns to other servers and to TCP, and tells what is wrong.
func (a *audit) check(ctx context.Context, r *Resolver, f *finding) {
	chain, err := checkChain(ctx, r, f.Name, f.target())
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		f.End, f.Hops = f.Name, 0
		a.settle(ctx, f, Problem{Kind: ProblemUnreachable, Name: f.Name, Detail: reason(err)})
		return
	}
	f.End, f.Hops = chain.end(), len(chain.Hops)
	a.settle(ctx, f, worst(chain.Problems))
}

// reason is what [Check] says beneath the name that the problem has already.
func reason(err error) string {
	if cause := errors.Unwrap(err); cause != nil {
		return cause.Error()
	}
	return err.Error()
}

// worst returns the problem that counts most, none if there is none.
func worst(problems []Problem) Problem {
	if len(problems) == 0 {
		return Problem{}
	}
	return slices.MinFunc(problems, func(a, b Problem) int { return cmp.Compare(rank(a.Kind), rank(b.Kind)) })
}

// rank is smaller for worse problems.
func rank(kind ProblemKind) int {
	if i := slices.Index(severity, kind); i >= 0 {
		return i
	}
	return len(severity)
}

// step says what to do next about a finding.
type step int

const (
	// stepSettled means that the answer said all.
	stepSettled step = iota
	// stepAgain means that the question goes on at the new end.
	stepAgain
	// stepOdd means that the answer is not plain.
	stepOdd
)

// judge moves f along the aliases in a and judges where they end. A recursive server gives the whole way in one answer, an
// authoritative one stops at the edge of its zones, and sometimes earlier.
func (f *flight) judge(a *answer) (step, Problem) {
	if a.failed() || a.truncated {
		return stepOdd, Problem{}
	}
	hops := f.finding.Hops
	f.follow(a)
	moved := f.finding.Hops > hops
	switch {
	case f.finding.Hops > maxHops || nameProblem(f.finding.End) != "":
		return stepOdd, Problem{}
	case a.rcode == dnsmessage.RCodeNameError:
		return stepSettled, f.absent(a)
	case a.holds(f.finding.End, dnsmessage.TypeA):
		return stepSettled, f.present()
	case moved:
		return stepAgain, Problem{}
	case a.refers():
		return stepOdd, Problem{}
	}
	return stepSettled, f.empty()
}

// follow moves f to the last name that the aliases in a lead to. One step more than allowed tells a chain that is too
// long, such as a loop.
func (f *flight) follow(a *answer) {
	for f.finding.Hops <= maxHops {
		i := slices.IndexFunc(a.records, func(r resource) bool {
			return r.kind == dnsmessage.TypeCNAME && r.owner == f.finding.End
		})
		if i < 0 {
			return
		}
		f.finding.End = a.records[i].value
		f.finding.Hops++
		if target := f.finding.target(); f.finding.End == target {
			f.finding.End, f.passed = target, true // one string less to keep
		}
	}
}

// holds reports whether a has a record of the type at owner.
func (a *answer) holds(owner string, kind dnsmessage.Type) bool {
	return slices.ContainsFunc(a.records, func(r resource) bool { return r.owner == owner && r.kind == kind })
}

// refers reports whether a sends the asker to other servers instead of saying that there is nothing.
func (a *answer) refers() bool {
	isNS := func(r resource) bool { return r.kind == dnsmessage.TypeNS }
	return !a.authoritative && slices.ContainsFunc(a.authority, isNS)
}

// absent judges an end that does not exist.
func (f *flight) absent(a *answer) Problem {
	if f.finding.Hops == 0 {
		return Problem{Kind: ProblemMissing, Name: f.finding.Name, Detail: "does not exist"}
	}
	return dangling(f.finding.End, a)
}

// present judges an end that has an address.
func (f *flight) present() Problem {
	target := f.finding.target()
	switch {
	case f.passed || f.finding.Name == target:
		return Problem{}
	case f.finding.Hops == 0:
		return Problem{Kind: ProblemOtherData, Name: f.finding.Name, Detail: "holds addresses instead of an alias"}
	}
	return f.elsewhere()
}

// empty judges an end that exists without an IPv4 address.
func (f *flight) empty() Problem {
	target := f.finding.target()
	switch {
	case f.finding.Hops == 0 && f.finding.Name != target:
		return Problem{Kind: ProblemMissing, Name: f.finding.Name, Detail: "exists but holds no alias"}
	case !f.passed && f.finding.Name != target:
		return f.elsewhere()
	}
	return Problem{Kind: ProblemNoIPv4, Name: f.finding.End, Detail: "has no IPv4 address"}
}

func (f *flight) elsewhere() Problem {
	detail := "leads to " + f.finding.End + ", not to " + f.finding.target()
	return Problem{Kind: ProblemWrongTarget, Name: f.finding.Name, Detail: detail}
}
