package template

import "github.com/clouddp/sdk/internal/errs"

// The error categories this package returns, shared by the whole module.
var (
	// ErrNotFound matches fs.ErrNotExist: no such template, object identifier, authority or group.
	ErrNotFound = errs.ErrNotFound
	// ErrInvalid matches fs.ErrInvalid; the error is an [*InvalidError].
	ErrInvalid = errs.ErrInvalid
	// ErrConflict says that a name or an object identifier is taken by something else, that somebody else was faster, or that
	// what is there stands against what is desired.
	ErrConflict = errs.ErrConflict
	// ErrForeign says that a template is Windows' own and must not be changed, or somebody else's and was not adopted.
	ErrForeign = errs.ErrForeign
	// ErrDenied matches fs.ErrPermission: the directory refused.
	ErrDenied = errs.ErrDenied
	// ErrUnknown says that a write was not seen when it was read back: it may or may not have happened.
	ErrUnknown = errs.ErrUnknown
	// ErrLimit says that untrusted input is larger than the package accepts, or that a number ends.
	ErrLimit = errs.ErrLimit
	// ErrUnsupported matches errors.ErrUnsupported: a file asks for what this package does not do.
	ErrUnsupported = errs.ErrUnsupported
	// ErrUnavailable says that the directory could not be reached.
	ErrUnavailable = errs.ErrUnavailable
)

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError
