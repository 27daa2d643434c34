package dns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	defaultTimeout = 2 * time.Second
	// rounds is how often every server is tried before giving up.
	rounds = 2
	// maxForged is how many messages that answer something else a connection may bring. More are an attack, from which
	// the question moves to TCP.
	maxForged = 32
)

// Resolver asks DNS servers and reports what each one said: over UDP, and over TCP where the answer is truncated. It
// keeps no cache and never follows an alias by itself. It is safe for concurrent use while its fields do not change.
type Resolver struct {
	// Servers are recursive or authoritative servers as host:port, asked in order. Required.
	Servers []string
	// Authoritative pins the servers that must confirm a change, as host:port; empty means those that the zone's NS
	// records name, on port 53. Pin them behind split DNS or on other ports.
	Authoritative []string
	// Dial opens a connection; network is "udp" or "tcp". Nil means a [net.Dialer]. A packet connection must keep
	// message boundaries.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Timeout bounds one try at one server, and each server is tried twice; 0 means 2 s.
	Timeout time.Duration
}

// check adds to problems what makes r unusable.
func (r *Resolver) check(problems *InvalidError) {
	if len(r.Servers) == 0 {
		problems.Add("Resolver.Servers", "is empty; give at least one server as host:port")
	}
	checkServers(problems, "Resolver.Servers", r.Servers)
	checkServers(problems, "Resolver.Authoritative", r.Authoritative)
	if r.Timeout < 0 {
		problems.Add("Resolver.Timeout", "is %v; use 0 for the default, or more", r.Timeout)
	}
}

func checkServers(problems *InvalidError, field string, servers []string) {
	for i, server := range servers {
		host, port, err := net.SplitHostPort(server)
		number, numberErr := strconv.ParseUint(port, 10, 16)
		if err != nil || host == "" || numberErr != nil || number == 0 {
			problems.Add(fmt.Sprintf("%s[%d]", field, i), "is %q; use host:port, such as 192.0.2.1:53", server)
		}
	}
}

// ask puts q to the servers in order, round after round, until one settles it. If all of them fail, such as with
// SERVFAIL, the last failing answer is returned.
func (r *Resolver) ask(ctx context.Context, servers []string, q question) (*answer, error) {
	var failing *answer
	var last error
	for range rounds {
		for _, server := range servers {
			a, err := r.exchange(ctx, server, q)
			switch {
			case ctx.Err() != nil:
				return nil, fmt.Errorf("%s: %w", q, context.Cause(ctx))
			case err != nil:
				last = fmt.Errorf("%s: %w", server, err)
			case a.failed():
				failing = a
			default:
				return a, nil
			}
		}
	}
	if failing != nil {
		return failing, nil
	}
	return nil, fmt.Errorf("%s: %w: %w", q, ErrUnavailable, last)
}

// exchange is one try at one server.
func (r *Resolver) exchange(ctx context.Context, server string, q question) (*answer, error) {
	timeout := r.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	started := time.Now()
	a, err := r.roundTrip(ctx, "udp", server, q)
	if errors.Is(err, errFlooded) || err == nil && a.truncated {
		a, err = r.roundTrip(ctx, "tcp", server, q)
	}
	switch {
	case err == nil && a.truncated:
		return nil, errTruncated
	case err == nil:
		a.server, a.rtt = server, time.Since(started)
		return a, nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, fmt.Errorf("no usable answer within %v", timeout)
	default:
		return nil, err
	}
}

var (
	errTruncated = errors.New("the answer is truncated over TCP too")
	errFlooded   = errors.New("nothing but replies to other questions")
)

// roundTrip sends q over a fresh connection, which gives it a fresh source port, and waits for the answer to it.
// Replies to anything else are dropped. The end of ctx closes the connection, which ends any wait on it.
func (r *Resolver) roundTrip(ctx context.Context, network, server string, q question) (*answer, error) {
	conn, err := r.dial(ctx, network, server)
	if err != nil {
		return nil, err
	}
	hangUp := func() { _ = conn.Close() }
	defer hangUp()
	defer context.AfterFunc(ctx, hangUp)()
	id, query, err := q.pack()
	if err != nil {
		return nil, err
	}
	wire := framing{conn: conn, stream: network == "tcp"}
	if err := wire.send(query); err != nil {
		return nil, err
	}
	for range maxForged {
		message, err := wire.receive()
		if err != nil {
			return nil, err
		}
		a := new(answer)
		if err := a.parse(message, id, q); !errors.Is(err, errOtherReply) {
			return a, err
		}
	}
	return nil, errFlooded
}

func (r *Resolver) dial(ctx context.Context, network, server string) (net.Conn, error) {
	if r.Dial != nil {
		return r.Dial(ctx, network, server)
	}
	var dialer net.Dialer
	return dialer.DialContext(ctx, network, server)
}

// query asks the configured servers, which may recurse.
func (r *Resolver) query(ctx context.Context, name string, kind dnsmessage.Type) (*answer, error) {
	return r.ask(ctx, r.Servers, question{name: name, kind: kind, recurse: true})
}
