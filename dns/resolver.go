package dns

import (
	"context"
	"net"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

// Resolver asks DNS servers and reports what each one said. Its methods are safe for concurrent use.
type Resolver struct {
	// Servers are recursive or authoritative servers as host:port, asked in order. Required.
	Servers []string
	// Authoritative pins the servers that must confirm a change, as host:port; empty means those that the zone's NS
	// records name, on port 53. Pin them behind split DNS or on other ports.
	Authoritative []string
	// Dial opens a connection; network is "udp" or "tcp". Nil means a [net.Dialer]. A packet connection must keep
	// message boundaries.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Timeout bounds one try at one server; 0 means 2 s.
	Timeout time.Duration
}

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
	// Name is the alias and Target what it should lead to, both normalised.
	Name, Target string
	// Hops are in order from Name.
	Hops []Hop
	// Addresses are the IPv4 and IPv6 addresses at the end.
	Addresses []string
	// Problems are empty if the alias leads to Target and on to an IPv4 address.
	Problems []Problem
}

// ProblemKind classifies a [Problem] of a chain.
type ProblemKind string

// Problem is one thing wrong with a chain.
type Problem struct {
	// Kind is stable across releases.
	Kind ProblemKind
	// Name is the owner name at fault.
	Name string
	// Detail says what was seen.
	Detail string
}

// OK reports whether the chain has no problem.
func (c *Chain) OK() bool { return len(c.Problems) == 0 }

// Check walks the CNAME chain of name with its own queries and reports everything that would keep a client from
// reaching target through it. Problems found are in the Chain; the error is for what could not be asked:
// [*InvalidError], [ErrUnavailable].
func Check(ctx context.Context, r *Resolver, name, target string) (*Chain, error) {
	return nil, errs.ErrUnsupported
}
