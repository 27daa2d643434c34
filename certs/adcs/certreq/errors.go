package certreq

import "github.com/clouddp/sdk/internal/errs"

// The error categories this package returns, shared by the whole module.
var (
	// ErrNotFound says that the authority knows no such request.
	ErrNotFound = errs.ErrNotFound
	// ErrInvalid matches fs.ErrInvalid; the error is an [*InvalidError].
	ErrInvalid = errs.ErrInvalid
	// ErrPending says that a request waits for a certificate manager; the error is a certs.PendingError.
	ErrPending = errs.ErrPending
	// ErrDenied says that the authority refused the request; the error is a certs.DeniedError.
	ErrDenied = errs.ErrDenied
	// ErrUnknown says that the program was killed, or says what is not understood: the request may or may not have been
	// issued.
	ErrUnknown = errs.ErrUnknown
	// ErrUnsupported says that there is no such program on this system.
	ErrUnsupported = errs.ErrUnsupported
	// ErrUnavailable says that the program was not started or has not reached the authority; nothing has been requested.
	ErrUnavailable = errs.ErrUnavailable
)

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError
