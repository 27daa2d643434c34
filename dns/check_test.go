package dns_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
)

// problems returns the kinds of problem of a chain.
func problems(chain *dns.Chain) []dns.ProblemKind {
	kinds := []dns.ProblemKind{}
	for _, problem := range chain.Problems {
		kinds = append(kinds, problem.Kind)
	}
	return kinds
}

// links are n aliases in a row, from the alias to the last name.
func links(n int, last string) []dns.Record {
	chain := make([]dns.Record, n)
	owner := alias().Name
	for i := range chain {
		next := fmt.Sprintf("hop%d.contoso.com", i+1)
		if i == n-1 {
			next = last
		}
		chain[i] = record(owner, "CNAME", next)
		owner = next
	}
	return chain
}

func record(name, kind, value string) dns.Record {
	return dns.Record{Name: name, Type: kind, Value: value, TTL: 10 * time.Minute}
}

// plant adds each record to the zone that it belongs to.
func (w *world) plant(t *testing.T, records ...dns.Record) {
	t.Helper()
	for _, r := range records {
		zone := w.contoso
		if dns.Within(r.Name, "cloudapp.net") {
			zone = w.cloud
		}
		if err := zone.Add(r); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCheck(t *testing.T) {
	const target = "clouddp.cloudapp.net"
	tests := []struct {
		name    string
		records []dns.Record
		want    []dns.ProblemKind
	}{
		{"straight", links(1, target), nil},
		{"over another alias", links(2, target), nil},
		{"sixteen aliases", links(16, target), nil},
		{"seventeen aliases", links(17, target), []dns.ProblemKind{dns.ProblemTooLong}},
		{"missing", nil, []dns.ProblemKind{dns.ProblemMissing}},
		{"text", []dns.Record{record(alias().Name, "TXT", "x")}, []dns.ProblemKind{dns.ProblemMissing}},
		{"address", []dns.Record{record(alias().Name, "A", "127.0.0.1")}, []dns.ProblemKind{dns.ProblemOtherData}},
		{
			"wrong target",
			append(links(1, "other.cloudapp.net"), record("other.cloudapp.net", "A", "127.0.0.2")),
			[]dns.ProblemKind{dns.ProblemWrongTarget},
		},
		{
			"dangling elsewhere",
			links(2, "gone.cloudapp.net"),
			[]dns.ProblemKind{dns.ProblemWrongTarget, dns.ProblemDangling},
		},
		{
			"IPv6 only",
			append(links(1, "six.cloudapp.net"), record("six.cloudapp.net", "AAAA", "2001:db8::1")),
			[]dns.ProblemKind{dns.ProblemWrongTarget, dns.ProblemNoIPv4},
		},
		{"loop", links(3, alias().Name), []dns.ProblemKind{dns.ProblemLoop}},
		{"unknown zone", links(1, "clouddp.example.org"), []dns.ProblemKind{dns.ProblemRefused}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.plant(t, test.records...)
			w.finds(t, test.want...)
		})
	}
}

// finds fails the test unless Check of the alias finds these problems.
func (w *world) finds(t *testing.T, want ...dns.ProblemKind) {
	t.Helper()
	chain := w.mustCheck(t)
	if got := problems(chain); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v:\n%v", got, want, chain)
	}
	if chain.OK() != (len(want) == 0) {
		t.Errorf("OK is %v with %v", chain.OK(), chain.Problems)
	}
}

func TestCheckOfFailingServers(t *testing.T) {
	tests := []struct {
		kind dnstest.FaultKind
		want dns.ProblemKind
	}{
		{dnstest.ServFail, dns.ProblemServFail},
		{dnstest.Refuse, dns.ProblemRefused},
		{dnstest.Silent, dns.ProblemUnreachable},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.plant(t, links(1, "clouddp.cloudapp.net")...)
			w.Inject(dnstest.Fault{Kind: test.kind, Name: "clouddp.cloudapp.net", Times: dnstest.Always})
			w.finds(t, test.want)
			w.Inject(dnstest.Fault{Kind: test.kind, Times: dnstest.Always})
			if test.kind == dnstest.Silent {
				_, err := check(t, w.resolver)
				if !errors.Is(err, dns.ErrUnavailable) {
					t.Errorf("silence at once: got %v, want %v", err, dns.ErrUnavailable)
				}
				return
			}
			w.finds(t, test.want)
		})
	}
}

