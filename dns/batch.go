package dns

import "net"

// maxReplies is how many replies are taken along with the first.
const maxReplies = 32

// BatchConn is a packet connection that sends or receives many packets in one system call. [Audit] uses it where
// [Resolver.Dial] returns one, as that of github.com/clouddp/sdk/dns/udpbatch does. Errors, deadlines and Close work as
// with Read and Write, and sending never waits for the peer to receive. One goroutine may read while another writes.
type BatchConn interface {
	net.Conn
	// ReadBatch waits for a packet and takes along those that have arrived by then. It reads each into the capacity of the
	// next of packets, which becomes as long as the packet, and returns how many there were.
	ReadBatch(packets [][]byte) (int, error)
	// WriteBatch sends all packets, in order.
	WriteBatch(packets [][]byte) error
}

// inBatches returns conn if it is a [BatchConn], or else makes it one for so many packets at a time.
func inBatches(conn net.Conn, packets int) BatchConn {
	switch conn := conn.(type) {
	case BatchConn:
		return conn
	case *net.UDPConn:
		return oneByOne{conn}
	default:
		return oneByOne{newOutbox(conn, packets)}
	}
}

// oneByOne is a [BatchConn] over any other packet connection.
type oneByOne struct{ net.Conn }

// ReadBatch implements [BatchConn].
func (c oneByOne) ReadBatch(packets [][]byte) (int, error) {
	n, err := c.Read(packets[0][:cap(packets[0])])
	if err != nil {
		return 0, err
	}
	packets[0] = packets[0][:n]
	return 1, nil
}

// WriteBatch implements [BatchConn].
func (c oneByOne) WriteBatch(packets [][]byte) error {
	for _, packet := range packets {
		if _, err := c.Write(packet); err != nil {
			return err
		}
	}
	return nil
}
