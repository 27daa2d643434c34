package statusmsg

import "github.com/clouddp/sdk/internal/errs"

// The error categories this package returns, shared by the whole module.
var (
	// ErrNotFound matches fs.ErrNotExist.
	ErrNotFound = errs.ErrNotFound
	// ErrInvalid matches fs.ErrInvalid; the error is an [*InvalidError].
	ErrInvalid = errs.ErrInvalid
	// ErrDenied says that a source or sink refused the caller.
	ErrDenied = errs.ErrDenied
	// ErrUnsupported says that a source or sink cannot do what was asked; it matches errors.ErrUnsupported.
	ErrUnsupported = errs.ErrUnsupported
	// ErrDeadline says that a message did not arrive in time; it matches os.ErrDeadlineExceeded.
	ErrDeadline = errs.ErrDeadline
	// ErrUnavailable says that a source or sink could not be reached.
	ErrUnavailable = errs.ErrUnavailable
)

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError
