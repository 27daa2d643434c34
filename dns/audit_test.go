package dns_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
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

// auditAll returns what an audit yields and the error at its end.
func auditAll(
	t *testing.T, r *dns.Resolver, o *dns.AuditOptions, aliases ...dns.Alias,
) (found []dns.Audited, err error) {
	t.Helper()
	for a, e := range dns.Audit(t.Context(), r, slices.Values(aliases), o) {
		switch {
		case err != nil:
			t.Fatalf("got %v after the error %v", a, err)
		case e != nil:
			err = e
		default:
			found = append(found, a)
		}
	}
	return found, err
}

// newCloud is a world with aliases in every state.
func newCloud(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	for _, zone := range []string{"cloudapp.azure.com", "azurewebsites.net", "fabrikam.com", "com"} {
		w.AddZone(zone)
	}
	add(t, w.cloud, "v6.cloudapp.net", "AAAA", "::1")
	for name, target := range map[string]string{
		"clouddp": "clouddp.cloudapp.net", "through": "clouddp.contoso.com", "v6": "v6.cloudapp.net",
		"classic": "gone.cloudapp.net", "label": "gone.westeurope.cloudapp.azure.com",
		"hashed": "gone.f00d.westeurope.cloudapp.azure.com", "site": "gone.azurewebsites.net",
		"host": "gone.fabrikam.com", "expired": "www.expired.com", "via": "site.contoso.com",
		"loop": "pool.contoso.com", "pool": "loop.contoso.com", "abroad": "www.example.org",
	} {
		add(t, w.contoso, name+".contoso.com", "CNAME", target)
	}
	add(t, w.contoso, "address.contoso.com", "A", "127.0.0.1")
	add(t, w.contoso, "text.contoso.com", "TXT", "x")
	return w
}

func TestAuditTellsProblemsApartWorstFirst(t *testing.T) {
	tests := []struct{ name, target, want string }{
		{"classic", "gone.cloudapp.net", "classic.contoso.com -> gone.cloudapp.net: claimable: gone.cloudapp.net: " +
			"does not exist; whether such names can still be registered is unconfirmed"},
		{"label", "", "label.contoso.com -> gone.westeurope.cloudapp.azure.com: claimable: " +
			"gone.westeurope.cloudapp.azure.com: does not exist, and anybody can register it"},
		{"site", "clouddp.cloudapp.net", "site.contoso.com -> gone.azurewebsites.net: claimable: gone.azurewebsites.net: " +
			"does not exist, and anybody can register it"},
		{"via", "site.contoso.com", "via.contoso.com -> gone.azurewebsites.net: claimable: gone.azurewebsites.net: " +
			"does not exist, and anybody can register it"},
		{"expired", "", "expired.contoso.com -> www.expired.com: claimable: www.expired.com: " +
			"does not exist, nor does expired.com, which anybody may be able to register"},
		{"hashed", "", "hashed.contoso.com -> gone.f00d.westeurope.cloudapp.azure.com: dangling: " +
			"gone.f00d.westeurope.cloudapp.azure.com: does not exist"},
		{"host", "gone.fabrikam.com", "host.contoso.com -> gone.fabrikam.com: dangling: gone.fabrikam.com: does not exist"},
		{"clouddp", "other.cloudapp.net", "clouddp.contoso.com -> clouddp.cloudapp.net: wrong-target: " +
			"clouddp.contoso.com: leads to clouddp.cloudapp.net, not to other.cloudapp.net"},
		{"v6", "other.cloudapp.net", "v6.contoso.com -> v6.cloudapp.net: wrong-target: " +
			"v6.contoso.com: leads to v6.cloudapp.net, not to other.cloudapp.net"},
		{"loop", "", "loop.contoso.com: loop: pool.contoso.com: leads back to loop.contoso.com"},
		{"bad name", "", `"bad name.contoso.com": bad-name: its name: label "bad name" contains ' '; ` +
			"letters, digits, hyphens and underscores are allowed"},
		{"address", "clouddp.cloudapp.net", "address.contoso.com: other-data: " +
			"address.contoso.com: holds addresses instead of an alias"},
		{"none", "", "none.contoso.com: missing: none.contoso.com: does not exist"},
		{"text", "clouddp.cloudapp.net", "text.contoso.com: missing: text.contoso.com: exists but holds no alias"},
		{"text", "", "text.contoso.com: no-ipv4: text.contoso.com: has no IPv4 address"},
		{"v6", "v6.cloudapp.net", "v6.contoso.com -> v6.cloudapp.net: no-ipv4: v6.cloudapp.net: has no IPv4 address"},
		{"abroad", "", "abroad.contoso.com -> www.example.org: refused: www.example.org: 192.0.2.53:53 refuses to answer"},
		{"clouddp", "clouddp.cloudapp.net", "clouddp.contoso.com -> clouddp.cloudapp.net: ok"},
		{"clouddp", "", "clouddp.contoso.com -> clouddp.cloudapp.net: ok"},
		{"through", "clouddp.contoso.com", "through.contoso.com -> clouddp.cloudapp.net: ok"},
		{"through", "clouddp.cloudapp.net", "through.contoso.com -> clouddp.cloudapp.net: ok"},
		{"address", "", "address.contoso.com: ok"},
	}
	synctest.Test(t, func(t *testing.T) {
		var aliases []dns.Alias
		var want []string
		for _, test := range tests {
			aliases = append(aliases, dns.Alias{Name: test.name + ".contoso.com", Target: test.target})
			want = append(want, test.want)
		}
		// The order of what is equally bad is that of the list; that of the table is by severity.
		byKind := map[string][]dns.Alias{}
		for i, text := range want {
			kind := strings.SplitN(text, ": ", 3)[1]
			byKind[kind] = append(byKind[kind], aliases[i])
		}
		var shuffled []dns.Alias
		for _, group := range byKind {
			shuffled = append(shuffled, group...)
		}
		found, err := auditAll(t, newCloud(t).resolver, nil, shuffled...)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range found {
			if i < len(want) && a.String() != want[i] {
				t.Errorf("%d:\ngot  %s\nwant %s", i, a, want[i])
			}
		}
		if len(found) != len(want) {
			t.Errorf("got %d of %d", len(found), len(want))
		}
	})
}

