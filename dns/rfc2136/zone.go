package rfc2136

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/internal/swap"
)

const defaultTimeout = 10 * time.Second

// Zone is a zone, or all zones, of one primary server. It implements [dns.Zone]. It is safe for concurrent use while its
// fields do not change.
type Zone struct {
	// Name is the apex. Empty means that it is looked for with every call, so that one Zone serves every zone of the
	// server.
	Name string
	// Server is the primary server of the zone, as host:port. A Signer that negotiates needs its DNS name. Required.
	Server string
	// Signer signs updates; nil means that they are not signed, and that replies are believed as they come.
	Signer Signer
	// Dial opens a connection; network is "udp" or "tcp". Nil means a [net.Dialer]. A packet connection must keep
	// message boundaries.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Timeout bounds one question or one update, from dialling to the answer; 0 means 10 s. Servers write an update to
	// the disk before they answer.
	Timeout time.Duration
}

var _ dns.Zone = (*Zone)(nil)

// Lookup implements [dns.Zone]. It asks the server over UDP, and over TCP where that is not enough.
func (z *Zone) Lookup(ctx context.Context, name string) ([]dns.Record, error) {
	problems := z.problems("lookup " + name)
	canonical := addName(problems, "name", name)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	records, err := z.lookup(ctx, canonical)
	if err != nil {
		return nil, z.wrap("lookup", canonical, err)
	}
	return records, nil
}

func (z *Zone) lookup(ctx context.Context, name string) ([]dns.Record, error) {
	apex, err := z.apexOf(ctx, name)
	if err != nil {
		return nil, err
	}
	held, err := z.held(ctx, apex, name)
	return recordsOf(held), err
}

// Swap implements [dns.Zone]. An alias at the apex is refused without asking the server to set it.
//
// After an error that matches [dns.ErrUnknown] the update may have taken effect, also if ctx has ended.
func (z *Zone) Swap(ctx context.Context, name string, old, replacement *dns.Record) error {
	problems := z.problems("swap " + name)
	s, err := swap.Check("", name, old, replacement)
	if invalid, ok := errors.AsType[*dns.InvalidError](err); ok {
		problems.Problems = append(problems.Problems, invalid.Problems...)
	}
	if err := problems.Err(); err != nil {
		return err
	}
	err = z.swap(ctx, s)
	if conflict, ok := errors.AsType[*dns.ConflictError](err); ok {
		return conflict
	}
	if err != nil {
		return z.wrap("swap", s.Name, err)
	}
	return nil
}

func (z *Zone) swap(ctx context.Context, s *swap.Swap) error {
	apex, err := z.apexOf(ctx, s.Name)
	switch {
	case err != nil:
		return err
	case s.Type == dns.TypeTXT:
		return z.swapText(ctx, apex, s)
	case s.Name == apex:
		return z.conflict(ctx, s.Name)
	default:
		return z.swapAlias(ctx, apex, s)
	}
}

// problems collects what makes z unusable.
func (z *Zone) problems(subject string) *dns.InvalidError {
	problems := &dns.InvalidError{Subject: "rfc2136: " + subject}
	if z == nil {
		problems.Add("Zone", "is nil")
		return problems
	}
	if z.Name != "" {
		addName(problems, "Zone.Name", z.Name)
	}
	host, port, err := net.SplitHostPort(z.Server)
	number, portErr := strconv.ParseUint(port, 10, 16)
	if err != nil || host == "" || portErr != nil || number == 0 {
		problems.Add("Zone.Server", "is %q; use host:port, such as 192.0.2.53:53", z.Server)
	}
	if z.Timeout < 0 {
		problems.Add("Zone.Timeout", "is %v; use 0 for the default, or more", z.Timeout)
	}
	return problems
}

// addName returns the canonical form of a name, or adds to problems what is wrong with it.
func addName(problems *dns.InvalidError, field, name string) string {
	canonical, err := dns.CanonicalName(name)
	if invalid, ok := errors.AsType[*dns.InvalidError](err); ok {
		problems.Add(field, "%s", invalid.Problems[0].Reason)
	}
	return canonical
}

func (z *Zone) wrap(op, name string, err error) error {
	return fmt.Errorf("rfc2136: %s %s at %s: %w", op, name, z.Server, err)
}

func (z *Zone) timeout() time.Duration {
	if z.Timeout == 0 {
		return defaultTimeout
	}
	return z.Timeout
}

// parent returns name without its first label; the parent of a single label is empty.
func parent(name string) string {
	_, rest, _ := strings.Cut(name, ".")
	return rest
}
