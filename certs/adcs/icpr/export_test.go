package icpr

import (
	"context"

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

// Classify returns err as a call would.
func Classify(ctx context.Context, i *Issuer, err error) error {
	return i.classify(ctx, request{}, true, err)
}
