package rfc2136_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
	"github.com/clouddp/sdk/dns/rfc2136"
)

const keyName = "update.contoso.com"

// secret is long enough for every algorithm.
func secret() []byte { return []byte("a secret that the tests share with their server") }

func key() rfc2136.TSIG {
	return rfc2136.TSIG{Name: keyName, Secret: rfc2136.StaticSecret(secret())}
}

// newServer returns a server with two zones, which only the key may change.
func newServer(tb testing.TB) (*dnstest.Server, *dnstest.Zone) {
	tb.Helper()
	server := dnstest.NewServer()
	if err := server.AddKey(keyName, secret()); err != nil {
		tb.Fatal(err)
	}
	server.AddZone("cloudapp.net")
	return server, server.AddZone("contoso.com")
}

// inMemory returns a zone that reaches the server without a socket.
func inMemory(server *dnstest.Server) *rfc2136.Zone {
	return &rfc2136.Zone{Server: "ns1.contoso.com:53", Signer: key(), Dial: server.Dial}
}

func harness(server *dnstest.Server, source *dnstest.Zone, zone dns.Zone, resolver *dns.Resolver) dnstest.Harness {
	return dnstest.Harness{
		Zone: zone, Apex: "contoso.com", Resolver: resolver,
		Plant:      func(_ context.Context, r dns.Record) error { return source.Add(r) },
		IgnoreNext: func() { server.Inject(dnstest.Fault{Kind: dnstest.IgnoreUpdate}) },
		LoseNext:   func() { server.Inject(dnstest.Fault{Kind: dnstest.LoseUpdate}) },
	}
}

func TestZoneInMemory(t *testing.T) {
	for _, apex := range []string{"", "Contoso.com."} {
		dnstest.TestZone(t, func(t *testing.T) dnstest.Harness {
			t.Helper()
			server, source := newServer(t)
			zone := inMemory(server)
			zone.Name = apex
			return harness(server, source, zone, server.Resolver())
		})
	}
}

func TestZoneServed(t *testing.T) {
	dnstest.TestZone(t, func(t *testing.T) dnstest.Harness {
		t.Helper()
		server, source := newServer(t)
		addr, err := server.Serve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		zone := &rfc2136.Zone{Server: addr, Signer: key()}
		return harness(server, source, zone, dnstest.ResolverFor(addr))
	})
}

func TestZoneUnsigned(t *testing.T) {
	dnstest.TestZone(t, func(*testing.T) dnstest.Harness {
		server := dnstest.NewServer()
		source := server.AddZone("contoso.com")
		zone := &rfc2136.Zone{Server: "ns1.contoso.com:53", Dial: server.Dial}
		return harness(server, source, zone, server.Resolver())
	})
}

func alias() dns.Record {
	return dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeCNAME, Value: "clouddp.cloudapp.net", TTL: time.Minute}
}

// create sets the alias where nothing is and returns the error.
func create(t *testing.T, zone dns.Zone) error {
	t.Helper()
	record := alias()
	return zone.Swap(t.Context(), record.Name, nil, &record)
}

func TestEveryAlgorithm(t *testing.T) {
	for _, algorithm := range []string{
		rfc2136.HMACSHA1, rfc2136.HMACSHA224, rfc2136.HMACSHA256, rfc2136.HMACSHA384, "HMAC-SHA512.", "",
	} {
		server, source := newServer(t)
		zone, signer := inMemory(server), key()
		signer.Algorithm = algorithm
		zone.Signer = signer
		if err := create(t, zone); err != nil {
			t.Errorf("%q: %v", algorithm, err)
		}
		have, err := source.Lookup(t.Context(), alias().Name)
		if err != nil || !slices.Equal(have, []dns.Record{alias()}) {
			t.Errorf("%q: got %v, %v", algorithm, have, err)
		}
	}
}

