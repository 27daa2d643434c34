package certsrv

import "github.com/clouddp/sdk/internal/errs"

// The error categories this package returns, shared by the whole module.
var (
	// ErrNotFound says that the authority knows no such request.
	ErrNotFound = errs.ErrNotFound
	// ErrInvalid matches fs.ErrInvalid; the error is an [*InvalidError].
	ErrInvalid = errs.ErrInvalid
	// ErrPending says that a request waits for a certificate manager, or is issued and was not fetched; the error is a
	// certs.PendingError.
	ErrPending = errs.ErrPending
	// ErrDenied says that the authority refused the request, a certs.DeniedError, or the web server the caller.
	ErrDenied = errs.ErrDenied
	// ErrUnknown says that an answer was lost, or is none that is understood: the request may or may not have been issued.
	ErrUnknown = errs.ErrUnknown
	// ErrUnsupported says that the transport, or the server, cannot do that.
	ErrUnsupported = errs.ErrUnsupported
	// ErrLimit says that an answer is larger than the package accepts.
	ErrLimit = errs.ErrLimit
	// ErrIntegrity says that what was downloaded is damaged.
	ErrIntegrity = errs.ErrIntegrity
	// ErrUnavailable says that the authority was not reached; nothing has been requested.
	ErrUnavailable = errs.ErrUnavailable
)

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError
