package adcs

import "github.com/clouddp/sdk/internal/errs"

// The error categories this package returns, shared by the whole module.
var (
	// ErrNotFound matches fs.ErrNotExist: no such template, object identifier, authority or group.
	ErrNotFound = errs.ErrNotFound
	// ErrInvalid matches fs.ErrInvalid: the directory cannot hold that, or the error is an [*InvalidError].
	ErrInvalid = errs.ErrInvalid
	// ErrConflict says that something is taken, was changed by somebody else meanwhile, or is there more than once.
	ErrConflict = errs.ErrConflict
	// ErrDenied matches fs.ErrPermission: the directory refused the credentials or the access.
	ErrDenied = errs.ErrDenied
	// ErrUnknown says that the answer to a write was lost: it may or may not have happened.
	ErrUnknown = errs.ErrUnknown
	// ErrUnavailable says that no writable domain controller answered or, shortly after a write, that the one which took it did
	// not.
	ErrUnavailable = errs.ErrUnavailable
	// ErrLimit says that an answer was larger than any honest one.
	ErrLimit = errs.ErrLimit
	// ErrUnsupported matches errors.ErrUnsupported: the server is no domain controller of Active Directory.
	ErrUnsupported = errs.ErrUnsupported
)

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError
