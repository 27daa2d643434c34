package rfc2136

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	wire "github.com/miekg/dns"
)

// maxPacket is the largest UDP answer read. Without EDNS a server sends at most 512 bytes; some send more.
const maxPacket = 1232

// exchange is one request and the reply that is waited for.
type exchange struct {
	zone    *Zone
	network string
	request []byte
	// matches tells the reply from other messages.
	matches func(*wire.Msg) bool
	// limit bounds everything from dialling to the reply.
	limit time.Duration
}

// reply is a message, parsed and as it came.
type reply struct {
	message *wire.Msg
	packed  []byte
}

// unsentError is a failure before the server can have received the request.
type unsentError struct{ error }

// Unwrap returns the failure.
func (e unsentError) Unwrap() error { return e.error }

var errOtherReply = errors.New("the reply is to something else")

// run sends the request over a fresh connection and returns the reply. The end of ctx closes the connection, which ends
// any wait on it; the error then is the cause.
func (x exchange) run(ctx context.Context) (reply, error) {
	limited, cancel := context.WithTimeoutCause(ctx, x.limit, fmt.Errorf("no answer within %v", x.limit))
	defer cancel()
	conn, err := x.dial(limited)
	if err != nil {
		return reply{}, unsentError{ended(limited, err)}
	}
	hangUp := func() { _ = conn.Close() }
	defer hangUp()
	defer context.AfterFunc(limited, hangUp)()
	if limited.Err() != nil {
		return reply{}, unsentError{context.Cause(limited)}
	}
	received, err := x.over(conn)
	if err != nil {
		return reply{}, ended(limited, err)
	}
	return received, nil
}

// ended returns why ctx ended, or err if it did not.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (x exchange) dial(ctx context.Context) (net.Conn, error) {
	if x.zone.Dial != nil {
		return x.zone.Dial(ctx, x.network, x.zone.Server)
	}
	var dialer net.Dialer
	return dialer.DialContext(ctx, x.network, x.zone.Server)
}

// over sends the request and waits for its reply. Over UDP, where anybody may send, other messages are passed over.
func (x exchange) over(conn net.Conn) (reply, error) {
	request := x.request
	if x.network == "tcp" {
		request = append(binary.BigEndian.AppendUint16(nil, uint16(len(request))), request...) //nolint:gosec // as packed
	}
	if _, err := conn.Write(request); err != nil {
		return reply{}, err
	}
	for {
		packed, err := x.receive(conn)
		if err != nil {
			return reply{}, err
		}
		message := new(wire.Msg)
		err = message.Unpack(packed)
		switch {
		case err == nil && x.matches(message):
			return reply{message: message, packed: packed}, nil
		case x.network == "udp":
			continue
		case err != nil:
			return reply{}, err
		default:
			return reply{}, errOtherReply
		}
	}
}

func (x exchange) receive(conn net.Conn) ([]byte, error) {
	if x.network == "udp" {
		packed := make([]byte, maxPacket)
		n, err := conn.Read(packed)
		return packed[:n], err
	}
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, err
	}
	packed := make([]byte, binary.BigEndian.Uint16(length[:]))
	_, err := io.ReadFull(conn, packed)
	return packed, err
}