func TestAuditedFields(t *testing.T) {
	w := newCloud(t)
	found, err := auditAll(t, w.resolver, nil, dns.Alias{Name: "Through.Contoso.com."}, dns.Alias{Name: "host.contoso.com"})
	want := []dns.Audited{{
		Alias: dns.Alias{Name: "host.contoso.com"}, End: "gone.fabrikam.com", Hops: 1,
		Problem: dns.Problem{Kind: dns.ProblemDangling, Name: "gone.fabrikam.com", Detail: "does not exist"},
	}, {
		Alias: dns.Alias{Name: "through.contoso.com"}, End: "clouddp.cloudapp.net", Hops: 2,
	}}
	if err != nil || !slices.Equal(found, want) || found[0].OK() || !found[1].OK() {
		t.Errorf("got %+v, %v, want %+v", found, err, want)
	}
}

func TestAuditTriesAgain(t *testing.T) {
	faults := map[string]dnstest.Fault{
		"silence":           {Kind: dnstest.Silent},
		"a failure":         {Kind: dnstest.ServFail},
		"a refusal":         {Kind: dnstest.Refuse},
		"a wrong id":        {Kind: dnstest.WrongID},
		"another question":  {Kind: dnstest.WrongName},
		"truncation":        {Kind: dnstest.Truncate},
		"always truncation": {Kind: dnstest.Truncate, Times: dnstest.Always},
		"a late answer":     {Kind: dnstest.Delay, Delay: 5 * time.Second},
	}
	for name, fault := range faults {
		synctest.Test(t, func(t *testing.T) {
			w := newCloud(t)
			w.Inject(fault)
			found, err := auditAll(t, w.resolver, nil, dns.Alias(dns.Alias{Name: "clouddp.contoso.com"}))
			if err != nil || len(found) != 1 || !found[0].OK() || found[0].End != "clouddp.cloudapp.net" {
				t.Errorf("%s: got %v, %v", name, found, err)
			}
		})
	}
}

func TestAuditReportsWhatItCouldNotLearn(t *testing.T) {
	for kind, want := range map[dnstest.FaultKind]dns.ProblemKind{
		dnstest.ServFail: dns.ProblemServFail, dnstest.Refuse: dns.ProblemRefused, dnstest.Silent: dns.ProblemUnreachable,
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newCloud(t)
			w.Inject(dnstest.Fault{Kind: kind, Times: dnstest.Always, Name: "clouddp.contoso.com"})
			found, err := auditAll(t, w.resolver, nil, dns.Alias{Name: "clouddp.contoso.com"}, dns.Alias{Name: "host.contoso.com"})
			if err != nil || len(found) != 2 || found[1].Problem.Kind != want || found[1].Problem.Detail == "" {
				t.Errorf("got %v, %v, want %s", found, err, want)
			}
		})
	}
}

