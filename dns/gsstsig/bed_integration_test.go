//go:build integration

package gsstsig_test

import (
	"context"
	"net"
	"testing"

	"github.com/clouddp/sdk/dns/gsstsig"
	"github.com/clouddp/sdk/internal/nameserver"
)

const (
	apex     = "corp.test"
	user     = "updater"
	password = "correct horse"
	service  = "DNS/ns1.corp.test"
)

// bed is a realm with one user and a BIND that obeys it.
type bed struct {
	*nameserver.Realm
	named *nameserver.Server
}

func newBed(t *testing.T) *bed {
	t.Helper()
	realm := nameserver.Kerberos(t, "CORP.TEST")
	realm.AddUser(t, user, password, true)
	realm.AddService(t, service)
	keytab := realm.Keytab(t, service)
	return &bed{Realm: realm, named: nameserver.BIND(t, nameserver.Config{
		Zones:        []nameserver.Zone{{Name: apex}},
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