func TestBrokenSignaturesAreTold(t *testing.T) {
	for _, broken := range []string{alias().Name, alias().Value} {
		w := newWorld(t)
		w.plant(t, links(1, "clouddp.cloudapp.net")...)
		w.resolver.Dial = w.rewriting(func(m *dnsmessage.Message) bool {
			if m.Questions[0].Name.String() == broken+"." && !m.CheckingDisabled {
				m.RCode, m.Answers, m.Authorities = dnsmessage.RCodeServerFailure, nil, nil
			}
			return true
		})
		chain := w.mustCheck(t)
		if !slices.Equal(problems(chain), []dns.ProblemKind{dns.ProblemDNSSEC}) || chain.Problems[0].Name != broken {
			t.Errorf("%s: got\n%v", broken, chain)
		}
	}
}

func TestApexHoldsNoAlias(t *testing.T) {
	w := newWorld(t)
	add(t, w.contoso, "contoso.com", "A", "127.0.0.1")
	chain, err := dns.Check(t.Context(), w.resolver, "contoso.com", alias().Value)
	if err != nil || !slices.Equal(problems(chain), []dns.ProblemKind{dns.ProblemApex}) {
		t.Errorf("got %v, %v", chain, err)
	}
}

func TestTargetMayLeadOn(t *testing.T) {
	w := newWorld(t)
	w.plant(t, links(2, "clouddp.cloudapp.net")...)
	chain, err := dns.Check(t.Context(), w.resolver, alias().Name, "hop1.contoso.com")
	if err != nil || !chain.OK() || len(chain.Hops) != 2 {
		t.Errorf("got %v, %v", chain, err)
	}
}

func TestDangling(t *testing.T) {
	w := newWorld(t)
	gone := dns.Record{Name: alias().Name, Type: dns.TypeCNAME, Value: "gone.cloudapp.net"}
	w.ensure(t, gone, dns.Applied, nil)
	chain, err := dns.Check(t.Context(), w.resolver, gone.Name, gone.Value)
	want := dns.Problem{Kind: dns.ProblemDangling, Name: "gone.cloudapp.net", Detail: "does not exist"}
	if err != nil || !slices.Equal(chain.Problems, []dns.Problem{want}) {
		t.Errorf("got %v, %v, want %v", chain, err, want)
	}
}

func TestNoDataIsNotDangling(t *testing.T) {
	w := newWorld(t)
	add(t, w.cloud, "empty.cloudapp.net", "TXT", "no address")
	add(t, w.contoso, alias().Name, "CNAME", "empty.cloudapp.net")
	chain, err := dns.Check(t.Context(), w.resolver, alias().Name, "empty.cloudapp.net")
	if err != nil || !slices.Equal(problems(chain), []dns.ProblemKind{dns.ProblemNoIPv4}) {
		t.Errorf("got %v, %v", chain, err)
	}
}

func TestNameThatIsItsOwnTarget(t *testing.T) {
	w := newWorld(t)
	chain, err := dns.Check(t.Context(), w.resolver, "clouddp.cloudapp.net", "clouddp.cloudapp.net")
	if err != nil || !chain.OK() || len(chain.Hops) != 0 || !slices.Equal(chain.Addresses, []string{"127.0.0.1"}) {
		t.Errorf("got %v, %v", chain, err)
	}
}

func TestBothAddressFamilies(t *testing.T) {
	w := newWorld(t)
	add(t, w.cloud, "clouddp.cloudapp.net", "A", "127.0.0.2")
	add(t, w.cloud, "clouddp.cloudapp.net", "AAAA", "2001:DB8::1")
	w.plant(t, links(1, "clouddp.cloudapp.net")...)
	chain := w.mustCheck(t)
	if want := []string{"127.0.0.1", "127.0.0.2", "2001:db8::1"}; !slices.Equal(chain.Addresses, want) {
		t.Errorf("got %v, want %v", chain.Addresses, want)
	}
}

