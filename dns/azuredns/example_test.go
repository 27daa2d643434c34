package azuredns_test

import (
	"context"
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dns/armdns"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/azuredns"
)

// The alias is set over a fake of the service; without Options it would be set in the public cloud.
func Example() {
	service, server := newAzure()
	zone := &azuredns.Zone{
		SubscriptionID: "00000000-0000-0000-0000-000000000000",
		ResourceGroup:  "dns",
		Name:           "contoso.com",
		Credential:     &azfake.TokenCredential{},
		Options:        &arm.ClientOptions{ClientOptions: policy.ClientOptions{Transport: service}},
	}

	alias := dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeCNAME, Value: "clouddp.cloudapp.net"}
	change, err := dns.Ensure(context.Background(), zone, server.Resolver(), alias, nil)
	fmt.Println(change.Verdict, err)
	have, err := zone.Lookup(context.Background(), "clouddp.contoso.com")
	fmt.Println(have, err)
	// Output:
	// applied <nil>
	// [clouddp.contoso.com 300 CNAME clouddp.cloudapp.net] <nil>
}

// An alias record set, which leads to an Azure resource, is seen and left alone.
func ExampleZone_Lookup() {
	service, _ := newAzure()
	service.plant("www", armdns.RecordTypeCNAME, aliasTo("/subscriptions/0/providers/Microsoft.Cdn/profiles/web"))

	have, err := service.zone().Lookup(context.Background(), "www.contoso.com")
	fmt.Println(have, err)
	// Output:
	// [www.contoso.com 60 CNAME /subscriptions/0/providers/Microsoft.Cdn/profiles/web] <nil>
}
