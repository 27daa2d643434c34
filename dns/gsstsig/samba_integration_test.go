//go:build integration

package gsstsig_test

import (
	"errors"
	"testing"
	"time"

	wire "github.com/miekg/dns"

	"github.com/clouddp/sdk/dns/gsstsig"
	"github.com/clouddp/sdk/internal/nameserver"
)

const sambaPassword = "Correct.horse.7"

func newDomain(t *testing.T) (*nameserver.Domain, *gsstsig.Signer) {
	t.Helper()
	domain := nameserver.Samba(t)
	domain.AddUser(t, user, sambaPassword)
	return domain, &gsstsig.Signer{
		User: user, Realm: domain.Realm, Password: secret(sambaPassword), Config: domain.Config, Host: domain.Host,
	}
}

func TestSambaZZ(t *testing.T) {
	d, signer := newDomain(t)
	session, err := signer.Session(t.Context(), d.Addr)
	if err != nil {
		t.Fatal(err)
	}
	client := wire.Client{Net: "tcp", TsigProvider: provider{session}}
	message := new(wire.Msg).SetUpdate(d.Zone + ".")
	message.Insert([]wire.RR{&wire.TXT{
		Hdr: wire.RR_Header{Name: "signed." + d.Zone + ".", Rrtype: wire.TypeTXT, Class: wire.ClassINET, Ttl: 60},
		Txt: []string{"by " + session.KeyName()},
	}})
	message.SetTsig(session.KeyName(), session.Algorithm(), 300, time.Now().Unix())
	reply, _, err := client.ExchangeContext(t.Context(), message, d.Addr)
	t.Log(reply, err, errors.Is(err, nil))
}
