package libdnszone_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/libdnszone"
)

// Any libdns provider is a zone.
func Example() {
	provider, server := newProvider(quirks{noDots: true, loud: true})
	zone := &libdnszone.Zone{Provider: setterProvider{provider}, Name: "contoso.com"}

	alias := dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeCNAME, Value: "clouddp.cloudapp.net"}
	change, err := dns.Ensure(context.Background(), zone, server.Resolver(), alias, nil)
	fmt.Println(change.Verdict, err)
	have, err := zone.Lookup(context.Background(), "clouddp.contoso.com")
	fmt.Println(have, err)
	// Output:
	// applied <nil>
	// [clouddp.contoso.com 300 CNAME clouddp.cloudapp.net] <nil>
}

// A provider that drops what it was asked to add to is found out.
func ExampleAlteredError() {
	provider, _ := newProvider(quirks{appendSets: true})
	provider.plant(dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeTXT, Value: "v=spf1 -all"})
	zone := &libdnszone.Zone{Provider: provider, Name: "contoso.com"}

	proof := dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeTXT, Value: "MS=ms12345678"}
	err := zone.Swap(context.Background(), proof.Name, nil, &proof)
	if altered, ok := errors.AsType[*libdnszone.AlteredError](err); ok {
		fmt.Println("want", altered.Want)
		fmt.Println("have", altered.Have)
	}
	// Output:
	// want [clouddp.contoso.com 0 TXT "v=spf1 -all" clouddp.contoso.com 300 TXT "MS=ms12345678"]
	// have [clouddp.contoso.com 300 TXT "MS=ms12345678"]
}
