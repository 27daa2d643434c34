//go:build integration

package peers

import (
	"context"
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/libdns/libdns"
	"github.com/libdns/rfc2136"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
	"github.com/clouddp/sdk/dns/libdnszone"
	"github.com/clouddp/sdk/internal/testserver"
)

const apex = "contoso.com"

// A provider nobody here wrote, on servers nobody here wrote, keeps the contract of a Zone.
func TestZoneOverLibdnsRFC2136(t *testing.T) {
	for name, start := range map[string]func(testing.TB, testserver.Config) *testserver.Server{
		"Knot": testserver.Knot, "BIND": testserver.BIND,
	} {
		t.Run(name, func(t *testing.T) {
			key := testserver.NewKey("update")
			server := start(t, testserver.Config{Zones: []testserver.Zone{{Name: apex}}, Key: key})
			provider := &rfc2136.Provider{
				KeyName: key.Name, KeyAlg: "hmac-sha256", Key: base64.StdEncoding.EncodeToString(key.Secret), Server: server.Addr,
			}
			dnstest.TestZone(t, func(t *testing.T) dnstest.Harness {
				t.Helper()
				return harness(t, provider, server.Addr)
			})
		})
	}
}

// harness is the shared server with nothing at the names of the suite.
func harness(t *testing.T, provider *rfc2136.Provider, addr string) dnstest.Harness {
	t.Helper()
	t.Cleanup(func() {
		if err := wipe(context.Background(), provider); err != nil {
			t.Error(err)
		}
	})
	return dnstest.Harness{
		Zone:     &libdnszone.Zone{Provider: provider, Name: apex, ZoneFileTexts: true},
		Apex:     apex,
		Resolver: dnstest.ResolverFor(addr),
		Plant: func(ctx context.Context, r dns.Record) error {
			record := libdns.RR{Name: r.Name + ".", Type: r.Type, Data: r.Value, TTL: r.TTL}
			_, err := provider.AppendRecords(ctx, apex+".", []libdns.Record{record})
			return err
		},
	}
}

// wipe deletes everything at the names of the suite.
func wipe(ctx context.Context, provider *rfc2136.Provider) error {
	for _, name := range []string{"conformance", "other"} {
		if _, err := provider.DeleteRecords(ctx, apex+".", []libdns.Record{libdns.RR{Name: name}}); err != nil {
			return fmt.Errorf("delete everything at %s: %w", name, err)
		}
	}
	return nil
}

// The provider reports success where the server did nothing; the zone does not.
func TestAnAliasBesideAnAddressIsAConflict(t *testing.T) {
	key := testserver.NewKey("update")
	server := testserver.Knot(t, testserver.Config{
		Zones: []testserver.Zone{{Name: apex, Records: "clouddp A 192.0.2.7"}}, Key: key,
	})
	provider := &rfc2136.Provider{
		KeyName: key.Name, KeyAlg: "hmac-sha256", Key: base64.StdEncoding.EncodeToString(key.Secret), Server: server.Addr,
	}
	target := libdns.CNAME{Name: "clouddp", Target: "clouddp.cloudapp.net."}
	if _, err := provider.SetRecords(t.Context(), apex+".", []libdns.Record{target}); err != nil {
		t.Fatalf("the provider has learnt to report it (%v): this test has lost its reason", err)
	}

	zone := &libdnszone.Zone{Provider: provider, Name: apex, ZoneFileTexts: true}
	alias := dns.Record{Name: "clouddp." + apex, Type: dns.TypeCNAME, Value: "clouddp.cloudapp.net"}
	change, err := dns.Ensure(t.Context(), zone, dnstest.ResolverFor(server.Addr), alias, nil)
	if change.Verdict != dns.Conflict {
		t.Errorf("got %v, %v", change.Verdict, err)
	}
}
