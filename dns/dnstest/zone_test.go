package dnstest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
)

func TestAddRefusesWhatAZoneCannotHold(t *testing.T) {
	tests := []struct {
		record dns.Record
		want   error
	}{
		{dns.Record{Name: "a.contoso.com", Type: "A", Value: "::1"}, dns.ErrInvalid},
		{dns.Record{Name: "a.contoso.com", Type: "A", Value: "localhost"}, dns.ErrInvalid},
		{dns.Record{Name: "a.contoso.com", Type: "AAAA", Value: "127.0.0.1"}, dns.ErrInvalid},
		{dns.Record{Name: "a.contoso.com", Type: "AAAA", Value: "fe80::1%eth0"}, dns.ErrInvalid},
		{dns.Record{Name: "a.contoso.com", Type: "MX", Value: "10 mail.contoso.com"}, dns.ErrInvalid},
		{dns.Record{Name: "sub.contoso.com", Type: "NS", Value: "ns.contoso.com"}, dns.ErrInvalid},
		{dns.Record{Name: "contoso.com", Type: "NS", Value: ""}, dns.ErrInvalid},
		{dns.Record{Name: "a b", Type: "A", Value: "127.0.0.1"}, dns.ErrInvalid},
		{dns.Record{Name: "a.contoso.com", Type: "A", Value: "127.0.0.1", TTL: -1}, dns.ErrInvalid},
		{dns.Record{Name: "a.fabrikam.com", Type: "A", Value: "127.0.0.1"}, dns.ErrNotFound},
		{dns.Record{Name: "a.emea.contoso.com", Type: "A", Value: "127.0.0.1"}, dns.ErrNotFound},
		{dns.Record{Name: "alias.contoso.com", Type: "A", Value: "127.0.0.1"}, dns.ErrConflict},
		{dns.Record{Name: "alias.contoso.com", Type: "CNAME", Value: "b.example"}, dns.ErrConflict},
		{dns.Record{Name: "contoso.com", Type: "CNAME", Value: "b.example"}, dns.ErrConflict},
	}
	server := dnstest.NewServer()
	zone := server.AddZone("Contoso.com.")
	server.AddZone("emea.contoso.com")
	if err := zone.Add(dns.Record{Name: "alias.contoso.com", Type: "CNAME", Value: "a.example"}); err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		if err := zone.Add(test.record); !errors.Is(err, test.want) {
			t.Errorf("%v: got %v, want %v", test.record, err, test.want)
		}
	}
}

func TestZoneWithABadName(t *testing.T) {
	zone := dnstest.NewServer().AddZone("not a name")
	record := dns.Record{Name: "a.example", Type: "CNAME", Value: "b.example"}
	_, lookupErr := zone.Lookup(t.Context(), "a.example")
	for _, err := range []error{lookupErr, zone.Add(record), zone.Swap(t.Context(), "a.example", nil, &record)} {
		if !errors.Is(err, dns.ErrInvalid) || !strings.Contains(err.Error(), "not a name") {
			t.Errorf("got %v, want an InvalidError about the zone's name", err)
		}
	}
}

func TestAddZoneTwiceIsOneZone(t *testing.T) {
	server := dnstest.NewServer()
	if server.AddZone("contoso.com") != server.AddZone("CONTOSO.com.") {
		t.Error("got two zones")
	}
}

func TestPlantedRecordGetsTheNewTTL(t *testing.T) {
	zone := dnstest.NewServer().AddZone("contoso.com")
	record := dns.Record{Name: "a.contoso.com", Type: "TXT", Value: "x"}
	again := record
	again.TTL = 7e9
	if err := zone.Add(record, again); err != nil {
		t.Fatal(err)
	}
	have, err := zone.Lookup(t.Context(), record.Name)
	if err != nil || len(have) != 1 || have[0].TTL != again.TTL {
		t.Errorf("got %v, %v", have, err)
	}
}

func TestRemoveTakesAwayOneRecord(t *testing.T) {
	zone := dnstest.NewServer().AddZone("contoso.com")
	one := dns.Record{Name: "a.contoso.com", Type: "TXT", Value: "one"}
	two := dns.Record{Name: "a.contoso.com", Type: "TXT", Value: "two"}
	if err := zone.Add(one, two); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := zone.Remove(one); err != nil {
			t.Fatal(err)
		}
	}
	have, err := zone.Lookup(t.Context(), one.Name)
	if err != nil || len(have) != 1 || !have[0].Equal(two) {
		t.Errorf("got %v, %v, want %v", have, err, two)
	}
	if err := zone.Remove(dns.Record{Name: "a.fabrikam.com", Type: "TXT"}); !errors.Is(err, dns.ErrNotFound) {
		t.Errorf("foreign name: got %v, want %v", err, dns.ErrNotFound)
	}
	if err := zone.Remove(dns.Record{Name: "a.contoso.com", Type: "MX"}); !errors.Is(err, dns.ErrInvalid) {
		t.Errorf("unknown type: got %v, want %v", err, dns.ErrInvalid)
	}
}
