package clientsettings

import "github.com/clouddp/sdk/internal/errs"

// The error categories this package returns, shared by the whole module.
var (
	// ErrInvalid matches fs.ErrInvalid; the error is an [*InvalidError].
	ErrInvalid = errs.ErrInvalid
	// ErrDenied says that the resultant setting is No; the error is a [*NotAllowedError].
	ErrDenied = errs.ErrDenied
	// ErrUnavailable says that a source of policies could not be read.
	ErrUnavailable = errs.ErrUnavailable
)

// InvalidError lists every problem found in one piece of input.
type InvalidError = errs.InvalidError
