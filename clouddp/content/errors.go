package content

import (
	"fmt"

	"github.com/clouddp/sdk/internal/errs"
)

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
	// ErrIntegrity says that bytes are not those that were distributed; the error is an [*IntegrityError].
	ErrIntegrity = errs.ErrIntegrity
	// ErrUnavailable says that a store or point could not be reached, or is busy.
	ErrUnavailable = errs.ErrUnavailable
)

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError

// IntegrityError reports stored or received bytes that are not those that were distributed. It matches [ErrIntegrity].
type IntegrityError struct {
	// Blob is the blob that holds the bytes.
	Blob string
	// File is the path of the first file affected; empty if that is not known.
	File string
	// Reason says how it was noticed.
	Reason string
}

// Error implements error.
func (e *IntegrityError) Error() string {
	if e.File == "" {
		return fmt.Sprintf("content: read %s: %s", e.Blob, e.Reason)
	}
	return fmt.Sprintf("content: read %s from %s: %s", e.File, e.Blob, e.Reason)
}

// Unwrap returns [ErrIntegrity].
func (e *IntegrityError) Unwrap() error { return ErrIntegrity }

// SourceChangedError reports a file that changed while [Distribute] read it: nothing was published. It matches
// [ErrConflict].
type SourceChangedError struct {
	// Path is the file's path in the package.
	Path string
}

// Error implements error.
func (e *SourceChangedError) Error() string {
	return fmt.Sprintf("content: read %s: changed while it was read", e.Path)
}

// Unwrap returns [ErrConflict].
func (e *SourceChangedError) Unwrap() error { return ErrConflict }

func opError(op, subject string, cause error) error {
	return fmt.Errorf("content: %s %s: %w", op, subject, cause)
}

func invalid(field, format string, args ...any) error {
	return errs.Invalid("content", field, format, args...)
}

// wrap is opError for an error that may be nil.
func wrap(op, subject string, cause error) error {
	if cause == nil {
		return nil
	}
	return opError(op, subject, cause)
}
