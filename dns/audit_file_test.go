package dns_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/clouddp/sdk/dns"
)

// parseAll returns the aliases of a list and the errors of its bad lines.
func parseAll(r io.Reader) (aliases []dns.Alias, problems []error) {
	for alias, err := range dns.ParseAliases(r) {
		if err != nil {
			problems = append(problems, err)
			continue
		}
		aliases = append(aliases, alias)
	}
	return aliases, problems
}

func TestParseAliases(t *testing.T) {
	list := strings.Join([]string{
		"\ufeff# the aliases of contoso.com",
		"A.Contoso.com.",
		"",
		"\t b.contoso.com \t B.cloudapp.net. # with a comment",
		"c.contoso.com. 300 IN CNAME c.cloudapp.net. ; as dig prints it\r",
		"d.contoso.com in 300 cname d.cloudapp.net",
		"e.contoso.com CNAME e.cloudapp.net",
		"f.contoso.com IN CNAME f.cloudapp.net",
		"*.contoso.com",
	}, "\n")
	want := []dns.Alias{
		{Name: "a.contoso.com"},
		{Name: "b.contoso.com", Target: "b.cloudapp.net"},
		{Name: "c.contoso.com", Target: "c.cloudapp.net"},
		{Name: "d.contoso.com", Target: "d.cloudapp.net"},
		{Name: "e.contoso.com", Target: "e.cloudapp.net"},
		{Name: "f.contoso.com", Target: "f.cloudapp.net"},
		{Name: "*.contoso.com"},
	}
	aliases, problems := parseAll(iotest.OneByteReader(strings.NewReader(list)))
	if !slices.Equal(aliases, want) || problems != nil {
		t.Errorf("got %v, %v, want %v", aliases, problems, want)
	}
}

func TestParseAliasesTellsBadLines(t *testing.T) {
	const form = "Line: is neither NAME, NAME TARGET nor NAME TTL IN CNAME TARGET"
	const long = "Line: is longer than 1024 bytes"
	tests := []struct{ line, want string }{
		{"a.contoso.com 300 b.contoso.com", form},
		{"a.contoso.com 300 IN A 127.0.0.1", form},
		{"a.contoso.com 300 300 CNAME b.contoso.com", form},
		{"a.contoso.com IN IN CNAME b.contoso.com", form},
		{"a.contoso.com 4294967296 IN CNAME b.contoso.com", form},
		{"a.contoso.com 300 IN x CNAME b.contoso.com", form},
		{"$ORIGIN contoso.com.", `Name: label "$ORIGIN" contains '$'; letters, digits, hyphens and underscores are allowed`},
		{"a..com b..com", `Name: label "" is empty; remove the extra dot; Target: label "" is empty; remove the extra dot`},
		{"bücher.example", `Name: label "bücher" is not ASCII; use its A-label (xn--...)`},
		{strings.Repeat(" ", 1025), long},
		{strings.Repeat("a", 10000), long},
	}
	for _, test := range tests {
		aliases, problems := parseAll(strings.NewReader("a.contoso.com\n" + test.line + "\nb.contoso.com\n"))
		want := "dns: aliases: line 2: " + test.want
		if len(problems) != 1 || problems[0].Error() != want || !errors.Is(problems[0], dns.ErrInvalid) {
			t.Errorf("%.40q:\ngot  %v\nwant %s", test.line, problems, want)
		}
		if _, ok := errors.AsType[*dns.InvalidError](problems[0]); !ok || len(aliases) != 2 {
			t.Errorf("%.40q: got %v, %T", test.line, aliases, problems[0])
		}
	}
}

func TestParseAliasesOfTheLongestLine(t *testing.T) {
	comment := "# " + strings.Repeat("x", 1022)
	for _, end := range []string{"", "\n", "\r\n"} {
		if aliases, problems := parseAll(strings.NewReader(comment + end)); aliases != nil || problems != nil {
			t.Errorf("%q: got %v, %v", end, aliases, problems)
		}
	}
}

func TestParseAliasesOfAFailingReader(t *testing.T) {
	failure := errors.New("the disk is gone")
	list := io.MultiReader(strings.NewReader("a.contoso.com\nb.con"), iotest.ErrReader(failure))
	aliases, problems := parseAll(list)
	if len(aliases) != 1 || len(problems) != 1 || !errors.Is(problems[0], failure) {
		t.Errorf("got %v, %v", aliases, problems)
	}
	if _, problems := parseAll(nil); len(problems) != 1 || !errors.Is(problems[0], dns.ErrInvalid) {
		t.Errorf("nil: got %v", problems)
	}
}

func TestParseAliasesReadsNoFurtherThanWanted(t *testing.T) {
	for _, first := range []string{"a.contoso.com\n", "a b c\n"} {
		list := io.MultiReader(strings.NewReader(first), iotest.ErrReader(errors.New("read too far")))
		for alias, err := range dns.ParseAliases(list) {
			if (alias.Name == "") != errors.Is(err, dns.ErrInvalid) {
				t.Errorf("got %v, %v", alias, err)
			}
			break
		}
	}
}

// FuzzParseAliases checks that every alias can be audited and every other line is accounted for.
func FuzzParseAliases(f *testing.F) {
	f.Add("a.contoso.com\n")
	f.Add("a.contoso.com a.cloudapp.net # comment\n\nb.contoso.com. 300 IN CNAME b.cloudapp.net.\r\n")
	f.Add("\ufeff\x00\xff ;\n" + strings.Repeat("x", 1100) + "\nz")
	f.Fuzz(func(t *testing.T, list string) {
		aliases, problems := parseAll(strings.NewReader(list))
		if lines := strings.Count(list, "\n") + 1; len(aliases)+len(problems) > lines {
			t.Fatalf("got %d aliases and %d problems in %d lines", len(aliases), len(problems), lines)
		}
		for _, alias := range aliases {
			name, err := dns.CanonicalName(alias.Name)
			if err != nil || name != alias.Name {
				t.Fatalf("got %q, %v", alias.Name, err)
			}
			if target, err := dns.CanonicalName(alias.Target); alias.Target != "" && (err != nil || target != alias.Target) {
				t.Fatalf("got target %q, %v", alias.Target, err)
			}
		}
		for _, problem := range problems {
			if !errors.Is(problem, dns.ErrInvalid) {
				t.Fatalf("got %v", problem)
			}
		}
	})
}
