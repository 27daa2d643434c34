package udpbatch_test

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"testing"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
	"github.com/clouddp/sdk/dns/udpbatch"
)

func TestAuditInBatches(t *testing.T) {
	const count = 500
	server := dnstest.NewServer()
	zone, cloud := server.AddZone("contoso.com"), server.AddZone("cloudapp.net")
	records := []dns.Record{{Name: "clouddp.cloudapp.net", Type: "A", Value: "192.0.2.7"}}
	var aliases []dns.Alias
	for i := range count {
		aliases = append(aliases, dns.Alias{Name: fmt.Sprintf("alias%d.contoso.com", i), Target: records[0].Name})
	}
	if err := cloud.Add(records...); err != nil {
		t.Fatal(err)
	}
	for _, alias := range aliases {
		if err := zone.Add(dns.Record{Name: alias.Name, Type: dns.TypeCNAME, Value: alias.Target}); err != nil {
			t.Fatal(err)
		}
	}
	server.Inject(dnstest.Fault{Kind: dnstest.Truncate, Times: 10}) // which is asked again, over TCP
	addr, err := server.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	resolver := &dns.Resolver{Servers: []string{addr}, Dial: udpbatch.Dial}
	found := 0
	for audited, err := range dns.Audit(t.Context(), resolver, slices.Values(aliases), nil) {
		if err != nil || !audited.OK() {
			t.Fatalf("got %v, %v", audited, err)
		}
		found++
	}
	if found != count {
		t.Errorf("got %d of %d", found, count)
	}
}

func TestDialReturnsTheErrorOfPackageNet(t *testing.T) {
	conn, err := udpbatch.Dial(t.Context(), "udp", "192.0.2.1")
	if _, ok := errors.AsType[*net.OpError](err); !ok || conn != nil {
		t.Errorf("got %v, %v", conn, err)
	}
}

func TestWrapLeavesOtherConnectionsAlone(t *testing.T) {
	near, far := net.Pipe()
	defer func() { _, _ = near.Close(), far.Close() }()
	var listener net.ListenConfig
	unconnected, err := listener.ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unconnected.Close() }()
	udp, _ := unconnected.(*net.UDPConn)
	for _, conn := range []net.Conn{near, udp} {
		if got := udpbatch.Wrap(conn); got != conn {
			t.Errorf("got a %T for a %T", got, conn)
		}
	}
}
