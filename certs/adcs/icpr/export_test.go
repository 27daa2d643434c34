package icpr

import (
	"context"
	"crypto/x509"
	"testing"

	"github.com/clouddp/sdk/certs/adcs/icpr/internal/pdu"
)

// Caller calls one operation of an interface.
type Caller func(ctx context.Context, operation uint16, stub []byte) ([]byte, error)

// Open logs in as i does, at another interface than that of an authority.
func Open(ctx context.Context, i *Issuer, iface pdu.Syntax) (call Caller, done func(), err error) {
	s, done, err := i.open(ctx, iface)
	if err != nil {
		return nil, nil, i.classify(ctx, request{}, false, err)
	}
	return s.call, done, nil
}

// PortOf asks the endpoint mapper.
func PortOf(t testing.TB, i *Issuer, iface pdu.Syntax) int {
	t.Helper()
	port, err := i.endpoint(t.Context(), iface)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// Classify returns err as a call would.
func Classify(ctx context.Context, i *Issuer, err error) error {
	return i.classify(ctx, request{}, true, err)
}

// ReadAnswer returns what the stub of a response says to a request with an id, or to a new one if asked is 0.
func ReadAnswer(ctx context.Context, stub []byte, asked uint32) ([]*x509.Certificate, error) {
	a, err := parseResponse(ctx, stub)
	if err != nil {
		return nil, categorise(err)
	}
	chain, err := a.chain(asked)
	return chain, categorise(err) // a verdict shows what is in it
}

// DecodeText returns UTF-16 text as a reason shows it.
func DecodeText(encoded []byte) string { return decodeText(encoded) }

// EncodeText returns text as it is sent.
func EncodeText(text string) []byte { return encodeText(text) }
