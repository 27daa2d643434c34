package httpauth

import (
	"errors"
	"fmt"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
	"github.com/clouddp/sdk/internal/kerberos"
)

// AuthError says why signing in to a web server failed. Nothing has been changed there. It matches one of the categories
// of this module:
//
//   - denied: the server or the domain refused, for a wrong password among other reasons;
//   - not supported: the server offers no scheme that a credential is for;
//   - unavailable: no domain controller answered.
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
	// errNoCredentials says that there is nothing to sign in with.
	errNoCredentials = errors.New("no credentials")
	// errNotOffered says that the server wants another kind of credentials.
	errNotOffered = errors.New("no credential is for a scheme that the server offers")
	// errMalformed says that what a peer sent, or what a file holds, is not what the protocol prescribes.
	errMalformed = errors.New("malformed authentication data")
	// errClosed says that the transport has been closed.
	errClosed = errors.New("the transport is closed")
)

// categorise returns the category of what ended a sign-in.
func categorise(err error) error {
	switch {
	case errors.Is(err, errs.ErrUnsupported), errors.Is(err, errNotOffered):
		return errs.ErrUnsupported
	case errors.Is(err, errRefused), errors.Is(err, errNoCredentials), kerberos.Refused(err):
		return errs.ErrDenied
	}
	return errs.ErrUnavailable
}

// guard makes an error of a panic in a library that does not check all that it parses.
func guard(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", errMalformed, p)
	}
}
