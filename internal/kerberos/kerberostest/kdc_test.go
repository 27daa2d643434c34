package kerberostest

import (
	"testing"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/oiweiwei/gokrb5.fork/v9/config"
	"github.com/oiweiwei/gokrb5.fork/v9/crypto"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/errorcode"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/keyusage"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/nametype"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/patype"
	"github.com/oiweiwei/gokrb5.fork/v9/messages"
	"github.com/oiweiwei/gokrb5.fork/v9/types"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const client, service = "anna", "HTTP/ca1.contoso.com"

func user(name string) types.PrincipalName {
	return types.NewPrincipalName(nametype.KRB_NT_PRINCIPAL, name)
}

func server(name string) types.PrincipalName {
	return types.NewPrincipalName(nametype.KRB_NT_SRV_INST, name)
}

// lab is a KDC and one who talks to it.
type lab struct {
	*testing.T

	kdc    *KDC
	config *config.Config
}

func newLab(t *testing.T) *lab {
	t.Helper()
	k := NewKDC(t, client, "ben", service)
	conf, err := config.NewFromString(k.Config)
	if err != nil {
		t.Fatal(err)
	}
	return &lab{t, k, conf}
}

func (l *lab) check(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

func (l *lab) key(name types.PrincipalName) types.EncryptionKey {
	l.Helper()
	key, _, err := l.kdc.Keys.GetEncryptionKey(name, Realm, 0, kind)
	l.check(err)
	return key
}

// stamp is the proof of a key at a time.
func (l *lab) stamp(key types.EncryptionKey, at time.Time) types.PAData {
	l.Helper()
	plain, err := asn1.Marshal(types.PAEncTSEnc{PATimestamp: at.UTC()})
	l.check(err)
	sealed, err := crypto.GetEncryptedData(plain, key, keyusage.AS_REQ_PA_ENC_TIMESTAMP, 1)
	l.check(err)
	value, err := sealed.Marshal()
	l.check(err)
	return types.PAData{PADataType: patype.PA_ENC_TIMESTAMP, PADataValue: value}
}

// login returns the reply to somebody, or the error.
func (l *lab) login(name, to string, proofs ...types.PAData) (reply messages.ASRep, refusal messages.KRBError) {
	l.Helper()
	request, err := messages.NewASReq(Realm, l.config, user(name), server(to))
	l.check(err)
	request.PAData = proofs
	question, err := request.Marshal()
	l.check(err)
	answer, err := l.kdc.answer(question)
	l.check(err)
	if reply.Unmarshal(answer) != nil {
		l.check(refusal.Unmarshal(answer))
	}
	return reply, refusal
}

func TestLogin(t *testing.T) {
	l := newLab(t)
	anna, now, granting := l.key(user(client)), time.Now(), "krbtgt/"+Realm
	for name, c := range map[string]struct {
		user, service string
		proofs        []types.PAData
		want          int32
	}{
		"her key":            {client, granting, []types.PAData{l.stamp(anna, now)}, 0},
		"no proof":           {client, granting, nil, errorcode.KDC_ERR_PREAUTH_REQUIRED},
		"another's key":      {client, granting, []types.PAData{l.stamp(l.key(user("ben")), now)}, errorcode.KDC_ERR_PREAUTH_FAILED},
		"an old timestamp":   {client, granting, []types.PAData{l.stamp(anna, now.Add(-10*time.Minute))}, errorcode.KRB_AP_ERR_SKEW},
		"an unknown user":    {"cleo", granting, []types.PAData{l.stamp(anna, now)}, errorcode.KDC_ERR_C_PRINCIPAL_UNKNOWN},
		"an unknown service": {client, "HTTP/elsewhere", []types.PAData{l.stamp(anna, now)}, errorcode.KDC_ERR_S_PRINCIPAL_UNKNOWN},
	} {
		if _, refusal := l.login(c.user, c.service, c.proofs...); refusal.ErrorCode != c.want {
			t.Errorf("%s: got error %d, want %d", name, refusal.ErrorCode, c.want)
		}
	}
}

// What is to be proved, and how the key is made, is said before and after.
func TestHints(t *testing.T) {
	l := newLab(t)
	_, refusal := l.login(client, service)
	var hints types.PADataSequence
	l.check(hints.Unmarshal(refusal.EData))
	reply, _ := l.login(client, service, l.stamp(l.key(user(client)), time.Now()))
	if !hints.Contains(patype.PA_ENC_TIMESTAMP) || len(reply.PAData) != 1 {
		t.Fatalf("got %+v, then %+v", hints, reply.PAData)
	}
	for _, hint := range []types.PAData{hints[0], reply.PAData[0]} {
		info, err := hint.GetETypeInfo2()
		if err != nil || len(info) != 1 || info[0].EType != kind || info[0].Salt != "CONTOSO.COManna" {
			t.Errorf("got %+v, %v", info, err)
		}
	}
}

// ticket logs in and returns a ticket and its session key.
func (l *lab) ticket(to string) (messages.Ticket, types.EncryptionKey) {
	l.Helper()
	anna := l.key(user(client))
	reply, refusal := l.login(client, to, l.stamp(anna, time.Now()))
	if refusal.ErrorCode != 0 {
		l.Fatal(refusal)
	}
	plain, err := crypto.DecryptEncPart(reply.EncPart, anna, keyusage.AS_REP_ENCPART)
	l.check(err)
	var part messages.EncKDCRepPart
	l.check(part.Unmarshal(plain))
	return reply.Ticket, part.Key
}

func TestTrade(t *testing.T) {
	l := newLab(t)
	granting, session := l.ticket("krbtgt/" + Realm)
	other, otherSession := l.ticket(service)
	renamed := other
	renamed.SName = granting.SName
	for name, c := range map[string]struct {
		user   string
		ticket messages.Ticket
		key    types.EncryptionKey
		to     string
		spoil  func(*messages.TGSReq)
		want   int32
	}{
		"a ticket-granting ticket": {client, granting, session, service, nil, 0},
		"a service's ticket":       {client, other, otherSession, service, nil, errorcode.KRB_AP_ERR_NOT_US},
		"one that is renamed":      {client, renamed, otherSession, service, nil, errorcode.KRB_AP_ERR_BAD_INTEGRITY},
		"another session key":      {client, granting, otherSession, service, nil, errorcode.KRB_AP_ERR_BAD_INTEGRITY},
		"another's name":           {"ben", granting, session, service, nil, errorcode.KRB_AP_ERR_BADMATCH},
		"an unknown service":       {client, granting, session, "HTTP/elsewhere", nil, errorcode.KDC_ERR_S_PRINCIPAL_UNKNOWN},
		"a changed request": {client, granting, session, "HTTP/elsewhere", func(r *messages.TGSReq) {
			r.ReqBody.SName = server(service)
		}, errorcode.KRB_AP_ERR_MODIFIED},
		"no ticket": {client, granting, session, service, func(r *messages.TGSReq) { r.PAData = nil }, errorcode.KDC_ERR_PADATA_TYPE_NOSUPP},
	} {
		request, err := messages.NewTGSReq(user(c.user), Realm, l.config, c.ticket, c.key, server(c.to), false)
		l.check(err)
		if c.spoil != nil {
			c.spoil(&request)
		}
		question, err := request.Marshal()
		l.check(err)
		answer, err := l.kdc.answer(question)
		l.check(err)
		var reply messages.TGSRep
		var refusal messages.KRBError
		if reply.Unmarshal(answer) != nil {
			l.check(refusal.Unmarshal(answer))
		}
		if refusal.ErrorCode != c.want {
			t.Errorf("%s: got error %d, want %d", name, refusal.ErrorCode, c.want)
		}
	}
}
