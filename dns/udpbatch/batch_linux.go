package udpbatch

import (
	"net"

	"golang.org/x/net/ipv4"
)

// conn is a connected UDP socket. Its address family makes no difference to what is used of [ipv4.PacketConn].
type conn struct {
	*net.UDPConn
	packets *ipv4.PacketConn
	in, out []ipv4.Message
}

func batching(udp *net.UDPConn) net.Conn {
	return &conn{UDPConn: udp, packets: ipv4.NewPacketConn(udp)}
}

// ReadBatch implements [github.com/clouddp/sdk/dns.BatchConn].
func (c *conn) ReadBatch(packets [][]byte) (int, error) {
	in := room(&c.in, len(packets))
	for i, packet := range packets {
		in[i].Buffers[0] = packet[:cap(packet)]
	}
	n, err := c.packets.ReadBatch(in, 0)
	if err != nil {
		return 0, err
	}
	for i := range n {
		packets[i] = packets[i][:in[i].N]
	}
	return n, nil
}

// WriteBatch implements [github.com/clouddp/sdk/dns.BatchConn].
func (c *conn) WriteBatch(packets [][]byte) error {
	out := room(&c.out, len(packets))
	for i, packet := range packets {
		out[i].Buffers[0] = packet
	}
	for len(out) > 0 {
		n, err := c.packets.WriteBatch(out, 0)
		if err != nil {
			return err
		}
		out = out[n:]
	}
	return nil
}

// room returns the first n messages, of one buffer each, and adds those that are missing.
func room(messages *[]ipv4.Message, n int) []ipv4.Message {
	for len(*messages) < n {
		*messages = append(*messages, ipv4.Message{Buffers: make([][]byte, 1)})
	}
	return (*messages)[:n]
}
