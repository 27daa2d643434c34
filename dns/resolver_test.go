package dns_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
)

// check runs Check of the alias and returns the kinds of problem found.
func check(t *testing.T, r *dns.Resolver) (*dns.Chain, error) {
	t.Helper()
	return dns.Check(t.Context(), r, alias().Name, alias().Value)
}

func (w *world) mustCheck(t *testing.T) *dns.Chain {
	t.Helper()
	chain, err := check(t, w.resolver)
	if err != nil {
		t.Fatal(err)
	}
	return chain
}

func TestForgedRepliesAreDropped(t *testing.T) {
	evil := alias()
	evil.Value = "evil.example"
	forge := func(edit func(*dnsmessage.Message)) func([]byte) []byte {
		return func(query []byte) []byte {
			return reply(query, func(m *dnsmessage.Message) {
				cnameAnswer(evil)(m)
				edit(m)
			})
		}
	}
	forgeries := map[string]func([]byte) []byte{
		"other id":      forge(func(m *dnsmessage.Message) { m.ID++ }),
		"other name":    forge(func(m *dnsmessage.Message) { m.Questions[0].Name = dnsmessage.MustNewName("x.example.") }),
		"other type":    forge(func(m *dnsmessage.Message) { m.Questions[0].Type = dnsmessage.TypeTXT }),
		"other class":   forge(func(m *dnsmessage.Message) { m.Questions[0].Class = dnsmessage.ClassCHAOS }),
		"no question":   forge(func(m *dnsmessage.Message) { m.Questions = nil }),
		"two questions": forge(func(m *dnsmessage.Message) { m.Questions = append(m.Questions, m.Questions[0]) }),
		"a query":       forge(func(m *dnsmessage.Message) { m.Response = false }),
		"other opcode":  forge(func(m *dnsmessage.Message) { m.OpCode = 5 }),
		"empty":         func([]byte) []byte { return []byte{} },
		"short":         func(query []byte) []byte { return query[:11] },
		"noise":         func([]byte) []byte { return bytes.Repeat([]byte{0xff}, 64) },
	}
	truth := func(query []byte) []byte {
		return reply(query, func(m *dnsmessage.Message) {
			if m.Questions[0].Type == dnsmessage.TypeCNAME && m.Questions[0].Name.String() == "clouddp.contoso.com." {
				cnameAnswer(alias())(m)
			}
		})
	}
	for name, forgery := range forgeries {
		synctest.Test(t, func(t *testing.T) {
			chain, err := check(t, resolverOver(t, hostile(forgery, truth)))
			if err != nil || len(chain.Hops) != 1 || chain.Hops[0].Target != alias().Value {
				t.Errorf("%s: got %v, %v, want the true chain", name, chain, err)
			}
			started := time.Now()
			_, err = check(t, resolverOver(t, hostile(forgery)))
			if !errors.Is(err, dns.ErrUnavailable) || time.Since(started) != 4*time.Second {
				t.Errorf("%s alone: got %v after %v, want two tries of two seconds", name, err, time.Since(started))
			}
		})
	}
}

func TestQuestionIsMatchedWithoutCase(t *testing.T) {
	shout := func(query []byte) []byte {
		return reply(query, func(m *dnsmessage.Message) {
			m.Questions[0].Name = dnsmessage.MustNewName(strings.ToUpper(m.Questions[0].Name.String()))
			loud := dns.Record{Name: "CLOUDDP.CONTOSO.COM", Value: "CLOUDDP.CLOUDAPP.NET"}
			if m.Questions[0].Name.String() == "CLOUDDP.CONTOSO.COM." {
				cnameAnswer(loud)(m)
			}
		})
	}
	chain, err := check(t, resolverOver(t, hostile(shout)))
	if err != nil || len(chain.Hops) != 1 || chain.Hops[0].Target != alias().Value {
		t.Errorf("got %v, %v", chain, err)
	}
}

