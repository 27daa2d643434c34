package icpr

import (
	"fmt"

	"github.com/clouddp/sdk/internal/errs"
)

// The error categories this package returns, shared by the whole module.
var (
	// ErrNotFound says that the authority knows no such request.
	ErrNotFound = errs.ErrNotFound
	// ErrInvalid matches fs.ErrInvalid; the error is an [*InvalidError].
	ErrInvalid = errs.ErrInvalid
	// ErrPending says that a request waits for a certificate manager; the error is a certs.PendingError.
	ErrPending = errs.ErrPending
	// ErrDenied says that the authority refused the request, a certs.DeniedError, or somebody the login, a
	// [*LoginError].
	ErrDenied = errs.ErrDenied
	// ErrUnknown says that an answer was lost: the request may or may not have been issued.
	ErrUnknown = errs.ErrUnknown
	// ErrUnsupported says that the server offers less than signature and encryption of every message.
	ErrUnsupported = errs.ErrUnsupported
	// ErrLimit says that an answer is larger than the package accepts.
	ErrLimit = errs.ErrLimit
	// ErrIntegrity says that an answer is damaged or forged.
	ErrIntegrity = errs.ErrIntegrity
	// ErrUnavailable says that the authority or the KDC was not reached, or that the authority itself says that it has done
	// nothing; nothing has been requested.
	ErrUnavailable = errs.ErrUnavailable
)

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError

// LoginError says that the caller could not log in, so that nothing has been requested. It matches [ErrDenied]. With NTLM
// the server's refusal comes in answer to the request itself, and nobody has signed it: who stands between may have put it
// in the place of an answer. With Kerberos it comes before.
type LoginError struct {
	// Service is the principal of the server: "host/ca1.contoso.com".
	Service string
	// Code is the reason that the KDC gave, such as "KDC_ERR_PREAUTH_FAILED" for a wrong password,
	// "KDC_ERR_C_PRINCIPAL_UNKNOWN" for an unknown user or "KDC_ERR_S_PRINCIPAL_UNKNOWN" for an unknown server (RFC
	// 4120, section 7.5.9), or else "ERROR_ACCESS_DENIED" from the server; empty if nobody gave one.
	Code string
	// Err is the cause.
	Err error
}

// Error names the service and the cause.
func (e *LoginError) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("log in to %s: %v", e.Service, e.Err)
	}
	return fmt.Sprintf("log in to %s: %s: %v", e.Service, e.Code, e.Err)
}

// Unwrap returns the cause and [ErrDenied].
func (e *LoginError) Unwrap() []error { return []error{e.Err, ErrDenied} }
