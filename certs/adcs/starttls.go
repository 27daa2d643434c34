package adcs

import (
	"errors"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// startTLS is the request for TLS (RFC 4511, section 4.14), number 1.
const startTLS = "0\x1d\x02\x01\x01w\x18\x80\x161.3.6.1.4.1.1466.20037"

var errNoTLS = errors.New("the answer is none to the request for TLS")

// askForTLS asks for TLS on a connection without it. go-ldap can do that too, and would read whatever comes in the clear.
func (s *session) askForTLS() error {
	s.raw.allowOnly(maxInTheClear)
	if _, err := s.raw.Write([]byte(startTLS)); err != nil {
		return err
	}
	answer, err := ber.ReadPacket(&shaped{Conn: s.raw, meter: s.raw})
	if err != nil {
		return err
	}
	const responseChildren = 2
	if len(answer.Children) < responseChildren || answer.Children[1].Tag != ldap.ApplicationExtendedResponse ||
		answer.Children[0].Value != int64(1) {
		return errNoTLS
	}
	return ldap.GetLDAPError(answer)
}
