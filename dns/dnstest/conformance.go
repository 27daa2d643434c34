package dnstest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clouddp/sdk/dns"
)

// Harness is one fresh instance of an implementation of [dns.Zone] and the hooks to reach behind it.
type Harness struct {
	// Zone is the implementation under test. Required.
	Zone dns.Zone
	// Apex is a zone that Zone serves, in which the test may do as it likes. Required.
	Apex string
	// Plant puts an A record into the zone past the implementation. Nil leaves out the tests about other data.
	Plant func(ctx context.Context, r dns.Record) error
	// Resolver reaches the servers of the zone. Nil leaves out the tests that read back through DNS.
	Resolver *dns.Resolver
	// IgnoreNext makes the next update report success and do nothing. Nil leaves out the tests about it.
	IgnoreNext func()
	// LoseNext loses the answer to the next update, which takes effect. Nil leaves out the tests about it.
	LoseNext func()
}

// TestZone checks an implementation of [dns.Zone] against its contract. Each subtest calls fresh for a new instance; a
// zone on a real server may be shared between them if nothing is left at the names "conformance" and "other" in it.
func TestZone(t *testing.T, fresh func(t *testing.T) Harness) {
	t.Helper()
	for _, clause := range []struct {
		name  string
		check func(*zoneTest)
	}{
		{"create only if absent", (*zoneTest).create},
		{"compare and swap", (*zoneTest).compareAndSwap},
		{"two swaps have one winner", (*zoneTest).oneWinner},
		{"delete only what is there", (*zoneTest).remove},
		{"an address excludes an alias", (*zoneTest).otherData},
		{"the apex holds no alias", (*zoneTest).apex},
		{"texts live side by side", (*zoneTest).texts},
		{"the TTL makes no difference", (*zoneTest).ttl},
		{"names are normalised", (*zoneTest).names},
		{"other zones are not found", (*zoneTest).outside},
		{"bad input is invalid", (*zoneTest).invalid},
		{"an ended context changes nothing", (*zoneTest).endedContext},
		{"ensure and remove", (*zoneTest).ensureAndRemove},
		{"an ignored update is noticed", (*zoneTest).ignored},
		{"a lost answer is decided by reading", (*zoneTest).lost},
	} {
		t.Run(clause.name, func(t *testing.T) { clause.check(newZoneTest(t, fresh(t))) })
	}
}

// zoneTest is one subtest: a harness with the name and records that it uses.
type zoneTest struct {
	*testing.T
	Harness
	name         string
	alias, other dns.Record
}

func newZoneTest(t *testing.T, h Harness) *zoneTest {
	t.Helper()
	if h.Zone == nil || h.Apex == "" {
		t.Fatal("dnstest: the harness needs a Zone and an Apex")
	}
	name := "conformance." + h.Apex
	return &zoneTest{
		T: t, Harness: h, name: name,
		alias: dns.Record{Name: name, Type: dns.TypeCNAME, Value: "one.cloudapp.net", TTL: time.Minute},
		other: dns.Record{Name: name, Type: dns.TypeCNAME, Value: "two.cloudapp.net", TTL: time.Minute},
	}
}

// text is a TXT record at the name.
func (z *zoneTest) text(value string) dns.Record {
	return dns.Record{Name: z.name, Type: dns.TypeTXT, Value: value, TTL: time.Minute}
}

// swap fails the test unless the swap ends with an error that matches want; nil means success.
func (z *zoneTest) swap(old, replacement *dns.Record, want error) {
	z.Helper()
	err := z.Zone.Swap(z.Context(), z.name, old, replacement)
	if !errors.Is(err, want) {
		z.Fatalf("Swap(%v, %v): got error %v, want %v", old, replacement, err, want)
	}
}

