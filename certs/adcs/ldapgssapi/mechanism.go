package ldapgssapi

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/go-ldap/ldap/v3"
	"github.com/oiweiwei/gokrb5.fork/v9/crypto"
	"github.com/oiweiwei/gokrb5.fork/v9/gssapi"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/flags"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/keyusage"
	"github.com/oiweiwei/gokrb5.fork/v9/messages"
	"github.com/oiweiwei/gokrb5.fork/v9/spnego"
	"github.com/oiweiwei/gokrb5.fork/v9/types"

	"github.com/clouddp/sdk/internal/kerberos"
)

// mechanism is the client's side of GSSAPI (RFC 4752) with a ticket. The server proves that it is the one that the ticket is
// for. go-ldap has such a client too, for another Kerberos library.
type mechanism struct {
	ticket  *kerberos.Ticket
	request messages.APReq
	subkey  types.EncryptionKey // of the server; empty if it has none
}

var _ ldap.GSSAPIClient = (*mechanism)(nil)

// InitSecContext implements [ldap.GSSAPIClient].
func (m *mechanism) InitSecContext(target string, token []byte) (output []byte, again bool, err error) {
	return m.InitSecContextWithOptions(target, token, nil)
}

// InitSecContextWithOptions implements [ldap.GSSAPIClient].
func (m *mechanism) InitSecContextWithOptions(_ string, token []byte, options []int) (output []byte, again bool, err error) {
	if token != nil {
		return []byte{}, false, m.accept(token)
	}
	const wanted = gssapi.ContextFlagInteg | gssapi.ContextFlagConf | gssapi.ContextFlagMutual
	if m.request, err = m.ticket.Request(nil, wanted, append(options, flags.APOptionMutualRequired)...); err != nil {
		return nil, false, err
	}
	output, err = kerberos.Frame(m.request)
	return output, true, err
}

// accept takes the server's proof: that it could read the request, and that it answers this one.
func (m *mechanism) accept(token []byte) error {
	var answer spnego.KRB5Token
	if err := answer.Unmarshal(token); err != nil {
		return fmt.Errorf("%w: %w", kerberos.ErrMalformed, err)
	}
	switch {
	case answer.IsKRBError():
		return answer.KRBError
	case !answer.IsAPRep():
		return fmt.Errorf("%w: no answer to a ticket", kerberos.ErrMalformed)
	}
	if err := answer.APRep.DecryptEncPart(m.ticket.Key()); err != nil {
		return err
	}
	asked, answered := m.request.Authenticator, answer.APRep.DecryptedEncPart
	if asked.CTime.Unix() != answered.CTime.Unix() || asked.Cusec != answered.Cusec {
		return fmt.Errorf("%w: an answer to another login", kerberos.ErrMalformed)
	}
	m.subkey = answered.Subkey
	return nil
}

// flags of a wrapped message, RFC 4121, section 4.2.2.
const (
	fromAcceptor   = 1 << 0
	acceptorSubkey = 1 << 2
)

// errLayer says that the server wants the messages in a wrapping that TLS makes needless.
var errLayer = errors.New("the server insists on a security layer of its own")

// NegotiateSaslAuth implements [ldap.GSSAPIClient]: it agrees on no security layer (RFC 4752, section 3.1).
func (m *mechanism) NegotiateSaslAuth(token []byte, authorization string) ([]byte, error) {
	offer, key, err := m.unwrap(token)
	if err != nil {
		return nil, err
	}
	const noLayer = 1
	if len(offer) != 4 || offer[0]&noLayer == 0 {
		return nil, errLayer
	}
	kind, err := crypto.GetEtype(key.KeyType)
	if err != nil {
		return nil, err
	}
	wrapped := &gssapi.WrapToken{
		EC:        uint16(kind.GetHMACBitLength() / 8),       //nolint:gosec // some dozen bytes
		SndSeqNum: uint64(m.request.Authenticator.SeqNumber), //nolint:gosec // it is not negative
		Payload:   append([]byte{noLayer, 0, 0, 0}, authorization...),
	}
	if m.subkey.KeyType != 0 {
		wrapped.Flags = acceptorSubkey
	}
	if err := wrapped.SetCheckSum(key, keyusage.GSSAPI_INITIATOR_SEAL); err != nil {
		return nil, err
	}
	return wrapped.Marshal()
}

// unwrap verifies a message of the server and returns what is in it and the key that both sides use.
func (m *mechanism) unwrap(token []byte) ([]byte, types.EncryptionKey, error) {
	key := m.ticket.Key()
	if m.subkey.KeyType != 0 {
		key = m.subkey
	}
	if len(token) < gssapi.HdrLen || token[0] != 5 || token[1] != 4 || token[2]&fromAcceptor == 0 {
		return nil, key, fmt.Errorf("%w: no wrapped message of the server", kerberos.ErrMalformed)
	}
	length, rotation := int(binary.BigEndian.Uint16(token[4:])), int(binary.BigEndian.Uint16(token[6:]))
	content := append([]byte(nil), token[gssapi.HdrLen:]...)
	if len(content) < length || len(content) == 0 {
		return nil, key, fmt.Errorf("%w: a short message", kerberos.ErrMalformed)
	}
	if rotation %= len(content); rotation > 0 { // to the right, by the sender
		content = append(content[rotation:], content[:rotation]...)
	}
	message := &gssapi.WrapToken{
		Flags: token[2], EC: uint16(length), SndSeqNum: binary.BigEndian.Uint64(token[8:]), //nolint:gosec // it was one
		Payload: content[:len(content)-length], CheckSum: content[len(content)-length:],
	}
	if _, err := message.Verify(key, keyusage.GSSAPI_ACCEPTOR_SEAL); err != nil {
		return nil, key, fmt.Errorf("%w: the signature of a message is wrong", kerberos.ErrMalformed)
	}
	return message.Payload, key, nil
}

// DeleteSecContext implements [ldap.GSSAPIClient].
func (m *mechanism) DeleteSecContext() error {
	m.subkey = types.EncryptionKey{}
	return nil
}
