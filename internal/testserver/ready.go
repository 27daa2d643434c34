//go:build integration

package testserver

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	pollInterval = 2 * time.Millisecond
	askTimeout   = 250 * time.Millisecond
	// recognitions is how often the nonce must come back, each time to another port: two servers that share a port
	// unnoticed answer in turn.
	recognitions = 8
	portTries    = 32
)

func newNonce() string { return rand.Text() }

// freePort returns a port of 127.0.0.1 that is free for both protocols.
func freePort(t testing.TB) string {
	t.Helper()
	var config net.ListenConfig
	for range portTries {
		listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		packets, err := config.ListenPacket(t.Context(), "udp", listener.Addr().String())
		_ = listener.Close()
		if err == nil {
			_ = packets.Close()
			_, port, _ := net.SplitHostPort(packets.LocalAddr().String())
			return port
		}
	}
	t.Fatal("no port is free for UDP and TCP")
	return ""
}

// recognise waits until the server answers for a zone, then makes sure that it is the only one to do so.
func recognise(ctx context.Context, addr, apex, nonce string) error {
	for seen := 0; seen < recognitions; {
		got, err := askNonce(ctx, addr, apex)
		switch {
		case err == nil && got != nonce:
			return fmt.Errorf("another server answers for %s: %w", apex, errPortTaken)
		case err == nil:
			seen++
			continue
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w; the last answer for %s: %w", context.Cause(ctx), apex, err)
		case <-time.After(pollInterval):
		}
	}
	return nil
}

// askNonce returns the server's nonce if it answers for the zone at all.
func askNonce(ctx context.Context, addr, apex string) (string, error) {
	if _, err := ask(ctx, addr, apex+".", dnsmessage.TypeSOA); err != nil {
		return "", err
	}
	body, err := ask(ctx, addr, nonceOwner+"."+apex+".", dnsmessage.TypeTXT)
	if err != nil {
		return "", err
	}
	txt, ok := body.(*dnsmessage.TXTResource)
	if !ok || len(txt.TXT) != 1 {
		return "", errors.New("the nonce is no text")
	}
	return txt.TXT[0], nil
}

// ask puts one question over UDP and returns the first record of the answer.
func ask(ctx context.Context, addr, name string, kind dnsmessage.Type) (dnsmessage.ResourceBody, error) {
	qname, err := dnsmessage.NewName(name)
	if err != nil {
		return nil, err
	}
	query := dnsmessage.Message{
		Header:    dnsmessage.Header{RecursionDesired: true}, // Unbound refuses others
		Questions: []dnsmessage.Question{{Name: qname, Type: kind, Class: dnsmessage.ClassINET}},
	}
	packed, err := query.Pack()
	if err != nil {
		return nil, err
	}
	reply, err := exchange(ctx, addr, packed)
	if err != nil {
		return nil, err
	}
	if reply.RCode != dnsmessage.RCodeSuccess || len(reply.Answers) == 0 || reply.Answers[0].Header.Type != kind {
		return nil, fmt.Errorf("%v with %d records for %s", reply.RCode, len(reply.Answers), name)
	}
	return reply.Answers[0].Body, nil
}

func exchange(ctx context.Context, addr string, query []byte) (*dnsmessage.Message, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "udp", addr)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(askTimeout)); err != nil {
		return nil, err
	}
	if _, err := conn.Write(query); err != nil {
		return nil, err
	}
	buffer := make([]byte, 4096)
	n, err := conn.Read(buffer)
	if err != nil {
		return nil, err
	}
	reply := new(dnsmessage.Message)
	return reply, reply.Unpack(buffer[:n])
}