// holds fails the test unless the name holds exactly the records, in any order.
func (z *zoneTest) holds(want ...dns.Record) {
	z.Helper()
	have, err := z.Zone.Lookup(z.Context(), z.name)
	if err != nil {
		z.Fatalf("Lookup(%s): %v", z.name, err)
	}
	same := len(have) == len(want)
	for _, r := range want {
		same = same && slices.ContainsFunc(have, r.Equal)
	}
	if !same {
		z.Fatalf("Lookup(%s): got %v, want %v", z.name, have, want)
	}
}

func (z *zoneTest) create() {
	z.holds()
	z.swap(nil, &z.alias, nil)
	z.holds(z.alias)
	z.swap(nil, &z.alias, dns.ErrConflict)
	z.swap(nil, &z.other, dns.ErrConflict)
	z.holds(z.alias)
}

func (z *zoneTest) compareAndSwap() {
	z.swap(&z.alias, &z.other, dns.ErrConflict)
	z.holds()
	z.swap(nil, &z.alias, nil)
	z.swap(&z.alias, &z.other, nil)
	z.holds(z.other)
	z.swap(&z.alias, &z.other, dns.ErrConflict)
	z.holds(z.other)
}

func (z *zoneTest) oneWinner() {
	z.swap(nil, &z.alias, nil)
	targets := []string{"a.cloudapp.net", "b.cloudapp.net"}
	results := make([]error, len(targets))
	var swapping sync.WaitGroup
	for i, target := range targets {
		swapping.Go(func() {
			replacement := z.alias
			replacement.Value = target
			results[i] = z.Zone.Swap(z.Context(), z.name, &z.alias, &replacement)
		})
	}
	swapping.Wait()
	winner := slices.Index(results, nil)
	if winner < 0 || !errors.Is(results[1-winner], dns.ErrConflict) {
		z.Fatalf("two swaps with the same old: got %v, want one nil and one conflict", results)
	}
	won := z.alias
	won.Value = targets[winner]
	z.holds(won)
}

func (z *zoneTest) remove() {
	z.swap(&z.alias, nil, dns.ErrConflict)
	z.swap(nil, &z.alias, nil)
	z.swap(&z.other, nil, dns.ErrConflict)
	z.holds(z.alias)
	z.swap(&z.alias, nil, nil)
	z.holds()
}

func (z *zoneTest) otherData() {
	if z.Plant == nil {
		return
	}
	address := dns.Record{Name: z.name, Type: "A", Value: "192.0.2.7"}
	if err := z.Plant(z.Context(), address); err != nil {
		z.Fatalf("Plant: %v", err)
	}
	z.swap(nil, &z.alias, dns.ErrConflict)
	z.holds()
	text := z.text("beside an address")
	z.swap(nil, &text, nil)
	z.holds(text)
}

func (z *zoneTest) apex() {
	z.name, z.alias.Name = z.Apex, z.Apex
	z.swap(nil, &z.alias, dns.ErrConflict)
	have, err := z.Zone.Lookup(z.Context(), z.Apex)
	if err != nil || slices.ContainsFunc(have, z.alias.Equal) {
		z.Fatalf("Lookup(%s): got %v, %v", z.Apex, have, err)
	}
}

func (z *zoneTest) texts() {
	one, two, three := z.text("one"), z.text(`two "quoted"; \ back`), z.text("three")
	z.swap(nil, &one, nil)
	z.swap(nil, &two, nil)
	z.swap(nil, &one, dns.ErrConflict)
	z.holds(one, two)
	z.swap(&one, &three, nil)
	z.swap(&one, nil, dns.ErrConflict)
	z.holds(two, three)
	z.swap(nil, &z.alias, dns.ErrConflict)
	z.swap(&two, nil, nil)
	z.holds(three)
	z.swap(&three, nil, nil)
	z.swap(nil, &z.alias, nil)
	z.swap(nil, &one, dns.ErrConflict)
	z.holds(z.alias)
}

func (z *zoneTest) ttl() {
	z.swap(nil, &z.alias, nil)
	sameButTTL := z.alias
	sameButTTL.TTL = time.Hour
	z.swap(&sameButTTL, &z.other, nil)
	z.holds(z.other)
}

