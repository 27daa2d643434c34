package template

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// maxOIDAttempts bounds the search for an object identifier that nobody else has registered.
const maxOIDAttempts = 16

// oidAttribute is the LDAP name of the object identifier of a template, and of the object that registers it.
const oidAttribute = "msPKI-Cert-Template-OID"

// registration plans the object identifier of a template that has none in the directory, and sets it. It is derived from
// forest and name, so that an interrupted Apply finds again what it registered.
func (o observer) registration(ctx context.Context, t *Template, forest string) ([]step, error) {
	if t.OID != "" {
		return o.claim(ctx, *t, nil, forest)
	}
	for attempt := range maxOIDAttempts {
		t.OID = t.deriveOID(forest, attempt)
		steps, err := o.claim(ctx, *t, nil, forest)
		if !errors.Is(err, ErrConflict) { // registered twice, or for something else
			return steps, err
		}
	}
	return nil, fmt.Errorf("no object identifier is free below %s: %w", forest, ErrConflict)
}

// claim plans that the object identifier of t is registered, and under its display name; ErrConflict if it is somebody
// else's. The template that has it in the directory already is holder, nil if there is none.
func (o observer) claim(ctx context.Context, t Template, holder *Template, forest string) ([]step, error) {
	found, err := o.directory.OID(ctx, t.OID)
	isAbsent := errors.Is(err, ErrNotFound)
	switch {
	case err != nil && !isAbsent:
		return nil, err
	case holder != nil && found.DisplayName == t.DisplayName:
		return nil, nil
	}
	isFree, err := o.isFree(ctx, t)
	switch {
	case err != nil:
		return nil, err
	case isAbsent:
		return []step{o.register(t)}, nil
	case found.DisplayName == t.DisplayName:
		return nil, nil
	case t.owns(found, holder, isFree, forest):
		return []step{o.rename(t, found)}, nil
	}
	return nil, fmt.Errorf("object identifier %s is registered for %q: %w", t.OID, found.DisplayName, ErrConflict)
}

// owns reports whether found, which has another display name, registers the object identifier of t nevertheless, so that
// it may be renamed. isFree says that no other template is known to have it.
func (t Template) owns(found ObjectIdentifier, holder *Template, isFree bool, forest string) bool {
	isDerived := t.isDerived(t.OID, forest)
	if holder == nil {
		return isFree && isDerived
	}
	return isFree || isDerived || found.DisplayName == holder.DisplayName
}

// isFree reports whether the directory can tell that no template but t has its object identifier; ErrConflict if one has.
func (o observer) isFree(ctx context.Context, t Template) (bool, error) {
	teller, can := o.directory.(interface {
		Holders(ctx context.Context, oid string) ([]string, error)
	})
	if !can {
		return false, nil
	}
	names, err := teller.Holders(ctx, t.OID)
	if err != nil {
		return false, err
	}
	for _, name := range names {
		if !strings.EqualFold(name, t.Name) {
			return false, fmt.Errorf("object identifier %s is that of template %s: %w", t.OID, name, ErrConflict)
		}
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