func TestAuditDropsForgeries(t *testing.T) {
	forge := func(edit func(*dnsmessage.Message)) func([]byte) []byte {
		return func(query []byte) []byte {
			evil := dns.Record{Name: "clouddp.contoso.com", Value: "evil.example"}
			return reply(query, func(m *dnsmessage.Message) {
				cnameAnswer(evil)(m)
				m.RCode = dnsmessage.RCodeNameError
				edit(m)
			})
		}
	}
	address := func(query []byte) []byte {
		return reply(query, func(m *dnsmessage.Message) {
			header := dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Class: dnsmessage.ClassINET}
			m.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}}}
		})
	}
	for name, forgery := range map[string]func([]byte) []byte{
		"other id":   forge(func(m *dnsmessage.Message) { m.ID++ }),
		"other name": forge(func(m *dnsmessage.Message) { m.Questions[0].Name = dnsmessage.MustNewName("x.example.") }),
		"other type": forge(func(m *dnsmessage.Message) { m.Questions[0].Type = dnsmessage.TypeCNAME }),
		"a query":    forge(func(m *dnsmessage.Message) { m.Response = false }),
		"one byte":   func([]byte) []byte { return []byte{1} },
		"noise":      func(query []byte) []byte { return append(query[:2:2], 0xff, 0xff, 0xff) },
	} {
		synctest.Test(t, func(t *testing.T) {
			started := time.Now()
			found, err := auditAll(t, resolverOver(t, hostile(forgery, address)), nil, dns.Alias{Name: "clouddp.contoso.com"})
			if err != nil || len(found) != 1 || !found[0].OK() || time.Since(started) > 0 {
				t.Errorf("%s: got %v, %v after %v", name, found, err, time.Since(started))
			}
		})
	}
}

func TestAuditFollowsAnAnswerInAnyOrder(t *testing.T) {
	backwards := func(query []byte) []byte {
		return reply(query, func(m *dnsmessage.Message) {
			address := dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName("c.example."), Class: dnsmessage.ClassINET},
				Body:   &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
			}
			m.Answers = append(m.Answers, address)
			cnameAnswer(dns.Record{Name: "B.example", Value: "c.Example"})(m)
			cnameAnswer(dns.Record{Name: "a.example", Value: "b.example"})(m)
			cnameAnswer(dns.Record{Name: "stray.example", Value: "evil.example"})(m)
		})
	}
	found, err := auditAll(t, resolverOver(t, hostile(backwards)), nil, dns.Alias{Name: "a.example", Target: "b.example"})
	if err != nil || len(found) != 1 || !found[0].OK() || found[0].End != "c.example" || found[0].Hops != 2 {
		t.Errorf("got %+v, %v", found, err)
	}
}

