package dns_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
)

func TestAuditOverSockets(t *testing.T) {
	w := newCloud(t)
	aliases := many(t, w, 500)
	w.Inject(dnstest.Fault{Kind: dnstest.Truncate, Times: 10})
	w.Inject(dnstest.Fault{Kind: dnstest.WrongID, Times: 2})
	addr := serve(t, w)
	r := dnstest.ResolverFor(addr)
	r.Timeout = 200e6
	found, err := auditAll(t, r, nil, append(aliases, dns.Alias{Name: "site.contoso.com"})...)
	if err != nil || len(found) != len(aliases)+1 || found[0].Problem.Kind != dns.ProblemClaimable {
		t.Fatalf("got %d, %v", len(found), err)
	}
	for _, a := range found[1:] {
		if !a.OK() {
			t.Errorf("got %v", a)
		}
	}
}

func TestAuditOverSocketsEndsWithItsContext(t *testing.T) {
	w := newCloud(t)
	aliases := many(t, w, 500)
	ctx, cancel := context.WithCancel(t.Context())
	seen := 0
	options := dns.AuditOptions{InFlight: 2, Progress: func(dns.Audited) {
		if seen++; seen == 100 {
			w.Inject(dnstest.Fault{Kind: dnstest.Silent, Times: dnstest.Always})
			cancel()
		}
	}}
	// The default timeout of two seconds is for a server that is alive; the end of the context does not wait for it.
	var last error
	count := 0
	for _, err := range dns.Audit(ctx, dnstest.ResolverFor(serve(t, w)), slices.Values(aliases), &options) {
		count, last = count+1, err
	}
	if !errors.Is(last, context.Canceled) || count < 101 || count > 110 {
		t.Errorf("got %d, %v", count, last)
	}
}

// A server that cannot be reached costs no time.
func TestAuditWithoutAServer(t *testing.T) {
	r := resolverOver(t, route(nil))
	found, err := auditAll(t, r, nil, dns.Alias{Name: "a.contoso.com"})
	if !errors.Is(err, dns.ErrUnavailable) || !errors.Is(err, io.ErrUnexpectedEOF) || len(found) > 0 {
		t.Errorf("got %v, %v", found, err)
	}
}

// serve lets the server of w answer on a port of its own until the test ends.
func serve(t *testing.T, w *world) string {
	t.Helper()
	addr, err := w.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

// FuzzAuditReply lets the input be what follows the id and the question of every answer.
func FuzzAuditReply(f *testing.F) {
	f.Add(uint16(0x8403), uint16(0), uint16(1), []byte{0xc0, 12, 0, 6, 0, 1, 0, 0, 0, 1, 0, 0})
	f.Add(uint16(0x8403), uint16(1), uint16(0), []byte{0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 3, 1, 'x', 0})
	f.Add(uint16(0x8400), uint16(1), uint16(0), []byte{0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 2, 0xc0, 12})
	f.Add(uint16(0x8400), uint16(1), uint16(0), []byte{0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1})
	f.Add(uint16(0x8400), uint16(1), uint16(0), []byte{0xc0, 12, 0, 5, 0, 1, 0xff, 0xff, 0xff, 0xff, 0, 3, 1, 0x1b, 0})
	f.Add(uint16(0x8200), uint16(0), uint16(0), []byte{})
	f.Fuzz(func(t *testing.T, bits, answers, authorities uint16, sections []byte) {
		if len(sections) > 1000 {
			return
		}
		r := resolverOver(t, hostile(func(query []byte) []byte { return answerOf(query, bits, answers, authorities, sections) }))
		r.Timeout = 5 * time.Millisecond
		found, err := auditAll(t, r, nil, dns.Alias{Name: "clouddp.contoso.com"})
		if err != nil || len(found) != 1 || found[0].Hops > 17 {
			t.Fatalf("got %+v, %v", found, err)
		}
		for _, b := range []byte(found[0].String()) {
			if b < ' ' || b > '~' {
				t.Fatalf("byte %q is not fit to print: %q", b, found[0].String())
			}
		}
	})
}
