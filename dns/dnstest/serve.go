package dnstest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

const (
	// portTries is how often a port that is free for both protocols is looked for.
	portTries = 32
	// idleTimeout ends a TCP connection on which nothing is asked.
	idleTimeout = 10 * time.Second
)

// Serve answers on one free port of 127.0.0.1, over UDP and TCP, until ctx is done, and returns its address as
// host:port. Several may run at once.
func (s *Server) Serve(ctx context.Context) (addr string, err error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("dnstest: serve: %w", err)
	}
	listener, packets, err := listen(ctx)
	if err != nil {
		return "", fmt.Errorf("dnstest: serve: %w", err)
	}
	context.AfterFunc(ctx, func() {
		_ = listener.Close()
		_ = packets.Close()
	})
	go s.acceptStreams(ctx, listener)
	go s.answerPackets(ctx, packets)
	return listener.Addr().String(), nil
}

// listen opens the same port for both protocols.
func listen(ctx context.Context) (net.Listener, net.PacketConn, error) {
	var config net.ListenConfig
	var last error
	for range portTries {
		listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, nil, err
		}
		packets, err := config.ListenPacket(ctx, "udp", listener.Addr().String())
		if err == nil {
			return listener, packets, nil
		}
		_ = listener.Close()
		last = err
	}
	return nil, nil, fmt.Errorf("no port is free for UDP and TCP: %w", last)
}

func (s *Server) acceptStreams(ctx context.Context, listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			hangUp := func() { _ = conn.Close() }
			defer hangUp()
			defer context.AfterFunc(ctx, hangUp)()
			s.serveStream(idleConn{conn}, ctx.Done())
		}()
	}
}

// idleConn gives every read its own deadline.
type idleConn struct{ net.Conn }

// Read implements [net.Conn].
func (c idleConn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(idleTimeout)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (s *Server) answerPackets(ctx context.Context, packets net.PacketConn) {
	buffer := make([]byte, maxMessage)
	for {
		n, client, err := packets.ReadFrom(buffer)
		if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // on Windows a client that went away is an error of the next read
		}
		reply := s.reply(buffer[:n], true)
		if reply.message == nil {
			continue
		}
		if reply.delay <= 0 {
			_, _ = packets.WriteTo(reply.message, client)
			continue
		}
		go func() {
			if pause(ctx.Done(), reply.delay) {
				_, _ = packets.WriteTo(reply.message, client)
			}
		}()
	}
}