func TestMalformedAnswersAreRefused(t *testing.T) {
	lie := func(at int, count byte) func([]byte) []byte {
		return func(query []byte) []byte {
			message := reply(query, cnameAnswer(alias()))
			message[at] = count
			return message
		}
	}
	loop := func(query []byte) []byte {
		message := reply(query, func(*dnsmessage.Message) {})
		message[7] = 1
		return append(message, 0xc0, 12+21+4, 0, 5, 0, 1, 0, 0, 0, 60, 0, 0) // a name that points to itself
	}
	crowd := func(query []byte) []byte {
		return reply(query, func(m *dnsmessage.Message) {
			for range 300 {
				cnameAnswer(alias())(m)
			}
		})
	}
	truncated := func(query []byte) []byte {
		return reply(query, func(m *dnsmessage.Message) { m.Truncated = true })
	}
	for name, answer := range map[string]func([]byte) []byte{
		"answer count": lie(7, 9), "answer count of 65k": lie(6, 0xff), "authority count": lie(9, 3), "name loop": loop,
		"truncated over TCP": truncated, "too many records": crowd,
	} {
		chain, err := check(t, resolverOver(t, overTCP(hostile(answer))))
		if !errors.Is(err, dns.ErrUnavailable) {
			t.Errorf("%s: got %v, %v, want %v", name, chain, err, dns.ErrUnavailable)
		}
	}
	_, err := check(t, resolverOver(t, overTCP(hostile(crowd))))
	if !errors.Is(err, dns.ErrLimit) {
		t.Errorf("too many records: got %v, want %v", err, dns.ErrLimit)
	}
}

// overTCP truncates every answer over UDP, so that the question comes again over TCP.
func overTCP(dial dialFunc) dialFunc {
	truncate := hostile(func(query []byte) []byte {
		return reply(query, func(m *dnsmessage.Message) { m.Truncated = true })
	})
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if network == "udp" {
			return truncate(ctx, network, address)
		}
		return dial(ctx, network, address)
	}
}

func TestTruncatedAnswerIsAskedForOverTCP(t *testing.T) {
	w := newWorld(t)
	w.ensure(t, alias(), dns.Applied, nil)
	w.Inject(dnstest.Fault{Kind: dnstest.Truncate, Times: dnstest.Always})
	var mu sync.Mutex
	var networks []string
	w.resolver.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		networks = append(networks, network)
		return w.Dial(ctx, network, address)
	}
	if chain := w.mustCheck(t); !chain.OK() {
		t.Errorf("got %v", chain)
	}
	streams := slices.DeleteFunc(slices.Clone(networks), func(network string) bool { return network == "udp" })
	if networks[0] != "udp" || networks[1] != "tcp" || 2*len(streams) != len(networks) {
		t.Errorf("got %v", networks)
	}
}

func TestLongTextsComeOverTCP(t *testing.T) {
	w := newWorld(t)
	for i := range 12 {
		add(t, w.contoso, "texts.contoso.com", "TXT", strings.Repeat(string(rune('a'+i)), 255))
	}
	last := dns.Record{Name: "texts.contoso.com", Type: dns.TypeTXT, Value: "MS=ms1"}
	w.ensure(t, last, dns.Applied, nil)
}

func TestNextServerAnswers(t *testing.T) {
	for _, kind := range []dnstest.FaultKind{dnstest.Silent, dnstest.ServFail, dnstest.Refuse, dnstest.WrongName} {
		synctest.Test(t, func(t *testing.T) {
			w, broken := newWorld(t), newWorld(t)
			w.ensure(t, alias(), dns.Applied, nil)
			broken.Inject(dnstest.Fault{Kind: kind, Times: dnstest.Always})
			w.resolver.Servers = []string{"192.0.2.1:53", "192.0.2.2:53", "192.0.2.3:53"}
			w.resolver.Dial = route(map[string]dialFunc{"192.0.2.2:53": broken.Dial, "192.0.2.3:53": w.Dial})
			chain := w.mustCheck(t)
			if !chain.OK() || chain.Hops[0].Server != "192.0.2.3:53" {
				t.Errorf("fault %d: got %v by %v", kind, chain, chain.Hops)
			}
		})
	}
}

func TestPassingTroubleIsRetried(t *testing.T) {
	for _, kind := range []dnstest.FaultKind{dnstest.Silent, dnstest.ServFail, dnstest.WrongID} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.ensure(t, alias(), dns.Applied, nil)
			w.Inject(dnstest.Fault{Kind: kind})
			if chain := w.mustCheck(t); !chain.OK() {
				t.Errorf("fault %d: got %v", kind, chain)
			}
		})
	}
}

func TestDelayedAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.ensure(t, alias(), dns.Applied, nil)
		w.Inject(dnstest.Fault{Kind: dnstest.Delay, Delay: 1500 * time.Millisecond})
		if chain := w.mustCheck(t); chain.Hops[0].RTT != 1500*time.Millisecond {
			t.Errorf("got a round trip of %v", chain.Hops[0].RTT)
		}
	})
}

// TestCancelReturnsAtOnce allows three tries: on a busy machine a goroutine may have to wait for a processor.
func TestCancelReturnsAtOnce(t *testing.T) {
	server := dnstest.NewServer()
	zone := server.AddZone("contoso.com")
	server.Inject(dnstest.Fault{Kind: dnstest.Silent, Times: dnstest.Always})
	addr, err := server.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string]func(context.Context, *dns.Resolver) error{
		"Check": func(ctx context.Context, r *dns.Resolver) error {
			_, err := dns.Check(ctx, r, alias().Name, alias().Value)
			return err
		},
		"CheckFrom": func(ctx context.Context, r *dns.Resolver) error {
			_, err := dns.CheckFrom(ctx, []dns.Vantage{{Name: "here", Resolver: r}}, alias().Name, alias().Value)
			return err
		},
		"Ensure": func(ctx context.Context, r *dns.Resolver) error {
			_, err := dns.Ensure(ctx, zone, r, alias(), nil)
			return err
		},
	}
	for place, resolver := range map[string]*dns.Resolver{"memory": server.Resolver(), "socket": dnstest.ResolverFor(addr)} {
		resolver.Timeout = time.Minute
		for name, call := range calls {
			took := time.Hour
			for tries := 0; tries < 3 && took > 50*time.Millisecond; tries++ {
				took = min(took, untilReturn(t, func(ctx context.Context) error { return call(ctx, resolver) }))
			}
			if took > 50*time.Millisecond {
				t.Errorf("%s in %s: returned %v after it was cancelled", name, place, took)
			}
		}
	}
}

// untilReturn cancels a call that is under way and returns how long it goes on.
func untilReturn(t *testing.T, call func(context.Context) error) time.Duration {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancelled := make(chan time.Time, 1)
	time.AfterFunc(20*time.Millisecond, func() {
		cancelled <- time.Now()
		cancel()
	})
	if err := call(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the end of the context", err)
	}
	return time.Since(<-cancelled)
}

func TestFloodOfForgeriesMovesTheQuestionToTCP(t *testing.T) {
	w := newWorld(t)
	w.plant(t, links(1, "clouddp.cloudapp.net")...)
	forgery := func(query []byte) []byte {
		return reply(query, func(m *dnsmessage.Message) { m.ID++ })
	}
	flood := hostile(slices.Repeat([]func([]byte) []byte{forgery}, 1000)...)
	w.resolver.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if network == "udp" {
			return flood(ctx, network, address)
		}
		return w.Dial(ctx, network, address)
	}
	w.finds(t)
}

func TestEveryQuestionHasItsOwnPort(t *testing.T) {
	w := newWorld(t)
	addr, err := w.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	ports := map[string]bool{}
	questions := 0
	w.resolver = dnstest.ResolverFor(addr)
	w.resolver.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, network, address)
		if err == nil {
			mu.Lock()
			defer mu.Unlock()
			ports[conn.LocalAddr().String()] = true
			questions++
		}
		return conn, err
	}
	for range 32 {
		w.finds(t, dns.ProblemMissing)
	}
	if questions < 64 || len(ports) < questions*9/10 {
		t.Errorf("%d questions came from %d ports", questions, len(ports))
	}
}

func TestCancelInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.Inject(dnstest.Fault{Kind: dnstest.Silent, Times: dnstest.Always})
		w.resolver.Timeout = time.Hour
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errLunch)
		defer cancel()
		started := time.Now()
		_, err := dns.Check(ctx, w.resolver, alias().Name, alias().Value)
		if !errors.Is(err, errLunch) || time.Since(started) != time.Minute {
			t.Errorf("got %v after %v", err, time.Since(started))
		}
	})
}

var errLunch = errors.New("lunch")

func TestOverRealSockets(t *testing.T) {
	w := newWorld(t)
	addr, err := w.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.resolver = dnstest.ResolverFor(addr)
	change := w.ensure(t, alias(), dns.Applied, nil)
	if len(change.Servers) != 1 || change.Servers[0] != addr || change.Wait != time.Minute {
		t.Errorf("got servers %v, wait %v", change.Servers, change.Wait)
	}
	chain := w.mustCheck(t)
	if !chain.OK() || chain.Hops[0].Server != addr || !chain.Hops[0].Authoritative || chain.Hops[0].RTT <= 0 {
		t.Errorf("got %v, %+v", chain, chain.Hops)
	}
}

func TestClosedPortIsUnavailable(t *testing.T) {
	var config net.ListenConfig
	packets, err := config.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := packets.LocalAddr().String()
	if err := packets.Close(); err != nil {
		t.Fatal(err)
	}
	resolver := dnstest.ResolverFor(addr)
	resolver.Timeout = 100 * time.Millisecond
	if _, err := check(t, resolver); !errors.Is(err, dns.ErrUnavailable) || !strings.Contains(err.Error(), addr) {
		t.Errorf("got %v, want %v with the server's address", err, dns.ErrUnavailable)
	}
}
