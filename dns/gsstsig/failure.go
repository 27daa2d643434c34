package gsstsig

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/clouddp/sdk/dns"
)

// kerberosCode finds the name of an error of RFC 4120 in the text of gokrb5, which has it nowhere else.
var kerberosCode = regexp.MustCompile(`\(\d+\) (K[A-Z]+_[A-Z_]+)`)

// badLogin is what gokrb5 says where it, not the KDC, finds the password wrong: it cannot decrypt what the KDC sent.
const badLogin = "client password/keytab incorrect"

// fail makes a typed error of what ended the negotiation.
func (n *negotiation) fail(ctx context.Context, err error) error {
	failure := &NegotiationError{Server: n.server, Service: n.service, Err: err, category: ErrUnavailable}
	refusal, refused := errors.AsType[*serverError](err)
	auth, unauthentic := errors.AsType[*dns.AuthError](err)
	code := kerberosCode.FindStringSubmatch(err.Error())
	switch {
	case ctx.Err() != nil:
		failure.Err, failure.category = context.Cause(ctx), nil
	case unauthentic:
		failure.Code, failure.category = auth.Code, ErrDenied
	case refused:
		failure.Code, failure.category = refusal.code, refusal.category()
	case code != nil:
		failure.Code, failure.category = code[1], ErrDenied
	case strings.Contains(err.Error(), badLogin), errors.Is(err, errNoCredentials):
		failure.category = ErrDenied
	}
	return failure
}
