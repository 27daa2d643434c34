// Package certstest holds an enterprise certification authority and its directory in memory, and the suites that every
// [certs.Issuer] and every [template.Directory] passes.
//
// A [CA] enforces what Active Directory Certificate Services enforces: that a template is published, that the caller may
// enroll, that the key is long enough, that a certificate manager approves, that the authority's own limits hold. It revokes
// as the real one does, with the next list that it publishes, and serves its lists as the transport of an HTTP client.
// Real signatures, no socket, no goroutine; it works inside a [testing/synctest] bubble:
//
//	ca := certstest.NewEnterprise("Contoso Issuing CA")
//	service, err := certs.Enroll(ctx, ca, &certs.Request{
//		CommonName: "clouddp.contoso.com",
//		Template:   "CloudDPCert",
//		Key:        certstest.Key(),
//	})
//
// [NewCA] returns one as its installation leaves it, without the template: for what makes one, or wants another.
//
// # Errors
//
// A refusal is a [*certs.DeniedError] with the HRESULT that the real authority gives. [CA.Fail] and [CA.LoseAnswer] make the
// next call go wrong; [CA.Pending] lists what waits for a certificate manager then. [CA.PlantOID] puts somebody else's object
// identifier in the way.
//
// # Testing
//
// A driver runs [TestIssuer] or [TestDirectory] with a factory of harnesses; each subtest gets a fresh one. A driver that
// leads to a CA of this package has all but its own line from [CA.Harness].
package certstest
