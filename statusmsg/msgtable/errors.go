package msgtable

import "github.com/clouddp/sdk/internal/errs"

// The error categories this package returns, shared by the whole module.
var (
	// ErrInvalid matches fs.ErrInvalid; the error is an [*InvalidError].
	ErrInvalid = errs.ErrInvalid
	// ErrNotFound says that a file holds no messages; it matches fs.ErrNotExist.
	ErrNotFound = errs.ErrNotFound
	// ErrLimit says that a file holds more than this package takes.
	ErrLimit = errs.ErrLimit
	// ErrUnavailable says that a file could not be read.
	ErrUnavailable = errs.ErrUnavailable
)

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError

const subject = "msgtable: read"

// damaged says what is wrong with a part of a file.
func damaged(part, format string, args ...any) error {
	return errs.Invalid(subject, part, format, args...)
}
