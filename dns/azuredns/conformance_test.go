package azuredns_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dns/armdns"
	"go.uber.org/goleak"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestZone(t *testing.T) {
	dnstest.TestZone(t, func(*testing.T) dnstest.Harness {
		a, server := newAzure()
		return dnstest.Harness{
			Zone: a.zone(), Apex: apex, Resolver: server.Resolver(),
			Plant: func(_ context.Context, r dns.Record) error {
				a.plant(strings.TrimSuffix(r.Name, "."+apex), armdns.RecordTypeA, address(r.Value))
				return nil
			},
			IgnoreNext: func() { a.next(func(a *azure) { a.ignore = true }) },
			LoseNext:   func() { a.next(func(a *azure) { a.lose = true }) },
		}
	})
}

func TestZoneInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, server := newAzure()
		for _, want := range []dns.Verdict{dns.Applied, dns.AlreadyOK} {
			change, err := dns.Ensure(t.Context(), a.zone(), server.Resolver(), alias("one.cloudapp.net"), nil)
			if err != nil || change.Verdict != want {
				t.Errorf("got %v, %v, want %v", change.Verdict, err, want)
			}
		}
	})
}
