package certs

import (
	"crypto/x509"
	"fmt"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// The error categories this package returns, shared by the whole module.
var (
	// ErrNotFound matches fs.ErrNotExist.
	ErrNotFound = errs.ErrNotFound
	// ErrInvalid matches fs.ErrInvalid; the error is an [*InvalidError] or a [*KeyCountError].
	ErrInvalid = errs.ErrInvalid
	// ErrPending says that a request waits for a certificate manager; the error is a [*PendingError].
	ErrPending = errs.ErrPending
	// ErrDenied says that a certification authority refused; the error is a [*DeniedError].
	ErrDenied = errs.ErrDenied
	// ErrUnknown says that an answer was lost: the request may or may not have been issued. See [Enroll] for what to do.
	ErrUnknown = errs.ErrUnknown
	// ErrUnsupported matches errors.ErrUnsupported.
	ErrUnsupported = errs.ErrUnsupported
	// ErrLimit says that untrusted input is larger or costlier than the package accepts.
	ErrLimit = errs.ErrLimit
	// ErrIntegrity says that a file is damaged or its password is wrong: PKCS #12 cannot tell the two apart.
	ErrIntegrity = errs.ErrIntegrity
	// ErrUnavailable says that a certification authority could not be reached.
	ErrUnavailable = errs.ErrUnavailable
)

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError

// PendingError reports a request that waits for approval by a certificate manager. Come back with its ID and the
// same key: see [Complete]. It matches [ErrPending].
type PendingError struct {
	// ID names the request at the certification authority.
	ID string
	// Reason is the authority's own wording, possibly empty.
	Reason string
}

// Error names the request and gives the authority's reason.
func (e *PendingError) Error() string {
	return withReason("request "+e.ID+" is pending", e.Reason)
}

// Unwrap returns [ErrPending].
func (e *PendingError) Unwrap() error { return ErrPending }

// DeniedError reports a request that a certification authority refused. It matches [ErrDenied].
type DeniedError struct {
	// ID names the request at the authority, empty if it was refused before it was recorded.
	ID string
	// Code says why, for example [CodeTemplateDenied]; 0 if the authority gave none.
	Code HRESULT
	// Reason is the authority's own wording, possibly empty.
	Reason string
}

// Error gives the HRESULT and the authority's reason.
func (e *DeniedError) Error() string {
	text := "request denied"
	if e.Code != 0 {
		text += fmt.Sprintf(" (%s)", e.Code)
	}
	return withReason(text, e.Reason)
}

// Unwrap returns [ErrDenied].
func (e *DeniedError) Unwrap() error { return ErrDenied }

func withReason(text, reason string) string {
	if reason == "" {
		return text
	}
	return text + ": " + reason
}

// KeyCountError reports a .pfx file with several private keys that each have a certificate, so that nobody can tell which
// one is meant. Export the wanted one alone. It matches [ErrInvalid].
type KeyCountError struct {
	// Leaves are the certificates of the keys.
	Leaves []*x509.Certificate
}

// Error names the certificates.
func (e *KeyCountError) Error() string {
	subjects := make([]string, len(e.Leaves))
	for i, leaf := range e.Leaves {
		subjects[i] = leaf.Subject.String()
	}
	return fmt.Sprintf("%d private keys with certificates, for %s; export the one that is meant alone",
		len(e.Leaves), strings.Join(subjects, " and "))
}

// Unwrap returns [ErrInvalid].
func (e *KeyCountError) Unwrap() error { return ErrInvalid }
