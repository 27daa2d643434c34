//go:build integration

package gsstsig_test

import (
	"context"
	"encoding/hex"
	"errors"
	"net"
	"testing"
	"time"

	wire "github.com/miekg/dns"

	"github.com/clouddp/sdk/dns/gsstsig"
	"github.com/clouddp/sdk/dns/rfc2136"
	"github.com/clouddp/sdk/internal/testserver"
)

const (
	apex     = "corp.test"
	user     = "updater"
	password = "correct horse"
	service  = "DNS/ns1.corp.test"
)

// bed is a realm with one user and a BIND that obeys it.
type bed struct {
	*testserver.Realm
	named *testserver.Server
}

func newBed(t *testing.T) *bed {
	t.Helper()
	realm := testserver.Kerberos(t, "CORP.TEST")
	realm.AddUser(t, user, password, true)
	realm.AddService(t, service)
	keytab := realm.Keytab(t, service)
	return &bed{Realm: realm, named: testserver.BIND(t, testserver.Config{
		Zones:        []testserver.Zone{{Name: apex}},
		Options:      realm.Options(keytab),
		UpdatePolicy: realm.Grant(user),
		Env:          realm.Env,
	})}
}

// signer is the user's, with the password.
func (b *bed) signer() *gsstsig.Signer {
	return &gsstsig.Signer{
		User: user, Realm: b.Name, Password: secret(password), Config: b.Config, Host: "ns1.corp.test",
	}
}

// send sends an update that does not go through package rfc2136, and fails unless the reply is a success that the server
// has signed.
func (b *bed) send(t testing.TB, session rfc2136.Session, fill func(*wire.Msg)) {
	t.Helper()
	message := new(wire.Msg).SetUpdate(apex + ".")
	fill(message)
	message.SetTsig(session.KeyName(), session.Algorithm(), 300, time.Now().Unix())
	client := wire.Client{Net: "tcp", TsigProvider: provider{session}}
	reply, _, err := client.Exchange(message, b.named.Addr)
	if err != nil || reply.Rcode != wire.RcodeSuccess || reply.IsTsig() == nil {
		t.Fatalf("update: got %v, %v", reply, err)
	}
}

// provider lets miekg/dns sign with a session.
type provider struct{ rfc2136.Session }

func (p provider) Generate(msg []byte, _ *wire.TSIG) ([]byte, error) { return p.Sign(msg) }

func (p provider) Verify(msg []byte, t *wire.TSIG) error {
	mac, err := hex.DecodeString(t.MAC)
	return errors.Join(err, p.Session.Verify(msg, mac))
}

func secret(text string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(text), nil }
}

// dialer connects to addr whatever name is asked for.
func dialer(addr string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(ctx, network, addr)
	}
}

// newDomain returns a domain of Active Directory and a signer of its user.
func newDomain(t *testing.T) (*testserver.Domain, *gsstsig.Signer) {
	t.Helper()
	const password = "Correct.horse.7" // complex enough for the domain
	domain := testserver.Samba(t)
	domain.AddUser(t, user, password)
	return domain, &gsstsig.Signer{
		User: user, Realm: domain.Realm, Password: secret(password), Config: domain.Config, Host: domain.Host,
	}
}