// A byte that is no letter is printed as its number, and a name may spell out such a number.
func TestAuditTellsNamesApartThatPrintAlike(t *testing.T) {
	section := slices.Concat(
		[]byte("\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x00\x00\x0a\x03a b\x04test\x00"),
		[]byte("\x06a\\032b\x04test\x00\x00\x05\x00\x01\x00\x00\x00\x00\x00\x0e\x07service\x04test\x00"),
		[]byte("\x07service\x04test\x00\x00\x01\x00\x01\x00\x00\x00\x00\x00\x04\x7f\x00\x00\x01"),
	)
	confusing := func(query []byte) []byte { return answerOf(query, 0x8400, 3, 0, section) }
	found, err := auditAll(t, resolverOver(t, hostile(confusing)), nil, dns.Alias{Name: "clouddp.contoso.com", Target: "service.test"})
	if err != nil || len(found) != 1 || found[0].OK() || found[0].End != `a\032b.test` {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestAuditInvalid(t *testing.T) {
	good := &dns.Resolver{Servers: []string{"192.0.2.1:53"}}
	none := slices.Values([]dns.Alias{})
	for want, audit := range map[string]iter.Seq2[dns.Audited, error]{
		"Resolver: is nil":          dns.Audit(t.Context(), nil, none, nil),
		"aliases: is nil":           dns.Audit(t.Context(), good, nil, nil),
		"Resolver.Servers":          dns.Audit(t.Context(), &dns.Resolver{}, none, nil),
		"AuditOptions.InFlight: is": dns.Audit(t.Context(), good, none, &dns.AuditOptions{InFlight: -1}),
		"AuditOptions.Rate: is -1":  dns.Audit(t.Context(), good, none, &dns.AuditOptions{InFlight: 10001, Rate: -1}),
	} {
		count := 0
		for a, err := range audit {
			if count++; !errors.Is(err, dns.ErrInvalid) || !strings.Contains(fmt.Sprint(err), want) || a != (dns.Audited{}) {
				t.Errorf("got %v, %v, want %s", a, err, want)
			}
		}
		if count != 1 {
			t.Errorf("%s: got %d pairs", want, count)
		}
	}
	if found, err := auditAll(t, good, nil); found != nil || err != nil {
		t.Errorf("no aliases: got %v, %v", found, err)
	}
}

// many returns n different aliases, all of which lead to the service.
func many(t *testing.T, w *world, n int) []dns.Alias {
	t.Helper()
	var aliases []dns.Alias
	for i := range n {
		name := fmt.Sprintf("a%d.contoso.com", i)
		add(t, w.contoso, name, "CNAME", "clouddp.cloudapp.net")
		aliases = append(aliases, dns.Alias{Name: name, Target: "clouddp.cloudapp.net"})
	}
	return aliases
}

func TestAuditEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.Inject(dnstest.Fault{Kind: dnstest.Delay, Delay: 100 * time.Millisecond, Times: dnstest.Always})
		ctx, cancel := context.WithTimeout(t.Context(), 450*time.Millisecond)
		defer cancel()
		started := time.Now()
		settled, ended := 0, 0
		for a, err := range dns.Audit(ctx, w.resolver, slices.Values(many(t, w, 100)), nil) {
			switch {
			case err == nil && a.OK():
				settled++
			case errors.Is(err, context.DeadlineExceeded):
				ended++
			default:
				t.Errorf("got %v, %v", a, err)
			}
		}
		// Two connections answer once in 100 ms each.
		if settled != 8 || ended != 1 || time.Since(started) != 450*time.Millisecond {
			t.Errorf("got %d settled, %d errors after %v", settled, ended, time.Since(started))
		}
	})
}

func TestAuditReadsNoMoreOfTheListThanItsContextAllows(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	endless := func(yield func(dns.Alias) bool) {
		for yield(dns.Alias{Name: "clouddp.contoso.com"}) {
			cancel()
		}
	}
	for a, err := range dns.Audit(ctx, newWorld(t).resolver, endless, nil) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, %v", a, err)
		}
	}
}

func TestAuditStopsWhenNobodyWantsMore(t *testing.T) {
	w := newWorld(t)
	for range dns.Audit(t.Context(), w.resolver, slices.Values(many(t, w, 10)), nil) {
		break // goleak sees what is left
	}
}

func TestAuditShowsProgress(t *testing.T) {
	w := newWorld(t)
	aliases := append(many(t, w, 300), dns.Alias{Name: "b c"}, dns.Alias{Name: "none.contoso.com"})
	seen := map[dns.Audited]int{}
	options := dns.AuditOptions{Progress: func(a dns.Audited) { seen[a]++ }}
	found, err := auditAll(t, w.resolver, &options, aliases...)
	if err != nil || len(found) != len(aliases) || len(seen) != len(aliases) {
		t.Errorf("got %d found, %d seen, %v", len(found), len(seen), err)
	}
	for _, a := range found {
		if seen[a] != 1 {
			t.Errorf("%v seen %d times", a, seen[a])
		}
	}
}

// load watches how many queries a server of delay has at a time, and when they come.
type load struct {
	mu            sync.Mutex
	now, most, in int
}

func (l *load) serve(delay time.Duration) dialFunc {
	return func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			defer func() { _ = far.Close() }()
			for {
				query, err := readMessage(far, false)
				if err != nil {
					return
				}
				l.add(1)
				go func() {
					time.Sleep(delay)
					l.add(-1)
					_, _ = far.Write(reply(query, func(m *dnsmessage.Message) { m.RCode = dnsmessage.RCodeNameError }))
				}()
			}
		}()
		return near, nil
	}
}

