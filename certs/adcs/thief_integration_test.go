//go:build integration

package adcs_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// thief stands between a client and Samba, and can make the answer to a write disappear.
type thief struct {
	liar  *liar
	samba *samba
	// armed lets the next write happen and cuts the connection, down refuses the next connection.
	armed, down atomic.Bool

	mu   sync.Mutex
	open []net.Conn
}

// fail cuts every connection and refuses the next.
func (f *thief) fail() {
	f.down.Store(true)
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, conn := range f.open {
		_ = conn.Close()
	}
}

// Dial connects to Samba by way of the thief.
func (f *thief) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if f.down.Swap(false) {
		return nil, errors.New("refused")
	}
	upstream, err := f.samba.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	client, server := net.Pipe()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open = append(f.open, server)
	go f.pass(tls.Server(server, f.liar.config), tls.Client(upstream, f.samba.tls()), server, upstream)
	return client, nil
}

// pass hands requests on, and the answers back.
func (f *thief) pass(client, server *tls.Conn, raw ...net.Conn) {
	defer func() {
		for _, conn := range raw {
			_ = conn.Close()
		}
	}()
	for {
		request, err := ber.ReadPacket(client)
		if err != nil || len(request.Children) < 2 {
			return
		}
		if _, err := server.Write(request.Bytes()); err != nil {
			return
		}
		operation := request.Children[1].Tag
		isWrite := operation == 6 || operation == 8 // modify, add
		for more := true; more; {
			answer, err := ber.ReadPacket(server)
			if err != nil || isWrite && f.armed.Swap(false) {
				return
			}
			if _, err := client.Write(answer.Bytes()); err != nil {
				return
			}
			more = answer.Children[1].Tag == 4 || answer.Children[1].Tag == 19 // an entry, a reference
		}
	}
}
