package dns_test

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/clouddp/sdk/dns"
)

// batches is a server that is spoken to in batches, and the sizes of those.
type batches struct {
	answer func(query []byte) [][]byte
	// cut is which batch is not sent because the connection breaks; 0 means that none does.
	cut            int
	mu             sync.Mutex
	sent, received []int
}

func (b *batches) resolver(t *testing.T) *dns.Resolver {
	t.Helper()
	return resolverOver(t, func(context.Context, string, string) (net.Conn, error) {
		near, _ := net.Pipe()
		return &batchConn{Conn: near, server: b}, nil
	})
}

// batchConn is a [dns.BatchConn]. Who reads when nothing is left is told that the deadline has passed.
type batchConn struct {
	net.Conn
	server  *batches
	waiting [][]byte
}

func (c *batchConn) WriteBatch(packets [][]byte) error {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.server.sent = append(c.server.sent, len(packets))
	if len(c.server.sent) == c.server.cut {
		return errors.New("cut")
	}
	for _, packet := range packets {
		c.waiting = append(c.waiting, c.server.answer(packet)...)
	}
	return nil
}

func (c *batchConn) ReadBatch(packets [][]byte) (int, error) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	n := min(len(packets), len(c.waiting))
	if n == 0 {
		return 0, os.ErrDeadlineExceeded
	}
	for i, packet := range c.waiting[:n] {
		packets[i] = append(packets[i][:0], packet...)
	}
	c.waiting = c.waiting[n:]
	c.server.received = append(c.server.received, n)
	return n, nil
}

func (c *batchConn) Write(packet []byte) (int, error) {
	return len(packet), c.WriteBatch([][]byte{packet})
}

func (c *batchConn) Read(packet []byte) (int, error) {
	packets := [][]byte{packet}
	_, err := c.ReadBatch(packets)
	return len(packets[0]), err
}

// answers is answer as a server of batches gives it.
func (w *world) answers(query []byte) [][]byte { return [][]byte{w.answer(query)} }

// sum returns how many packets some batches hold.
func sum(sizes []int) int {
	total := 0
	for _, n := range sizes {
		total += n
	}
	return total
}

func TestAuditSpeaksInBatches(t *testing.T) {
	w := newWorld(t)
	aliases := many(t, w, 1000)
	forged := func(query []byte) [][]byte {
		other := w.answer(query)
		other[0] ^= 1
		return [][]byte{{1}, other, w.answer(query)}
	}
	tests := []struct {
		name           string
		options        *dns.AuditOptions
		answer         func(query []byte) [][]byte
		sent, received int
	}{
		{"by default", nil, w.answers, 25, 25},
		{"many in flight", &dns.AuditOptions{InFlight: 400}, w.answers, 200, 32},
		{"one in flight", &dns.AuditOptions{InFlight: 1}, w.answers, 1, 1},
		{"at a rate", &dns.AuditOptions{Rate: 100000}, w.answers, 25, 25},
		{"with forgeries", nil, forged, 25, 25},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := &batches{answer: test.answer}
			found, err := auditAll(t, b.resolver(t), test.options, aliases...)
			if err != nil || len(found) != len(aliases) || !found[0].OK() {
				t.Fatalf("got %d, %v, %v", len(found), found[:1], err)
			}
			if sum(b.sent) != len(aliases) || slices.Max(b.sent) != test.sent || slices.Max(b.received) != test.received {
				t.Errorf("sent %v, received %v, want at most %d and %d", b.sent, b.received, test.sent, test.received)
			}
		})
	}
}

// What was in flight when a connection broke is asked again.
func TestAuditOutlivesABatchThatFails(t *testing.T) {
	w := newWorld(t)
	aliases := many(t, w, 200)
	b := &batches{answer: w.answers, cut: 3}
	found, err := auditAll(t, b.resolver(t), nil, aliases...)
	if err != nil || len(found) != len(aliases) || !found[0].OK() {
		t.Errorf("got %d, %v, %v", len(found), found[:1], err)
	}
	if b.sent[2] != 25 || sum(b.sent) <= len(aliases) {
		t.Errorf("sent %v, the third batch in vain", b.sent)
	}
}