func (l *load) add(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now += n
	l.most = max(l.most, l.now)
	l.in += max(n, 0)
}

func TestAuditIsPolite(t *testing.T) {
	tests := []struct {
		name    string
		options *dns.AuditOptions
		most    int
		takes   time.Duration
	}{
		{"by default", nil, 50, 600 * time.Millisecond},
		{"one at a time", &dns.AuditOptions{InFlight: 1}, 1, 30 * time.Second},
		{"three", &dns.AuditOptions{InFlight: 3}, 3, 10 * time.Second},
		{"a rate", &dns.AuditOptions{Rate: 100}, 12, 3090 * time.Millisecond},
		{"a rate over what is in flight", &dns.AuditOptions{InFlight: 3, Rate: 100}, 3, 10 * time.Second},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			var l load
			var aliases []dns.Alias
			for i := range 300 {
				aliases = append(aliases, dns.Alias{Name: fmt.Sprintf("a%d.contoso.com", i)})
			}
			started := time.Now()
			found, err := auditAll(t, resolverOver(t, l.serve(100*time.Millisecond)), test.options, aliases...)
			took := time.Since(started)
			if err != nil || len(found) != len(aliases) || l.in != len(aliases) {
				t.Errorf("%s: got %d by %d queries, %v", test.name, len(found), l.in, err)
			}
			if l.most > test.most || took < test.takes-20*time.Millisecond || took > test.takes+100*time.Millisecond {
				t.Errorf("%s: got %d at a time, %v in all, want %d, %v", test.name, l.most, took, test.most, test.takes)
			}
		})
	}
}

func TestAuditKeepsTheRateWhereItTriesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		aliases := many(t, w, 20)
		w.Inject(dnstest.Fault{Kind: dnstest.Truncate, Times: dnstest.Always})
		started := time.Now()
		found, err := auditAll(t, w.resolver, &dns.AuditOptions{Rate: 2}, aliases...)
		if err != nil || len(found) != 20 || !found[0].OK() || !found[19].OK() {
			t.Errorf("got %v, %v", found, err)
		}
		// One query, and then four over UDP and four over TCP: two for the aliases, two for the addresses.
		if took := time.Since(started); took < 89*time.Second || took > 91*time.Second {
			t.Errorf("180 queries at 2 a second took %v", took)
		}
	})
}

func TestAuditSharesTheWorkAmongServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var one, two load
		slow := 100 * time.Millisecond
		r := resolverOver(t, route(map[string]dialFunc{"192.0.2.1:53": one.serve(slow), "192.0.2.2:53": two.serve(slow)}))
		r.Servers = []string{"192.0.2.1:53", "192.0.2.2:53", "192.0.2.1:53", "192.0.2.3:53"}
		var aliases []dns.Alias
		for i := range 1000 {
			aliases = append(aliases, dns.Alias{Name: fmt.Sprintf("a%d.contoso.com", i)})
		}
		found, err := auditAll(t, r, nil, aliases...)
		if err != nil || len(found) != len(aliases) || one.in != 500 || two.in != 500 || one.most > 50 || two.most > 50 {
			t.Errorf("got %d, %v, %+v, %+v", len(found), err, &one, &two)
		}
	})
}

func TestAuditGivesUpOnServersThatFellSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		aliases := many(t, w, 1000)
		seen := 0
		options := dns.AuditOptions{Progress: func(dns.Audited) {
			if seen++; seen == 100 {
				w.Inject(dnstest.Fault{Kind: dnstest.Silent, Times: dnstest.Always})
			}
		}}
		started := time.Now()
		found, err := auditAll(t, w.resolver, &options, aliases...)
		if !errors.Is(err, dns.ErrUnavailable) || len(found) < 100 || len(found) > 110 || time.Since(started) > 15*time.Second {
			t.Errorf("got %d, %v after %v", len(found), err, time.Since(started))
		}
	})
}

func TestAuditGoesOnWhereOnlySomeNamesAreSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		aliases := many(t, w, 300)
		for _, alias := range aliases[:200] {
			w.Inject(dnstest.Fault{Kind: dnstest.Silent, Times: dnstest.Always, Name: alias.Name})
		}
		found, err := auditAll(t, w.resolver, nil, aliases...)
		if err != nil || len(found) != 300 || found[199].Problem.Kind != dns.ProblemUnreachable || !found[200].OK() {
			t.Errorf("got %d, %v", len(found), err)
		}
	})
}
