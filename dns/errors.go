package dns

import "github.com/clouddp/sdk/internal/errs"

// The error categories this package returns, shared by the whole module.
var (
	// ErrNotFound matches fs.ErrNotExist.
	ErrNotFound = errs.ErrNotFound
	// ErrInvalid matches fs.ErrInvalid; the error is an [*InvalidError].
	ErrInvalid = errs.ErrInvalid
	// ErrConflict says that the name holds something else; the error is a [*ConflictError].
	ErrConflict = errs.ErrConflict
	// ErrDenied says that a server refused the update or the credentials.
	ErrDenied = errs.ErrDenied
	// ErrUnknown says that an answer was lost or could not be verified.
	ErrUnknown = errs.ErrUnknown
	// ErrLimit says that an answer or chain exceeds a bound.
	ErrLimit = errs.ErrLimit
	// ErrUnavailable says that no server answered.
	ErrUnavailable = errs.ErrUnavailable
)

// InvalidError lists every problem found in one piece of input.
type InvalidError = errs.InvalidError
