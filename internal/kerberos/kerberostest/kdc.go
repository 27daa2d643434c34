// Package kerberostest is a key distribution centre (KDC) on loopback, for the tests of whoever signs in with Kerberos.
package kerberostest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/oiweiwei/gokrb5.fork/v9/crypto"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/errorcode"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/etypeID"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/flags"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/keyusage"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/msgtype"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/nametype"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/patype"
	"github.com/oiweiwei/gokrb5.fork/v9/keytab"
	"github.com/oiweiwei/gokrb5.fork/v9/messages"
	"github.com/oiweiwei/gokrb5.fork/v9/types"
)

// Realm is that of the KDC, and Password that of everybody in it.
const (
	Realm    = "CONTOSO.COM"
	Password = "correct horse"
)

// KDC knows some principals. Like that of Active Directory it wants an encrypted timestamp before it lets somebody in, takes a
// ticket-granting ticket with a fresh authenticator for the request and nothing else in trade, and says which principal it
// does not know; its tickets have the flag enc-pa-rep, and what comes with them names encryption types and says
// nothing of FAST. Unlike it, it has one encryption type, answers over TCP alone, and knows neither PACs, referrals,
// renewals nor replays.
type KDC struct {
	// Keys are those of all principals.
	Keys *keytab.Keytab
	// Config is the configuration that leads to it, as the text of a krb5.conf.
	Config string
}

// NewKDC starts one that knows the principals, of users and services, until the test ends.
func NewKDC(t testing.TB, principals ...string) *KDC {
	t.Helper()
	k := &KDC{Keys: keytab.New()}
	for _, principal := range append(principals, "krbtgt/"+Realm) {
		if err := k.Keys.AddEntry(principal, Realm, Password, time.Now(), 1, kind); err != nil {
			t.Fatal(err)
		}
	}
	k.Config = Listen(t, func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		var size uint32
		if binary.Read(conn, binary.BigEndian, &size) != nil {
			return
		}
		question := make([]byte, size)
		if _, err := io.ReadFull(conn, question); err != nil {
			return
		}
		answer, err := k.answer(question)
		if err != nil {
			t.Errorf("KDC: %v", err)
			return
		}
		_, _ = conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(answer))), answer...)) //nolint:gosec // short
	})
	return k
}

// Keytab returns the path of a file with all keys.
func (k *KDC) Keytab(t testing.TB) string {
	t.Helper()
	content, err := k.Keys.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "keytab")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Listen returns a configuration that names whoever serve is as the KDC, over TCP alone. One connection is served at a time,
// and all are closed when the test ends.
func Listen(t testing.TB, serve func(net.Conn)) (config string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(t.Context(), func() { _ = conn.Close() })
			serve(conn)
		}
	}()
	return fmt.Sprintf("[libdefaults]\ndefault_realm = %[1]s\nudp_preference_limit = 1\n[realms]\n%[1]s = {\nkdc = %[2]s\n}\n",
		Realm, listener.Addr())
}

const (
	kind = etypeID.AES256_CTS_HMAC_SHA1_96
	// skew is how far apart the clocks may be, in Active Directory by default.
	skew = 5 * time.Minute
)

// answer returns what the KDC says to a request: a reply, or an error of the protocol.
func (k *KDC) answer(question []byte) ([]byte, error) {
	answer, err := k.judge(question)
	if refusal, ok := errors.AsType[messages.KRBError](err); ok {
		return refusal.Marshal()
	}
	return answer, err
}

func (k *KDC) judge(question []byte) ([]byte, error) {
	var login messages.ASReq
	if login.Unmarshal(question) == nil {
		return k.login(login)
	}
	var trade messages.TGSReq
	if err := trade.Unmarshal(question); err != nil {
		return nil, err
	}
	return k.trade(trade)
}

// refuse returns an error of the protocol.
func refuse(body messages.KDCReqBody, code int32, data []byte) error {
	e := messages.NewKRBError(body.SName, Realm, code, "")
	e.EData = data
	return e
}

// login lets in whoever has the key of the principal (RFC 4120, section 3.1).
func (k *KDC) login(login messages.ASReq) ([]byte, error) {
	body := login.ReqBody
	key, _, err := k.Keys.GetEncryptionKey(body.CName, body.Realm, 0, kind)
	if err != nil {
		return nil, refuse(body, errorcode.KDC_ERR_C_PRINCIPAL_UNKNOWN, nil)
	}
	hints, err := hints(body.CName)
	if err != nil {
		return nil, err
	}
	if err := preauthenticate(login, key, hints); err != nil {
		return nil, err
	}
	fields, err := k.reply(body, body.CName, key, keyusage.AS_REP_ENCPART)
	if err != nil {
		return nil, err
	}
	fields.MsgType, fields.PAData = msgtype.KRB_AS_REP, hints[:1]
	reply := messages.ASRep{KDCRepFields: fields}
	return reply.Marshal()
}

// hints says how the key of a principal is made of its password, and what is wanted as proof of it.
func hints(client types.PrincipalName) (types.PADataSequence, error) {
	info, err := asn1.Marshal(types.ETypeInfo2{{EType: kind, Salt: client.GetSalt(Realm)}})
	return types.PADataSequence{
		{PADataType: patype.PA_ETYPE_INFO2, PADataValue: info}, {PADataType: patype.PA_ENC_TIMESTAMP, PADataValue: []byte{}},
	}, err
}

