package clouddptest

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// newPipe returns the two ends of a connection in memory. Unlike [net.Pipe] it buffers, as a socket does: a write never
// waits for the reader, and what was written before a close can still be read after it.
func newPipe() (near, far net.Conn) {
	there, back := newFlow(), newFlow()
	return &bufferedConn{in: back, out: there}, &bufferedConn{in: there, out: back}
}

// bufferedConn is one end.
type bufferedConn struct{ in, out *flow }

// Read implements [net.Conn].
func (c *bufferedConn) Read(p []byte) (int, error) { return c.in.read(p) }

// Write implements [net.Conn].
func (c *bufferedConn) Write(p []byte) (int, error) { return c.out.write(p) }

// Close implements [net.Conn]: it ends both directions.
func (c *bufferedConn) Close() error {
	c.in.close()
	c.out.close()
	return nil
}

// LocalAddr implements [net.Conn].
func (c *bufferedConn) LocalAddr() net.Addr { return memoryAddr{} }

// RemoteAddr implements [net.Conn].
func (c *bufferedConn) RemoteAddr() net.Addr { return memoryAddr{} }

// SetDeadline implements [net.Conn].
func (c *bufferedConn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// SetWriteDeadline implements [net.Conn]: a write never waits.
func (c *bufferedConn) SetWriteDeadline(time.Time) error { return nil }

// SetReadDeadline implements [net.Conn].
func (c *bufferedConn) SetReadDeadline(t time.Time) error { c.in.setDeadline(t); return nil }

// memoryAddr is the address of either end.
type memoryAddr struct{}

// Network implements [net.Addr].
func (memoryAddr) Network() string { return "memory" }

// String implements [net.Addr].
func (memoryAddr) String() string { return "memory" }

// flow is one direction of a connection.
type flow struct {
	mu       sync.Mutex
	changed  chan struct{} // closed and replaced at every change
	data     []byte
	closed   bool
	deadline time.Time
}

func newFlow() *flow { return &flow{changed: make(chan struct{})} }

func (f *flow) read(p []byte) (int, error) {
	for {
		n, changed, deadline, err := f.take(p)
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
		if !wait(changed, deadline) {
			return 0, os.ErrDeadlineExceeded
		}
	}
}

// take moves what is there into p; if there is nothing it returns what to wait for.
func (f *flow) take(p []byte) (n int, changed chan struct{}, deadline time.Time, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.deadline.IsZero() && !time.Now().Before(f.deadline) {
		return 0, nil, f.deadline, os.ErrDeadlineExceeded
	}
	n = copy(p, f.data)
	f.data = f.data[n:]
	if n == 0 && f.closed {
		err = io.EOF
	}
	return n, f.changed, f.deadline, err
}

// wait reports whether changed came before deadline.
func wait(changed chan struct{}, deadline time.Time) bool {
	if deadline.IsZero() {
		<-changed
		return true
	}
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case <-changed:
		return true
	case <-timer.C:
		return false
	}
}

func (f *flow) write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return 0, io.ErrClosedPipe
	}
	f.data = append(f.data, p...)
	f.wake()
	return len(p), nil
}

func (f *flow) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	f.wake()
}

func (f *flow) setDeadline(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.deadline = t
	f.wake()
}

// wake lets every waiting read look again. The caller holds the lock.
func (f *flow) wake() {
	close(f.changed)
	f.changed = make(chan struct{})
}
