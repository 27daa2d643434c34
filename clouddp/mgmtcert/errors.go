package mgmtcert

import "github.com/clouddp/sdk/internal/errs"

// The error categories this package returns, shared by the whole module.
var (
	// ErrNotFound matches fs.ErrNotExist.
	ErrNotFound = errs.ErrNotFound
	// ErrInvalid matches fs.ErrInvalid.
	ErrInvalid = errs.ErrInvalid
	// ErrConflict says that a certificate is in the list already.
	ErrConflict = errs.ErrConflict
	// ErrDenied says that the store refused the credentials.
	ErrDenied = errs.ErrDenied
	// ErrUnknown says that the answer to a write was lost.
	ErrUnknown = errs.ErrUnknown
	// ErrLimit says that the list is full.
	ErrLimit = errs.ErrLimit
	// ErrUnavailable says that the store could not be reached or asked to be called again later.
	ErrUnavailable = errs.ErrUnavailable
)
