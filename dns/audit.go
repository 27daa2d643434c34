package dns

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// ProblemClaimable means that the alias dangles, and that the name it leads to is one that anybody can register: who does
// so receives the clients, their tokens, and can obtain a certificate for the alias. Only [Audit] reports it.
const ProblemClaimable ProblemKind = "claimable"

// Alias is one name to audit.
type Alias struct {
	// Name is the alias.
	Name string
	// Target is where it should lead; empty means that it may lead anywhere, as long as that exists.
	Target string
}

// Audited is what [Audit] found out about one alias.
type Audited struct {
	// Alias is canonical, or as given if its Problem is [ProblemBadName].
	Alias
	// End is the last name reached: Name itself where there is no alias.
	End string
	// Hops is how many aliases lead from Name to End.
	Hops int
	// Problem is the worst one found, with the reason in its Detail; its Kind is empty if there is none.
	Problem Problem
}

// OK reports whether the alias has no problem.
func (a Audited) OK() bool { return a.Problem.Kind == "" }

// String returns one line: the problem or "ok", and the way from the name to the end.
func (a Audited) String() string {
	verdict := "ok"
	if !a.OK() {
		verdict = a.Problem.String()
	}
	name := printable(a.Name)
	if a.End != "" && a.End != a.Name {
		name += " -> " + a.End
	}
	return name + ": " + verdict
}

// printable quotes a name that was given and is not one.
func printable(name string) string {
	if nameProblem(name) != "" {
		return fmt.Sprintf("%q", name)
	}
	return name
}

// AuditOptions adjusts [Audit]; nil or the zero value means every default.
type AuditOptions struct {
	// InFlight bounds how many queries wait for an answer of one server; 0 means 50, which servers that limit their
	// rate of answers put up with, and the most is 10000.
	InFlight int
	// Rate bounds the queries sent to one server in a second, up to a million; 0 means that only InFlight bounds them.
	Rate int
	// Progress, if not nil, is called with each alias as soon as it is settled, one at a time and in no order, by the
	// goroutine that ranges over the audit. What it waits for, the audit waits for.
	Progress func(Audited)
}

const (
	defaultInFlight = 50
	maxInFlight     = 10000
	maxRate         = 1000000
)

// severity lists the kinds of problem worst first. A kind that is missing comes after them, what is fine comes last.
var severity = []ProblemKind{
	ProblemClaimable, ProblemDangling, ProblemWrongTarget, ProblemLoop, ProblemTooLong, ProblemBadName,
	ProblemOtherData, ProblemApex, ProblemWildcard, ProblemMissing, ProblemNoIPv4, ProblemDNSSEC, ProblemServFail, ProblemRefused, ProblemUnreachable,
}

// Audit looks where each of many aliases leads, fast but without flooding the servers of r, which should be recursive. It
// yields them worst first, and in the order of aliases where they are equally bad: what can be taken over, what dangles,
// what leads elsewhere, what is broken in other ways, what could not be learnt, and then what is fine.
//
// Nothing is yielded before every alias is settled; [AuditOptions.Progress] sees them earlier. An alias whose answer is
// anything but plain is looked at again with [Check]. 100,000 aliases take less than 64 MB, and less time over a [BatchConn].
//
// An error comes last, after what was settled by then: [*InvalidError], that of ctx, or [ErrUnavailable] if every server
// fell silent with aliases left that nobody was asked about. A bad name is no error but a [ProblemBadName].
func Audit(ctx context.Context, r *Resolver, aliases iter.Seq[Alias], o *AuditOptions) iter.Seq2[Audited, error] {
	return func(yield func(Audited, error) bool) {
		a, err := newAudit(r, aliases, o)
		if err != nil {
			yield(Audited{}, err)
			return
		}
		err = a.collect(ctx, aliases)
		if err == nil {
			err = a.run(ctx)
		}
		if a.report(yield) && err != nil {
			yield(Audited{}, fmt.Errorf("dns: audit: %w", err))
		}
	}
}

