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

// oidAttribute is the LDAP name of the object identifier of a template, and of the object that registers it.
const oidAttribute = "msPKI-Cert-Template-OID"

// allotOID returns the object identifier for a template that has none, and whether it is registered already. It is
// derived from forest and name, so that an interrupted Apply finds again what it registered.
func allotOID(ctx context.Context, d Directory, t Template, forest string) (o ObjectIdentifier, registered bool, err error) {
	for attempt := range maxOIDAttempts {
		o = ObjectIdentifier{t.deriveOID(forest, attempt), t.DisplayName}
		registered, err = isRegistered(ctx, d, o)
		if !errors.Is(err, ErrConflict) { // registered twice, or for something else
			return o, registered, err
		}
	}
	return o, false, fmt.Errorf("no object identifier is free below %s: %w", forest, ErrConflict)
}

// isRegistered reports whether o is registered; ErrConflict if it is so for something else.
func isRegistered(ctx context.Context, d Directory, o ObjectIdentifier) (bool, error) {
	found, err := d.OID(ctx, o.OID)
	switch {
	case errors.Is(err, ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	case found.DisplayName != o.DisplayName:
		return false, fmt.Errorf("object identifier %s is registered for %q: %w", o.OID, found.DisplayName, ErrConflict)
	}
	return true, nil
}

// isDerived reports whether oid is one that is allotted to t.
func (t Template) isDerived(oid, forest string) bool {
	for attempt := range maxOIDAttempts {
		if t.deriveOID(forest, attempt) == oid {
			return true
		}
	}
	return false
}

// DeriveOID returns the object identifier that [Plan] proposes first for t in the forest whose own is given: two
// numbers of eight digits below it, as the Certificate Templates console adds random ones. It is for those who cannot
// ask a [Directory], which also knows whether it is taken.
func (t Template) DeriveOID(forest string) string { return t.deriveOID(forest, 0) }

func (t Template) deriveOID(forest string, attempt int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%d", forest, t.Name, attempt))
	return fmt.Sprintf("%s.%d.%d", forest, eightDigits(sum[0:4]), eightDigits(sum[4:8]))
}

func eightDigits(random []byte) uint32 {
	return 10_000_000 + binary.BigEndian.Uint32(random)%90_000_000
}
