package adcs_test

import (
	"crypto/tls"
	"testing"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs"
	"github.com/clouddp/sdk/certs/adcs/adcstest"
	"github.com/clouddp/sdk/certs/certstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// forest is a CA, a domain controller of its forest, and the directory as its administrator reaches it.
type forest struct {
	ca        *certstest.CA
	server    *adcstest.Server
	directory *adcs.Directory
}

func newForest(tb testing.TB) *forest {
	tb.Helper()
	ca := certstest.NewCA("Contoso, \"Issuing\" CA")
	ca.AddGroup("ConfigMgr Site Servers")
	server, err := adcstest.NewServer(ca)
	if err != nil {
		tb.Fatal(err)
	}
	f := &forest{ca: ca, server: server}
	f.directory = f.as(tb, adcstest.Administrator)
	return f
}

// as returns the directory as an account reaches it.
func (f *forest) as(tb testing.TB, account string) *adcs.Directory {
	tb.Helper()
	d := &adcs.Directory{
		Servers:  []string{"ldaps://" + adcstest.Host},
		User:     account,
		Password: certs.StaticPassword(adcstest.Password),
		Roots:    f.server.Pool(),
		Dial:     f.server.Dial,
	}
	tb.Cleanup(func() { _ = d.Close() })
	return d
}

// tlsTo returns how a client verifies the domain controller.
func tlsTo(f *forest) *tls.Config {
	return &tls.Config{RootCAs: f.server.Pool(), ServerName: adcstest.Host}
}
