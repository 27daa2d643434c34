package rfc2136_test

import (
	"context"
	"fmt"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
	"github.com/clouddp/sdk/dns/rfc2136"
)

// The alias of a service is set by a signed update and read back.
func Example() {
	ctx := context.Background()
	server := dnstest.NewServer()
	server.AddZone("contoso.com")
	if err := server.AddKey("update.contoso.com", []byte("shared secret")); err != nil {
		fmt.Println(err)
		return
	}

	zone := &rfc2136.Zone{
		Server: "ns1.contoso.com:53",
		Signer: rfc2136.TSIG{Name: "update.contoso.com", Secret: rfc2136.StaticSecret([]byte("shared secret"))},
		Dial:   server.Dial,
	}
	alias := dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeCNAME, Value: "clouddp.cloudapp.net"}
	change, err := dns.Ensure(ctx, zone, server.Resolver(), alias, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(change.Verdict, change.After)
	// Output:
	// applied [clouddp.contoso.com 300 CNAME clouddp.cloudapp.net]
}

// A server that does not know the key says so.
func ExampleTSIG() {
	server := dnstest.NewServer()
	server.AddZone("contoso.com")
	if err := server.AddKey("update.contoso.com", []byte("shared secret")); err != nil {
		fmt.Println(err)
		return
	}

	key := rfc2136.TSIG{Name: "update.contoso.com", Secret: rfc2136.StaticSecret([]byte("yesterday's secret"))}
	zone := &rfc2136.Zone{Server: "ns1.contoso.com:53", Signer: key, Dial: server.Dial}
	text := dns.Record{Name: "asuid.contoso.com", Type: dns.TypeTXT, Value: "0123456789"}
	fmt.Println(zone.Swap(context.Background(), text.Name, nil, &text))
	fmt.Println(key.Secret)
	// Output:
	// rfc2136: swap asuid.contoso.com at ns1.contoso.com:53: dns: server ns1.contoso.com:53 refused the signature (BADSIG)
	// [redacted]
}