func TestRepliesThatCannotBeBelieved(t *testing.T) {
	for _, kind := range []dnstest.FaultKind{
		dnstest.UnsignedReply, dnstest.ForgedReply, dnstest.WrongID, dnstest.WrongName, dnstest.LoseUpdate,
		dnstest.DropUpdate, dnstest.ServFail,
	} {
		server, _ := newServer(t)
		zone := inMemory(server)
		zone.Name = "contoso.com" // so that nothing is asked before
		server.Inject(dnstest.Fault{Kind: kind})
		if err := create(t, zone); !errors.Is(err, dns.ErrUnknown) {
			t.Errorf("kind %d: Swap: got %v, want %v", kind, err, dns.ErrUnknown)
		}

		server, _ = newServer(t)
		zone = inMemory(server)
		server.Inject(dnstest.Fault{Kind: kind, Name: alias().Name})
		if kind == dnstest.WrongID || kind == dnstest.WrongName || kind == dnstest.ServFail {
			continue // concern the questions of Ensure too
		}
		change, err := dns.Ensure(t.Context(), zone, server.Resolver(), alias(), nil)
		if err != nil || change.Verdict != dns.Applied {
			t.Errorf("kind %d: Ensure: got %v, %v, want what was read back", kind, change.Verdict, err)
		}
	}
}

// TestForgedSuccess answers an update that never reaches the server, as somebody in between could.
func TestForgedSuccess(t *testing.T) {
	server, _ := newServer(t)
	open := dnstest.NewServer()
	open.AddZone("contoso.com")
	zone := inMemory(server)
	zone.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if network == "tcp" {
			return open.Dial(ctx, network, addr) // knows no key: BADKEY
		}
		return server.Dial(ctx, network, addr)
	}
	open.Inject(dnstest.Fault{Kind: dnstest.IgnoreUpdate, Times: dnstest.Always})
	change, err := dns.Ensure(t.Context(), zone, nil, alias(), nil)
	if auth, ok := errors.AsType[*dns.AuthError](err); !ok || auth.Code != "BADKEY" || change.Verdict != dns.AuthFailed {
		t.Errorf("got %v, %v", change.Verdict, err)
	}

	if err := open.AddKey(keyName, secret()); err != nil {
		t.Fatal(err)
	}
	open.Heal()
	open.Inject(dnstest.Fault{Kind: dnstest.UnsignedReply, Times: dnstest.Always})
	change, err = dns.Ensure(t.Context(), zone, nil, alias(), nil)
	if !errors.Is(err, dns.ErrUnknown) || change.Verdict != dns.VerdictUnknown {
		t.Errorf("got %v, %v, want %v", change.Verdict, err, dns.ErrUnknown)
	}
}

func TestRefusedSignatures(t *testing.T) {
	tests := []struct {
		name string
		key  rfc2136.TSIG
		code string
	}{
		{"unknown key", rfc2136.TSIG{Name: "other", Secret: rfc2136.StaticSecret(secret())}, "BADKEY"},
		{"wrong secret", rfc2136.TSIG{Name: keyName, Secret: rfc2136.StaticSecret([]byte("x"))}, "BADSIG"},
		{"wrong clock", key(), "BADTIME"},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			server, _ := newServer(t)
			zone := inMemory(server)
			zone.Signer = test.key
			if test.code == "BADTIME" {
				server.Inject(dnstest.Fault{Kind: dnstest.WrongClock})
			}
			err := create(t, zone)
			auth, ok := errors.AsType[*dns.AuthError](err)
			if !ok || auth.Code != test.code || auth.Server != zone.Server || !errors.Is(err, dns.ErrDenied) {
				t.Fatalf("%s: got %v, want %s", test.name, err, test.code)
			}
			if ahead := time.Until(auth.ServerTime); test.code == "BADTIME" && ahead != time.Hour {
				t.Errorf("the server's clock is %v ahead, want an hour", ahead)
			}
			if test.code != "BADTIME" && !auth.ServerTime.IsZero() {
				t.Errorf("%s: got server time %v", test.name, auth.ServerTime)
			}
		})
	}
}

func TestRefusedUpdates(t *testing.T) {
	server, _ := newServer(t)
	unsigned := inMemory(server)
	unsigned.Signer = nil
	if err := create(t, unsigned); !errors.Is(err, dns.ErrDenied) || !strings.Contains(err.Error(), "REFUSED") {
		t.Errorf("unsigned: got %v", err)
	}
	zone := inMemory(server)
	server.Inject(dnstest.Fault{Kind: dnstest.RefuseUpdate})
	if err := create(t, zone); !errors.Is(err, dns.ErrDenied) {
		t.Errorf("refused: got %v", err)
	}
}

