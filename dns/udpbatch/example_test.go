package udpbatch_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
	"github.com/clouddp/sdk/dns/udpbatch"
)

// An audit over a real socket, many queries in one system call.
func Example() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	server := dnstest.NewServer()
	addr, serveErr := server.Serve(ctx)
	err := errors.Join(serveErr,
		server.AddZone("cloudapp.net").Add(dns.Record{Name: "clouddp.cloudapp.net", Type: "A", Value: "203.0.113.7"}),
		server.AddZone("contoso.com").Add(
			dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeCNAME, Value: "clouddp.cloudapp.net"},
			dns.Record{Name: "old.contoso.com", Type: dns.TypeCNAME, Value: "clouddp.cloudapp.net"},
		),
	)
	if err != nil {
		fmt.Println(err)
		return
	}

	resolver := &dns.Resolver{Servers: []string{addr}, Dial: udpbatch.Dial}
	aliases := []dns.Alias{{Name: "clouddp.contoso.com"}, {Name: "old.contoso.com", Target: "old.cloudapp.net"}}
	for found, err := range dns.Audit(ctx, resolver, slices.Values(aliases), nil) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(found)
	}
	// Output:
	// old.contoso.com -> clouddp.cloudapp.net: wrong-target: old.contoso.com: leads to clouddp.cloudapp.net, not to old.cloudapp.net
	// clouddp.contoso.com -> clouddp.cloudapp.net: ok
}
