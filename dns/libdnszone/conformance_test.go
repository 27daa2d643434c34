package libdnszone_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
	"github.com/clouddp/sdk/dns/libdnszone"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestZoneOverSloppyProviders(t *testing.T) {
	for name, q := range map[string]quirks{
		"only without preconditions":  {},
		"absolute names without dots": {noDots: true},
		"absolute names with dots":    {dots: true},
		"upper case":                  {loud: true},
		"opaque records":              {opaque: true},
		"deletes what it shows":       {noDots: true, exactDelete: true},
		"deletes exact records":       {dots: true, exactDelete: true},
		"append overwrites":           {appendSets: true},
		"set appends":                 {setAppends: true},
		"zone-file texts":             {zoneFileTexts: true},
		"long TTLs":                   {shortTTLs: true},
		"the worst of all":            {noDots: true, loud: true, opaque: true, appendSets: true, zoneFileTexts: true, shortTTLs: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Run("with SetRecords", func(t *testing.T) {
				dnstest.TestZone(t, func(*testing.T) dnstest.Harness { return harness(q, true) })
			})
			if q.appendSets { // nothing is left that keeps two texts
				return
			}
			t.Run("without SetRecords", func(t *testing.T) {
				dnstest.TestZone(t, func(*testing.T) dnstest.Harness { return harness(q, false) })
			})
		})
	}
}

func harness(q quirks, sets bool) dnstest.Harness {
	p, server := newProvider(q)
	return dnstest.Harness{
		Zone: newZone(p, sets), Apex: apex, Resolver: server.Resolver(),
		Plant: func(_ context.Context, r dns.Record) error {
			p.plant(r)
			return nil
		},
		IgnoreNext: func() { p.next(func(p *provider) { p.ignore = true }) },
		LoseNext:   func() { p.next(func(p *provider) { p.lose = true }) },
	}
}

func newZone(p *provider, sets bool) *libdnszone.Zone {
	z := &libdnszone.Zone{Provider: p, Name: "Contoso.com.", ZoneFileTexts: p.zoneFileTexts, Settle: 2 * p.lag}
	if sets {
		z.Provider = setterProvider{p}
	}
	return z
}

// A provider that lists what was true a moment ago is waited for.
func TestZoneOverALaggingProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := newProvider(quirks{lag: 3 * time.Second})
		zone := newZone(p, true)
		began := time.Now()
		change, err := dns.Ensure(t.Context(), zone, server.Resolver(), alias("one.cloudapp.net"), nil)
		if err != nil || change.Verdict != dns.Applied {
			t.Fatalf("got %v, %v", change.Verdict, err)
		}
		if took := time.Since(began); took < 3*time.Second || took > 4*time.Second {
			t.Errorf("took %v, want little more than 3 s", took)
		}
		change, err = dns.Remove(t.Context(), zone, server.Resolver(), alias("one.cloudapp.net"))
		if err != nil || change.Verdict != dns.Applied {
			t.Fatalf("got %v, %v", change.Verdict, err)
		}
		p.wants(t, "CNAME")
	})
}
