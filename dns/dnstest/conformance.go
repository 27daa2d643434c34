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
	for _, test := range zoneTests {
		t.Run(test.name, func(t *testing.T) {
			z := newZoneTest(t, fresh(t))
			test.run(t, z)
		})
	}
}

// zoneTests are the clauses of the contract.
var zoneTests = []struct {
	name string
	run  func(t *testing.T, z *zoneTest)
}{
	{"create only if absent", testCreate},
	{"compare and swap", testCompareAndSwap},
	{"two swaps have one winner", testOneWinner},
	{"delete only what is there", testDelete},
	{"an address excludes an alias", testOtherData},
	{"the apex holds no alias", testApex},
	{"texts live side by side", testTexts},
	{"the TTL makes no difference", testTTL},
	{"names are normalised", testNames},
	{"other zones are not found", testOutside},
	{"bad input is invalid", testInvalid},
	{"an ended context changes nothing", testContext},
	{"ensure and remove", testEnsure},
	{"an ignored update is noticed", testIgnored},
	{"a lost answer is decided by reading", testLost},
}

// zoneTest is a harness with the names and records that the tests use.
type zoneTest struct {
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
		Harness: h, name: name,
		alias: dns.Record{Name: name, Type: dns.TypeCNAME, Value: "one.cloudapp.net", TTL: time.Minute},
		other: dns.Record{Name: name, Type: dns.TypeCNAME, Value: "two.cloudapp.net", TTL: time.Minute},
	}
}

// text is a TXT record at the name.
func (z *zoneTest) text(value string) dns.Record {
	return dns.Record{Name: z.name, Type: dns.TypeTXT, Value: value, TTL: time.Minute}
}

// swap fails the test unless the swap ends with an error that matches want; nil means success.
func (z *zoneTest) swap(t *testing.T, old, replacement *dns.Record, want error) {
	t.Helper()
	err := z.Zone.Swap(t.Context(), z.name, old, replacement)
	if !errors.Is(err, want) {
		t.Fatalf("Swap(%v, %v): got error %v, want %v", old, replacement, err, want)
	}
}

// holds fails the test unless the name holds exactly the records, in any order.
func (z *zoneTest) holds(t *testing.T, want ...dns.Record) {
	t.Helper()
	have, err := z.Zone.Lookup(t.Context(), z.name)
	if err != nil {
		t.Fatalf("Lookup(%s): %v", z.name, err)
	}
	same := len(have) == len(want)
	for _, r := range want {
		same = same && slices.ContainsFunc(have, r.Equal)
	}
	if !same {
		t.Fatalf("Lookup(%s): got %v, want %v", z.name, have, want)
	}
}

func testCreate(t *testing.T, z *zoneTest) {
	z.holds(t)
	z.swap(t, nil, &z.alias, nil)
	z.holds(t, z.alias)
	z.swap(t, nil, &z.alias, dns.ErrConflict)
	z.swap(t, nil, &z.other, dns.ErrConflict)
	z.holds(t, z.alias)
}

func testCompareAndSwap(t *testing.T, z *zoneTest) {
	z.swap(t, &z.alias, &z.other, dns.ErrConflict)
	z.holds(t)
	z.swap(t, nil, &z.alias, nil)
	z.swap(t, &z.alias, &z.other, nil)
	z.holds(t, z.other)
	z.swap(t, &z.alias, &z.other, dns.ErrConflict)
	z.holds(t, z.other)
}

func testOneWinner(t *testing.T, z *zoneTest) {
	z.swap(t, nil, &z.alias, nil)
	targets := []string{"a.cloudapp.net", "b.cloudapp.net"}
	results := make([]error, len(targets))
	var swapping sync.WaitGroup
	for i, target := range targets {
		swapping.Go(func() {
			replacement := z.alias
			replacement.Value = target
			results[i] = z.Zone.Swap(t.Context(), z.name, &z.alias, &replacement)
		})
	}
	swapping.Wait()
	winner := slices.Index(results, nil)
	if winner < 0 || !errors.Is(results[1-winner], dns.ErrConflict) {
		t.Fatalf("two swaps with the same old: got %v, want one nil and one conflict", results)
	}
	won := z.alias
	won.Value = targets[winner]
	z.holds(t, won)
}

func testDelete(t *testing.T, z *zoneTest) {
	z.swap(t, &z.alias, nil, dns.ErrConflict)
	z.swap(t, nil, &z.alias, nil)
	z.swap(t, &z.other, nil, dns.ErrConflict)
	z.holds(t, z.alias)
	z.swap(t, &z.alias, nil, nil)
	z.holds(t)
}

func testOtherData(t *testing.T, z *zoneTest) {
	if z.Plant == nil {
		return
	}
	address := dns.Record{Name: z.name, Type: "A", Value: "192.0.2.7"}
	if err := z.Plant(t.Context(), address); err != nil {
		t.Fatalf("Plant: %v", err)
	}
	z.swap(t, nil, &z.alias, dns.ErrConflict)
	z.holds(t)
	text := z.text("beside an address")
	z.swap(t, nil, &text, nil)
	z.holds(t, text)
}

