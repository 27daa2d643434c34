package httpauth_test

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/oiweiwei/gokrb5.fork/v9/iana/etypeID"
	"github.com/oiweiwei/gokrb5.fork/v9/iana/nametype"
	"github.com/oiweiwei/gokrb5.fork/v9/keytab"
	"github.com/oiweiwei/gokrb5.fork/v9/messages"
	"github.com/oiweiwei/gokrb5.fork/v9/spnego"
	"github.com/oiweiwei/gokrb5.fork/v9/types"
)

// acceptor takes Kerberos tickets for the service of the peer.
type acceptor struct{ keys *keytab.Keytab }

// newAcceptor returns one, and the path of a ticket cache of a user that it accepts.
func newAcceptor(t *testing.T, user, secret string) (*acceptor, string) {
	t.Helper()
	keys := keytab.New()
	if err := keys.AddEntry("HTTP/"+host, realm, secret, time.Now(), 1, etypeID.AES256_CTS_HMAC_SHA1_96); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cache")
	fillCache(t, path, user, keys)
	return &acceptor{keys}, path
}

// accept returns the user of a Negotiate token that is bound to a channel with the certificate.
func (a *acceptor) accept(token []byte, certificate *x509.Certificate) string {
	var outer spnego.SPNEGOToken
	var inner spnego.KRB5Token
	if a == nil || outer.Unmarshal(token) != nil || inner.Unmarshal(outer.NegTokenInit.MechTokenBytes) != nil {
		return ""
	}
	if ok, err := inner.APReq.Verify(a.keys, time.Minute, types.HostAddress{}, nil); !ok || err != nil {
		return ""
	}
	digest := sha256.Sum256(certificate.Raw)
	binding := append(make([]byte, 16), 53, 0, 0, 0)
	binding = append(append(binding, "tls-server-end-point:"...), digest[:]...)
	if want := md5.Sum(binding); !bytes.Equal(inner.APReq.Authenticator.Cksum.Checksum[4:20], want[:]) {
		return ""
	}
	return inner.APReq.Authenticator.CName.PrincipalNameString() + "@" + inner.APReq.Authenticator.CRealm
}

// fillCache writes a ticket cache of format 4 with a ticket for the service that keys are those of.
func fillCache(t *testing.T, path, user string, keys *keytab.Keytab) {
	t.Helper()
	client := types.NewPrincipalName(nametype.KRB_NT_PRINCIPAL, user)
	service := types.NewPrincipalName(nametype.KRB_NT_SRV_INST, "HTTP/"+host)
	start, end := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	ticket, key, err := messages.NewTicket(client, realm, service, realm, types.NewKrbFlags(), keys,
		etypeID.AES256_CTS_HMAC_SHA1_96, 1, start, start, end, end)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := ticket.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	cache := bytes.NewBuffer([]byte{5, 4, 0, 0})
	principal(cache, client)
	principal(cache, client)
	principal(cache, service)
	number(cache, uint16(key.KeyType))
	data(cache, key.KeyValue)
	for _, moment := range []time.Time{start, start, end, end} {
		number(cache, uint32(moment.Unix()))
	}
	cache.Write(make([]byte, 1+4+4+4)) // no session key in a second ticket, no flags, addresses or authorisation data
	data(cache, packed)
	data(cache, nil)
	if err := os.WriteFile(path, cache.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func principal(b *bytes.Buffer, name types.PrincipalName) {
	number(b, uint32(name.NameType))
	number(b, uint32(len(name.NameString)))
	data(b, []byte(realm))
	for _, component := range name.NameString {
		data(b, []byte(component))
	}
}

func number(b *bytes.Buffer, n any) { _ = binary.Write(b, binary.BigEndian, n) }

func data(b *bytes.Buffer, content []byte) {
	number(b, uint32(len(content)))
	b.Write(content)
}
