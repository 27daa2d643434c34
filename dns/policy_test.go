package dns_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
)

// The addresses of the servers in these tests. The first is that of the primary, as the SOA names it.
const second, third = "192.0.2.54:53", "192.0.2.55:53"

// ensureBy runs Ensure with a policy.
func (w *world) ensureBy(t *testing.T, policy dns.Policy) dns.Change {
	t.Helper()
	change, err := dns.Ensure(t.Context(), w.contoso, w.resolver, alias(), &dns.EnsureOptions{Confirm: policy})
	if err != nil {
		t.Fatal(err)
	}
	return change
}

func TestPolicies(t *testing.T) {
	tests := []struct {
		fresh int
		want  map[dns.Policy]dns.Verdict
	}{
		{0, map[dns.Policy]dns.Verdict{dns.All: dns.AppliedUnverified, dns.Quorum: dns.AppliedUnverified, dns.Any: dns.AppliedUnverified}},
		{1, map[dns.Policy]dns.Verdict{dns.All: dns.AppliedUnverified, dns.Quorum: dns.AppliedUnverified, dns.Any: dns.Applied}},
		{2, map[dns.Policy]dns.Verdict{dns.All: dns.AppliedUnverified, dns.Quorum: dns.Applied, dns.Any: dns.Applied}},
		{3, map[dns.Policy]dns.Verdict{dns.All: dns.Applied, dns.Quorum: dns.Applied, dns.Any: dns.Applied}},
	}
	for _, test := range tests {
		for policy, want := range test.want {
			w, stale := newWorld(t), newWorld(t)
			w.resolver.Authoritative = []string{nameServer, second, third}
			routes := map[string]dialFunc{nameServer: stale.Dial, second: stale.Dial, third: stale.Dial}
			for _, server := range w.resolver.Authoritative[:test.fresh] {
				routes[server] = w.Dial
			}
			w.resolver.Dial = route(routes)
			change := w.ensureBy(t, policy)
			if change.Verdict != want || len(change.Doubts) != 3-test.fresh {
				t.Errorf("%v with %d of 3: got %v %q, want %v", policy, test.fresh, change.Verdict, change.Doubts, want)
			}
		}
	}
}

func TestSerialsTellWhoLagsBehind(t *testing.T) {
	w, stale := newWorld(t), newWorld(t)
	w.resolver.Authoritative = []string{nameServer, second}
	w.resolver.Dial = route(map[string]dialFunc{nameServer: w.Dial, second: stale.Dial})
	change := w.ensureBy(t, dns.All)
	if want := map[string]uint32{nameServer: 2, second: 1}; !maps.Equal(change.Serials, want) {
		t.Errorf("got %v, want %v", change.Serials, want)
	}
}

func TestHiddenPrimaryIsNotCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for dead, want := range map[string]dns.Verdict{nameServer: dns.Applied, second: dns.AppliedUnverified} {
			w, silent := newWorld(t), newWorld(t)
			silent.Inject(dnstest.Fault{Kind: dnstest.Silent, Times: dnstest.Always})
			w.resolver.Servers, w.resolver.Authoritative = []string{third}, []string{nameServer, second, third}
			routes := map[string]dialFunc{nameServer: w.Dial, second: w.Dial, third: w.Dial}
			routes[dead] = silent.Dial
			w.resolver.Dial = route(routes)
			change := w.ensureBy(t, dns.All)
			if change.Verdict != want || len(change.Doubts) != 1 || len(change.Serials) != 2 {
				t.Errorf("%s silent: got %v %q, serials %v; want %v", dead, change.Verdict, change.Doubts, change.Serials, want)
			}
		}
	})
}

func TestHiddenPrimaryAloneIsNoProof(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.Inject(dnstest.Fault{Kind: dnstest.Silent, Times: dnstest.Always})
		w.resolver.Authoritative = []string{nameServer}
		if change := w.ensureBy(t, dns.Any); change.Verdict != dns.AppliedUnverified {
			t.Errorf("got %v", change.Verdict)
		}
	})
}

func TestNameServersWithoutIPv4(t *testing.T) {
	w := newWorld(t)
	add(t, w.contoso, "contoso.com", "NS", "ns6.contoso.com")
	add(t, w.contoso, "ns6.contoso.com", "AAAA", "2001:db8::53")
	add(t, w.contoso, "ns1.contoso.com", "AAAA", "2001:db8::1")
	change := w.ensure(t, alias(), dns.Applied, nil)
	if want := []string{nameServer, "[2001:db8::53]:53"}; !slices.Equal(change.Servers, want) {
		t.Errorf("got %v, want %v", change.Servers, want)
	}
}

func TestWaitIsTheWorstOfTheServers(t *testing.T) {
	w := newWorld(t)
	change := w.ensureBy(t, dns.All)
	if change.Wait != time.Minute {
		t.Errorf("got %v, want the lesser of SOA TTL and minimum", change.Wait)
	}
}

func TestUnknownPolicyIsInvalid(t *testing.T) {
	w := newWorld(t)
	for _, policy := range []dns.Policy{-1, dns.Any + 1} {
		_, err := dns.Ensure(t.Context(), w.contoso, w.resolver, alias(), &dns.EnsureOptions{Confirm: policy})
		if !errors.Is(err, dns.ErrInvalid) || policy.String() != "unknown policy" {
			t.Errorf("%v: got %v, want %v", policy, err, dns.ErrInvalid)
		}
	}
	if words := dns.All.String() + dns.Quorum.String() + dns.Any.String(); words != "allquorumany" {
		t.Errorf("got %q", words)
	}
}

// unsigned is a zone that does not take the signature of an update.
type unsigned struct{ dns.Zone }

func (unsigned) Swap(context.Context, string, *dns.Record, *dns.Record) error {
	return &dns.AuthError{Server: nameServer, Code: "BADTIME", ServerTime: time.Unix(0, 0)}
}

func TestSignatureThatIsNotAccepted(t *testing.T) {
	w := newWorld(t)
	change, err := dns.Ensure(t.Context(), unsigned{w.contoso}, w.resolver, alias(), nil)
	refusal, ok := errors.AsType[*dns.AuthError](err)
	if change.Verdict != dns.AuthFailed || !ok || !errors.Is(err, dns.ErrDenied) || refusal.ServerTime.Unix() != 0 {
		t.Errorf("got %v, %v", change.Verdict, err)
	}
	w.expect(t, false)
}
