package dns_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
)

// ensure runs Ensure of want and fails the test unless it ends as expected.
func (w *world) ensure(t *testing.T, want dns.Record, verdict dns.Verdict, cause error) dns.Change {
	t.Helper()
	change, err := dns.Ensure(t.Context(), w.contoso, w.resolver, want, nil)
	if change.Verdict != verdict || !errors.Is(err, cause) {
		t.Fatalf("got %v %v, error %v; want %v, error %v", change.Verdict, change.Doubts, err, verdict, cause)
	}
	return change
}

// remove is the same for Remove.
func (w *world) remove(t *testing.T, have dns.Record, verdict dns.Verdict, cause error) dns.Change {
	t.Helper()
	change, err := dns.Remove(t.Context(), w.contoso, w.resolver, have)
	if change.Verdict != verdict || !errors.Is(err, cause) {
		t.Fatalf("got %v %v, error %v; want %v, error %v", change.Verdict, change.Doubts, err, verdict, cause)
	}
	return change
}

func TestEnsureCreatesAndRemoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		change := w.ensure(t, alias(), dns.Applied, nil)
		if len(change.Before) != 0 || len(change.After) != 1 || change.After[0].TTL != 5*time.Minute {
			t.Errorf("got %v -> %v, want the alias for 300 s", change.Before, change.After)
		}
		if !slices.Equal(change.Servers, []string{nameServer}) {
			t.Errorf("got servers %v, want %v", change.Servers, nameServer)
		}
		if change.Wait != time.Minute {
			t.Errorf("got wait %v, want the negative TTL of one minute", change.Wait)
		}
		again := w.ensure(t, alias(), dns.AlreadyOK, nil)
		if again.Wait != 0 {
			t.Errorf("got wait %v where nothing changed", again.Wait)
		}
		removed := w.remove(t, alias(), dns.Applied, nil)
		if len(removed.After) != 0 || removed.Wait != 5*time.Minute {
			t.Errorf("got %v and wait %v, want nothing and the TTL of the alias", removed.After, removed.Wait)
		}
		w.remove(t, alias(), dns.AlreadyOK, nil)
	})
}

func TestEnsureReplacesOnlyWhatIsListed(t *testing.T) {
	w := newWorld(t)
	add(t, w.contoso, alias().Name, "CNAME", "old.cloudapp.net")
	change := w.ensure(t, alias(), dns.Conflict, dns.ErrConflict)
	if len(change.After) != 1 || change.After[0].Value != "old.cloudapp.net" {
		t.Fatalf("the alias was touched: %v", change.After)
	}
	options := &dns.EnsureOptions{Replaces: []string{"other.cloudapp.net", "OLD.cloudapp.net."}}
	change, err := dns.Ensure(t.Context(), w.contoso, w.resolver, alias(), options)
	if err != nil || change.Verdict != dns.Applied || change.Wait != 10*time.Minute {
		t.Fatalf("got %v, %v, wait %v; want applied, and the old TTL of 10 min", change.Verdict, err, change.Wait)
	}
}

func TestConflictNamesWhatIsThere(t *testing.T) {
	w := newWorld(t)
	add(t, w.contoso, alias().Name, "A", "192.0.2.9")
	_, err := dns.Ensure(t.Context(), w.contoso, w.resolver, alias(), nil)
	conflict, ok := errors.AsType[*dns.ConflictError](err)
	if !ok || conflict.Name != alias().Name || len(conflict.Have) != 1 || conflict.Have[0].Type != "A" {
		t.Fatalf("got %v, want a ConflictError with the address", err)
	}
	want := "dns: change clouddp.contoso.com: conflict: the name holds A 192.0.2.9"
	if err.Error() != want {
		t.Errorf("got text %q, want %q", err, want)
	}
}

func TestEnsureLeavesOtherData(t *testing.T) {
	text := dns.Record{Name: alias().Name, Type: dns.TypeTXT, Value: "MS=ms123"}
	w := newWorld(t)
	w.ensure(t, text, dns.Applied, nil)
	w.ensure(t, alias(), dns.Conflict, dns.ErrConflict)
	w.remove(t, alias(), dns.AlreadyOK, nil)
	w.remove(t, text, dns.Applied, nil)
	w.ensure(t, alias(), dns.Applied, nil)
	w.ensure(t, text, dns.Conflict, dns.ErrConflict)
	other := alias()
	other.Value = "other.cloudapp.net"
	w.remove(t, other, dns.Conflict, dns.ErrConflict)
	w.ensure(t, alias(), dns.AlreadyOK, nil)
}

