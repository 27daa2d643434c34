package icpr

import (
	"errors"
	"regexp"
	"strings"
)

// faults with which a server answers the first call after a login that it did not accept: Windows the first, Samba the second.
const (
	statusAccessDenied  = 5          // ERROR_ACCESS_DENIED
	statusProtocolError = 0x1c01000b // nca_s_proto_error
)

// kerberosCode finds the name of an error of RFC 4120 in the text of the Kerberos library, which has it nowhere else.
var kerberosCode = regexp.MustCompile(`\(\d+\) (K[A-Z]+_[A-Z_]+)`)

// badLogin is what the library says where it, not the KDC, finds the password wrong: it cannot decrypt what the KDC sent.
const badLogin = "client password/keytab incorrect"

// loginError returns a *LoginError if err says that the login failed.
func (i *Issuer) loginError(err error, sent bool) error {
	login := &LoginError{Service: "host/" + i.Host, Err: err}
	fault, isFault := errors.AsType[*faultError](err)
	code := kerberosCode.FindStringSubmatch(err.Error())
	switch {
	case isFault && fault.status == statusAccessDenied:
		login.Code = "ERROR_ACCESS_DENIED"
	case isFault && fault.status == statusProtocolError && fault.idle && i.NTLM:
	case sent:
		return nil
	case code != nil:
		login.Code = code[1]
	case errors.Is(err, errNoCredentials), strings.Contains(err.Error(), badLogin):
	default:
		return nil
	}
	return login
}
