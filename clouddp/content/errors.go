package content

import "github.com/clouddp/sdk/internal/errs"

// The error categories this package returns, shared by the whole module.
var (
	// ErrNotFound matches fs.ErrNotExist.
	ErrNotFound = errs.ErrNotFound
	// ErrInvalid matches fs.ErrInvalid; the error is an [*InvalidError].
	ErrInvalid = errs.ErrInvalid
	// ErrConflict says that a blob was changed by somebody else, or is there already.
	ErrConflict = errs.ErrConflict
	// ErrDenied says that a token or credential was refused.
	ErrDenied = errs.ErrDenied
	// ErrUnknown says that an answer was lost.
	ErrUnknown = errs.ErrUnknown
	// ErrUnsupported says that a manifest is of a version this library does not read.
	ErrUnsupported = errs.ErrUnsupported
	// ErrLimit says that a package or manifest exceeds a bound.
	ErrLimit = errs.ErrLimit
	// ErrIntegrity says that bytes are not those that were distributed.
	ErrIntegrity = errs.ErrIntegrity
	// ErrUnavailable says that a store or point could not be reached.
	ErrUnavailable = errs.ErrUnavailable
)

// InvalidError lists every problem found in one piece of input.
type InvalidError = errs.InvalidError
