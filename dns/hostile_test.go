package dns_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/clouddp/sdk/dns"
)

// dialFunc is the type of dns.Resolver's Dial.
type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// route dials by address.
func route(to map[string]dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if dial, found := to[address]; found {
			return dial(ctx, network, address)
		}
		return nil, &net.OpError{Op: "dial", Net: network, Err: io.ErrUnexpectedEOF}
	}
}

// hostile dials a server that answers each query with the messages that answers returns, over both transports.
func hostile(answers ...func(query []byte) []byte) dialFunc {
	return func(_ context.Context, network, _ string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			defer func() { _ = far.Close() }()
			stream := network == "tcp"
			query, err := readMessage(far, stream)
			if err != nil {
				return
			}
			for _, answer := range answers {
				message := answer(query)
				if message == nil {
					continue
				}
				if stream {
					message = framed(message)
				}
				if _, err := far.Write(message); err != nil {
					return
				}
			}
			_, _ = far.Read(make([]byte, 1)) // stay silent until the client gives up
		}()
		return near, nil
	}
}

// framed puts a message behind its length, as over TCP.
func framed(message []byte) []byte {
	length := binary.BigEndian.AppendUint16(nil, uint16(len(message)))
	return append(length, message...)
}

func readMessage(conn net.Conn, stream bool) ([]byte, error) {
	if !stream {
		message := make([]byte, 512)
		n, err := conn.Read(message)
		return message[:n], err
	}
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, err
	}
	message := make([]byte, binary.BigEndian.Uint16(length[:]))
	_, err := io.ReadFull(conn, message)
	return message, err
}

// reply answers query after edit has had its way with a correct, empty reply.
func reply(query []byte, edit func(*dnsmessage.Message)) []byte {
	var message dnsmessage.Message
	if err := message.Unpack(query); err != nil {
		return nil
	}
	message.Response = true
	edit(&message)
	packed, err := message.Pack()
	if err != nil {
		return nil
	}
	return packed
}

// rewriting dials w through somebody who edits its replies; an edit that reports false drops the reply.
func (w *world) rewriting(edit func(*dnsmessage.Message) bool) dialFunc {
	return hostile(func(query []byte) []byte {
		var message dnsmessage.Message
		if message.Unpack(w.answer(query)) != nil {
			return nil
		}
		message.CheckingDisabled = query[3]&0x10 != 0 // copied into replies (RFC 4035, section 3.2.2)
		if !edit(&message) {
			return nil
		}
		packed, err := message.Pack()
		if err != nil {
			return nil
		}
		return packed
	})
}

// answer is what w says to query; nil if that is nothing.
func (w *world) answer(query []byte) []byte {
	conn, err := w.Dial(context.Background(), "udp", "")
	if err != nil {
		return nil
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write(query); err != nil {
		return nil
	}
	answer := make([]byte, 4096)
	n, err := conn.Read(answer)
	if err != nil {
		return nil
	}
	return answer[:n]
}

// asks reports whether m is about a name and type.
func asks(m *dnsmessage.Message, name string, kind dnsmessage.Type) bool {
	return m.Questions[0].Name.String() == name+"." && m.Questions[0].Type == kind
}

// cnameAnswer answers with an alias, whatever was asked.
func cnameAnswer(r dns.Record) func(*dnsmessage.Message) {
	return func(m *dnsmessage.Message) {
		m.Authoritative = true
		m.Answers = append(m.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(r.Name + "."), Class: dnsmessage.ClassINET, TTL: 60},
			Body:   &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName(r.Value + ".")},
		})
	}
}

// resolverOver asks one server through dial.
func resolverOver(t *testing.T, dial dialFunc) *dns.Resolver {
	t.Helper()
	return &dns.Resolver{Servers: []string{"192.0.2.1:53"}, Dial: dial}
}
