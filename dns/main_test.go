package dns_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// alias is what most tests set.
func alias() dns.Record {
	return dns.Record{Name: "clouddp.contoso.com", Type: dns.TypeCNAME, Value: "clouddp.cloudapp.net"}
}

// world is a server with the organisation's zone and the cloud's, which knows the service.
type world struct {
	*dnstest.Server
	contoso, cloud *dnstest.Zone
	resolver       *dns.Resolver
}

func newWorld(t *testing.T) *world {
	t.Helper()
	server := dnstest.NewServer()
	w := &world{Server: server, resolver: server.Resolver()}
	w.contoso, w.cloud = server.AddZone("contoso.com"), server.AddZone("cloudapp.net")
	add(t, w.cloud, "clouddp.cloudapp.net", "A", "127.0.0.1")
	return w
}

// add plants one record.
func add(t *testing.T, zone *dnstest.Zone, name, kind, value string) {
	t.Helper()
	if err := zone.Add(dns.Record{Name: name, Type: kind, Value: value, TTL: 10 * time.Minute}); err != nil {
		t.Fatal(err)
	}
}

// nameServer is the server of every zone of a dnstest.Server.
const nameServer = "192.0.2.53:53"
