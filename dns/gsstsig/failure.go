package gsstsig

import (
	"context"
	"errors"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/internal/kerberos"
)

// fail makes a typed error of what ended the negotiation.
func (n *negotiation) fail(ctx context.Context, err error) error {
	failure := &NegotiationError{Server: n.server, Service: n.service, Err: err, category: ErrUnavailable}
	refusal, refused := errors.AsType[*serverError](err)
	auth, unauthentic := errors.AsType[*dns.AuthError](err)
	switch {
	case ctx.Err() != nil:
		failure.Err, failure.category = context.Cause(ctx), nil
	case unauthentic:
		failure.Code, failure.category = auth.Code, ErrDenied
	case refused:
		failure.Code, failure.category = refusal.code, refusal.category()
	case kerberos.Refused(err):
		failure.Code, failure.category = kerberos.Code(err), ErrDenied
	}
	return failure
}