func TestTextsAtTheApex(t *testing.T) {
	w := newWorld(t)
	one := dns.Record{Name: "contoso.com", Type: dns.TypeTXT, Value: "MS=ms1"}
	two := dns.Record{Name: "contoso.com", Type: dns.TypeTXT, Value: "MS=ms2"}
	w.ensure(t, one, dns.Applied, nil)
	change := w.ensure(t, two, dns.Applied, nil)
	if len(change.After) != 2 || change.Wait != 5*time.Minute {
		t.Errorf("got %v, wait %v, want both texts and the TTL of the first", change.After, change.Wait)
	}
	change = w.remove(t, one, dns.Applied, nil)
	if len(change.After) != 1 || change.After[0].Value != "MS=ms2" {
		t.Errorf("got %v, want the second text alone", change.After)
	}
	apex := alias()
	apex.Name = "contoso.com"
	w.remove(t, two, dns.Applied, nil)
	w.ensure(t, apex, dns.Conflict, dns.ErrConflict)
}

func TestUpdateFaults(t *testing.T) {
	tests := []struct {
		name    string
		fault   dnstest.Fault
		verdict dns.Verdict
		cause   error
		applied bool
	}{
		{"ignored", dnstest.Fault{Kind: dnstest.IgnoreUpdate}, dns.IgnoredByServer, dns.ErrIntegrity, false},
		{"answer lost", dnstest.Fault{Kind: dnstest.LoseUpdate}, dns.Applied, nil, true},
		{"update lost twice", dnstest.Fault{Kind: dnstest.DropUpdate, Times: 2}, dns.Applied, nil, true},
		{"update lost always", dnstest.Fault{Kind: dnstest.DropUpdate, Times: dnstest.Always}, dns.VerdictUnknown, dns.ErrUnknown, false},
		{"refused", dnstest.Fault{Kind: dnstest.RefuseUpdate}, dns.Refused, dns.ErrDenied, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.Inject(test.fault)
			w.ensure(t, alias(), test.verdict, test.cause)
			w.expect(t, test.applied)
		})
		t.Run("remove "+test.name, func(t *testing.T) {
			w := newWorld(t)
			w.ensure(t, alias(), dns.Applied, nil)
			w.Inject(test.fault)
			w.remove(t, alias(), test.verdict, test.cause)
			w.expect(t, !test.applied)
		})
	}
}

// expect checks whether the zone holds the alias.
func (w *world) expect(t *testing.T, present bool) {
	t.Helper()
	have, err := w.contoso.Lookup(t.Context(), alias().Name)
	if err != nil || slices.ContainsFunc(have, alias().Equal) != present {
		t.Errorf("the zone holds %v, %v; want the alias there: %v", have, err, present)
	}
}

func TestStaleServerRaisesDoubt(t *testing.T) {
	w := newWorld(t)
	thaw := w.Freeze()
	change := w.ensure(t, alias(), dns.AppliedUnverified, nil)
	want := []string{nameServer + ": holds no such record"}
	if !slices.Equal(change.Doubts, want) {
		t.Errorf("got doubts %q, want %q", change.Doubts, want)
	}
	w.ensure(t, alias(), dns.AppliedUnverified, nil)
	thaw()
	w.ensure(t, alias(), dns.AlreadyOK, nil)

	thaw = w.Freeze()
	w.remove(t, alias(), dns.AppliedUnverified, nil)
	thaw()
	w.remove(t, alias(), dns.AlreadyOK, nil)
}

func TestFailingServersRaiseDoubt(t *testing.T) {
	for _, kind := range []dnstest.FaultKind{dnstest.ServFail, dnstest.Refuse, dnstest.Silent, dnstest.WrongID} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.Inject(dnstest.Fault{Kind: kind, Times: dnstest.Always})
			change := w.ensure(t, alias(), dns.AppliedUnverified, nil)
			if len(change.Doubts) == 0 {
				t.Errorf("fault %d: no doubt was raised", kind)
			}
			w.Heal()
			w.ensure(t, alias(), dns.AlreadyOK, nil)
		})
	}
}

func TestEveryAuthoritativeServerIsAsked(t *testing.T) {
	w, stale := newWorld(t), newWorld(t)
	stale.Freeze()
	w.resolver.Authoritative = []string{"192.0.2.53:53", "192.0.2.54:53"}
	w.resolver.Dial = route(map[string]dialFunc{"192.0.2.53:53": w.Dial, "192.0.2.54:53": stale.Dial})
	change := w.ensure(t, alias(), dns.AppliedUnverified, nil)
	if !slices.Equal(change.Doubts, []string{"192.0.2.54:53: holds no such record"}) {
		t.Errorf("got doubts %q, want one about the stale server", change.Doubts)
	}
}

