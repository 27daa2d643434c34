package dns_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
)

// The alias of a service is set, seen by the zone's server, and leads a client to an address.
func Example() {
	ctx := context.Background()
	server := dnstest.NewServer()
	zone, cloud := server.AddZone("contoso.com"), server.AddZone("cloudapp.net")
	err := cloud.Add(dns.Record{Name: "clouddp.cloudapp.net", Type: "A", Value: "203.0.113.7"})
	if err != nil {
		fmt.Println(err)
		return
	}

	alias := dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeCNAME, Value: "clouddp.cloudapp.net"}
	change, err := dns.Ensure(ctx, zone, server.Resolver(), alias, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v by %v; caches may lag %v behind\n", change.Verdict, change.Servers, change.Wait)

	chain, err := dns.Check(ctx, server.Resolver(), alias.Name, alias.Value)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(chain)
	// Output:
	// applied by [192.0.2.53:53]; caches may lag 1m0s behind
	// clouddp.contoso.com
	//   -> clouddp.cloudapp.net  (CNAME, 300 s)
	//   -> 203.0.113.7
	// ok
}

// What holds the name already is reported and left alone.
func ExampleEnsure_conflict() {
	server := dnstest.NewServer()
	zone := server.AddZone("contoso.com")
	taken := dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeCNAME, Value: "old.cloudapp.net", TTL: time.Hour}
	if err := zone.Add(taken); err != nil {
		fmt.Println(err)
		return
	}

	alias := dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeCNAME, Value: "clouddp.cloudapp.net"}
	change, err := dns.Ensure(context.Background(), zone, server.Resolver(), alias, nil)
	if conflict, ok := errors.AsType[*dns.ConflictError](err); ok {
		fmt.Printf("%v: %v\n", change.Verdict, conflict.Have)
	}
	// Output:
	// conflict: [clouddp.contoso.com 3600 CNAME old.cloudapp.net]
}

// An alias whose service is gone can be taken over by whoever claims the name in the cloud next.
func ExampleCheck_dangling() {
	server := dnstest.NewServer()
	zone := server.AddZone("contoso.com")
	server.AddZone("cloudapp.net")
	if err := zone.Add(dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeCNAME, Value: "gone.cloudapp.net"}); err != nil {
		fmt.Println(err)
		return
	}

	chain, err := dns.Check(context.Background(), server.Resolver(), "clouddp.contoso.com", "gone.cloudapp.net")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, problem := range chain.Problems {
		fmt.Println(problem)
	}
	// Output:
	// dangling: gone.cloudapp.net: does not exist
}

// A missing dot or an upper-case letter makes no other name.
func ExampleCanonicalName() {
	name, err := dns.CanonicalName("CloudDP.Contoso.com.")
	fmt.Println(name, err)
	_, err = dns.CanonicalName("bücher.example")
	fmt.Println(err)
	// Output:
	// clouddp.contoso.com <nil>
	// dns: name: Name: label "bücher" is not ASCII; use its A-label (xn--...)
}

// A list of aliases, as an export of the zone has it; what somebody else could take over comes first.
func ExampleAudit() {
	server := dnstest.NewServer()
	zone, cloud := server.AddZone("contoso.com"), server.AddZone("trafficmanager.net")
	err := errors.Join(
		cloud.Add(dns.Record{Name: "clouddp.trafficmanager.net", Type: "A", Value: "203.0.113.7"}),
		zone.Add(
			dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeCNAME, Value: "clouddp.trafficmanager.net"},
			dns.Record{Name: "old.contoso.com", Type: dns.TypeCNAME, Value: "old.trafficmanager.net"},
		),
	)
	if err != nil {
		fmt.Println(err)
		return
	}

	list := strings.NewReader(`
clouddp.contoso.com                    # may lead anywhere
old.contoso.com old.trafficmanager.net # must lead there
new.contoso.com. 300 IN CNAME new.trafficmanager.net.
`)
	var aliases []dns.Alias
	for alias, err := range dns.ParseAliases(list) {
		if err != nil {
			fmt.Println(err)
			return
		}
		aliases = append(aliases, alias)
	}
	for found, err := range dns.Audit(context.Background(), server.Resolver(), slices.Values(aliases), nil) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(found)
	}
	// Output:
	// old.contoso.com -> old.trafficmanager.net: claimable: old.trafficmanager.net: does not exist, and anybody can register it
	// new.contoso.com: missing: new.contoso.com: does not exist
	// clouddp.contoso.com -> clouddp.trafficmanager.net: ok
}