func TestZonesOfOthers(t *testing.T) {
	server, _ := newServer(t)
	zone := inMemory(server)
	zone.Name = "fabrikam.com"
	foreign := alias()
	foreign.Name = "clouddp.fabrikam.com"
	err := zone.Swap(t.Context(), foreign.Name, nil, &foreign)
	if !errors.Is(err, dns.ErrNotFound) || !strings.Contains(err.Error(), "NOTAUTH") {
		t.Errorf("a zone that the server has not: got %v", err)
	}
	server.AddZone("emea.contoso.com")
	zone.Name = "contoso.com"
	below := alias()
	below.Name = "clouddp.emea.contoso.com"
	err = zone.Swap(t.Context(), below.Name, nil, &below)
	if !errors.Is(err, dns.ErrNotFound) || !strings.Contains(err.Error(), "NOTZONE") {
		t.Errorf("a name in a zone below: got %v", err)
	}
	zone.Name = ""
	if err := zone.Swap(t.Context(), below.Name, nil, &below); err != nil {
		t.Errorf("a zone that is looked for: %v", err)
	}
}

func TestConflictSaysWhatIsThere(t *testing.T) {
	server, source := newServer(t)
	address := dns.Record{Name: alias().Name, Type: "A", Value: "192.0.2.7", TTL: time.Hour}
	text := dns.Record{Name: alias().Name, Type: "TXT", Value: `"a" \b; ` + "\x00\xff", TTL: time.Hour}
	if err := source.Add(address, text); err != nil {
		t.Fatal(err)
	}
	conflict, ok := errors.AsType[*dns.ConflictError](create(t, inMemory(server)))
	if !ok || !slices.Equal(conflict.Have, []dns.Record{text, address}) {
		t.Errorf("got %v, want %v", conflict, []dns.Record{text, address})
	}
}

func TestTextsAreSetInAnyBytes(t *testing.T) {
	server, source := newServer(t)
	zone := inMemory(server)
	for _, value := range []string{"", "plain", `\`, `\\065"`, "\x00\xff\n", strings.Repeat("x", 255)} {
		text := dns.Record{Name: "text.contoso.com", Type: dns.TypeTXT, Value: value, TTL: time.Minute}
		if err := zone.Swap(t.Context(), text.Name, nil, &text); err != nil {
			t.Fatalf("%q: %v", value, err)
		}
		have, err := zone.Lookup(t.Context(), text.Name)
		if err != nil || !slices.Contains(have, text) {
			t.Errorf("%q: read %v, %v", value, have, err)
		}
		have, err = source.Lookup(t.Context(), text.Name)
		if err != nil || !slices.Contains(have, text) {
			t.Errorf("%q: got %v, %v", value, have, err)
		}
	}
}

func TestLookupReadsManyTextsOverTCP(t *testing.T) {
	server, source := newServer(t)
	for i := range 9 {
		text := dns.Record{Name: "text.contoso.com", Type: dns.TypeTXT, Value: strings.Repeat(string(rune('a'+i)), 200)}
		if err := source.Add(text); err != nil {
			t.Fatal(err)
		}
	}
	have, err := inMemory(server).Lookup(t.Context(), "text.contoso.com")
	if err != nil || len(have) != 9 {
		t.Errorf("got %d texts, %v", len(have), err)
	}
}

func TestLookupAsksAgainOverTCP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, source := newServer(t)
		if err := source.Add(alias()); err != nil {
			t.Fatal(err)
		}
		zone := inMemory(server)
		zone.Name = "contoso.com"
		for _, kind := range []dnstest.FaultKind{dnstest.Silent, dnstest.WrongID, dnstest.WrongName} {
			server.Inject(dnstest.Fault{Kind: kind})
			have, err := zone.Lookup(t.Context(), alias().Name)
			if err != nil || !slices.Equal(have, []dns.Record{alias()}) {
				t.Errorf("kind %d: got %v, %v", kind, have, err)
			}
		}
	})
}

func TestSecondaryThatMissedTheUpdate(t *testing.T) {
	primary, _ := newServer(t)
	stale, _ := newServer(t)
	resolver := &dns.Resolver{
		Servers: []string{"192.0.2.1:53"}, Authoritative: []string{"192.0.2.1:53", "192.0.2.2:53"},
		Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if addr == "192.0.2.2:53" {
				return stale.Dial(ctx, network, addr)
			}
			return primary.Dial(ctx, network, addr)
		},
	}
	change, err := dns.Ensure(t.Context(), inMemory(primary), resolver, alias(), nil)
	if err != nil || change.Verdict != dns.AppliedUnverified || !slices.Equal(change.Doubts, []string{"192.0.2.2:53: holds no such record"}) {
		t.Errorf("got %v %v, %v", change.Verdict, change.Doubts, err)
	}
}