func TestAnswersThatAreNoProof(t *testing.T) {
	tests := []struct {
		doubt string
		edit  func(*dnsmessage.Message)
	}{
		{"does not answer with authority", func(m *dnsmessage.Message) { m.Authoritative = false }},
		{"answers SERVFAIL", func(m *dnsmessage.Message) { m.RCode = dnsmessage.RCodeServerFailure }},
		{"answers RCODE 9", func(m *dnsmessage.Message) { m.RCode = 9 }},
		{"holds no such record", func(m *dnsmessage.Message) { m.Answers = nil }},
	}
	for _, test := range tests {
		w := newWorld(t)
		w.resolver.Dial = w.rewriting(func(m *dnsmessage.Message) bool {
			if asks(m, alias().Name, dnsmessage.TypeCNAME) {
				test.edit(m)
			}
			return true
		})
		change := w.ensure(t, alias(), dns.AppliedUnverified, nil)
		if want := []string{nameServer + ": " + test.doubt}; !slices.Equal(change.Doubts, want) {
			t.Errorf("got doubts %q, want %q", change.Doubts, want)
		}
	}
}

func TestForeignSOAIsNoZone(t *testing.T) {
	w := newWorld(t)
	w.resolver.Dial = w.rewriting(func(m *dnsmessage.Message) bool {
		for _, section := range [][]dnsmessage.Resource{m.Answers, m.Authorities} {
			for i := range section {
				section[i].Header.Name = dnsmessage.MustNewName("evil.example.")
			}
		}
		return true
	})
	deep := alias()
	deep.Name = "clouddp.emea.contoso.com"
	change := w.ensure(t, deep, dns.AppliedUnverified, nil)
	if !strings.Contains(strings.Join(change.Doubts, " "), "no SOA") {
		t.Errorf("got doubts %q", change.Doubts)
	}
}

func TestNoCacheIsPoisonedByAsking(t *testing.T) {
	w := newWorld(t)
	w.resolver.Dial = w.rewriting(func(m *dnsmessage.Message) bool {
		if m.RecursionDesired && m.Questions[0].Name.String() == alias().Name+"." {
			t.Errorf("a recursive server was asked %v of the name", m.Questions[0].Type)
		}
		return true
	})
	w.ensure(t, alias(), dns.Applied, nil)
	w.remove(t, alias(), dns.Applied, nil)
}

func TestPinnedServersAreEnough(t *testing.T) {
	w := newWorld(t)
	w.resolver.Servers = []string{"192.0.2.99:53"}
	w.resolver.Authoritative = []string{nameServer}
	w.resolver.Dial = route(map[string]dialFunc{nameServer: w.Dial})
	if change := w.ensure(t, alias(), dns.Applied, nil); change.Wait != time.Minute {
		t.Errorf("got wait %v", change.Wait)
	}
}

func TestEnsureWithoutResolver(t *testing.T) {
	w := newWorld(t)
	w.resolver = nil
	for range 2 {
		change := w.ensure(t, alias(), dns.AppliedUnverified, nil)
		if len(change.Doubts) != 1 || len(change.Servers) != 0 {
			t.Errorf("got doubts %q, servers %v", change.Doubts, change.Servers)
		}
	}
	w.remove(t, alias(), dns.AppliedUnverified, nil)
	w.expect(t, false)
}

func TestZoneIsFoundBehindAliases(t *testing.T) {
	// sites.contoso.com is itself an alias, so that an SOA question about it is answered for the target's zone.
	w := newWorld(t)
	add(t, w.contoso, "sites.contoso.com", "CNAME", "clouddp.cloudapp.net")
	deep := alias()
	deep.Name = "clouddp.sites.contoso.com"
	change := w.ensure(t, deep, dns.Applied, nil)
	if !slices.Equal(change.Servers, []string{nameServer}) {
		t.Errorf("got servers %v", change.Servers)
	}
}

func TestZoneOfAnAliasedParentIsNotItsTargets(t *testing.T) {
	// sites.emea.contoso.com leads into contoso.com, whose SOA comes with the answer and would seem to fit.
	w := newWorld(t)
	emea := w.AddZone("emea.contoso.com")
	add(t, emea, "emea.contoso.com", "NS", "ns2.emea.contoso.com")
	add(t, emea, "ns2.emea.contoso.com", "A", "192.0.2.54")
	add(t, emea, "sites.emea.contoso.com", "CNAME", "www.contoso.com")
	w.contoso = emea
	deep := alias()
	deep.Name = "clouddp.sites.emea.contoso.com"
	change := w.ensure(t, deep, dns.Applied, nil)
	if want := []string{nameServer, "192.0.2.54:53"}; !slices.Equal(change.Servers, want) {
		t.Errorf("got servers %v, want %v", change.Servers, want)
	}
}

