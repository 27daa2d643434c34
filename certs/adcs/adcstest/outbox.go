package adcstest

import (
	"bytes"
	"io"
	"net"
)

// outbox is one end of a pipe that can be written to before the other end reads, as a socket can. One goroutine writes
// and closes.
type outbox struct {
	net.Conn

	queue chan []byte
	gone  chan struct{}
}

func newOutbox(conn net.Conn) *outbox {
	o := &outbox{Conn: conn, queue: make(chan []byte, 16), gone: make(chan struct{})}
	go o.deliver()
	return o
}

func (o *outbox) deliver() {
	defer func() { _ = o.Conn.Close() }()
	defer close(o.gone)
	for p := range o.queue {
		if _, err := o.Conn.Write(p); err != nil {
			return
		}
	}
}

// Write implements [net.Conn].
func (o *outbox) Write(p []byte) (int, error) {
	select {
	case o.queue <- bytes.Clone(p):
		return len(p), nil
	case <-o.gone:
		return 0, io.ErrClosedPipe
	}
}

// Close implements [net.Conn]. What was written is delivered first.
func (o *outbox) Close() error {
	close(o.queue)
	return nil
}