func TestDataBesideAnAlias(t *testing.T) {
	beside := func(query []byte) []byte {
		return reply(query, func(m *dnsmessage.Message) {
			if m.Questions[0].Type != dnsmessage.TypeCNAME || m.Questions[0].Name.String() != "clouddp.contoso.com." {
				return
			}
			cnameAnswer(alias())(m)
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Class: dnsmessage.ClassINET},
				Body:   &dnsmessage.TXTResource{TXT: []string{"not allowed here"}},
			})
			other := alias()
			other.Value = "second.cloudapp.net"
			cnameAnswer(other)(m)
		})
	}
	chain, err := check(t, resolverOver(t, hostile(beside)))
	want := []dns.ProblemKind{dns.ProblemOtherData, dns.ProblemOtherData, dns.ProblemNoIPv4}
	if err != nil || !slices.Equal(problems(chain), want) {
		t.Errorf("got %v, %v, want %v", chain, err, want)
	}
}

func TestTargetThatIsNoHostName(t *testing.T) {
	odd := func(query []byte) []byte {
		return reply(query, cnameAnswer(dns.Record{Name: alias().Name, Value: "a\x1b[31m b.example"}))
	}
	chain, err := check(t, resolverOver(t, hostile(odd)))
	want := dns.Problem{Kind: dns.ProblemBadName, Name: alias().Name, Detail: `leads to a\027\09131m\032b.example`}
	if err != nil || !slices.Equal(chain.Problems, []dns.Problem{want}) {
		t.Errorf("got %v, %v, want %v", chain, err, want)
	}
}

func TestOtherClassesDoNotCount(t *testing.T) {
	w := newWorld(t)
	w.plant(t, links(1, "clouddp.cloudapp.net")...)
	w.resolver.Dial = w.rewriting(func(m *dnsmessage.Message) bool {
		for i := range m.Answers {
			m.Answers[i].Header.Class = dnsmessage.ClassHESIOD
		}
		return true
	})
	w.finds(t, dns.ProblemMissing)
}

func TestSilenceAboutIPv6IsNoProblem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.plant(t, links(1, "clouddp.cloudapp.net")...)
		w.resolver.Dial = w.rewriting(func(m *dnsmessage.Message) bool {
			return !asks(m, "clouddp.cloudapp.net", dnsmessage.TypeAAAA)
		})
		w.finds(t)
	})
}

func TestAnswersToOtherOwnersDoNotCount(t *testing.T) {
	stranger := alias()
	stranger.Name = "stranger.contoso.com"
	chain, err := check(t, resolverOver(t, hostile(func(query []byte) []byte {
		return reply(query, cnameAnswer(stranger))
	})))
	if err != nil || !slices.Equal(problems(chain), []dns.ProblemKind{dns.ProblemMissing}) {
		t.Errorf("got %v, %v", chain, err)
	}
}

func TestCheckIsTheSameEveryTime(t *testing.T) {
	w := newWorld(t)
	w.plant(t, links(3, "clouddp.cloudapp.net")...)
	want := w.mustCheck(t).String()
	for range 500 {
		if got := w.mustCheck(t).String(); got != want {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func TestCheckDrawsTheChain(t *testing.T) {
	w := newWorld(t)
	w.plant(t, links(2, "gone.cloudapp.net")...)
	want := `clouddp.contoso.com
  -> hop1.contoso.com  (CNAME, 600 s)
  -> gone.cloudapp.net  (CNAME, 600 s)
wrong-target: clouddp.contoso.com: leads to gone.cloudapp.net, not to clouddp.cloudapp.net
dangling: gone.cloudapp.net: does not exist
`
	if got := w.mustCheck(t).String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestCheckChecksItsInput(t *testing.T) {
	_, err := dns.Check(t.Context(), nil, "", "a..b")
	invalid, ok := errors.AsType[*dns.InvalidError](err)
	if !ok || len(invalid.Problems) != 3 {
		t.Errorf("got %v, want three problems", err)
	}
	for _, server := range []string{"", "192.0.2.1", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", ":53", "a:domain"} {
		_, err := dns.Check(t.Context(), &dns.Resolver{Servers: []string{server}}, "a.example", "b.example")
		if !errors.Is(err, dns.ErrInvalid) {
			t.Errorf("server %q: got %v, want %v", server, err, dns.ErrInvalid)
		}
	}
	if _, err := dns.Check(t.Context(), &dns.Resolver{}, "a.example", "b.example"); !errors.Is(err, dns.ErrInvalid) {
		t.Errorf("no server: got %v, want %v", err, dns.ErrInvalid)
	}
}
