package dns_test

import (
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/clouddp/sdk/dns"
)

// withWildcard makes w answer for every name that does not exist in zone with an alias.
func (w *world) withWildcard(zone, target string) {
	w.resolver.Dial = w.rewriting(func(m *dnsmessage.Message) bool {
		name := strings.TrimSuffix(m.Questions[0].Name.String(), ".")
		// What lies below a name that exists is out of the wildcard's reach.
		if m.RCode == dnsmessage.RCodeNameError && dns.Within(name, zone) && !strings.HasSuffix(name, ".explicit."+zone) {
			m.RCode, m.Authorities = dnsmessage.RCodeSuccess, nil
			cnameAnswer(dns.Record{Name: name, Value: target})(m)
		}
		return true
	})
}

func TestWildcardIsNoAlias(t *testing.T) {
	w := newWorld(t)
	w.withWildcard("contoso.com", "clouddp.cloudapp.net")
	w.finds(t, dns.ProblemWildcard)
}

func TestAliasBesideAWildcard(t *testing.T) {
	for _, target := range []string{"clouddp.cloudapp.net", "www.contoso.com"} {
		w := newWorld(t)
		add(t, w.contoso, "explicit.contoso.com", "CNAME", "clouddp.cloudapp.net")
		w.withWildcard("contoso.com", target)
		chain, err := dns.Check(t.Context(), w.resolver, "explicit.contoso.com", "clouddp.cloudapp.net")
		if err != nil || !chain.OK() {
			t.Errorf("wildcard to %s: got %v, %v", target, chain, err)
		}
	}
}

// TestWhatALaxServerLetsStandBesideAnAlias answers a question about one type with data of that type.
func TestWhatALaxServerLetsStandBesideAnAlias(t *testing.T) {
	exchanger := &dnsmessage.MXResource{MX: dnsmessage.MustNewName("mail.contoso.com.")}
	authority := &dnsmessage.SOAResource{NS: dnsmessage.MustNewName("ns1.contoso.com."), MBox: dnsmessage.MustNewName("h.contoso.com.")}
	tests := []struct {
		kind dnsmessage.Type
		body dnsmessage.ResourceBody
		want dns.Problem
	}{
		{dnsmessage.TypeMX, exchanger, dns.Problem{Kind: dns.ProblemOtherData, Detail: "holds MX beside its alias"}},
		{dnsmessage.TypeSOA, authority, dns.Problem{Kind: dns.ProblemApex, Detail: "holds SOA beside its alias"}},
		{257, &dnsmessage.UnknownResource{Type: 257}, dns.Problem{Kind: dns.ProblemOtherData, Detail: "holds CAA beside its alias"}},
		{65, &dnsmessage.UnknownResource{Type: 65}, dns.Problem{Kind: dns.ProblemOtherData, Detail: "holds HTTPS beside its alias"}},
	}
	for _, test := range tests {
		w := newWorld(t)
		w.plant(t, links(1, "clouddp.cloudapp.net")...)
		w.resolver.Dial = w.rewriting(func(m *dnsmessage.Message) bool {
			if asks(m, alias().Name, test.kind) {
				header := dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Class: dnsmessage.ClassINET}
				m.Answers = []dnsmessage.Resource{{Header: header, Body: test.body}}
			}
			return true
		})
		test.want.Name = alias().Name
		if chain := w.mustCheck(t); len(chain.Problems) != 1 || chain.Problems[0] != test.want {
			t.Errorf("got %v, want %v", chain.Problems, test.want)
		}
	}
}
