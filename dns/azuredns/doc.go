// Package azuredns changes the records of a public zone in Azure DNS through Azure Resource Manager, with entity tags as
// preconditions, so that of two changes at the same time one wins and none is lost.
//
//	credential, err := azidentity.NewDefaultAzureCredential(nil)
//	if err != nil {
//		return err
//	}
//	zone := &azuredns.Zone{
//		SubscriptionID: "00000000-0000-0000-0000-000000000000",
//		ResourceGroup:  "dns",
//		Name:           "contoso.com",
//		Credential:     credential, // role DNS Zone Contributor
//	}
//	alias := dns.Record{
//		Name:  "clouddp.contoso.com",
//		Type:  dns.TypeCNAME,
//		Value: "clouddp.cloudapp.net",
//	}
//	change, err := dns.Ensure(ctx, zone, resolver, alias, nil)
//	if err != nil {
//		return err
//	}
//	log.Printf("%v; caches may lag %v behind", change.Verdict, change.Wait)
//
// Azure keeps record sets: all records of a name and type, with one TTL. A text joins the set that is there, whose TTL and
// metadata stay as they are; the set is deleted with its last record. A value of several strings is shown as one text.
//
// An alias record set leads to an Azure resource instead of a name. It is left alone: [Zone.Lookup] shows it as a CNAME
// whose value is the id of the resource, which is no name and so matches nothing that a swap expects.
//
// # Errors
//
// [dns.ErrConflict] comes as a [*dns.ConflictError] with what holds the name, of any type. Refused credentials and
// permissions, and a management lock, are [dns.ErrDenied]; a zone or resource group that does not exist is
// [dns.ErrNotFound]; throttling is [dns.ErrUnavailable]. A write without an answer, or with one that leaves its effect open,
// is [dns.ErrUnknown]: reading tells what became of it. Azure's answer stays reachable as an [*azcore.ResponseError].
//
// # Testing
//
// A Zone runs over a fake of armdns by way of [Zone.Options], without a socket and inside a testing/synctest bubble.
// Package github.com/clouddp/sdk/dns/dnstest has an in-memory zone with the same contract.
//
// # Compatibility
//
// REST API version 2018-05-01, as the official client armdns speaks it; public and sovereign clouds. Private zones are another
// service. A redirect is not followed.
package azuredns
