package dnstest_test

import (
	"context"
	"testing"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestZoneInMemory(t *testing.T) {
	dnstest.TestZone(t, func(*testing.T) dnstest.Harness {
		server := dnstest.NewServer()
		return harness(server, server.Resolver())
	})
}

func TestZoneServed(t *testing.T) {
	dnstest.TestZone(t, func(t *testing.T) dnstest.Harness {
		t.Helper()
		server := dnstest.NewServer()
		return harness(server, dnstest.ResolverFor(serve(t, server)))
	})
}

func harness(server *dnstest.Server, resolver *dns.Resolver) dnstest.Harness {
	zone := server.AddZone("contoso.com")
	return dnstest.Harness{
		Zone: zone, Apex: "contoso.com", Resolver: resolver,
		Plant:      func(_ context.Context, r dns.Record) error { return zone.Add(r) },
		IgnoreNext: func() { server.Inject(dnstest.Fault{Kind: dnstest.IgnoreUpdate}) },
		LoseNext:   func() { server.Inject(dnstest.Fault{Kind: dnstest.LoseUpdate}) },
	}
}

// serve starts the server on a loopback port until the test ends.
func serve(t *testing.T, server *dnstest.Server) string {
	t.Helper()
	addr, err := server.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return addr
}
