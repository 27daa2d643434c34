// Package udpbatch sends and receives many UDP packets in one system call, so that an audit of many aliases takes less
// time.
//
//	resolver := &dns.Resolver{Servers: []string{"192.0.2.1:53"}, Dial: udpbatch.Dial}
//	for found, err := range dns.Audit(ctx, resolver, aliases, nil) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(found)
//	}
//
// Whoever sets or checks a few aliases has no use for it. Only Linux has such system calls; on other systems the
// connections are those of package net.
//
// # Errors
//
// They are those of package net: a [net.OpError], which matches [os.ErrDeadlineExceeded] or [net.ErrClosed].
//
// # Testing
//
// There is nothing to fake: an audit does the same over any other connection, and without a network over that of package
// github.com/clouddp/sdk/dns/dnstest.
package udpbatch
