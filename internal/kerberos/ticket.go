package kerberos

import (
	"crypto/md5" //nolint:gosec // RFC 4121 prescribes it
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/oiweiwei/gokrb5.fork/v9/asn1tools"
	"github.com/oiweiwei/gokrb5.fork/v9/client"
	"github.com/oiweiwei/gokrb5.fork/v9/gssapi"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/chksumtype"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/nametype"
	"github.com/oiweiwei/gokrb5.fork/v9/messages"
	"github.com/oiweiwei/gokrb5.fork/v9/spnego"
	"github.com/oiweiwei/gokrb5.fork/v9/types"
)

// Ticket lets its client talk to one service.
type Ticket struct {
	client types.PrincipalName
	realm  string
	ticket messages.Ticket
	key    types.EncryptionKey
	end    time.Time
}

// Fresh reports whether the ticket can still be used.
func (t *Ticket) Fresh() bool { return time.Until(t.end) >= Margin }

// Key returns the session key.
func (t *Ticket) Key() types.EncryptionKey { return t.key }

// Request returns the message that shows the ticket to its service, with the checksum of RFC 4121, section 4.1.1, in its
// authenticator: the digest of the channel binding, zero for none, and the flags of the context.
func (t *Ticket) Request(binding []byte, flags uint32, options ...int) (request messages.APReq, err error) {
	defer Guard(&err)
	authenticator, err := types.NewAuthenticator(t.realm, t.client)
	if err != nil {
		return request, err
	}
	authenticator.Cksum = types.Checksum{CksumType: chksumtype.GSSAPI, Checksum: checksum(binding, flags)}
	if request, err = messages.NewAPReq(t.ticket, t.key, authenticator); err != nil {
		return request, err
	}
	for _, option := range options {
		types.SetFlag(&request.APOptions, option)
	}
	return request, request.DecryptAuthenticator(t.key) // as it was sent, for those who compare the answer
}

// Frame returns a request in the framing of GSS-API (RFC 4121, section 4.1).
func Frame(request messages.APReq) (token []byte, err error) {
	defer Guard(&err)
	inner, err := request.Marshal()
	if err != nil {
		return nil, err
	}
	oid, err := asn1.Marshal(gssapi.OIDKRB5.OID())
	if err != nil {
		return nil, err
	}
	id, err := hex.DecodeString(spnego.TOK_ID_KRB_AP_REQ)
	if err != nil {
		return nil, err
	}
	return asn1tools.AddASNAppTag(append(append(oid, id...), inner...), 0), nil
}

func checksum(binding []byte, flags uint32) []byte {
	const digestLength = md5.Size
	sum := binary.LittleEndian.AppendUint32(nil, digestLength)
	if binding == nil {
		sum = append(sum, make([]byte, digestLength)...)
	} else {
		digest := md5.Sum(binding) //nolint:gosec // RFC 4121 prescribes it
		sum = append(sum, digest[:]...)
	}
	return binary.LittleEndian.AppendUint32(sum, flags)
}

// tradeFor trades a ticket-granting ticket for one to the service, by way of another realm if the configuration says that the
// service is there. One to the service is left as it is.
func (t *Ticket) tradeFor(cl *client.Client, service string) error {
	if t.ticket.SName.PrincipalNameString() == service {
		return nil
	}
	principal := types.NewPrincipalName(nametype.KRB_NT_SRV_INST, service)
	home := t.realm
	realm := cl.Config.ResolveRealm(principal.NameString[len(principal.NameString)-1])
	if realm == "" || realm == home {
		return t.exchange(cl, principal, home)
	}
	if err := t.exchange(cl, types.NewPrincipalName(nametype.KRB_NT_SRV_INST, "krbtgt/"+realm), home); err != nil {
		return err
	}
	return t.exchange(cl, principal, realm)
}

// exchange trades the ticket for one to another principal.
func (t *Ticket) exchange(cl *client.Client, principal types.PrincipalName, realm string) error {
	_, reply, err := cl.TGSREQGenerateAndExchange(principal, realm, t.ticket, t.key, false)
	if err != nil {
		return err
	}
	t.ticket, t.key, t.end = reply.Ticket, reply.DecryptedEncPart.Key, reply.DecryptedEncPart.EndTime
	return nil
}
