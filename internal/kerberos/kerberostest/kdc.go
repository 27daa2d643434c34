// Package kerberostest is a key distribution centre (KDC) on loopback, for the tests of whoever signs in with Kerberos.
package kerberostest

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/oiweiwei/gokrb5.fork/v9/crypto"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/etypeID"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/flags"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/keyusage"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/msgtype"
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

// KDC knows some principals. It answers as that of Active Directory does: its tickets have the flag enc-pa-rep, and what
// comes with them names the encryption types that it knows and says nothing of FAST.
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
		if err := k.Keys.AddEntry(principal, Realm, Password, time.Now(), 1, etypeID.AES256_CTS_HMAC_SHA1_96); err != nil {
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

func (k *KDC) answer(question []byte) ([]byte, error) {
	var login messages.ASReq
	if login.Unmarshal(question) == nil {
		key, _, err := k.Keys.GetEncryptionKey(login.ReqBody.CName, Realm, 1, etypeID.AES256_CTS_HMAC_SHA1_96)
		if err != nil {
			return nil, err
		}
		fields, err := k.reply(login.ReqBody, login.ReqBody.CName, key, keyusage.AS_REP_ENCPART)
		fields.MsgType = msgtype.KRB_AS_REP
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
	if err := shown.Ticket.DecryptEncPart(k.Keys, nil); err != nil {
		return nil, err
	}
	inside := shown.Ticket.DecryptedEncPart
	fields, err := k.reply(trade.ReqBody, inside.CName, inside.Key, keyusage.TGS_REP_ENCPART_SESSION_KEY)
	if err != nil {
		return nil, err
	}
	fields.MsgType = msgtype.KRB_TGS_REP
	reply := messages.TGSRep{KDCRepFields: fields}
	return reply.Marshal()
}

func (k *KDC) reply(body messages.KDCReqBody, client types.PrincipalName, key types.EncryptionKey, usage uint32) (messages.KDCRepFields, error) {
	given := types.NewKrbFlags()
	types.SetFlag(&given, flags.EncPARep)
	now, end := time.Now().UTC(), time.Now().UTC().Add(time.Hour)
	ticket, session, err := messages.NewTicket(client, Realm, body.SName, Realm, given, k.Keys,
		etypeID.AES256_CTS_HMAC_SHA1_96, 1, now, now, end, end)
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
