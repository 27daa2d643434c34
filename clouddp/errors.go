package clouddp

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/internal/errs"
)

// The error categories this package returns, shared by the whole module.
var (
	// ErrNotFound matches fs.ErrNotExist.
	ErrNotFound = errs.ErrNotFound
	// ErrInvalid matches fs.ErrInvalid; the error is an [*InvalidError].
	ErrInvalid = errs.ErrInvalid
	// ErrConflict says that a name is taken, or that a newer operation has taken over a service.
	ErrConflict = errs.ErrConflict
	// ErrDenied says that the cloud refused the credentials.
	ErrDenied = errs.ErrDenied
	// ErrForeign says that something is in the way that this library did not create; the error is a [*ForeignError].
	ErrForeign = errs.ErrForeign
	// ErrUnknown says that the answer to a write was lost.
	ErrUnknown = errs.ErrUnknown
	// ErrUnsupported matches errors.ErrUnsupported.
	ErrUnsupported = errs.ErrUnsupported
	// ErrLimit says that a quota is exhausted.
	ErrLimit = errs.ErrLimit
	// ErrDeadline says that an operation did not end in time; the error is a [*StateError].
	ErrDeadline = errs.ErrDeadline
	// ErrUnavailable says that the cloud could not be reached or asked to be called again later.
	ErrUnavailable = errs.ErrUnavailable
)

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError

// ForeignError reports a resource that exists but is not the Spec's: it is neither adopted nor deleted. It matches
// [ErrForeign].
type ForeignError struct {
	// Part is the resource in the way.
	Part Part
	// Owner is the mark it bears, empty if it bears none.
	Owner string
}

// Error implements error.
func (e *ForeignError) Error() string {
	owner := e.Owner
	if owner == "" {
		owner = "nobody we know"
	}
	return fmt.Sprintf("clouddp: %s %s belongs to %s", e.Part.Kind, e.Part.Name, owner)
}

// Unwrap returns [ErrForeign].
func (e *ForeignError) Unwrap() error { return ErrForeign }

// NeedCertificateError reports that the cloud lacks the service certificate and that nobody supplied it: set
// [Client.Certificate]. It matches [ErrNotFound].
type NeedCertificateError struct {
	// ServiceFQDN is the name the certificate must bear.
	ServiceFQDN string
	// Thumbprint is the certificate wanted; zero if any will do.
	Thumbprint certs.Thumbprint
}

// Error implements error.
func (e *NeedCertificateError) Error() string {
	text := "clouddp: the service certificate of " + e.ServiceFQDN
	if !e.Thumbprint.IsZero() {
		text += " with thumbprint " + e.Thumbprint.String()
	}
	return text + " is needed"
}

// Unwrap returns [ErrNotFound].
func (e *NeedCertificateError) Unwrap() error { return ErrNotFound }

// StateError reports an operation that ended in failure or not in time. Its cause is reachable by Unwrap.
type StateError struct {
	// Name is the service FQDN.
	Name string
	// Status is the last that was seen.
	Status Status
	// Err is the cause.
	Err error
}

// Error implements error.
func (e *StateError) Error() string {
	return fmt.Sprintf("clouddp: %s %s: %v", e.Status.Operation, e.Name, e.Err)
}

// Unwrap returns the cause.
func (e *StateError) Unwrap() error { return e.Err }

// CheckError reports findings of level Error that forbid going on. It matches [ErrInvalid].
type CheckError struct {
	// Findings are all findings of the check, worst first.
	Findings []Finding
}

// Error implements error. It tells the findings of level Error.
func (e *CheckError) Error() string {
	var texts []string
	for _, f := range e.Findings {
		if f.Severity >= slog.LevelError {
			texts = append(texts, fmt.Sprintf("%s: %s", f.ID, f.Evidence))
		}
	}
	return "clouddp: check failed: " + strings.Join(texts, "; ")
}

// Unwrap returns [ErrInvalid].
func (e *CheckError) Unwrap() error { return ErrInvalid }
