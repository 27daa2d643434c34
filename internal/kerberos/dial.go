package kerberos

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

const (
	// maxAnswer bounds the answer of a KDC; a ticket with many groups has some ten KiB.
	maxAnswer = 1 << 20
	// dialTimeout leaves time for the next KDC. An answer has 5 s, which the library sets.
	dialTimeout = 5 * time.Second
)

// dialer opens connections to a KDC that its context ends.
type dialer struct{ ctx func() context.Context }

func newDialer(ctx context.Context) dialer { return dialer{func() context.Context { return ctx }} }

// Dial implements the interface of the Kerberos library.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	ctx := d.ctx()
	conn, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	if network == "tcp" {
		return &guardedConn{Conn: conn}, nil
	}
	return conn, nil
}

// guardedConn refuses an answer that is announced longer than any is: the library makes room for what is announced.
type guardedConn struct {
	net.Conn

	begun bool
}

// Read implements [io.Reader]. The library reads the four octets of the length first, and by themselves.
func (c *guardedConn) Read(p []byte) (int, error) {
	if c.begun || len(p) != 4 {
		return c.Conn.Read(p)
	}
	c.begun = true
	n, err := io.ReadFull(c.Conn, p)
	if length := binary.BigEndian.Uint32(p); err == nil && length > maxAnswer {
		return 0, fmt.Errorf("the KDC announces %d bytes: %w", length, errs.ErrLimit)
	}
	return n, err
}
