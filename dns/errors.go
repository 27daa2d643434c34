package dns

import (
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// The error categories this package returns, shared by the whole module.
var (
	// ErrNotFound matches fs.ErrNotExist.
	ErrNotFound = errs.ErrNotFound
	// ErrInvalid matches fs.ErrInvalid; the error is an [*InvalidError].
	ErrInvalid = errs.ErrInvalid
	// ErrConflict says that the name holds something else; the error is a [*ConflictError].
	ErrConflict = errs.ErrConflict
	// ErrDenied says that a server refused the update or the credentials.
	ErrDenied = errs.ErrDenied
	// ErrUnknown says that an answer was lost or could not be verified.
	ErrUnknown = errs.ErrUnknown
	// ErrIntegrity says that a server reported success for a change that it did not make; the error is an
	// [*IgnoredError].
	ErrIntegrity = errs.ErrIntegrity
	// ErrLimit says that an answer or chain exceeds a bound.
	ErrLimit = errs.ErrLimit
	// ErrUnavailable says that no server answered.
	ErrUnavailable = errs.ErrUnavailable
)

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError

// ConflictError says that a name holds something else than the change expected. It matches [ErrConflict].
type ConflictError struct {
	// Name is the owner name.
	Name string
	// Have is what was found there, of any type; empty if the record that should have been there is gone, or if the
	// source does not say what is in the way.
	Have []Record
}

// Error implements error.
func (e *ConflictError) Error() string {
	return "dns: change " + e.Name + ": conflict: the name " + holds(e.Have)
}

// Unwrap makes the error match [ErrConflict].
func (e *ConflictError) Unwrap() error { return ErrConflict }

// IgnoredError says that the server reported success and changed nothing, as RFC 2136, section 3.4.2.2, asks of it
// when a CNAME meets other data. It matches [ErrIntegrity].
type IgnoredError struct {
	// Name is the owner name.
	Name string
	// Have is what the name still holds, as far as [Zone] shows it.
	Have []Record
}

// Error implements error.
func (e *IgnoredError) Error() string {
	return "dns: change " + e.Name + ": the server reported success and changed nothing: the name " + holds(e.Have)
}

// Unwrap makes the error match [ErrIntegrity].
func (e *IgnoredError) Unwrap() error { return ErrIntegrity }

// holds says in words what a name holds.
func holds(records []Record) string {
	if len(records) == 0 {
		return "holds no such record"
	}
	data := make([]string, len(records))
	for i, r := range records {
		data[i] = r.data()
	}
	return "holds " + strings.Join(data, ", ")
}
