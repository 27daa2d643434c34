package ldapgssapi_test

import (
	"encoding/binary"
	"errors"
	"net"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/oiweiwei/gokrb5.fork/v9/asn1tools"
	"github.com/oiweiwei/gokrb5.fork/v9/crypto"
	"github.com/oiweiwei/gokrb5.fork/v9/gssapi"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/keyusage"
	"github.com/oiweiwei/gokrb5.fork/v9/messages"
	"github.com/oiweiwei/gokrb5.fork/v9/spnego"
	"github.com/oiweiwei/gokrb5.fork/v9/types"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/ldapgssapi"
	"github.com/clouddp/sdk/internal/kerberos/kerberostest"
)

// controller is the directory's side of GSSAPI, with something wrong in it.
type controller struct {
	kdc *kerberostest.KDC

	code    uint16 // of the last answer
	offer   byte   // security layers
	rotates uint16
	subkey  bool
	answers time.Duration // that much later than asked
	forged  bool          // the wrapped message
	garbage bool          // instead of the proof

	key types.EncryptionKey
}

const service = "ldap/dc1.contoso.com"

func (c *controller) bind(t *testing.T) error {
	t.Helper()
	c.kdc = kerberostest.NewKDC(t, "anna", service)
	ours, theirs := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = theirs.Close() }()
		c.serve(t, theirs)
	}()
	conn := ldap.NewConn(ours, false)
	conn.Start()
	defer func() { <-done }()
	defer func() { _ = conn.Close() }()
	login := &ldapgssapi.Login{User: "anna", Realm: kerberostest.Realm, Password: certs.StaticPassword(kerberostest.Password), Config: c.kdc.Config}
	return login.Bind(t.Context(), conn, "DC1.contoso.com.")
}

func (c *controller) serve(t *testing.T, conn net.Conn) {
	t.Helper()
	for round := 0; ; round++ {
		request, err := ber.ReadPacket(conn)
		if err != nil || len(request.Children) < 2 || request.Children[1].Tag != ldap.ApplicationBindRequest {
			return
		}
		token := []byte{}
		if sasl := request.Children[1].Children[2].Children; len(sasl) > 1 {
			token = sasl[1].Data.Bytes()
		}
		code, answer := uint16(ldap.LDAPResultSaslBindInProgress), []byte{}
		switch round {
		case 0:
			answer = c.prove(t, token)
		case 1:
			answer = c.wrap(t)
		default:
			code = c.code
			c.check(t, token)
		}
		response := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "")
		response.AppendChild(request.Children[0])
		result := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationBindResponse, nil, "")
		result.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(code), ""))
		result.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
		result.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "why", ""))
		if round < 2 {
			result.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 7, string(answer), ""))
		}
		response.AppendChild(result)
		if _, err := conn.Write(response.Bytes()); err != nil {
			return
		}
	}
}

// prove answers the ticket.
func (c *controller) prove(t *testing.T, token []byte) []byte {
	t.Helper()
	var asked spnego.KRB5Token
	if err := asked.Unmarshal(token); err != nil {
		t.Errorf("token: %v", err)
		return nil
	}
	if ok, err := asked.APReq.Verify(c.kdc.Keys, time.Minute, types.HostAddress{}, nil); !ok || err != nil {
		t.Errorf("ticket: %v", err)
		return nil
	}
	session := asked.APReq.Ticket.DecryptedEncPart.Key
	c.key = session
	part := messages.EncAPRepPart{CTime: asked.APReq.Authenticator.CTime.Add(c.answers), Cusec: asked.APReq.Authenticator.Cusec}
	if c.subkey {
		kind, err := crypto.GetEtype(session.KeyType)
		if err != nil {
			t.Error(err)
			return nil
		}
		if c.key, err = types.GenerateEncryptionKey(kind); err != nil {
			t.Error(err)
			return nil
		}
		part.Subkey = c.key
	}
	plain, err := part.Marshal()
	if err != nil {
		t.Error(err)
		return nil
	}
	sealed, err := crypto.GetEncryptedData(plain, session, keyusage.AP_REP_ENCPART, 0)
	if err != nil {
		t.Error(err)
		return nil
	}
	answer := messages.APRep{PVNO: 5, MsgType: 15, EncPart: sealed}
	inner, err := answer.Marshal()
	if err != nil {
		t.Error(err)
		return nil
	}
	if c.garbage {
		inner = inner[:len(inner)/2]
	}
	oid, err := asn1.Marshal(gssapi.OIDKRB5.OID())
	if err != nil {
		t.Error(err)
		return nil
	}
	return asn1tools.AddASNAppTag(append(append(oid, 2, 0), inner...), 0)
}

