//go:build integration

package dns_test

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/internal/testserver"
)

// contoso and cloudapp are what the real servers answer for.
const (
	contoso = `
clouddp  CNAME hop1
hop1     CNAME hop2
hop2     CNAME clouddp.cloudapp.test.
straight CNAME clouddp.cloudapp.test.
dangling CNAME gone.cloudapp.test.
empty    CNAME empty.cloudapp.test.
loop1    CNAME loop2
loop2    CNAME loop1
*.wild   CNAME clouddp.cloudapp.test.
own.wild CNAME clouddp.cloudapp.test.
address  A     192.0.2.9
`
	cloudapp = `
clouddp A   192.0.2.8
empty   TXT "no address"
`
)

// unbound starts a recursive server in front of an authoritative one, both real.
func unbound(t *testing.T) *dns.Resolver {
	t.Helper()
	knot := testserver.Knot(t, testserver.Config{Zones: []testserver.Zone{
		{Name: "contoso.test", Records: contoso}, {Name: "cloudapp.test", Records: cloudapp},
	}})
	recursive := testserver.Unbound(t,
		testserver.Stub{Zone: "contoso.test", Addr: knot.Addr}, testserver.Stub{Zone: "cloudapp.test", Addr: knot.Addr})
	return &dns.Resolver{Servers: []string{recursive.Addr}, Timeout: 5 * time.Second}
}

func TestVerdictsThroughUnbound(t *testing.T) {
	resolver := unbound(t)
	for label, want := range map[string][]dns.ProblemKind{
		"clouddp":  {},
		"dangling": {dns.ProblemWrongTarget, dns.ProblemDangling},
		"empty":    {dns.ProblemWrongTarget, dns.ProblemNoIPv4},
		"loop1":    {dns.ProblemLoop},
		"missing":  {dns.ProblemMissing},
		"a.wild":   {dns.ProblemWildcard},
		"own.wild": {},
		"address":  {dns.ProblemOtherData},
	} {
		chain, err := dns.Check(t.Context(), resolver, label+".contoso.test", "clouddp.cloudapp.test")
		if err != nil || !slices.Equal(problems(chain), want) {
			t.Errorf("%s: got %v, %v, want %v", label, chain, err, want)
		}
	}
	apex, err := dns.Check(t.Context(), resolver, "contoso.test", "clouddp.cloudapp.test")
	if err != nil || !slices.Equal(problems(apex), []dns.ProblemKind{dns.ProblemApex}) {
		t.Errorf("the apex: got %v, %v", apex, err)
	}
}

// TestEveryCheckGivesOneAnswer shows what it is for: the standard resolver names the end of the chain or the first hop
// of it, as answers arrive.
func TestEveryCheckGivesOneAnswer(t *testing.T) {
	resolver := unbound(t)
	standard := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(ctx, network, resolver.Servers[0])
	}}
	answers, names := map[string]int{}, map[string]int{}
	for range 500 {
		chain, err := dns.Check(t.Context(), resolver, "clouddp.contoso.test", "clouddp.cloudapp.test")
		if err != nil {
			t.Fatal(err)
		}
		answers[path(chain)]++
		name, err := standard.LookupCNAME(t.Context(), "clouddp.contoso.test.")
		if err != nil {
			t.Fatal(err)
		}
		names[name]++
	}
	const want = "hop1.contoso.test hop2.contoso.test clouddp.cloudapp.test [192.0.2.8] []"
	if len(answers) != 1 || answers[want] != 500 {
		t.Errorf("got %v, want one answer, %s", answers, want)
	}
	t.Logf("the standard resolver: %v", names)
}

// path is a chain without what varies in a cache: its TTLs.
func path(chain *dns.Chain) string {
	var steps []string
	for _, hop := range chain.Hops {
		steps = append(steps, hop.Target)
	}
	return fmt.Sprint(strings.Join(steps, " "), " ", chain.Addresses, " ", problems(chain))
}

// TestBrokenSignaturesThroughUnbound takes a zone that BIND signed, changes one alias of it, and keeps the signatures.
func TestBrokenSignaturesThroughUnbound(t *testing.T) {
	key := testserver.NewKey("transfer")
	bind := testserver.BIND(t, testserver.Config{
		Zones: []testserver.Zone{{Name: "contoso.test", Records: contoso}}, Key: key, Options: "dnssec-policy default;",
	})
	signed := signedRecords(t, bind.Addr, "contoso.test", "straight.contoso.test", "dangling.contoso.test")
	anchor := signed[slices.IndexFunc(signed, func(line string) bool { return strings.Contains(line, " DNSKEY 257 ") })]
	for i, line := range signed {
		if strings.HasPrefix(line, "dangling.") {
			signed[i] = strings.ReplaceAll(line, "CNAME gone.cloudapp.test.", "CNAME clouddp.cloudapp.test.")
		}
	}
	knot := testserver.Knot(t, testserver.Config{Zones: []testserver.Zone{
		{Name: "contoso.test", Records: strings.Join(signed, "\n")}, {Name: "cloudapp.test", Records: cloudapp},
	}})
	recursive := testserver.Unbound(t,
		testserver.Stub{Zone: "contoso.test", Addr: knot.Addr, TrustAnchor: anchor},
		testserver.Stub{Zone: "cloudapp.test", Addr: knot.Addr})
	resolver := &dns.Resolver{Servers: []string{recursive.Addr}, Timeout: 5 * time.Second}
	for name, want := range map[string][]dns.ProblemKind{
		"straight.contoso.test": {}, "dangling.contoso.test": {dns.ProblemDNSSEC},
	} {
		chain, err := dns.Check(t.Context(), resolver, name, "clouddp.cloudapp.test")
		if err != nil || !slices.Equal(problems(chain), want) {
			t.Errorf("%s: got %v, %v, want %v", name, chain, err, want)
		}
	}
}

// signedRecords returns the keys of a zone and the aliases in it, with the signatures of both, as a zone file has them.
// The signature of the SOA comes without the SOA, which the new zone has already: by it Knot knows a signed zone.
func signedRecords(t *testing.T, addr, apex string, aliases ...string) []string {
	t.Helper()
	questions := [][2]string{{apex, "SOA"}, {apex, "DNSKEY"}}
	for _, alias := range aliases {
		questions = append(questions, [2]string{alias, "CNAME"})
	}
	var lines []string
	for _, q := range questions {
		lines = append(lines, signedAnswer(t, addr, q[0], q[1])...)
	}
	return slices.DeleteFunc(lines, func(line string) bool { return strings.Contains(line, " IN SOA ") })
}

// signedAnswer waits for the signature: a server signs soon after it has started.
func signedAnswer(t *testing.T, addr, name, kind string) []string {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); {
		dig := exec.CommandContext(t.Context(), "dig", "@"+host, "-p", port, name, kind, "+dnssec", "+noall", "+answer")
		output, err := dig.Output()
		if err != nil {
			t.Fatalf("dig of the Debian package bind9-dnsutils: %v", err)
		}
		var lines []string
		for line := range strings.Lines(string(output)) {
			lines = append(lines, strings.Join(strings.Fields(line), " "))
		}
		if slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, " RRSIG "+kind+" ") }) {
			return lines
		}
		select {
		case <-t.Context().Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Fatalf("%s %s was not signed", name, kind)
	return nil
}
