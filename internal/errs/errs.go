// Package errs holds the error categories that every package of the module shares.
//
// Each public package re-exports the categories it returns, so that dns.ErrNotFound, certs.ErrNotFound and
// clouddp.ErrNotFound are one value and errors.Is works across packages.
package errs

import (
	"errors"
	"io/fs"
	"os"
)

// The categories. A category never stands alone: it is wrapped by an error that names the operation, the subject and
// the cause.
var (
	ErrNotFound    error = &category{"not found", fs.ErrNotExist}
	ErrInvalid     error = &category{"invalid", fs.ErrInvalid}
	ErrConflict    error = &category{"conflict", nil}
	ErrPending     error = &category{"pending", nil}
	ErrDenied      error = &category{"denied", fs.ErrPermission}
	ErrForeign     error = &category{"owned by somebody else", nil}
	ErrUnknown     error = &category{"outcome unknown", nil}
	ErrUnsupported error = &category{"not supported", errors.ErrUnsupported}
	ErrLimit       error = &category{"limit exceeded", nil}
	ErrIntegrity   error = &category{"integrity check failed", nil}
	ErrDeadline    error = &category{"deadline exceeded", os.ErrDeadlineExceeded}
	ErrUnavailable error = &category{"unavailable", nil}
)

// category is an error that also matches its counterpart of the standard library.
type category struct {
	text     string
	standard error
}

// Error implements error.
func (c *category) Error() string { return c.text }

// Is matches the counterpart in the standard library.
func (c *category) Is(target error) bool { return c.standard != nil && target == c.standard }
