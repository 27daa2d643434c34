package udpbatch

import (
	"context"
	"net"
)

// Dial connects to address as a [net.Dialer] does, and returns its error. It is what Dial in
// [github.com/clouddp/sdk/dns.Resolver] wants, and safe for concurrent use. A connection over UDP is a
// [github.com/clouddp/sdk/dns.BatchConn] on Linux.
func Dial(ctx context.Context, network, address string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return Wrap(conn), nil
}

// Wrap makes a [github.com/clouddp/sdk/dns.BatchConn] of a connected [net.UDPConn], for those who dial in their own way;
// closing it closes conn. Any other connection comes back as it is, and on systems other than Linux every one does.
func Wrap(conn net.Conn) net.Conn {
	if udp, ok := conn.(*net.UDPConn); ok && udp.RemoteAddr() != nil {
		return batching(udp)
	}
	return conn
}