// preauthenticate wants the time of day encrypted with the key (RFC 4120, section 5.2.7.2).
func preauthenticate(login messages.ASReq, key types.EncryptionKey, hints types.PADataSequence) error {
	data, err := asn1.Marshal(hints)
	if err != nil {
		return err
	}
	proof, given := find(login.PAData, patype.PA_ENC_TIMESTAMP)
	if !given {
		return refuse(login.ReqBody, errorcode.KDC_ERR_PREAUTH_REQUIRED, data)
	}
	var sealed types.EncryptedData
	if err := sealed.Unmarshal(proof); err != nil {
		return err
	}
	var stamp types.PAEncTSEnc
	plain, err := crypto.DecryptEncPart(sealed, key, keyusage.AS_REQ_PA_ENC_TIMESTAMP)
	switch {
	case err != nil || stamp.Unmarshal(plain) != nil:
		return refuse(login.ReqBody, errorcode.KDC_ERR_PREAUTH_FAILED, data)
	case time.Since(stamp.PATimestamp).Abs() > skew:
		return refuse(login.ReqBody, errorcode.KRB_AP_ERR_SKEW, nil)
	}
	return nil
}

func find(all types.PADataSequence, kind int32) (value []byte, found bool) {
	for _, data := range all {
		if data.PADataType == kind {
			return data.PADataValue, true
		}
	}
	return nil, false
}

// trade gives a ticket to a service for a ticket-granting ticket (RFC 4120, section 3.3).
func (k *KDC) trade(trade messages.TGSReq) ([]byte, error) {
	holder, err := k.holder(trade)
	if err != nil {
		return nil, err
	}
	fields, err := k.reply(trade.ReqBody, holder.CName, holder.Key, keyusage.TGS_REP_ENCPART_SESSION_KEY)
	if err != nil {
		return nil, err
	}
	fields.MsgType = msgtype.KRB_TGS_REP
	reply := messages.TGSRep{KDCRepFields: fields}
	return reply.Marshal()
}

// holder returns what is in the ticket-granting ticket of whoever asks. The authenticator must be fresh, by its holder, and
// for this request.
func (k *KDC) holder(trade messages.TGSReq) (holder messages.EncTicketPart, err error) {
	proof, given := find(trade.PAData, patype.PA_TGS_REQ)
	if !given {
		return holder, refuse(trade.ReqBody, errorcode.KDC_ERR_PADATA_TYPE_NOSUPP, nil)
	}
	var shown messages.APReq
	if err := shown.Unmarshal(proof); err != nil {
		return holder, err
	}
	granting := types.NewPrincipalName(nametype.KRB_NT_SRV_INST, "krbtgt/"+Realm)
	if shown.Ticket.SName.PrincipalNameString() != granting.PrincipalNameString() {
		return holder, refuse(trade.ReqBody, errorcode.KRB_AP_ERR_NOT_US, nil)
	}
	if ok, err := shown.Verify(k.Keys, skew, types.HostAddress{}, &granting); !ok || err != nil {
		if refusal, ok := errors.AsType[messages.KRBError](err); ok {
			return holder, refusal
		}
		return holder, refuse(trade.ReqBody, errorcode.KRB_AP_ERR_BAD_INTEGRITY, nil)
	}
	holder = shown.Ticket.DecryptedEncPart
	return holder, checkSum(trade, shown, holder.Key)
}

// checkSum holds that an authenticator was made for this request.
func checkSum(trade messages.TGSReq, shown messages.APReq, key types.EncryptionKey) error {
	body, err := trade.ReqBody.Marshal()
	if err != nil {
		return err
	}
	cipher, err := crypto.GetEtype(key.KeyType)
	if err != nil {
		return err
	}
	const usage = keyusage.TGS_REQ_PA_TGS_REQ_AP_REQ_AUTHENTICATOR_CHKSUM
	if !cipher.VerifyChecksum(key.KeyValue, body, shown.Authenticator.Cksum.Checksum, usage) {
		return refuse(trade.ReqBody, errorcode.KRB_AP_ERR_MODIFIED, nil)
	}
	return nil
}

// reply makes a ticket, and what goes with it for its holder.
func (k *KDC) reply(body messages.KDCReqBody, client types.PrincipalName, key types.EncryptionKey, usage uint32) (messages.KDCRepFields, error) {
	if _, _, err := k.Keys.GetEncryptionKey(body.SName, body.Realm, 0, kind); err != nil {
		return messages.KDCRepFields{}, refuse(body, errorcode.KDC_ERR_S_PRINCIPAL_UNKNOWN, nil)
	}
	given := types.NewKrbFlags()
	types.SetFlag(&given, flags.EncPARep)
	now, end := time.Now().UTC(), time.Now().UTC().Add(time.Hour)
	ticket, session, err := messages.NewTicket(client, Realm, body.SName, Realm, given, k.Keys, kind, 1, now, now, end, end)
	if err != nil {
		return messages.KDCRepFields{}, err
	}
	part := messages.EncKDCRepPart{
		Key: session, LastReqs: []messages.LastReq{{LRValue: now}}, Nonce: body.Nonce, Flags: given,
		AuthTime: now, StartTime: now, EndTime: end, RenewTill: end, SRealm: Realm, SName: body.SName,
		EncPAData: types.PADataSequence{{PADataType: patype.PA_SUPPORTED_ETYPES, PADataValue: []byte{0x1f, 0, 0, 0}}},
	}
	plain, err := part.Marshal()
	if err != nil {
		return messages.KDCRepFields{}, err
	}
	sealed, err := crypto.GetEncryptedData(plain, key, usage, 1)
	return messages.KDCRepFields{PVNO: 5, CRealm: Realm, CName: client, Ticket: ticket, EncPart: sealed}, err
}
