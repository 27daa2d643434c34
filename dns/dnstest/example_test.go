package dnstest_test

import (
	"context"
	"fmt"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
)

// A server that reports success and does nothing is noticed.
func ExampleServer_Inject() {
	server := dnstest.NewServer()
	zone := server.AddZone("contoso.com")
	server.Inject(dnstest.Fault{Kind: dnstest.IgnoreUpdate})

	alias := dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeCNAME, Value: "clouddp.cloudapp.net"}
	change, err := dns.Ensure(context.Background(), zone, server.Resolver(), alias, nil)
	fmt.Println(change.Verdict)
	fmt.Println(err)
	// Output:
	// ignored by server
	// dns: change clouddp.contoso.com: the server reported success and changed nothing: the name holds no such record
}

// A secondary that missed the update makes the change unverified until it caught up.
func ExampleServer_Freeze() {
	server := dnstest.NewServer()
	zone := server.AddZone("contoso.com")
	alias := dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeCNAME, Value: "clouddp.cloudapp.net"}

	thaw := server.Freeze()
	change, err := dns.Ensure(context.Background(), zone, server.Resolver(), alias, nil)
	fmt.Println(change.Verdict, change.Doubts, err)
	thaw()
	change, err = dns.Ensure(context.Background(), zone, server.Resolver(), alias, nil)
	fmt.Println(change.Verdict, err)
	// Output:
	// applied, not verified [192.0.2.53:53: holds no such record] <nil>
	// already ok <nil>
}
