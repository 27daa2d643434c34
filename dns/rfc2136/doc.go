// Package rfc2136 changes DNS zones by dynamic update (RFC 2136), as BIND, Knot DNS, PowerDNS and Windows DNS take it,
// signed with TSIG (RFC 8945).
//
//	zone := &rfc2136.Zone{
//		Server: "192.0.2.53:53",
//		Signer: rfc2136.TSIG{Name: "update.contoso.com", Secret: rfc2136.Base64Secret(secret)},
//	}
//	alias := dns.Record{
//		Name:  "clouddp.contoso.com",
//		Type:  dns.TypeCNAME,
//		Value: "clouddp.cloudapp.net",
//	}
//	change, err := dns.Ensure(ctx, zone, resolver, alias, nil)
//	if auth, ok := errors.AsType[*dns.AuthError](err); ok && auth.Code == "BADTIME" {
//		log.Printf("the server's clock says %v", auth.ServerTime)
//	}
//	if err != nil {
//		return err
//	}
//	log.Print(change.Verdict)
//
// Every update carries what it expects as prerequisites, so that the server compares and swaps in one step. A CNAME that
// meets other data, which servers ignore and report as success, becomes a conflict that way. A [Zone] reads from the
// server that it updates, not from a cache, and tells records that a wildcard stands for from those that are there.
//
// # Errors
//
// A reply to a signed update counts only if its own signature is good. Otherwise, and after a connection that ended too
// early, the error matches [dns.ErrUnknown], and [dns.Ensure] decides by reading. A server that refuses the signature is a
// [*dns.AuthError], one that refuses the update matches [dns.ErrDenied], a prerequisite that does not hold is a
// [*dns.ConflictError] with what is there, and a name outside the zones of the server matches [dns.ErrNotFound].
//
// # Testing
//
// The server of package github.com/clouddp/sdk/dns/dnstest takes dynamic updates: let its Dial be the Dial of a [Zone].
package rfc2136
