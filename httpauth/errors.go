package httpauth

import (
	"errors"
	"fmt"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
	"github.com/clouddp/sdk/internal/kerberos"
)

// The error categories this package returns, shared by the whole module.
var (
	// ErrDenied matches fs.ErrPermission: the server or the domain refused, for a wrong password among other reasons.
	ErrDenied = errs.ErrDenied
	// ErrUnsupported matches errors.ErrUnsupported: the server offers no scheme that a credential is for.
	ErrUnsupported = errs.ErrUnsupported
	// ErrUnavailable says that the server or the domain controller was not reached, or that nothing was changed.
	ErrUnavailable = errs.ErrUnavailable
	// ErrUnknown says that an answer was lost: the request may or may not have been carried out.
	ErrUnknown = errs.ErrUnknown
)

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError

// AuthError says why signing in to a web server failed. Nothing has been changed there. It matches [ErrDenied],
// [ErrUnsupported] or [ErrUnavailable].
type AuthError struct {
	// Server is the web server, as host or host:port.
	Server string
	// Scheme is the authentication scheme that was tried: "Negotiate", "NTLM" or "Basic"; empty if none was.
	Scheme string
	// Offered are the schemes that the server asks for, in its order; empty if it was not asked.
	Offered []string
	// Code is the reason that a Kerberos key distribution centre gave, such as "KDC_ERR_PREAUTH_FAILED" (RFC 4120, section
	// 7.5.9); empty if none did.
	Code string
	// Err is the cause.
	Err error

	category error
}

// Error implements error.
func (e *AuthError) Error() string {
	text := "sign in to " + e.Server
	if e.Scheme != "" {
		text += " with " + e.Scheme
	}
	if len(e.Offered) > 0 {
		text += " (it offers " + strings.Join(e.Offered, ", ") + ")"
	}
	return fmt.Sprintf("%s: %v", text, e.Err)
}

// Unwrap returns the cause and the category.
func (e *AuthError) Unwrap() []error { return []error{e.Err, e.category} }

var (
	// errRefused says that the server has judged what it was sent.
	errRefused = errors.New("the server refuses the credentials")
	// errNotOffered says that the server wants another kind of credentials.
	errNotOffered = errors.New("no credential is for a scheme that the server offers")
	// errClosed says that the transport has been closed.
	errClosed = fmt.Errorf("httpauth: the transport is closed: %w", errs.ErrUnavailable)
)

// categorise returns the category of what ended a sign-in.
func categorise(err error) error {
	switch {
	case errors.Is(err, errs.ErrUnsupported), errors.Is(err, errNotOffered):
		return errs.ErrUnsupported
	case errors.Is(err, errRefused), kerberos.Refused(err):
		return errs.ErrDenied
	}
	return errs.ErrUnavailable
}
