// Package certstest holds an enterprise certification authority and its directory in memory, and the suites that every
// [certs.Issuer] and every [template.Directory] passes.
//
// A [CA] enforces what Active Directory Certificate Services enforces: that a template is published, that the caller may
// enroll, that the key is long enough, that a certificate manager approves, that the authority's own limits hold. It revokes
// as the real one does, with the next list that it publishes, and serves its lists as the transport of an HTTP client.
// Real signatures, no socket, no goroutine; it works inside a [testing/synctest] bubble:
//
//	ca := certstest.NewCA("Contoso Issuing CA")
//	group := ca.AddGroup("ConfigMgr Site Servers")
//	desired := template.Desired{Template: template.CloudDP(group), CA: ca.Name()}
//	if _, err := template.Apply(ctx, ca, desired); err != nil {
//		return err
//	}
//	ca.JoinGroup(group)
//	service, err := certs.Enroll(ctx, ca, &certs.Request{
//		CommonName: "clouddp.contoso.com",
//		Template:   desired.Template.Name,
//		Key:        certstest.Key(),
//	})
//
// # Errors
//
// A refusal is a [*certs.DeniedError] with the HRESULT that the real authority gives. [CA.Fail] and [CA.LoseAnswer] make the
// next call go wrong, and [CA.PlantOID] puts somebody else's object identifier in the way.
//
// # Testing
//
// A driver runs [TestIssuer] or [TestDirectory] with a factory of harnesses; each subtest gets a fresh one. A driver that
// leads to a CA of this package has all but its own line from [CA.Harness].
package certstest
