// Package dns sets, reads back and checks the alias of a cloud distribution point: the CNAME that leads clients from the
// service's name to the name under which the cloud knows it.
//
//	resolver := &dns.Resolver{Servers: []string{"192.0.2.1:53"}}
//	alias := dns.Record{
//		Name:  "clouddp.contoso.com",
//		Type:  dns.TypeCNAME,
//		Value: "clouddp.cloudapp.net",
//	}
//	change, err := dns.Ensure(ctx, zone, resolver, alias, nil)
//	if conflict, ok := errors.AsType[*dns.ConflictError](err); ok {
//		log.Printf("%s is taken: %v", conflict.Name, conflict.Have)
//	}
//	if err != nil {
//		return err
//	}
//	log.Printf("%v; caches may lag %v behind", change.Verdict, change.Wait)
//
//	chain, err := dns.Check(ctx, resolver, alias.Name, alias.Value)
//	if err != nil {
//		return err
//	}
//	fmt.Print(chain) // every hop, address and problem
//
// A [Zone] is where records are changed, a [Resolver] is how they are read. [Ensure] and [Remove] change nothing that
// they did not expect, and count a change as made once it was seen: by every authoritative server, unless a [Policy] says
// otherwise. [Check] asks its own questions instead of those of [net.Resolver.LookupCNAME], which reports a dangling alias
// and a loop as success; [CheckFrom] compares what the intranet and the Internet see. [Audit] checks a whole list, and puts
// first what somebody else could take over; with package github.com/clouddp/sdk/dns/udpbatch it does so in less time.
//
// # Errors
//
// [ErrConflict] comes as a [*ConflictError] with what holds the name, [ErrIntegrity] as an [*IgnoredError] for a server
// that reports success and does nothing, [ErrInvalid] as an [*InvalidError] with every problem of the input.
// [ErrUnavailable] means that no server answered, [ErrUnknown] that the outcome of a change could not be learnt; the same
// call again settles it.
//
// # Testing
//
// Package github.com/clouddp/sdk/dns/dnstest has a server with a strict zone that works in memory and on a loopback
// port, one-call faults, and a conformance suite for implementations of [Zone]. In .ci/peers,
// "go test -tags integration -run=NONE -bench=Audit -benchtime=5x" measures [Audit] beside other clients, on real servers.
package dns
