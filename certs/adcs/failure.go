package adcs

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/internal/errs"
)

// firstClientCode is the first of the codes that go-ldap gives to errors of its own; those of servers are below.
const firstClientCode = ldap.ErrorNetwork

// failure puts what went wrong when nothing was written into its category.
func failure(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), errSlow):
		return fmt.Errorf("%w: %w", ErrUnavailable, context.Cause(ctx))
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case isCategorised(err):
		return err
	}
	if refusal, ok := refused(err); ok {
		return fmt.Errorf("%w: %w", category(refusal), err)
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// writeFailure puts what went wrong with a write into its category. Unless the server said no, the write may have
// happened.
func writeFailure(ctx context.Context, err error) error {
	if refusal, ok := refused(err); ok {
		return fmt.Errorf("%w: %w", category(refusal), err)
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return fmt.Errorf("the answer was lost: %w: %w", ErrUnknown, err)
}

// refused returns the answer by which a server refused.
func refused(err error) (*ldap.Error, bool) {
	answer, ok := errors.AsType[*ldap.Error](err)
	return answer, ok && answer.ResultCode < firstClientCode
}

// hasCode reports whether a server answered err with one of the codes.
func hasCode(err error, codes ...uint16) bool {
	_, ok := refused(err)
	return ok && ldap.IsErrorAnyOf(err, codes...)
}

// category sorts the result codes of RFC 4511, appendix A, as Active Directory and Samba use them.
func category(answer *ldap.Error) error {
	switch answer.ResultCode {
	case ldap.LDAPResultOperationsError: // "a successful bind must be completed"
		return ErrDenied
	case ldap.LDAPResultAuthMethodNotSupported, ldap.LDAPResultStrongAuthRequired, ldap.LDAPResultConfidentialityRequired,
		ldap.LDAPResultInappropriateAuthentication, ldap.LDAPResultInvalidCredentials,
		ldap.LDAPResultInsufficientAccessRights, ldap.LDAPResultUnwillingToPerform:
		return ErrDenied
	case ldap.LDAPResultNoSuchObject:
		return ErrNotFound
	case ldap.LDAPResultEntryAlreadyExists, ldap.LDAPResultAttributeOrValueExists, ldap.LDAPResultNoSuchAttribute:
		return ErrConflict
	case ldap.LDAPResultUndefinedAttributeType, ldap.LDAPResultConstraintViolation, ldap.LDAPResultInvalidAttributeSyntax,
		ldap.LDAPResultInvalidDNSyntax, ldap.LDAPResultNamingViolation, ldap.LDAPResultObjectClassViolation:
		return ErrInvalid
	case ldap.LDAPResultSizeLimitExceeded, ldap.LDAPResultAdminLimitExceeded:
		return ErrLimit
	case ldap.LDAPResultUnavailableCriticalExtension:
		return ErrUnsupported
	}
	return ErrUnavailable // busy, unavailable, a referral to another server, and what nobody documents
}

func isCategorised(err error) bool {
	for _, c := range []error{
		errs.ErrNotFound, errs.ErrInvalid, errs.ErrConflict, errs.ErrDenied, errs.ErrUnknown, errs.ErrUnavailable,
		errs.ErrLimit, errs.ErrUnsupported,
	} {
		if errors.Is(err, c) {
			return true
		}
	}
	return false
}
