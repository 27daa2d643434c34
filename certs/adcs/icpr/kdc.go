package icpr

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

// maxKDCAnswer bounds the answer of a KDC; a ticket with many groups has some ten KiB.
const maxKDCAnswer = 1 << 20

// dialer opens connections to a KDC that its context ends.
type dialer struct{ ctx func() context.Context }

func kdcDialer(ctx context.Context) dialer { return dialer{func() context.Context { return ctx }} }

// Dial implements the interface of the Kerberos library.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	ctx := d.ctx()
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	if network == "tcp" {
		return &kdcConn{Conn: conn}, nil
	}
	return conn, nil
}

// kdcConn refuses an answer that is announced longer than any is: the library makes room for what is announced.
type kdcConn struct {
	net.Conn

	begun bool
}

// Read implements [io.Reader]. The library reads the four octets of the length first, and by themselves.
func (c *kdcConn) Read(p []byte) (int, error) {
	if c.begun || len(p) != 4 {
		return c.Conn.Read(p)
	}
	c.begun = true
	n, err := io.ReadFull(c.Conn, p)
	if length := binary.BigEndian.Uint32(p); err == nil && length > maxKDCAnswer {
		return 0, fmt.Errorf("the KDC announces %d bytes: %w", length, ErrLimit)
	}
	return n, err
}
