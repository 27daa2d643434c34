package gsstsig

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"net"
	"time"

	wire "github.com/miekg/dns"

	"github.com/clouddp/sdk/dns"
)

const (
	// gssMode is the mode of RFC 2930, section 2.5, in which a TKEY record carries a GSS-API token.
	gssMode = 3
	// keyLifetime is how long the server is asked to keep the key.
	keyLifetime = time.Hour
	// serverTimeout bounds one round with a server.
	serverTimeout = 10 * time.Second
)

// exchange sends a token to the server and returns the server's own.
func (n *negotiation) exchange(ctx context.Context, keyName string, token []byte) ([]byte, error) {
	query, err := newTKEY(keyName, token)
	if err != nil {
		return nil, err
	}
	reply, err := n.ask(ctx, query)
	if err != nil {
		return nil, err
	}
	return n.tokenOf(reply, query)
}

// newTKEY returns the query of RFC 3645, section 3.1.2.
func newTKEY(keyName string, token []byte) (*wire.Msg, error) {
	if len(token) > math.MaxUint16 {
		return nil, fmt.Errorf("the token has %d octets, too many for a TKEY record", len(token))
	}
	now := time.Now()
	query := new(wire.Msg)
	query.SetQuestion(keyName, wire.TypeTKEY)
	query.Question[0].Qclass = wire.ClassANY
	query.RecursionDesired = false
	query.Extra = []wire.RR{&wire.TKEY{
		Hdr:        wire.RR_Header{Name: keyName, Rrtype: wire.TypeTKEY, Class: wire.ClassANY},
		Algorithm:  algorithm,
		Mode:       gssMode,
		Inception:  seconds(now),
		Expiration: seconds(now.Add(keyLifetime)),
		KeySize:    uint16(len(token)), //nolint:gosec // checked above
		Key:        hex.EncodeToString(token),
	}}
	return query, nil
}

// seconds is a time as DNS writes it, modulo 2³² (RFC 2930, section 2.3).
func seconds(t time.Time) uint32 { return uint32(t.Unix() & math.MaxUint32) }

// ask does one query over TCP.
func (n *negotiation) ask(ctx context.Context, query *wire.Msg) (*wire.Msg, error) {
	packed, err := query.Pack()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, serverTimeout, errNoReply)
	defer cancel()
	received, err := n.converse(ctx, packed)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	reply := new(wire.Msg)
	return reply, reply.Unpack(received)
}

// converse sends one message over a connection of its own and returns what comes back.
func (n *negotiation) converse(ctx context.Context, message []byte) ([]byte, error) {
	conn, err := n.signer.dial(ctx, n.server)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	framed := &wire.Conn{Conn: conn}
	if _, err := framed.Write(message); err != nil {
		return nil, err
	}
	return framed.ReadMsgHeader(nil)
}

func (s *Signer) dial(ctx context.Context, server string) (net.Conn, error) {
	if s.Dial != nil {
		return s.Dial(ctx, "tcp", server)
	}
	var dialer net.Dialer
	return dialer.DialContext(ctx, "tcp", server)
}

var (
	errNoReply     = fmt.Errorf("no reply within %v", serverTimeout)
	errNotTheReply = errors.New("the reply does not belong to the query")
	errNoToken     = errors.New("the reply has no token")
)

// tokenOf returns the token in a reply. The signature that Windows puts on the reply is not looked at: the token proves
// that it is the server's, or the mechanism refuses it.
func (n *negotiation) tokenOf(reply, query *wire.Msg) ([]byte, error) {
	if reply.Id != query.Id || !reply.Response || reply.Opcode != wire.OpcodeQuery {
		return nil, errNotTheReply
	}
	key := findTKEY(reply.Answer, query.Question[0].Name)
	switch {
	case key != nil && key.Error != 0:
		return nil, n.refusal(int(key.Error))
	case reply.Rcode != wire.RcodeSuccess:
		return nil, n.refusal(reply.Rcode)
	case key == nil, key.Mode != gssMode, wire.CanonicalName(key.Algorithm) != algorithm:
		return nil, errNotTheReply
	case key.Key == "":
		return nil, errNoToken
	}
	return hex.DecodeString(key.Key)
}

func findTKEY(answer []wire.RR, name string) *wire.TKEY {
	for _, record := range answer {
		key, ok := record.(*wire.TKEY)
		if ok && wire.CanonicalName(key.Hdr.Name) == wire.CanonicalName(name) {
			return key
		}
	}
	return nil
}

// refusal is the error for the code of a DNS server: a TSIG error or a response code.
func (n *negotiation) refusal(code int) error {
	switch code {
	case wire.RcodeBadSig:
		return &dns.AuthError{Server: n.server, Code: "BADSIG"}
	case wire.RcodeBadKey:
		return &dns.AuthError{Server: n.server, Code: "BADKEY"}
	case wire.RcodeBadTime:
		return &dns.AuthError{Server: n.server, Code: "BADTIME"}
	}
	name, known := wire.RcodeToString[code]
	if !known {
		name = fmt.Sprintf("RCODE%d", code)
	}
	return &serverError{code: name}
}

// serverError is a response code of a DNS server that does not speak of a signature.
type serverError struct{ code string }

// Error implements error.
func (e *serverError) Error() string { return "the server answers " + e.code }

func (e *serverError) category() error {
	switch e.code {
	case "REFUSED", "NOTAUTH", "BADMODE", "BADNAME", "BADALG":
		return ErrDenied
	case "NOTIMP", "FORMERR":
		return ErrUnsupported
	default:
		return ErrUnavailable
	}
}
