// Package clouddp puts cloud distribution points into service and keeps them there.
//
// A [Spec] says what is wanted, a [Provider] is the cloud it is wanted in, and a [Client] makes the one match the other:
//
//	client := &clouddp.Client{
//		Provider:    subscription, // for example a classic.Subscription
//		Certificate: enroll,       // func(ctx, fqdn) (*certs.Bundle, error)
//		Zone:        zone,         // a dns.Zone that holds the alias
//		Resolver:    &dns.Resolver{Servers: []string{"192.0.2.53:53"}},
//		Messages:    sink,         // receives status message 9409
//	}
//	op, err := client.Create(ctx, &clouddp.Spec{
//		ServiceFQDN:  "clouddp.contoso.com",
//		Subscription: "00000000-0000-0000-0000-000000000000",
//		Region:       "West Europe",
//		SiteCode:     "PS1",
//	})
//	if err != nil {
//		return err
//	}
//	for status, err := range op.Updates(ctx) { // up to half an hour
//		if err != nil {
//			return err
//		}
//		fmt.Println(status.State, status.Detail)
//	}
//
// # Convergence
//
// What exists lives in the cloud and in the zone, not in a journal. Each step reads, compares, does what is missing and
// reads again; names derive from the Spec. The same call again, after a crash at any point, reaches the same end,
// creates nothing twice and orphans nothing. A write whose answer was lost is never sent again blindly: reading decides.
// What bears another owner's mark is neither changed nor deleted.
//
// # Errors
//
// Errors match the categories of this package ([ErrNotFound], [ErrForeign], [ErrDenied] and so on) and, where a caller can act
// on one, are a type: [*InvalidError], [*ForeignError], [*NeedCertificateError], [*CheckError], [*StateError]. The
// provider's own error stays reachable with errors.As.
//
// # Testing
//
// Package clouddptest has an in-memory cloud, a laboratory in which every fake is wired, and the conformance suite for
// providers. Everything waits on timers alone, so that inside a testing/synctest bubble half an hour passes at once.
//
// # Compatibility
//
// Spec and Record are stored as JSON by their users; fields are added, never renamed. Provider grows by optional
// interfaces such as [Meter] and [Adopter], never by methods.
package clouddp