// audit is one run of [Audit].
type audit struct {
	resolver *Resolver
	options  AuditOptions
	findings []finding
	// next is the index of the first finding that nobody was asked about.
	next atomic.Int64
	// meters are those of the servers, by address.
	meters map[string]*meter
	// odd are the findings that the plain answer to a query did not settle.
	odd   []*finding
	oddMu sync.Mutex
	// settled carries what [AuditOptions.Progress] is to see, and is closed at the end.
	settled chan *finding
}

// finding is an alias and what is known about it.
type finding struct {
	Audited
	settled bool
}

func newAudit(r *Resolver, aliases iter.Seq[Alias], o *AuditOptions) (*audit, error) {
	problems := &InvalidError{Subject: "dns: audit"}
	if r == nil {
		problems.Add("Resolver", "is nil")
	} else {
		r.check(problems)
	}
	if aliases == nil {
		problems.Add("aliases", "is nil")
	}
	a := &audit{resolver: r, meters: map[string]*meter{}, settled: make(chan *finding)}
	if o != nil {
		a.options = *o
	}
	if n := a.options.InFlight; n < 0 || n > maxInFlight {
		problems.Add("AuditOptions.InFlight", "is %d; use 1 to %d, or 0 for %d", n, maxInFlight, defaultInFlight)
	}
	if n := a.options.Rate; n < 0 || n > maxRate {
		problems.Add("AuditOptions.Rate", "is %d; use 1 to %d, or 0 for none", n, maxRate)
	}
	if a.options.InFlight == 0 {
		a.options.InFlight = defaultInFlight
	}
	return a, problems.Err()
}

// collect reads the list. What is not a name is settled here.
func (a *audit) collect(ctx context.Context, aliases iter.Seq[Alias]) error {
	for alias := range aliases {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		a.findings = append(a.findings, newFinding(alias))
	}
	return nil
}

func newFinding(alias Alias) finding {
	problems := &InvalidError{}
	canonical := Alias{Name: checkName(problems, "Name", alias.Name)}
	if alias.Target != "" {
		canonical.Target = checkName(problems, "Target", alias.Target)
	}
	if len(problems.Problems) == 0 {
		return finding{Audited: Audited{Alias: canonical, End: canonical.Name}}
	}
	first := problems.Problems[0]
	problem := Problem{Kind: ProblemBadName, Name: "its " + strings.ToLower(first.Field), Detail: first.Reason}
	return finding{Audited: Audited{Alias: alias, Problem: problem}, settled: true}
}

// run settles every alias and lets Progress see them.
func (a *audit) run(ctx context.Context) error {
	if a.options.Progress == nil {
		return a.settleAll(ctx)
	}
	for i := range a.findings {
		if a.findings[i].settled {
			a.options.Progress(a.findings[i].Audited)
		}
	}
	var err error
	go func() {
		defer close(a.settled)
		err = a.settleAll(ctx)
	}()
	for f := range a.settled {
		a.options.Progress(f.Audited)
	}
	return err
}

// settle ends the work on f.
func (a *audit) settle(ctx context.Context, f *finding, problem Problem) {
	f.Problem, f.settled = problem, true
	if a.options.Progress == nil {
		return
	}
	select {
	case a.settled <- f:
	case <-ctx.Done():
	}
}

// report yields what is settled, worst first, and reports whether the caller wants more.
func (a *audit) report(yield func(Audited, error) bool) bool {
	pass := func(wanted func(ProblemKind) bool) bool {
		for i := range a.findings {
			f := &a.findings[i]
			if f.settled && wanted(f.Problem.Kind) && !yield(f.Audited, nil) {
				return false
			}
		}
		return true
	}
	for _, kind := range severity {
		if !pass(func(k ProblemKind) bool { return k == kind }) {
			return false
		}
	}
	return pass(func(k ProblemKind) bool { return k != "" && !slices.Contains(severity, k) }) &&
		pass(func(k ProblemKind) bool { return k == "" })
}
