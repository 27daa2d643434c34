package dns_test

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"slices"
	"testing"

	"github.com/clouddp/sdk/dns"
)

// FuzzReply lets the input be what follows the id and the question of an answer, so that it gets past the matching.
func FuzzReply(f *testing.F) {
	f.Add(uint16(0x8000), uint16(0), uint16(0), []byte{})
	f.Add(uint16(0x8403), uint16(0), uint16(1), []byte{0xc0, 12, 0, 6, 0, 1, 0, 0, 0, 1, 0, 0})
	f.Add(uint16(0x8400), uint16(1), uint16(0), []byte{0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 2, 0xc0, 12})
	f.Add(uint16(0x8400), uint16(1), uint16(0), []byte{0xc0, 37, 0, 5, 0, 1, 0, 0, 0, 60, 0, 0})
	f.Add(uint16(0x8400), uint16(0xffff), uint16(0xffff), []byte{0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, 2, 1, 'x'})
	f.Add(uint16(0x8400), uint16(1), uint16(0), []byte{0xc0, 12, 0, 5, 0, 1, 0xff, 0xff, 0xff, 0xff, 0, 3, 1, 0x1b, 0})
	f.Fuzz(func(t *testing.T, bits, answers, authorities uint16, sections []byte) {
		resolver := resolverOver(t, overTCP(onceOver(func(query []byte) []byte {
			return answerOf(query, bits, answers, authorities, sections)
		})))
		chain, err := dns.Check(t.Context(), resolver, "clouddp.contoso.com", "clouddp.cloudapp.net")
		if err != nil {
			if !errors.Is(err, dns.ErrUnavailable) || chain != nil {
				t.Fatalf("got %v, %v", chain, err)
			}
			return
		}
		if len(chain.Hops) > 17 || chain.OK() && len(chain.Addresses) == 0 {
			t.Fatalf("got %+v", chain)
		}
		for _, b := range []byte(chain.String()) {
			if b != '\n' && (b < ' ' || b > '~') {
				t.Fatalf("byte %q is not fit to print: %q", b, chain.String())
			}
		}
	})
}

// answerOf is a message with the id and question of the query, whatever follows.
func answerOf(query []byte, bits, answers, authorities uint16, sections []byte) []byte {
	message := slices.Clone(query[:2])
	for _, field := range []uint16{bits, 1, answers, authorities, 0} {
		message = binary.BigEndian.AppendUint16(message, field)
	}
	return slices.Concat(message, query[12:], sections)
}

// onceOver dials a server that gives one answer over TCP and hangs up.
func onceOver(answer func(query []byte) []byte) dialFunc {
	return func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			defer func() { _ = far.Close() }()
			query, err := readMessage(far, true)
			if err != nil {
				return
			}
			message := answer(query)
			if len(message) > 0xffff {
				return
			}
			_, _ = far.Write(framed(message))
		}()
		return near, nil
	}
}
