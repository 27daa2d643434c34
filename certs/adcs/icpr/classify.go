package icpr

import (
	"context"
	"errors"
	"fmt"

	"github.com/clouddp/sdk/certs/adcs/icpr/internal/pdu"
	"github.com/clouddp/sdk/internal/kerberos"
)

// faults with which a server answers the first call after a login that it did not accept: Windows the first, Samba the
// second.
const (
	statusAccessDenied  = 5          // ERROR_ACCESS_DENIED
	statusProtocolError = 0x1c01000b // nca_s_proto_error
)

// classify gives err the category that the caller can act on. sent says that r may have been executed.
func (i *Issuer) classify(ctx context.Context, r request, sent bool, err error) error {
	if said, ok := errors.AsType[*verdict](err); ok {
		return said.err
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx) // what is said of a connection that was closed for it says less
	} else {
		if login := i.loginError(err, sent); login != nil {
			return login
		}
		err = categorise(err)
	}
	switch {
	case sent && r.id == 0:
		return fmt.Errorf("%w: %w", err, ErrUnknown)
	case ctx.Err() != nil, hasCategory(err):
		return err
	}
	return fmt.Errorf("%w: %w", err, ErrUnavailable)
}

// categorise gives err the category of its cause, if that is no failure of a connection.
func categorise(err error) error {
	switch {
	case errors.Is(err, errProtection):
		return fmt.Errorf("%w: %w", err, ErrUnsupported)
	case errors.Is(err, errAnswer), errors.Is(err, errSignature),
		errors.Is(err, kerberos.ErrMalformed), errors.Is(err, pdu.ErrMalformed):
		return fmt.Errorf("%w: %w", err, ErrIntegrity)
	}
	return err
}

func hasCategory(err error) bool {
	return errors.Is(err, ErrUnsupported) || errors.Is(err, ErrIntegrity) || errors.Is(err, ErrLimit)
}

// loginError returns a *LoginError if err says that the login failed. After the request was sent that is said by nobody
// but a server which judges the login with it, as with NTLM, and which promises to have done nothing.
func (i *Issuer) loginError(err error, sent bool) error {
	login := &LoginError{Service: i.principal(), Err: err}
	fault, isFault := errors.AsType[*faultError](err)
	switch {
	case sent && (!i.NTLM || !isFault || !fault.idle):
		return nil
	case isFault && fault.status == statusAccessDenied:
		login.Code = "ERROR_ACCESS_DENIED"
	case isFault && fault.status == statusProtocolError && fault.idle && i.NTLM:
	case !sent && kerberos.Refused(err):
		login.Code = kerberos.Code(err)
	default:
		return nil
	}
	return login
}
