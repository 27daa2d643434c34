package dns_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

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

// link plants a chain of n aliases from the alias to the last name.
func link(t *testing.T, zone *dnstest.Zone, n int, last string) {
	t.Helper()
	owner := alias().Name
	for i := range n - 1 {
		next := fmt.Sprintf("hop%d.contoso.com", i+1)
		add(t, zone, owner, "CNAME", next)
		owner = next
	}
	add(t, zone, owner, "CNAME", last)
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name  string
		plant func(t *testing.T, w *world)
		want  []dns.ProblemKind
	}{
		{"straight", func(t *testing.T, w *world) { link(t, w.contoso, 1, "clouddp.cloudapp.net") }, nil},
		{"over another alias", func(t *testing.T, w *world) { link(t, w.contoso, 2, "clouddp.cloudapp.net") }, nil},
		{"sixteen aliases", func(t *testing.T, w *world) { link(t, w.contoso, 16, "clouddp.cloudapp.net") }, nil},
		{
			"seventeen aliases", func(t *testing.T, w *world) { link(t, w.contoso, 17, "clouddp.cloudapp.net") },
			[]dns.ProblemKind{dns.ProblemTooLong},
		},
		{"beyond the target", func(t *testing.T, w *world) {
			link(t, w.contoso, 1, "moved.cloudapp.net")
			add(t, w.cloud, "moved.cloudapp.net", "CNAME", "clouddp.cloudapp.net")
		}, nil},
		{"missing", func(*testing.T, *world) {}, []dns.ProblemKind{dns.ProblemMissing}},
		{
			"text instead of alias", func(t *testing.T, w *world) { add(t, w.contoso, alias().Name, "TXT", "x") },
			[]dns.ProblemKind{dns.ProblemMissing},
		},
		{
			"address instead of alias", func(t *testing.T, w *world) { add(t, w.contoso, alias().Name, "A", "127.0.0.1") },
			[]dns.ProblemKind{dns.ProblemOtherData},
		},
		{"wrong target", func(t *testing.T, w *world) {
			add(t, w.cloud, "other.cloudapp.net", "A", "127.0.0.2")
			link(t, w.contoso, 1, "other.cloudapp.net")
		}, []dns.ProblemKind{dns.ProblemWrongTarget}},
		{
			"dangling elsewhere", func(t *testing.T, w *world) { link(t, w.contoso, 2, "gone.cloudapp.net") },
			[]dns.ProblemKind{dns.ProblemWrongTarget, dns.ProblemDangling},
		},
		{"IPv6 only", func(t *testing.T, w *world) {
			add(t, w.cloud, "six.cloudapp.net", "AAAA", "2001:db8::1")
			link(t, w.contoso, 1, "six.cloudapp.net")
		}, []dns.ProblemKind{dns.ProblemWrongTarget, dns.ProblemNoIPv4}},
		{"loop", func(t *testing.T, w *world) { link(t, w.contoso, 3, alias().Name) }, []dns.ProblemKind{dns.ProblemLoop}},
		{
			"unknown zone", func(t *testing.T, w *world) { link(t, w.contoso, 1, "clouddp.example.org") },
			[]dns.ProblemKind{dns.ProblemRefused},
		},
		{"SERVFAIL on the way", func(t *testing.T, w *world) {
			link(t, w.contoso, 1, "clouddp.cloudapp.net")
			w.Inject(dnstest.Fault{Kind: dnstest.ServFail, Name: "clouddp.cloudapp.net", Times: dnstest.Always})
		}, []dns.ProblemKind{dns.ProblemServFail}},
		{"SERVFAIL at once", func(_ *testing.T, w *world) {
			w.Inject(dnstest.Fault{Kind: dnstest.ServFail, Times: dnstest.Always})
		}, []dns.ProblemKind{dns.ProblemServFail}},
		{"silence on the way", func(t *testing.T, w *world) {
			link(t, w.contoso, 1, "clouddp.cloudapp.net")
			w.Inject(dnstest.Fault{Kind: dnstest.Silent, Name: "clouddp.cloudapp.net", Times: dnstest.Always})
		}, []dns.ProblemKind{dns.ProblemUnreachable}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				test.plant(t, w)
				chain := w.mustCheck(t)
				if got := problems(chain); !slices.Equal(got, test.want) {
					t.Errorf("got %v, want %v:\n%v", got, test.want, chain)
				}
				if chain.OK() != (test.want == nil) {
					t.Errorf("OK is %v with %v", chain.OK(), chain.Problems)
				}
			})
		})
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
	link(t, w.contoso, 1, "clouddp.cloudapp.net")
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
			cnameAnswer(alias(), true)(m)
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Class: dnsmessage.ClassINET},
				Body:   &dnsmessage.TXTResource{TXT: []string{"not allowed here"}},
			})
			other := alias()
			other.Value = "second.cloudapp.net"
			cnameAnswer(other, true)(m)
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
		return reply(query, cnameAnswer(dns.Record{Name: alias().Name, Value: "a\x1b[31m b.example"}, true))
	}
	chain, err := check(t, resolverOver(t, hostile(odd)))
	want := dns.Problem{Kind: dns.ProblemBadName, Name: alias().Name, Detail: `leads to a\027\09131m\032b.example`}
	if err != nil || !slices.Equal(chain.Problems, []dns.Problem{want}) {
		t.Errorf("got %v, %v, want %v", chain, err, want)
	}
}

func TestAnswersToOtherOwnersDoNotCount(t *testing.T) {
	stranger := alias()
	stranger.Name = "stranger.contoso.com"
	chain, err := check(t, resolverOver(t, hostile(func(query []byte) []byte {
		return reply(query, cnameAnswer(stranger, true))
	})))
	if err != nil || !slices.Equal(problems(chain), []dns.ProblemKind{dns.ProblemMissing}) {
		t.Errorf("got %v, %v", chain, err)
	}
}

func TestCheckIsTheSameEveryTime(t *testing.T) {
	w := newWorld(t)
	link(t, w.contoso, 3, "clouddp.cloudapp.net")
	want := w.mustCheck(t).String()
	for range 500 {
		if got := w.mustCheck(t).String(); got != want {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func TestCheckDrawsTheChain(t *testing.T) {
	w := newWorld(t)
	link(t, w.contoso, 2, "gone.cloudapp.net")
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
