package dns_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
)

// surveyOf checks the alias from inside and from outside.
func surveyOf(t *testing.T, inside, outside *world) (*dns.Survey, error) {
	t.Helper()
	vantages := []dns.Vantage{{Name: "internal", Resolver: inside.resolver}, {Name: "public", Resolver: outside.resolver}}
	return dns.CheckFrom(t.Context(), vantages, alias().Name, alias().Value)
}

func TestSplitHorizon(t *testing.T) {
	good := links(1, "clouddp.cloudapp.net")
	elsewhere := []dns.Record{record(alias().Name, "CNAME", "old.cloudapp.net"), record("old.cloudapp.net", "A", "127.0.0.1")}
	tests := []struct {
		name            string
		inside, outside []dns.Record
		detail          string
		ok              bool
	}{
		{"alike", good, good, "", true},
		{"absent everywhere", nil, nil, "", false},
		{
			"absent publicly", good, nil,
			"internal sees an alias to clouddp.cloudapp.net; public sees no alias (missing)", false,
		},
		{
			"elsewhere publicly", good, elsewhere,
			"internal sees an alias to clouddp.cloudapp.net; public sees an alias to old.cloudapp.net (wrong-target)", false,
		},
		{
			"another address", good, append(slices.Clone(good), record("clouddp.cloudapp.net", "A", "127.0.0.9")), "", true,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inside, outside := newWorld(t), newWorld(t)
			inside.plant(t, test.inside...)
			outside.plant(t, test.outside...)
			survey, err := surveyOf(t, inside, outside)
			if err != nil || survey.OK() != test.ok {
				t.Fatalf("got %v, %v", survey, err)
			}
			var want []dns.Problem
			if test.detail != "" {
				want = []dns.Problem{{Kind: dns.ProblemSplitHorizon, Name: alias().Name, Detail: test.detail}}
			}
			if !slices.Equal(survey.Problems, want) {
				t.Errorf("got %v, want %v", survey.Problems, want)
			}
		})
	}
}

func TestVantagePointThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inside, outside := newWorld(t), newWorld(t)
		inside.plant(t, links(1, "clouddp.cloudapp.net")...)
		outside.Inject(dnstest.Fault{Kind: dnstest.Silent, Times: dnstest.Always})
		survey, err := surveyOf(t, inside, outside)
		if err != nil || survey.OK() || len(survey.Problems) != 0 {
			t.Fatalf("got %v, %v", survey, err)
		}
		if !survey.Views[0].Chain.OK() || !errors.Is(survey.Views[1].Err, dns.ErrUnavailable) {
			t.Errorf("got %+v", survey.Views)
		}
		inside.Inject(dnstest.Fault{Kind: dnstest.Silent, Times: dnstest.Always})
		if _, err := surveyOf(t, inside, outside); !errors.Is(err, dns.ErrUnavailable) {
			t.Errorf("all silent: got %v, want %v", err, dns.ErrUnavailable)
		}
	})
}

func TestCheckFromChecksItsInput(t *testing.T) {
	vantages := []dns.Vantage{{}, {Name: "a", Resolver: &dns.Resolver{}}, {Name: "a"}}
	_, err := dns.CheckFrom(t.Context(), vantages, "", "a..b")
	invalid, ok := errors.AsType[*dns.InvalidError](err)
	if !ok || len(invalid.Problems) != 7 {
		t.Errorf("got %v, want seven problems", err)
	}
	if _, err := dns.CheckFrom(t.Context(), nil, "a.example", "b.example"); !errors.Is(err, dns.ErrInvalid) {
		t.Errorf("no vantage point: got %v, want %v", err, dns.ErrInvalid)
	}
}

// An alias that only the intranet knows serves nobody on the Internet.
func ExampleCheckFrom() {
	inside, outside := dnstest.NewServer(), dnstest.NewServer()
	alias := dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeCNAME, Value: "clouddp.cloudapp.net"}
	host := dns.Record{Name: "clouddp.cloudapp.net", Type: "A", Value: "203.0.113.7"}
	outside.AddZone("contoso.com")
	err := errors.Join(
		inside.AddZone("contoso.com").Add(alias), inside.AddZone("cloudapp.net").Add(host), outside.AddZone("cloudapp.net").Add(host))
	if err != nil {
		fmt.Println(err)
		return
	}
	vantages := []dns.Vantage{
		{Name: "internal", Resolver: inside.Resolver()},
		{Name: "public", Resolver: outside.Resolver()},
	}
	survey, err := dns.CheckFrom(context.Background(), vantages, alias.Name, alias.Value)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(survey)
	// Output:
	// from internal:
	// clouddp.contoso.com
	//   -> clouddp.cloudapp.net  (CNAME, 300 s)
	//   -> 203.0.113.7
	// ok
	// from public:
	// clouddp.contoso.com
	// missing: clouddp.contoso.com: does not exist
	// split-horizon: clouddp.contoso.com: internal sees an alias to clouddp.cloudapp.net; public sees no alias (missing)
}
