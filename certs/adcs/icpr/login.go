package icpr

import (
	"errors"
	"regexp"
	"strings"
)

// statusAccessDenied is the fault with which a server answers a login that it did not accept, [MS-RPCE] section 3.3.1.5.
//
// [MS-RPCE]: https://learn.microsoft.com/openspecs/windows_protocols/ms-rpce
const statusAccessDenied = 5

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
