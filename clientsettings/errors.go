package clientsettings

import (
	"fmt"

	"github.com/clouddp/sdk/internal/errs"
)

// The error categories this package returns, shared by the whole module.
var (
	// ErrInvalid matches fs.ErrInvalid; the error is an [*InvalidError].
	ErrInvalid = errs.ErrInvalid
	// ErrDenied says that the resultant setting is No; the error is a [*NotAllowedError].
	ErrDenied = errs.ErrDenied
	// ErrNotFound says that a policy does not exist; it matches fs.ErrNotExist.
	ErrNotFound = errs.ErrNotFound
	// ErrConflict says that a policy contradicts another one of its site.
	ErrConflict = errs.ErrConflict
	// ErrUnavailable says that a source of policies could not be read.
	ErrUnavailable = errs.ErrUnavailable
)

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError

// NotAllowedError says that a target may not use cloud distribution points. It matches [ErrDenied].
type NotAllowedError struct {
	// Resolution tells why.
	Resolution Resolution
}

// Error implements error.
func (e *NotAllowedError) Error() string {
	decided := "no policy allows it"
	if e.Resolution.Policy != "" {
		decided = fmt.Sprintf("policy %q says No", e.Resolution.Policy)
	}
	target := e.Resolution.Target
	return fmt.Sprintf("clientsettings: check %v %q: access to cloud distribution points is not allowed: %s",
		target.Kind, target.Name, decided)
}

// Unwrap makes the error match [ErrDenied] and fs.ErrPermission.
func (e *NotAllowedError) Unwrap() error { return ErrDenied }
