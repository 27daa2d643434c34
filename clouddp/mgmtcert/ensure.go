package mgmtcert

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/internal/errs"
)

// Find returns the entry with thumbprint, or [ErrNotFound].
func Find(ctx context.Context, store Store, thumbprint certs.Thumbprint) (Entry, error) {
	if err := check(store, thumbprint); err != nil {
		return Entry{}, err
	}
	for entry, err := range store.Certificates(ctx) {
		if err != nil {
			return Entry{}, fmt.Errorf("mgmtcert: find %s: %w", thumbprint, err)
		}
		if entry.Thumbprint == thumbprint {
			return entry, nil
		}
	}
	return Entry{}, fmt.Errorf("mgmtcert: find %s: %w", thumbprint, ErrNotFound)
}

// Ensure uploads certificate unless it is there, by whomever it was uploaded, and reads it back. It reports whether
// this call has uploaded it, as far as that can be known: after a lost answer the certificate is read and true means that
// it is there now and was not before. [ErrUnknown] remains only if it is not listed afterwards.
func Ensure(ctx context.Context, store Store, certificate *x509.Certificate) (added bool, err error) {
	if certificate == nil || len(certificate.Raw) == 0 {
		return false, errs.Invalid("mgmtcert: ensure", "certificate", "is nil or was never parsed")
	}
	thumbprint := certs.ThumbprintOf(certificate)
	if _, err := Find(ctx, store, thumbprint); !errors.Is(err, ErrNotFound) {
		return false, err
	}
	written := store.Add(ctx, certificate)
	switch {
	case written == nil, errors.Is(written, ErrConflict), errors.Is(written, ErrUnknown):
	default:
		return false, fmt.Errorf("mgmtcert: add %s: %w", thumbprint, written)
	}
	switch _, err := Find(ctx, store, thumbprint); {
	case errors.Is(err, ErrNotFound):
		return false, unsettled("add", thumbprint, written, errors.New("it is not listed"))
	case err != nil:
		return false, unsettled("add", thumbprint, written, err)
	}
	return !errors.Is(written, ErrConflict), nil
}

// Remove deletes the certificate with thumbprint and reads the list back. One that is not there is no error, so the
// call can be repeated. Removing the certificate that a caller itself authenticates with locks that caller out.
func Remove(ctx context.Context, store Store, thumbprint certs.Thumbprint) error {
	if err := check(store, thumbprint); err != nil {
		return err
	}
	written := store.Remove(ctx, thumbprint)
	switch {
	case errors.Is(written, ErrNotFound):
		return nil
	case written != nil && !errors.Is(written, ErrUnknown):
		return fmt.Errorf("mgmtcert: remove %s: %w", thumbprint, written)
	}
	switch _, err := Find(ctx, store, thumbprint); {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return unsettled("remove", thumbprint, written, err)
	}
	return unsettled("remove", thumbprint, written, errors.New("it is still listed"))
}

// unsettled reports a write that reading back did not confirm.
func unsettled(op string, thumbprint certs.Thumbprint, written, read error) error {
	if written == nil {
		written = ErrUnknown
	}
	return fmt.Errorf("mgmtcert: %s %s: %w; reading back: %w", op, thumbprint, written, read)
}

func check(store Store, thumbprint certs.Thumbprint) error {
	e := &errs.InvalidError{Subject: "mgmtcert"}
	if store == nil {
		e.Add("store", "is nil")
	}
	if thumbprint.IsZero() {
		e.Add("thumbprint", "names no certificate")
	}
	return e.Err()
}
