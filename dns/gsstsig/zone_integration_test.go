//go:build integration

package gsstsig_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	wire "github.com/miekg/dns"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
	"github.com/clouddp/sdk/dns/gsstsig"
	"github.com/clouddp/sdk/dns/rfc2136"
)

// zone is what the signer may change at a server.
func zone(addr string, signer *gsstsig.Signer) *rfc2136.Zone {
	return &rfc2136.Zone{Server: addr, Signer: signer}
}

func resolver(addr string) *dns.Resolver {
	return &dns.Resolver{Servers: []string{addr}, Authoritative: []string{addr}}
}

func TestZoneOnBIND(t *testing.T) {
	b := newBed(t)
	session, err := b.signer().Session(t.Context(), b.named.Addr)
	if err != nil {
		t.Fatal(err)
	}
	header := wire.RR_Header{Name: "conformance." + apex + ".", Rrtype: wire.TypeA, Class: wire.ClassINET, Ttl: 60}
	dnstest.TestZone(t, func(t *testing.T) dnstest.Harness {
		t.Cleanup(func() { b.send(t, session, func(m *wire.Msg) { m.RemoveName([]wire.RR{&wire.ANY{Hdr: header}}) }) })
		z, line := zone(b.named.Addr, b.signer()), new(line)
		z.Dial = line.dial
		return dnstest.Harness{
			Zone: z, Apex: apex, Resolver: resolver(b.named.Addr), LoseNext: line.cutNext,
			Plant: func(_ context.Context, r dns.Record) error {
				b.send(t, session, func(m *wire.Msg) { m.Insert([]wire.RR{&wire.A{Hdr: header, A: net.ParseIP(r.Value)}}) })
				return nil
			},
		}
	})
}

// line is a way to a server that can be cut before an answer comes back over TCP.
type line struct{ cut atomic.Bool }

func (l *line) cutNext() { l.cut.Store(true) }

func (l *line) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, addr)
	if err == nil && network == "tcp" && l.cut.Swap(false) {
		return cutConn{conn}, nil
	}
	return conn, err
}

// cutConn loses what it receives.
type cutConn struct{ net.Conn }

func (c cutConn) Read(p []byte) (int, error) {
	_, _ = c.Conn.Read(p) // the server has done its work
	return 0, io.ErrUnexpectedEOF
}

func alias(apex, target string) dns.Record {
	return dns.Record{Name: "clouddp." + apex, Type: dns.TypeCNAME, Value: target, TTL: time.Minute}
}

func TestEnsureOnBIND(t *testing.T) {
	b := newBed(t)
	z, r := zone(b.named.Addr, b.signer()), resolver(b.named.Addr)
	ensure(t, z, r, alias(apex, "one.cloudapp.test"), dns.Applied, nil)
	ensure(t, z, r, alias(apex, "one.cloudapp.test"), dns.AlreadyOK, nil)
	ensure(t, z, r, alias(apex, "two.cloudapp.test"), dns.Conflict, dns.ErrConflict)

	stranger := b.signer()
	b.AddUser(t, "stranger", password, true)
	stranger.User = "stranger"
	ensure(t, zone(b.named.Addr, stranger), r, text(apex), dns.Refused, dns.ErrDenied)
	stranger.Password = secret("wrong")
	ensure(t, zone(b.named.Addr, stranger), r, text(apex), dns.Refused, dns.ErrDenied)
}

func text(apex string) dns.Record {
	return dns.Record{Name: "proof." + apex, Type: dns.TypeTXT, Value: "mine", TTL: time.Minute}
}

// Samba makes the change and signs its reply so that nobody can verify it. That is neither a success nor a failure, until
// the name has been read.
func TestEnsureOnSamba(t *testing.T) {
	d, signer := newDomain(t)
	z, r := zone(d.Addr, signer), resolver(d.Addr)
	want := alias(d.Zone, "one.cloudapp.test")
	if err := z.Swap(t.Context(), want.Name, nil, &want); !errors.Is(err, dns.ErrUnknown) {
		t.Fatalf("Swap: got %v, want %v", err, dns.ErrUnknown)
	}
	ensure(t, z, r, want, dns.AlreadyOK, nil)
	ensure(t, z, r, text(d.Zone), dns.Applied, nil)
	ensure(t, z, nil, alias("other."+d.Zone, "one.cloudapp.test"), dns.AppliedUnverified, nil)
	ensure(t, z, r, alias(d.Zone, "two.cloudapp.test"), dns.Conflict, dns.ErrConflict)
	if change, err := dns.Remove(t.Context(), z, r, want); change.Verdict != dns.Applied || err != nil {
		t.Errorf("Remove: got %v %v, %v", change.Verdict, change.Doubts, err)
	}
	// A prerequisite that does not hold is told by a reply that cannot be verified either.
	two := alias(d.Zone, "two.cloudapp.test")
	if err := z.Swap(t.Context(), want.Name, &two, &want); !errors.Is(err, dns.ErrUnknown) {
		t.Errorf("Swap: got %v, want %v", err, dns.ErrUnknown)
	}
	if have, err := z.Lookup(t.Context(), want.Name); err != nil || len(have) > 0 {
		t.Errorf("Lookup: got %v, %v, want nothing", have, err)
	}
	signer.Password = secret("wrong")
	ensure(t, z, r, want, dns.Refused, dns.ErrDenied)
}

func ensure(t *testing.T, z dns.Zone, r *dns.Resolver, want dns.Record, verdict dns.Verdict, category error) {
	t.Helper()
	change, err := dns.Ensure(t.Context(), z, r, want, nil)
	if change.Verdict != verdict || !errors.Is(err, category) {
		t.Errorf("Ensure %v: got %v %v, error %v; want %v, error %v", want, change.Verdict, change.Doubts, err, verdict, category)
	}
}
