//go:build integration

package testserver

import (
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

var zones = []Zone{
	{Name: "contoso.com", Records: "www A 192.0.2.7\nclouddp CNAME clouddp.cloudapp.test."},
	{Name: "cloudapp.test", Records: "clouddp A 192.0.2.8", Open: true},
}

func TestServersAnswerForTheirZones(t *testing.T) {
	for name, start := range map[string]func(testing.TB, Config) *Server{"Knot": Knot, "BIND": BIND} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, config := range []Config{{Zones: zones}, {Zones: zones, Key: NewKey("update")}} {
				server := start(t, config)
				address(t, server.Addr, "www.contoso.com.", [4]byte{192, 0, 2, 7})
				address(t, server.Addr, "clouddp.cloudapp.test.", [4]byte{192, 0, 2, 8})
			}
		})
	}
}

func TestUnboundAsksItsStubs(t *testing.T) {
	server := Knot(t, Config{Zones: zones})
	const wrong = "contoso.com. DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000"
	good := Unbound(t, Stub{Zone: "contoso.com", Addr: server.Addr}, Stub{Zone: "cloudapp.test", Addr: server.Addr})
	address(t, good.Addr, "www.contoso.com.", [4]byte{192, 0, 2, 7})
	address(t, good.Addr, "clouddp.cloudapp.test.", [4]byte{192, 0, 2, 8})
	bogus := Unbound(t, Stub{Zone: "contoso.com", Addr: server.Addr, TrustAnchor: wrong})
	_, err := ask(t.Context(), bogus.Addr, "www.contoso.com.", dnsmessage.TypeA)
	if err == nil || !strings.Contains(err.Error(), "ServerFailure") {
		t.Errorf("with a wrong anchor: got %v", err)
	}
}

func TestStopEndsTheServer(t *testing.T) {
	server := Knot(t, Config{Zones: zones})
	server.Stop()
	if _, err := ask(t.Context(), server.Addr, "www.contoso.com.", dnsmessage.TypeA); err == nil {
		t.Error("it still answers")
	}
	if !strings.Contains(server.Log(), "contoso.com") {
		t.Errorf("its log does not mention the zone:\n%s", server.Log())
	}
}

func TestAnotherServerOnThePortIsNoticed(t *testing.T) {
	server := BIND(t, Config{Zones: zones})
	err := recognise(t.Context(), server.Addr, "contoso.com", newNonce())
	if err == nil || !strings.Contains(err.Error(), "another server") {
		t.Errorf("got %v", err)
	}
}

func address(t *testing.T, addr, name string, want [4]byte) {
	t.Helper()
	body, err := ask(t.Context(), addr, name, dnsmessage.TypeA)
	if err != nil {
		t.Fatal(err)
	}
	if a, ok := body.(*dnsmessage.AResource); !ok || a.A != want {
		t.Errorf("got %v, want %v", body, want)
	}
}
