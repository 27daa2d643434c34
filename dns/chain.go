package dns

import (
	"fmt"
	"strings"
	"time"
)

// Hop is one step of a CNAME chain.
type Hop struct {
	// Owner points to Target.
	Owner, Target string
	// TTL is as the server gave it.
	TTL time.Duration
	// Authoritative is the AA bit of the answer.
	Authoritative bool
	// Server gave the answer, as host:port.
	Server string
	// RTT is the time it took.
	RTT time.Duration
}

// Chain is what a client meets when it resolves an alias.
type Chain struct {
	// Name is the alias and Target what it should lead to, both canonical.
	Name, Target string
	// Hops are in order from Name.
	Hops []Hop
	// Addresses are the IPv4 and then the IPv6 addresses at the end.
	Addresses []string
	// Problems are empty if the alias leads to Target and on to an IPv4 address.
	Problems []Problem
}

// ProblemKind classifies a [Problem] of a chain.
type ProblemKind string

// The kinds of problem that [Check] reports.
const (
	// ProblemMissing means that there is no alias at the name.
	ProblemMissing ProblemKind = "missing"
	// ProblemWrongTarget means that the alias leads elsewhere.
	ProblemWrongTarget ProblemKind = "wrong-target"
	// ProblemDangling means that the alias leads to a name that does not exist, which somebody else may come to own.
	ProblemDangling ProblemKind = "dangling"
	// ProblemNoIPv4 means that the end exists without an IPv4 address; clients of a cloud distribution point need one.
	ProblemNoIPv4 ProblemKind = "no-ipv4"
	// ProblemLoop means that the chain leads back to a name on it.
	ProblemLoop ProblemKind = "loop"
	// ProblemTooLong means more than 16 aliases in a row.
	ProblemTooLong ProblemKind = "too-long"
	// ProblemOtherData means that data which excludes an alias stands at the name.
	ProblemOtherData ProblemKind = "other-data"
	// ProblemApex means that the name is the apex of a zone, where SOA and NS records exclude an alias.
	ProblemApex ProblemKind = "apex"
	// ProblemWildcard means that the name has no alias of its own: one that stands for every name there answers.
	ProblemWildcard ProblemKind = "wildcard"
	// ProblemBadName means that an alias leads to something that is not a host name.
	ProblemBadName ProblemKind = "bad-name"
	// ProblemDNSSEC means that a validating server refuses the data of the name, which it has, for its signatures.
	ProblemDNSSEC ProblemKind = "dnssec"
	// ProblemServFail means that every server failed: a lame delegation, or trouble of its own.
	ProblemServFail ProblemKind = "servfail"
	// ProblemRefused means that every server refused to answer: the wrong server, or its access list.
	ProblemRefused ProblemKind = "refused"
	// ProblemUnreachable means that the servers stopped answering on the way.
	ProblemUnreachable ProblemKind = "unreachable"
	// ProblemSplitHorizon means that vantage points see different things; [CheckFrom] compares them.
	ProblemSplitHorizon ProblemKind = "split-horizon"
)

// Problem is one thing wrong with a chain.
type Problem struct {
	// Kind is stable across releases.
	Kind ProblemKind
	// Name is the owner name at fault.
	Name string
	// Detail says what was seen.
	Detail string
}

// String returns "kind: name: detail".
func (p Problem) String() string { return fmt.Sprintf("%s: %s: %s", p.Kind, p.Name, p.Detail) }

// OK reports whether the chain has no problem.
func (c *Chain) OK() bool { return len(c.Problems) == 0 }

// String draws the chain from top to bottom, ending in a line for each problem or "ok".
func (c *Chain) String() string {
	var drawing strings.Builder
	drawing.WriteString(c.Name + "\n")
	for _, hop := range c.Hops {
		fmt.Fprintf(&drawing, "  -> %s  (CNAME, %d s)\n", hop.Target, int64(hop.TTL/time.Second))
	}
	if len(c.Addresses) > 0 {
		fmt.Fprintf(&drawing, "  -> %s\n", strings.Join(c.Addresses, ", "))
	}
	for _, problem := range c.Problems {
		drawing.WriteString(problem.String() + "\n")
	}
	if c.OK() {
		drawing.WriteString("ok\n")
	}
	return drawing.String()
}

// add appends a problem.
func (c *Chain) add(kind ProblemKind, name, format string, args ...any) {
	c.Problems = append(c.Problems, Problem{Kind: kind, Name: name, Detail: fmt.Sprintf(format, args...)})
}

// passes reports whether name is on the chain.
func (c *Chain) passes(name string) bool {
	if c.Name == name {
		return true
	}
	for _, hop := range c.Hops {
		if hop.Target == name {
			return true
		}
	}
	return false
}

// end is the last name reached.
func (c *Chain) end() string {
	if len(c.Hops) == 0 {
		return c.Name
	}
	return c.Hops[len(c.Hops)-1].Target
}
