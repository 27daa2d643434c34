package kerberos_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/oiweiwei/gokrb5.fork/v9/crypto"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/etypeID"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/flags"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/keyusage"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/nametype"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/patype"
	"github.com/oiweiwei/gokrb5.fork/v9/keytab"
	"github.com/oiweiwei/gokrb5.fork/v9/messages"
	"github.com/oiweiwei/gokrb5.fork/v9/types"
)

const (
	realm    = "CONTOSO.COM"
	service  = "HTTP/ca1.contoso.com"
	password = "correct horse"
)

// kdc answers as that of Active Directory does: its tickets have the flag enc-pa-rep, and what comes with them names the
// encryption types that it knows and says nothing of FAST.
type kdc struct {
	t    *testing.T
	keys *keytab.Keytab
}

func newKDC(t *testing.T) (*kdc, string) {
	t.Helper()
	k := &kdc{t, keytab.New()}
	for _, principal := range []string{"krbtgt/" + realm, "anna", service} {
		if err := k.keys.AddEntry(principal, realm, password, time.Now(), 1, etypeID.AES256_CTS_HMAC_SHA1_96); err != nil {
			t.Fatal(err)
		}
	}
	return k, listen(t, func(conn net.Conn) {
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
		_, _ = conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(answer))), answer...))
	})
}

// listen returns a configuration that names whoever serve is as the KDC, over TCP alone.
func listen(t *testing.T, serve func(net.Conn)) string {
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
			serve(conn)
		}
	}()
	return fmt.Sprintf("[libdefaults]\ndefault_realm = %[1]s\nudp_preference_limit = 1\n[realms]\n%[1]s = {\nkdc = %[2]s\n}\n",
		realm, listener.Addr())
}

func (k *kdc) answer(question []byte) ([]byte, error) {
	var login messages.ASReq
	if login.Unmarshal(question) == nil {
		key, _, err := k.keys.GetEncryptionKey(types.NewPrincipalName(nametype.KRB_NT_PRINCIPAL, "anna"), realm, 1, etypeID.AES256_CTS_HMAC_SHA1_96)
		if err != nil {
			return nil, err
		}
		fields, err := k.reply(login.ReqBody, login.ReqBody.CName, key, keyusage.AS_REP_ENCPART)
		fields.MsgType = 11
		reply := messages.ASRep{KDCRepFields: fields}
		if err != nil {
			return nil, err
		}
		return reply.Marshal()
	}
	var trade messages.TGSReq
	if err := trade.Unmarshal(question); err != nil {
		return nil, err
	}
	var shown messages.APReq
	if err := shown.Unmarshal(trade.PAData[0].PADataValue); err != nil {
		return nil, err
	}
	if err := shown.Ticket.DecryptEncPart(k.keys, nil); err != nil {
		return nil, err
	}
	inside := shown.Ticket.DecryptedEncPart
	fields, err := k.reply(trade.ReqBody, inside.CName, inside.Key, keyusage.TGS_REP_ENCPART_SESSION_KEY)
	if err != nil {
		return nil, err
	}
	fields.MsgType = 13
	reply := messages.TGSRep{KDCRepFields: fields}
	return reply.Marshal()
}

func (k *kdc) reply(body messages.KDCReqBody, client types.PrincipalName, key types.EncryptionKey, usage uint32) (messages.KDCRepFields, error) {
	given := types.NewKrbFlags()
	types.SetFlag(&given, flags.EncPARep)
	now, end := time.Now().UTC(), time.Now().UTC().Add(time.Hour)
	ticket, session, err := messages.NewTicket(client, realm, body.SName, realm, given, k.keys,
		etypeID.AES256_CTS_HMAC_SHA1_96, 1, now, now, end, end)
	if err != nil {
		return messages.KDCRepFields{}, err
	}
	part := messages.EncKDCRepPart{
		Key: session, LastReqs: []messages.LastReq{{LRValue: now}}, Nonce: body.Nonce, Flags: given,
		AuthTime: now, StartTime: now, EndTime: end, RenewTill: end, SRealm: realm, SName: body.SName,
		EncPAData: types.PADataSequence{{PADataType: patype.PA_SUPPORTED_ETYPES, PADataValue: []byte{0x1f, 0, 0, 0}}},
	}
	plain, err := part.Marshal()
	if err != nil {
		return messages.KDCRepFields{}, err
	}
	sealed, err := crypto.GetEncryptedData(plain, key, usage, 1)
	return messages.KDCRepFields{PVNO: 5, CRealm: realm, CName: client, Ticket: ticket, EncPart: sealed}, err
}
