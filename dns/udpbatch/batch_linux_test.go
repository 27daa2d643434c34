package udpbatch_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/udpbatch"
)

// pair returns a connection and the socket it is connected to.
func pair(t *testing.T) (dns.BatchConn, net.PacketConn) {
	t.Helper()
	var listener net.ListenConfig
	peer, err := listener.ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = peer.Close() })
	conn, err := udpbatch.Dial(t.Context(), "udp", peer.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	batch, ok := conn.(dns.BatchConn)
	if !ok {
		t.Fatalf("got a %T", conn)
	}
	// What never comes must not end in a hanging test.
	deadline := time.Now().Add(10 * time.Second)
	if err := errors.Join(batch.SetDeadline(deadline), peer.SetDeadline(deadline)); err != nil {
		t.Fatal(err)
	}
	return batch, peer
}

// numbered returns n packets of different lengths.
func numbered(n int) [][]byte {
	var packets [][]byte
	for i := range n {
		packets = append(packets, fmt.Append(nil, "packet ", 1<<i))
	}
	return packets
}

func TestBatchesArriveWholeAndInOrder(t *testing.T) {
	conn, peer := pair(t)
	for _, n := range []int{3, 20, 0, 1, 7} { // room is used again, and grows
		sent := numbered(n)
		if err := conn.WriteBatch(sent); err != nil {
			t.Fatal(err)
		}
		for _, want := range sent {
			echo(t, peer, want)
		}
		if got := receive(t, conn, n); !slices.EqualFunc(got, sent, slices.Equal) {
			t.Errorf("got %q, want %q", got, sent)
		}
	}
}

// echo sends back the next packet, which should be as given.
func echo(t *testing.T, peer net.PacketConn, want []byte) {
	t.Helper()
	packet := make([]byte, 100)
	n, from, err := peer.ReadFrom(packet)
	if err != nil || string(packet[:n]) != string(want) {
		t.Fatalf("got %q, %v, want %q", packet[:n], err, want)
	}
	if _, err := peer.WriteTo(packet[:n], from); err != nil {
		t.Fatal(err)
	}
}

// receive reads n packets, at most four at a time.
func receive(t *testing.T, conn dns.BatchConn, n int) [][]byte {
	t.Helper()
	var received [][]byte
	packets := [][]byte{nil, nil, nil, nil}
	for i := range packets {
		packets[i] = make([]byte, 0, 100)
	}
	for len(received) < n {
		count, err := conn.ReadBatch(packets)
		if err != nil || count == 0 {
			t.Fatalf("got %d, %v after %d packets", count, err, len(received))
		}
		for _, packet := range packets[:count] {
			received = append(received, slices.Clone(packet))
		}
	}
	return received
}

func TestOneReadTakesAllThatArrived(t *testing.T) {
	conn, peer := pair(t)
	for range 3 {
		if _, err := peer.WriteTo([]byte("x"), conn.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	packets := numbered(5)
	if n, err := conn.ReadBatch(packets); err != nil || n != 3 || string(packets[2]) != "x" || len(packets[3]) < 2 {
		t.Errorf("got %d, %v, %q", n, err, packets)
	}
}

// A connected socket takes no packet of anybody else.
func TestStrangersAreNotHeard(t *testing.T) {
	conn, peer := pair(t)
	_, stranger := pair(t)
	for _, from := range []net.PacketConn{stranger, peer} {
		if _, err := from.WriteTo([]byte(from.LocalAddr().String()), conn.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	packets := [][]byte{make([]byte, 100), make([]byte, 100)}
	if n, err := conn.ReadBatch(packets); err != nil || n != 1 || string(packets[0]) != peer.LocalAddr().String() {
		t.Errorf("got %d, %v, %q", n, err, packets)
	}
}

func TestErrorsAreThoseOfPackageNet(t *testing.T) {
	conn, peer := pair(t)
	packets := numbered(2)
	if err := conn.SetReadDeadline(time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	if n, err := conn.ReadBatch(packets); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("past the deadline: got %d, %v", n, err)
	}
	if err := errors.Join(conn.SetReadDeadline(time.Time{}), peer.Close(), conn.WriteBatch(packets[:1])); err != nil {
		t.Fatal(err)
	}
	opErr, refused := errors.AsType[*net.OpError](second(conn.ReadBatch(packets)))
	if !refused || opErr.Op != "read" {
		t.Errorf("without a peer: got %v", opErr)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := conn.ReadBatch(packets); n != 0 || !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: got %d, %v", n, err)
	}
	if err := conn.WriteBatch(packets); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: got %v", err)
	}
}

func second(_ int, err error) error { return err }

func BenchmarkBatchOf32(b *testing.B) {
	var listener net.ListenConfig
	peer, err := listener.ListenPacket(b.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = peer.Close() }()
	conn, err := udpbatch.Dial(b.Context(), "udp4", peer.LocalAddr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	batch, packets := conn.(dns.BatchConn), slices.Repeat([][]byte{make([]byte, 40)}, 32)
	b.ReportAllocs()
	for b.Loop() {
		if err := batch.WriteBatch(packets); err != nil {
			b.Fatal(err)
		}
	}
}