// wrap offers security layers.
func (c *controller) wrap(t *testing.T) []byte {
	t.Helper()
	message := &gssapi.WrapToken{Flags: 1, EC: 12, SndSeqNum: 7, Payload: []byte{c.offer, 0, 4, 0}}
	if c.subkey {
		message.Flags |= 4
	}
	if err := message.SetCheckSum(c.key, keyusage.GSSAPI_ACCEPTOR_SEAL); err != nil {
		t.Error(err)
		return nil
	}
	token, err := message.Marshal()
	if err != nil {
		t.Error(err)
		return nil
	}
	if c.forged {
		token[gssapi.HdrLen] ^= 2
	}
	binary.BigEndian.PutUint16(token[6:], c.rotates)
	body := token[gssapi.HdrLen:]
	at := len(body) - int(c.rotates)%len(body)
	return append(token[:gssapi.HdrLen:gssapi.HdrLen], append(append([]byte{}, body[at:]...), body[:at]...)...)
}

// check holds that the client wants no layer, and says so under the key of both.
func (c *controller) check(t *testing.T, token []byte) {
	t.Helper()
	var message gssapi.WrapToken
	if err := message.Unmarshal(token, false); err != nil {
		t.Errorf("the last message: %v", err)
		return
	}
	if ok, err := message.Verify(c.key, keyusage.GSSAPI_INITIATOR_SEAL); !ok || err != nil || string(message.Payload) != "\x01\x00\x00\x00" {
		t.Errorf("the last message: %x, %v", message.Payload, err)
	}
}

func TestBind(t *testing.T) {
	for name, c := range map[string]struct {
		server controller
		want   error
	}{
		"without a subkey":      {controller{offer: 1}, nil},
		"with a subkey":         {controller{offer: 7, subkey: true}, nil},
		"rotated, as Windows":   {controller{offer: 7, subkey: true, rotates: 12}, nil},
		"rotated a whole turn":  {controller{offer: 7, subkey: true, rotates: 16 + 12}, nil},
		"insists on a layer":    {controller{offer: 6}, ldapgssapi.ErrUnavailable},
		"an earlier answer":     {controller{offer: 1, answers: -time.Minute}, ldapgssapi.ErrUnavailable},
		"half a proof":          {controller{offer: 1, garbage: true}, ldapgssapi.ErrUnavailable},
		"a changed offer":       {controller{offer: 7, forged: true}, ldapgssapi.ErrUnavailable},
		"refuses the mechanism": {controller{offer: 1, code: ldap.LDAPResultAuthMethodNotSupported}, ldapgssapi.ErrDenied},
		"refuses the user":      {controller{offer: 1, code: ldap.LDAPResultInvalidCredentials}, ldapgssapi.ErrDenied},
		"wants bindings":        {controller{offer: 1, code: ldap.LDAPResultStrongAuthRequired}, ldapgssapi.ErrDenied},
		"is busy":               {controller{offer: 1, code: ldap.LDAPResultBusy}, ldapgssapi.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.server.bind(t)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if answer, ok := errors.AsType[*ldap.Error](err); c.server.code != 0 && (!ok || answer.ResultCode != c.server.code) {
				t.Errorf("got %v, want code %d", err, c.server.code)
			}
		})
	}
}