func (z *zoneTest) names() {
	loud := z.alias
	loud.Name, loud.Value = strings.ToUpper(z.name)+".", "One.CloudApp.Net."
	if err := z.Zone.Swap(z.Context(), loud.Name, nil, &loud); err != nil {
		z.Fatalf("Swap(%s): %v", loud.Name, err)
	}
	have, err := z.Zone.Lookup(z.Context(), loud.Name)
	if err != nil || len(have) != 1 || have[0].Name != z.name || have[0].Value != z.alias.Value {
		z.Fatalf("Lookup(%s): got %v, %v, want %v", loud.Name, have, err, z.alias)
	}
	z.swap(&z.alias, nil, nil)
}

func (z *zoneTest) outside() {
	z.name = "not" + z.Apex
	z.alias.Name = z.name
	z.swap(nil, &z.alias, dns.ErrNotFound)
	if _, err := z.Zone.Lookup(z.Context(), z.name); !errors.Is(err, dns.ErrNotFound) {
		z.Fatalf("Lookup(%s): got error %v, want %v", z.name, err, dns.ErrNotFound)
	}
}

func (z *zoneTest) invalid() {
	text, elsewhere := z.text("x"), z.alias
	elsewhere.Name = "other." + z.Apex
	noTarget := z.alias
	noTarget.Value = ""
	z.swap(nil, nil, dns.ErrInvalid)
	z.swap(nil, &elsewhere, dns.ErrInvalid)
	z.swap(nil, &noTarget, dns.ErrInvalid)
	z.swap(&text, &z.alias, dns.ErrInvalid)
	if _, err := z.Zone.Lookup(z.Context(), "two..dots"); !errors.Is(err, dns.ErrInvalid) {
		z.Fatalf("Lookup of a bad name: got error %v, want %v", err, dns.ErrInvalid)
	}
}

func (z *zoneTest) endedContext() {
	ended, cancel := context.WithCancel(z.Context())
	cancel()
	if err := z.Zone.Swap(ended, z.name, nil, &z.alias); !errors.Is(err, context.Canceled) {
		z.Fatalf("Swap: got error %v, want %v", err, context.Canceled)
	}
	z.holds()
}

func (z *zoneTest) ensureAndRemove() {
	if z.Resolver == nil {
		return
	}
	z.ensure(dns.Applied, nil)
	z.ensure(dns.AlreadyOK, nil)
	z.alias = z.other
	z.ensure(dns.Conflict, dns.ErrConflict)
	change, err := dns.Remove(z.Context(), z.Zone, z.Resolver, z.other)
	if change.Verdict != dns.Conflict || !errors.Is(err, dns.ErrConflict) {
		z.Fatalf("Remove of another target: got %v, %v, want a conflict", change.Verdict, err)
	}
}

func (z *zoneTest) ignored() {
	if z.IgnoreNext == nil {
		return
	}
	z.IgnoreNext()
	z.ensure(dns.IgnoredByServer, dns.ErrIntegrity)
	z.holds()
}

func (z *zoneTest) lost() {
	if z.LoseNext == nil {
		return
	}
	z.LoseNext()
	z.swap(nil, &z.alias, dns.ErrUnknown)
	z.holds(z.alias)
	z.swap(&z.alias, nil, nil)
	if z.Resolver != nil {
		z.LoseNext()
		z.ensure(dns.Applied, nil)
	}
}

// ensure fails the test unless Ensure of the alias ends as wanted.
func (z *zoneTest) ensure(verdict dns.Verdict, want error) {
	z.Helper()
	change, err := dns.Ensure(z.Context(), z.Zone, z.Resolver, z.alias, nil)
	if change.Verdict != verdict || !errors.Is(err, want) {
		z.Fatalf("Ensure: got %v %v, error %v, want %v, error %v", change.Verdict, change.Doubts, err, verdict, want)
	}
}
