package dns

import (
	"net"
	"slices"
	"sync"
)

// outbox lets a packet be sent without waiting over a connection on which writing waits for the reader, as net.Pipe does.
// Like a network it drops what is too much.
type outbox struct {
	net.Conn
	packets chan []byte
	closed  chan struct{}
	once    sync.Once
}

func newOutbox(conn net.Conn, size int) *outbox {
	o := &outbox{Conn: conn, packets: make(chan []byte, size), closed: make(chan struct{})}
	go o.send()
	return o
}

func (o *outbox) send() {
	for {
		select {
		case packet := <-o.packets:
			if _, err := o.Conn.Write(packet); err != nil {
				return
			}
		case <-o.closed:
			return
		}
	}
}

// Write implements [net.Conn].
func (o *outbox) Write(packet []byte) (int, error) {
	select {
	case o.packets <- slices.Clone(packet):
	default:
	}
	return len(packet), nil
}

// Close implements [net.Conn].
func (o *outbox) Close() error {
	o.once.Do(func() { close(o.closed) })
	return o.Conn.Close()
}