var errLunch = errors.New("lunch")

func TestCancelReturnsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, _ := newServer(t)
		zone := inMemory(server)
		zone.Name, zone.Timeout = "contoso.com", time.Hour
		server.Inject(dnstest.Fault{Kind: dnstest.Silent, Times: dnstest.Always})
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errLunch)
		defer cancel()
		started := time.Now()
		record := alias()
		err := zone.Swap(ctx, record.Name, nil, &record)
		if took := time.Since(started); !errors.Is(err, errLunch) || !errors.Is(err, dns.ErrUnknown) || took != time.Minute {
			t.Errorf("Swap: got %v after %v", err, took)
		}
		started = time.Now()
		_, err = zone.Lookup(ctx, record.Name)
		if took := time.Since(started); !errors.Is(err, errLunch) || took != 0 {
			t.Errorf("Lookup: got %v after %v", err, took)
		}
	})
}

// TestCancelOverASocket measures real time.
func TestCancelOverASocket(t *testing.T) {
	server, _ := newServer(t)
	addr, err := server.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	server.Inject(dnstest.Fault{Kind: dnstest.Silent, Times: dnstest.Always})
	zone := &rfc2136.Zone{Name: "contoso.com", Server: addr, Signer: key(), Timeout: time.Hour}
	ctx, cancel := context.WithCancel(t.Context())
	var cancelled time.Time
	time.AfterFunc(20*time.Millisecond, func() { cancelled = time.Now(); cancel() })
	record := alias()
	err = zone.Swap(ctx, record.Name, nil, &record)
	if late := time.Since(cancelled); !errors.Is(err, context.Canceled) || late > 50*time.Millisecond {
		t.Errorf("got %v, %v after the end of the context", err, late)
	}
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, _ := newServer(t)
		zone := inMemory(server)
		zone.Name = "contoso.com"
		server.Inject(dnstest.Fault{Kind: dnstest.Silent, Times: dnstest.Always})
		started := time.Now()
		err := create(t, zone)
		if took := time.Since(started); !errors.Is(err, dns.ErrUnknown) || took != 10*time.Second {
			t.Errorf("Swap: got %v after %v", err, took)
		}
		if _, err := zone.Lookup(t.Context(), alias().Name); !errors.Is(err, dns.ErrUnavailable) {
			t.Errorf("Lookup: got %v", err)
		}
	})
}

func TestNoServer(t *testing.T) {
	errNoRoute := errors.New("no route")
	zone := &rfc2136.Zone{
		Name: "contoso.com", Server: "192.0.2.1:53", Signer: key(),
		Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errNoRoute },
	}
	err := create(t, zone)
	if !errors.Is(err, dns.ErrUnavailable) || !errors.Is(err, errNoRoute) || errors.Is(err, dns.ErrUnknown) {
		t.Errorf("got %v, want %v", err, dns.ErrUnavailable)
	}
}

func TestInvalidZones(t *testing.T) {
	var none *rfc2136.Zone
	for problem, zone := range map[string]*rfc2136.Zone{
		"Zone: is nil": none,
		"Zone.Server":  {Server: "192.0.2.1"},
		"Zone.Name":    {Server: "192.0.2.1:53", Name: "a b"},
		"Zone.Timeout": {Server: "192.0.2.1:53", Timeout: -1},
	} {
		_, lookup := zone.Lookup(t.Context(), alias().Name)
		for _, err := range []error{lookup, create(t, zone)} {
			if !errors.Is(err, dns.ErrInvalid) || !strings.Contains(err.Error(), problem) {
				t.Errorf("got %v, want a problem with %s", err, problem)
			}
		}
	}
}

func TestSwapListsEveryProblem(t *testing.T) {
	old := dns.Record{Name: "other.contoso.com", Type: "CNAME", Value: "x.example", TTL: -1}
	replacement := dns.Record{Name: alias().Name, Type: "TXT", Value: strings.Repeat("x", 256)}
	err := (&rfc2136.Zone{}).Swap(t.Context(), alias().Name, &old, &replacement)
	invalid, ok := errors.AsType[*dns.InvalidError](err)
	if !ok || len(invalid.Problems) != 4 {
		t.Errorf("got %v, want four problems", err)
	}
}
