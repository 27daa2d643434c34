package gsstsig

import (
	"context"
	"errors"

	"github.com/clouddp/sdk/internal/kerberos"
)

// algorithm is the name of RFC 3645, section 3.1.
const algorithm = "gss-tsig."

// session is a key that was agreed on with a server.
type session struct {
	keyName string
	// mech is nil once the session is closed.
	mech mechanism
}

var errClosed = errors.New("gsstsig: the session is closed")

// KeyName implements [rfc2136.Session].
func (s *session) KeyName() string { return s.keyName }

// Algorithm implements [rfc2136.Session].
func (s *session) Algorithm() string { return algorithm }

// Sign implements [rfc2136.Session].
func (s *session) Sign(data []byte) (mac []byte, err error) {
	if s.mech == nil {
		return nil, errClosed
	}
	defer kerberos.Guard(&err)
	return s.mech.sign(data)
}

// Verify implements [rfc2136.Session].
func (s *session) Verify(data, mac []byte) (err error) {
	if s.mech == nil {
		return errClosed
	}
	defer kerberos.Guard(&err)
	return s.mech.verify(data, mac)
}

// Close implements [rfc2136.Session]. The server forgets the key by itself.
func (s *session) Close(context.Context) error {
	if s.mech == nil {
		return nil
	}
	mech := s.mech
	s.mech = nil
	return mech.close()
}
