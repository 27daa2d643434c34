package dns_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/clouddp/sdk/dns"
)

func TestCanonicalName(t *testing.T) {
	label63 := strings.Repeat("a", 63)
	name253 := strings.Join([]string{label63, label63, label63, label63[:61]}, ".")
	tests := []struct{ name, want, problem string }{
		{name: "clouddp.contoso.com", want: "clouddp.contoso.com"},
		{name: "CloudDP.Contoso.COM.", want: "clouddp.contoso.com"},
		{name: "xn--bcher-kva.example", want: "xn--bcher-kva.example"},
		{name: "_acme-challenge.contoso.com", want: "_acme-challenge.contoso.com"},
		{name: "*.contoso.com", want: "*.contoso.com"},
		{name: label63 + ".com", want: label63 + ".com"},
		{name: name253 + ".", want: name253},
		{name: "", problem: "is empty"},
		{name: ".", problem: "is empty"},
		{name: "a..b", problem: "remove the extra dot"},
		{name: ".a", problem: "remove the extra dot"},
		{name: "a..", problem: "remove the extra dot"},
		{name: "bücher.example", problem: "use its A-label"},
		{name: "\u212Aelvin.example", problem: "use its A-label"},
		{name: "a b.example", problem: `contains ' '`},
		{name: "a\x00.example", problem: `contains '\x00'`},
		{name: `a\.b.example`, problem: `contains '\\'`},
		{name: "-a.example", problem: "hyphen"},
		{name: "a-.example", problem: "hyphen"},
		{name: "a.*.example", problem: "contains '*'"},
		{name: label63 + "a.com", problem: "at most 63"},
		{name: "a" + name253, problem: "at most 253"},
	}
	for _, test := range tests {
		got, err := dns.CanonicalName(test.name)
		if test.problem == "" {
			if err != nil || got != test.want {
				t.Errorf("CanonicalName(%q) = %q, %v, want %q", test.name, got, err, test.want)
			}
			continue
		}
		invalid, ok := errors.AsType[*dns.InvalidError](err)
		if !ok || got != "" || !strings.Contains(invalid.Problems[0].Reason, test.problem) {
			t.Errorf("CanonicalName(%q) = %q, %v, want an InvalidError with %q", test.name, got, err, test.problem)
		}
	}
}

func TestWithin(t *testing.T) {
	tests := []struct {
		name, zone string
		want       bool
	}{
		{"clouddp.contoso.com", "contoso.com", true},
		{"contoso.com", "contoso.com", true},
		{"Sub.ConTOSO.com.", "contoso.COM", true},
		{"notcontoso.com", "contoso.com", false},
		{"com", "contoso.com", false},
		{"contoso.com.evil.example", "contoso.com", false},
	}
	for _, test := range tests {
		if got := dns.Within(test.name, test.zone); got != test.want {
			t.Errorf("Within(%q, %q) = %v, want %v", test.name, test.zone, got, test.want)
		}
	}
}

func FuzzCanonicalName(f *testing.F) {
	for _, seed := range []string{"", ".", "a", "A.b.", "*.x", "a..b", "\u212A.com", "xn--a", strings.Repeat("a.", 127)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		canonical, err := dns.CanonicalName(name)
		if err != nil {
			if !errors.Is(err, dns.ErrInvalid) {
				t.Fatalf("%q: error %v is not ErrInvalid", name, err)
			}
			return
		}
		if len(canonical) > 253 || canonical != strings.ToLower(strings.TrimSuffix(name, ".")) {
			t.Fatalf("%q became %q", name, canonical)
		}
		if again, err := dns.CanonicalName(canonical); err != nil || again != canonical {
			t.Fatalf("%q is not stable: %q, %v", canonical, again, err)
		}
		if !dns.Within(name, canonical) {
			t.Fatalf("%q is not within itself", name)
		}
	})
}
