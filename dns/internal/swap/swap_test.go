package swap_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/internal/swap"
)

const name = "clouddp.contoso.com"

func cname(target string) *dns.Record {
	return &dns.Record{Name: name, Type: dns.TypeCNAME, Value: target, TTL: time.Minute}
}

func text(value string) *dns.Record {
	return &dns.Record{Name: name, Type: dns.TypeTXT, Value: value}
}

func TestCheckListsEveryProblem(t *testing.T) {
	elsewhere := cname("one.cloudapp.net")
	elsewhere.Name = "other.contoso.com"
	tests := map[string]struct {
		name             string
		old, replacement *dns.Record
		fields           []string
	}{
		"nothing":         {name, nil, nil, []string{"replacement"}},
		"bad name":        {"two..dots", nil, nil, []string{"name", "replacement"}},
		"at another name": {name, nil, elsewhere, []string{"replacement"}},
		"two bad records": {name, cname(""), cname("a b"), []string{"old", "replacement"}},
		"two types":       {name, text("x"), cname("one.cloudapp.net"), []string{"replacement"}},
		"unknown type":    {name, nil, &dns.Record{Name: name, Type: "A", Value: "192.0.2.1"}, []string{"replacement"}},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			_, err := swap.Check("x", test.name, test.old, test.replacement)
			invalid, ok := errors.AsType[*dns.InvalidError](err)
			if !ok {
				t.Fatalf("got error %v", err)
			}
			var fields []string
			for _, p := range invalid.Problems {
				fields = append(fields, p.Field)
			}
			if !slices.Equal(fields, test.fields) {
				t.Errorf("got problems of %v, want %v", fields, test.fields)
			}
		})
	}
}

func TestCheckNormalises(t *testing.T) {
	loud := dns.Record{Name: "CloudDP.contoso.com.", Type: "cname", Value: "One.CloudApp.net."}
	s, err := swap.Check("x", "CLOUDDP.contoso.com", nil, &loud)
	if err != nil {
		t.Fatal(err)
	}
	want := dns.Record{Name: name, Type: dns.TypeCNAME, Value: "one.cloudapp.net", TTL: 300 * time.Second}
	if s.Name != name || s.Type != dns.TypeCNAME || s.Old != nil || *s.New != want {
		t.Errorf("got %+v, %v", s, s.New)
	}
}

func TestBlockedAndAfter(t *testing.T) {
	one, two, a, b := cname("one.cloudapp.net"), cname("two.cloudapp.net"), text("a"), text("b")
	address := &dns.Record{Name: name, Type: "A", Value: "192.0.2.1"}
	tests := map[string]struct {
		old, replacement *dns.Record
		have, after      []*dns.Record // a nil after means blocked
	}{
		"create":                  {nil, one, nil, []*dns.Record{one}},
		"create what is there":    {nil, one, []*dns.Record{one}, nil},
		"create beside another":   {nil, one, []*dns.Record{two}, nil},
		"create beside data":      {nil, one, []*dns.Record{address}, nil},
		"create beside text":      {nil, one, []*dns.Record{a}, nil},
		"replace":                 {one, two, []*dns.Record{one}, []*dns.Record{two}},
		"replace what is gone":    {one, two, []*dns.Record{two}, nil},
		"replace nothing":         {one, two, nil, nil},
		"delete":                  {one, nil, []*dns.Record{one}, []*dns.Record{}},
		"delete another":          {one, nil, []*dns.Record{two}, nil},
		"text beside text":        {nil, b, []*dns.Record{a}, []*dns.Record{a, b}},
		"text beside address":     {nil, b, []*dns.Record{address}, []*dns.Record{address, b}},
		"text beside alias":       {nil, b, []*dns.Record{one}, nil},
		"text that is there":      {nil, a, []*dns.Record{a}, nil},
		"text becomes another":    {a, b, []*dns.Record{a, address}, []*dns.Record{address, b}},
		"text becomes its like":   {a, b, []*dns.Record{a, b}, nil},
		"text with another TTL":   {a, a, []*dns.Record{a, b}, []*dns.Record{b, a}},
		"one text of two deleted": {a, nil, []*dns.Record{a, b}, []*dns.Record{b}},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			s, err := swap.Check("x", name, test.old, test.replacement)
			if err != nil {
				t.Fatal(err)
			}
			have := values(test.have)
			if got := s.Blocked(have); got != (test.after == nil) {
				t.Fatalf("Blocked: got %v", got)
			}
			if want := values(test.after); test.after != nil && !slices.EqualFunc(s.After(have), want, dns.Record.Equal) {
				t.Errorf("After: got %v, want %v", s.After(have), want)
			}
		})
	}
}

func values(records []*dns.Record) []dns.Record {
	var all []dns.Record
	for _, r := range records {
		all = append(all, *r)
	}
	return all
}