func testApex(t *testing.T, z *zoneTest) {
	z.name, z.alias.Name = z.Apex, z.Apex
	z.swap(t, nil, &z.alias, dns.ErrConflict)
	have, err := z.Zone.Lookup(t.Context(), z.Apex)
	if err != nil || slices.ContainsFunc(have, z.alias.Equal) {
		t.Fatalf("Lookup(%s): got %v, %v", z.Apex, have, err)
	}
}

func testTexts(t *testing.T, z *zoneTest) {
	one, two, three := z.text("one"), z.text(`two "quoted"; \ back`), z.text("three")
	z.swap(t, nil, &one, nil)
	z.swap(t, nil, &two, nil)
	z.swap(t, nil, &one, dns.ErrConflict)
	z.holds(t, one, two)
	z.swap(t, &one, &three, nil)
	z.swap(t, &one, nil, dns.ErrConflict)
	z.holds(t, two, three)
	z.swap(t, nil, &z.alias, dns.ErrConflict)
	z.swap(t, &two, nil, nil)
	z.holds(t, three)
	z.swap(t, &three, nil, nil)
	z.swap(t, nil, &z.alias, nil)
	z.swap(t, nil, &one, dns.ErrConflict)
	z.holds(t, z.alias)
}

func testTTL(t *testing.T, z *zoneTest) {
	z.swap(t, nil, &z.alias, nil)
	sameButTTL := z.alias
	sameButTTL.TTL = time.Hour
	z.swap(t, &sameButTTL, &z.other, nil)
	z.holds(t, z.other)
}

func testNames(t *testing.T, z *zoneTest) {
	loud := z.alias
	loud.Name, loud.Value = strings.ToUpper(z.name)+".", "One.CloudApp.Net."
	if err := z.Zone.Swap(t.Context(), loud.Name, nil, &loud); err != nil {
		t.Fatalf("Swap(%s): %v", loud.Name, err)
	}
	have, err := z.Zone.Lookup(t.Context(), loud.Name)
	if err != nil || len(have) != 1 || have[0].Name != z.name || have[0].Value != z.alias.Value {
		t.Fatalf("Lookup(%s): got %v, %v, want %v", loud.Name, have, err, z.alias)
	}
	z.swap(t, &z.alias, nil, nil)
}

func testOutside(t *testing.T, z *zoneTest) {
	z.name = "not" + z.Apex
	z.alias.Name = z.name
	z.swap(t, nil, &z.alias, dns.ErrNotFound)
	if _, err := z.Zone.Lookup(t.Context(), z.name); !errors.Is(err, dns.ErrNotFound) {
		t.Fatalf("Lookup(%s): got error %v, want %v", z.name, err, dns.ErrNotFound)
	}
}

func testInvalid(t *testing.T, z *zoneTest) {
	text, elsewhere := z.text("x"), z.alias
	elsewhere.Name = "other." + z.Apex
	noTarget := z.alias
	noTarget.Value = ""
	z.swap(t, nil, nil, dns.ErrInvalid)
	z.swap(t, nil, &elsewhere, dns.ErrInvalid)
	z.swap(t, nil, &noTarget, dns.ErrInvalid)
	z.swap(t, &text, &z.alias, dns.ErrInvalid)
	if _, err := z.Zone.Lookup(t.Context(), "two..dots"); !errors.Is(err, dns.ErrInvalid) {
		t.Fatalf("Lookup of a bad name: got error %v, want %v", err, dns.ErrInvalid)
	}
}

func testContext(t *testing.T, z *zoneTest) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := z.Zone.Swap(ended, z.name, nil, &z.alias); !errors.Is(err, context.Canceled) {
		t.Fatalf("Swap: got error %v, want %v", err, context.Canceled)
	}
	z.holds(t)
}

func testEnsure(t *testing.T, z *zoneTest) {
	if z.Resolver == nil {
		return
	}
	z.ensure(t, dns.Applied, nil)
	z.ensure(t, dns.AlreadyOK, nil)
	z.alias = z.other
	z.ensure(t, dns.Conflict, dns.ErrConflict)
	change, err := dns.Remove(t.Context(), z.Zone, z.Resolver, z.other)
	if change.Verdict != dns.Conflict || !errors.Is(err, dns.ErrConflict) {
		t.Fatalf("Remove of another target: got %v, %v, want a conflict", change.Verdict, err)
	}
}

func testIgnored(t *testing.T, z *zoneTest) {
	if z.IgnoreNext == nil {
		return
	}
	z.IgnoreNext()
	z.ensure(t, dns.IgnoredByServer, dns.ErrIntegrity)
	z.holds(t)
}

func testLost(t *testing.T, z *zoneTest) {
	if z.LoseNext == nil {
		return
	}
	z.LoseNext()
	z.swap(t, nil, &z.alias, dns.ErrUnknown)
	z.holds(t, z.alias)
	z.swap(t, &z.alias, nil, nil)
	if z.Resolver != nil {
		z.LoseNext()
		z.ensure(t, dns.Applied, nil)
	}
}

// ensure fails the test unless Ensure of the alias ends as wanted.
func (z *zoneTest) ensure(t *testing.T, verdict dns.Verdict, want error) {
	t.Helper()
	change, err := dns.Ensure(t.Context(), z.Zone, z.Resolver, z.alias, nil)
	if change.Verdict != verdict || !errors.Is(err, want) {
		t.Fatalf("Ensure: got %v %v, error %v, want %v, error %v", change.Verdict, change.Doubts, err, verdict, want)
	}
}
