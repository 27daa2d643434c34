package dnstest

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// Dial connects to the server in memory, whatever the address, over "udp" or "tcp". It fits [dns.Resolver] and
// [net.Resolver]. What serves the connection ends when it is closed.
func (s *Server) Dial(ctx context.Context, network, _ string) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	udp := strings.HasPrefix(network, "udp")
	if !udp && !strings.HasPrefix(network, "tcp") {
		return nil, net.UnknownNetworkError(network)
	}
	near, far := net.Pipe()
	conn := &memoryConn{Conn: near, closed: make(chan struct{})}
	go func() {
		defer func() { _ = far.Close() }()
		if udp {
			s.servePackets(far, conn.closed)
		} else {
			s.serveStream(far, conn.closed)
		}
	}()
	if udp {
		return packetConn{conn}, nil
	}
	return conn, nil
}

// memoryConn is the client's end of a connection.
type memoryConn struct {
	net.Conn
	once   sync.Once
	closed chan struct{}
}

// Close ends the connection and what serves it.
func (c *memoryConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// packetConn makes [net.Resolver] see that the connection keeps message boundaries.
type packetConn struct{ *memoryConn }

var _ net.PacketConn = packetConn{}

// ReadFrom implements [net.PacketConn].
func (c packetConn) ReadFrom(p []byte) (int, net.Addr, error) {
	n, err := c.Read(p)
	return n, c.RemoteAddr(), err
}

// WriteTo implements [net.PacketConn].
func (c packetConn) WriteTo(p []byte, _ net.Addr) (int, error) { return c.Write(p) }

// servePackets answers one message after the other. A pipe hands over each write as one read.
func (s *Server) servePackets(conn net.Conn, closed <-chan struct{}) {
	buffer := make([]byte, maxMessage)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		reply := s.reply(buffer[:n], true)
		if !pause(closed, reply.delay) || reply.hangUp {
			return
		}
		if reply.message == nil {
			continue
		}
		if _, err := conn.Write(reply.message); err != nil {
			return
		}
	}
}

// serveStream answers messages that each follow their length.
func (s *Server) serveStream(conn net.Conn, closed <-chan struct{}) {
	for {
		message, err := readStream(conn)
		if err != nil {
			return
		}
		reply := s.reply(message, false)
		if !pause(closed, reply.delay) || reply.hangUp {
			return
		}
		if reply.message == nil {
			continue
		}
		framed := appendCounted(nil, reply.message)
		if _, err := conn.Write(framed); err != nil {
			return
		}
	}
}

func readStream(conn net.Conn) ([]byte, error) {
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, err
	}
	message := make([]byte, binary.BigEndian.Uint16(length[:]))
	_, err := io.ReadFull(conn, message)
	return message, err
}

// pause waits and reports whether the connection is still open.
func pause(closed <-chan struct{}, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-closed:
		return false
	}
}