func TestZoneOfTheDeepestApex(t *testing.T) {
	w := newWorld(t)
	deep := alias()
	deep.Name = "clouddp.emea.contoso.com"
	emea := w.AddZone("emea.contoso.com")
	w.ensure(t, deep, dns.VerdictUnknown, dns.ErrNotFound)
	w.contoso = emea
	w.ensure(t, deep, dns.Applied, nil)
}

func TestEnsureChecksItsInputFirst(t *testing.T) {
	_, err := dns.Ensure(t.Context(), nil, &dns.Resolver{Servers: []string{"nowhere"}, Timeout: -1},
		dns.Record{Name: "a b", Type: "CNAME", Value: "x.example"}, &dns.EnsureOptions{Replaces: []string{"ok.example", ""}})
	invalid, ok := errors.AsType[*dns.InvalidError](err)
	if !ok {
		t.Fatalf("got %v, want an InvalidError", err)
	}
	var fields []string
	for _, problem := range invalid.Problems {
		fields = append(fields, problem.Field)
	}
	want := []string{"Name", "zone", "Resolver.Servers[0]", "Resolver.Timeout", "Replaces[1]"}
	if !slices.Equal(fields, want) {
		t.Errorf("got problems with %q, want %q", fields, want)
	}
	if !strings.HasPrefix(err.Error(), "dns: ensure: ") {
		t.Errorf("got text %q", err)
	}
	if _, err := dns.Remove(t.Context(), nil, nil, dns.Record{}); !errors.Is(err, dns.ErrInvalid) {
		t.Errorf("Remove: got %v, want %v", err, dns.ErrInvalid)
	}
}

func TestEnsureStopsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.Inject(dnstest.Fault{Kind: dnstest.Silent, Times: dnstest.Always})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		started := time.Now()
		change, err := dns.Ensure(ctx, w.contoso, w.resolver, alias(), nil)
		if !errors.Is(err, context.DeadlineExceeded) || change.Verdict != dns.AppliedUnverified {
			t.Errorf("got %v, %v, want an unverified change and the end of the context", change.Verdict, err)
		}
		if took := time.Since(started); took != time.Second {
			t.Errorf("took %v, want one second", took)
		}
	})
}

// racing changes the zone between the reading and the swap of Ensure.
type racing struct {
	dns.Zone
	before func()
	done   atomic.Bool
}

func (z *racing) Swap(ctx context.Context, name string, old, replacement *dns.Record) error {
	if !z.done.Swap(true) {
		z.before()
	}
	return z.Zone.Swap(ctx, name, old, replacement)
}

func TestSomebodyElseWasFaster(t *testing.T) {
	tests := []struct {
		target  string
		verdict dns.Verdict
		cause   error
	}{
		{"clouddp.cloudapp.net", dns.AlreadyOK, nil},
		{"other.cloudapp.net", dns.Conflict, dns.ErrConflict},
	}
	for _, test := range tests {
		w := newWorld(t)
		zone := &racing{Zone: w.contoso, before: func() { add(t, w.contoso, alias().Name, "CNAME", test.target) }}
		change, err := dns.Ensure(t.Context(), zone, w.resolver, alias(), nil)
		if change.Verdict != test.verdict || !errors.Is(err, test.cause) {
			t.Errorf("%s: got %v, %v, want %v, %v", test.target, change.Verdict, err, test.verdict, test.cause)
		}
	}
}

// blind loses its sight after the swap.
type blind struct{ dns.Zone }

func (z blind) Lookup(ctx context.Context, name string) ([]dns.Record, error) {
	have, err := z.Zone.Lookup(ctx, name)
	if len(have) > 0 {
		return nil, dns.ErrUnavailable
	}
	return have, err
}

func TestReadBackThatFailsIsUnknown(t *testing.T) {
	w := newWorld(t)
	change, err := dns.Ensure(t.Context(), blind{w.contoso}, w.resolver, alias(), nil)
	if change.Verdict != dns.VerdictUnknown || !errors.Is(err, dns.ErrUnknown) || !errors.Is(err, dns.ErrUnavailable) {
		t.Errorf("got %v, %v, want an unknown outcome and its reason", change.Verdict, err)
	}
}

func TestVerdictsHaveWords(t *testing.T) {
	seen := map[string]bool{}
	for verdict := dns.VerdictUnknown; verdict <= dns.AuthFailed+1; verdict++ {
		seen[verdict.String()] = true
	}
	if len(seen) != 9 || !seen["authentication failed"] || !seen["verdict 8"] {
		t.Errorf("got %v", seen)
	}
}
