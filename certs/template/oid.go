package template

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// maxOIDAttempts bounds the search for an object identifier that nobody else has registered.
const maxOIDAttempts = 16

// allotOID returns the object identifier for a template that has none, and whether it is registered already. It is
// derived from forest and name, so that an interrupted Apply finds again what it registered.
func allotOID(ctx context.Context, d Directory, t Template) (o ObjectIdentifier, registered bool, err error) {
	base, err := d.ForestOID(ctx)
	if err != nil {
		return o, false, err
	}
	for attempt := range maxOIDAttempts {
		o = ObjectIdentifier{deriveOID(base, t.Name, attempt), t.DisplayName}
		found, err := d.OID(ctx, o.OID)
		switch {
		case errors.Is(err, ErrNotFound):
			return o, false, nil
		case errors.Is(err, ErrConflict): // registered twice, or for something else
			continue
		case err != nil:
			return o, false, err
		case found.DisplayName == t.DisplayName:
			return o, true, nil
		}
	}
	return o, false, fmt.Errorf("no object identifier is free below %s: %w", base, ErrConflict)
}

// deriveOID appends two numbers of eight digits to base, as the Certificate Templates console does with random ones.
func deriveOID(base, name string, attempt int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%d", base, name, attempt))
	return fmt.Sprintf("%s.%d.%d", base, eightDigits(sum[0:4]), eightDigits(sum[4:8]))
}

func eightDigits(random []byte) uint32 {
	return 10_000_000 + binary.BigEndian.Uint32(random)%90_000_000
}
