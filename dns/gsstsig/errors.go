package gsstsig

import (
	"fmt"

	"github.com/clouddp/sdk/internal/errs"
)

// The error categories this package returns, shared by the whole module.
var (
	// ErrInvalid matches fs.ErrInvalid; the error is an [*InvalidError].
	ErrInvalid = errs.ErrInvalid
	// ErrDenied says that the KDC or the DNS server refused; the error is a [*NegotiationError].
	ErrDenied = errs.ErrDenied
	// ErrUnavailable says that the KDC or the DNS server did not answer, or not sensibly; the error is a
	// [*NegotiationError].
	ErrUnavailable = errs.ErrUnavailable
	// ErrUnsupported says that the DNS server does not negotiate keys; the error is a [*NegotiationError].
	ErrUnsupported = errs.ErrUnsupported
)

// InvalidError lists every problem found in one piece of input: each of its Problems has a Field and a Reason.
type InvalidError = errs.InvalidError

// NegotiationError says why no key was agreed on with a server. Nothing has been changed there. It matches [ErrDenied],
// [ErrUnavailable] or [ErrUnsupported], or the cause of a context that ended. A TSIG error of the server is a
// [*github.com/clouddp/sdk/dns.AuthError] too.
type NegotiationError struct {
	// Server is the DNS server, as host:port.
	Server string
	// Service is the server's principal, without the realm: "DNS/dc1.contoso.com".
	Service string
	// Code is the reason that the KDC gave, such as "KDC_ERR_PREAUTH_FAILED" (RFC 4120, section 7.5.9), or else the DNS
	// server, such as "BADKEY" (RFC 8945) or "REFUSED"; empty if nobody gave one.
	Code string
	// Err is the cause.
	Err error

	category error
}

// Error implements error.
func (e *NegotiationError) Error() string {
	return fmt.Sprintf("gsstsig: negotiate %s with %s: %v", e.Service, e.Server, e.Err)
}

// Unwrap returns the cause and the category.
func (e *NegotiationError) Unwrap() []error {
	if e.category == nil {
		return []error{e.Err}
	}
	return []error{e.Err, e.category}
}
