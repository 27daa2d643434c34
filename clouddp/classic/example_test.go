package classic_test

import (
	"context"
	"fmt"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/classic"
	"github.com/clouddp/sdk/clouddp/classic/classictest"
	"github.com/clouddp/sdk/clouddp/mgmtcert"
)

// A co-administrator uploads the management certificate; whoever holds its key creates the storage account.
func Example() {
	ctx := context.Background()
	service := &classictest.Service{}
	service.AddToken("the token of a co-administrator")
	management, err := certs.SelfSigned("CloudDP management", nil)
	if err != nil {
		fmt.Println(err)
		return
	}

	bootstrap := &classic.Subscription{
		ID:         "11111111-2222-3333-4444-555555555555",
		Credential: token("the token of a co-administrator"),
		Transport:  service.RoundTripper(nil),
	}
	added, err := mgmtcert.Ensure(ctx, bootstrap.ManagementCertificates(), management.Leaf)
	fmt.Println("uploaded:", added, err)

	subscription := &classic.Subscription{
		ID:          bootstrap.ID,
		Certificate: management,
		Transport:   service.RoundTripper(management.Leaf),
	}
	spec := &clouddp.Spec{
		ServiceFQDN: "clouddp.contoso.com", Subscription: subscription.ID, Region: "West Europe", SiteCode: "P01",
	}
	account := clouddp.Part{Kind: "storage account", Name: "clouddp"}
	if _, err := subscription.Apply(ctx, spec, account, nil); err != nil {
		fmt.Println(err)
	}
	component, err := subscription.Read(ctx, spec, account)
	fmt.Println(component.Part.Kind, component.State, component.Owner, err)
	// Output:
	// uploaded: true <nil>
	// storage account ready P01/clouddp.contoso.com <nil>
}
