// Package dnstest provides a DNS server for tests, a strict in-memory zone behind it, and the conformance suite for
// implementations of [dns.Zone].
//
//	server := dnstest.NewServer()
//	zone := server.AddZone("contoso.com")
//	cloud := server.AddZone("cloudapp.net")
//	cloud.Add(dns.Record{Name: "clouddp.cloudapp.net", Type: "A", Value: "127.0.0.1"})
//
//	alias := dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeCNAME, Value: "clouddp.cloudapp.net"}
//	change, err := dns.Ensure(ctx, zone, server.Resolver(), alias, nil)
//	...
//	server.Inject(dnstest.Fault{Kind: dnstest.ServFail, Times: dnstest.Always})
//	chain, err := dns.Check(ctx, server.Resolver(), alias.Name, alias.Value)
//	...
//	addr, err := server.Serve(ctx) // the same data on a real UDP and TCP port of the loopback interface
//
// Over the wire it takes dynamic updates (RFC 2136) as literally as BIND and Knot DNS do: prerequisites are checked, and a
// CNAME beside other data is ignored and reported as success. [Server.AddKey] protects its zones with TSIG (RFC 8945).
//
// A [Server] opens no socket until [Server.Serve] is called and works inside a testing/synctest bubble: delays pass
// in virtual time.
//
// # Errors
//
// A [Zone] returns the errors that [dns.Zone] asks for.
//
// # Testing
//
// [TestZone] runs the contract of [dns.Zone] against any implementation.
package dnstest
