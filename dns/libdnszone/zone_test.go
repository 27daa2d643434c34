package libdnszone_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/libdnszone"
)

const name = "clouddp." + apex

func alias(target string) dns.Record {
	return dns.Record{Name: name, Type: dns.TypeCNAME, Value: target, TTL: time.Minute}
}

func text(value string) dns.Record {
	return dns.Record{Name: name, Type: dns.TypeTXT, Value: value, TTL: time.Minute}
}

func TestATargetIsWrittenWithItsDot(t *testing.T) {
	p, _ := newProvider(quirks{})
	one := alias("One.cloudapp.net")
	if err := newZone(p, true).Swap(t.Context(), name, nil, &one); err != nil {
		t.Fatal(err)
	}
	p.wants(t, "CNAME", "one.cloudapp.net.")
}

func TestAReplacementIsSetInOneStepWherePossible(t *testing.T) {
	for sets, want := range map[bool]string{true: "set", false: "delete append"} {
		p, _ := newProvider(quirks{})
		one, two := alias("one.cloudapp.net"), alias("two.cloudapp.net")
		p.plant(one)
		p.plant(dns.Record{Name: "other." + apex, Type: "CNAME", Value: "three.cloudapp.net."})
		p.stored[0].Data += "."
		if err := newZone(p, sets).Swap(t.Context(), name, &one, &two); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(p.writes, " "); got != want {
			t.Errorf("SetRecords %v: got writes %q, want %q", sets, got, want)
		}
		p.wants(t, "CNAME", "three.cloudapp.net.", "two.cloudapp.net.")
	}
}

func TestTheTTLOfATextChangesInPlace(t *testing.T) {
	p, _ := newProvider(quirks{})
	p.plant(text("one"), text("two"))
	old, replacement := text("one"), text("one")
	replacement.TTL = time.Hour
	zone := newZone(p, true)
	if err := zone.Swap(t.Context(), name, &old, &replacement); err != nil {
		t.Fatal(err)
	}
	have, err := zone.Lookup(t.Context(), name)
	if err != nil || len(have) != 2 || have[0] != text("two") || have[1] != replacement {
		t.Errorf("got %v, %v", have, err)
	}
}

func TestWhatProvidersDoInstead(t *testing.T) {
	one, two, three := alias("one.cloudapp.net"), alias("two.cloudapp.net"), alias("three.cloudapp.net")
	foreign := text("of somebody else")
	anotherText := text("ours")
	dotted := func(r dns.Record) dns.Record { r.Value += "."; return r }
	tests := map[string]struct {
		quirks
		without          bool // SetRecords
		planted          []dns.Record
		old, replacement *dns.Record
		fault            func(*provider)
		want             error
		kind             string
		left             []string
	}{
		"ignores an append": {
			replacement: &one, fault: func(p *provider) { p.ignore = true },
			want: dns.ErrIntegrity, kind: "CNAME",
		},
		"ignores a set": {
			planted: []dns.Record{dotted(one)}, old: &one, replacement: &two, fault: func(p *provider) { p.ignore = true },
			want: dns.ErrIntegrity, kind: "CNAME", left: []string{"one.cloudapp.net."},
		},
		"ignores a delete": {
			planted: []dns.Record{dotted(one)}, old: &one, fault: func(p *provider) { p.ignore = true },
			want: dns.ErrIntegrity, kind: "CNAME", left: []string{"one.cloudapp.net."},
		},
		"refuses to append where the old one is deleted": {
			without: true, planted: []dns.Record{dotted(one)}, old: &one, replacement: &two,
			fault: func(p *provider) { p.between = func() { p.next(func(p *provider) { p.between = failing(p) }) } },
			want:  errRefused, kind: "CNAME", left: []string{"one.cloudapp.net."},
		},
		"drops texts of others and can be made to keep them": {
			quirks: quirks{appendSets: true}, planted: []dns.Record{foreign}, replacement: &anotherText,
			kind: "TXT", left: []string{"ours", "of somebody else"},
		},
		"drops texts of others for good": {
			quirks: quirks{appendSets: true, keepsOneRecord: true}, planted: []dns.Record{foreign}, replacement: &anotherText,
			want: dns.ErrIntegrity, kind: "TXT", left: []string{"of somebody else"},
		},
		"drops texts of others and has no SetRecords": {
			quirks: quirks{appendSets: true}, without: true, planted: []dns.Record{foreign}, replacement: &anotherText,
			want: dns.ErrIntegrity, kind: "TXT", left: []string{"ours"},
		},
		"shows texts in a form nobody told the zone about": {
			replacement: &anotherText, fault: func(p *provider) { p.zoneFileTexts = true },
			want: dns.ErrIntegrity, kind: "TXT", left: []string{"ours"},
		},
		"lets somebody else add an address in between": {
			replacement: &one, fault: func(p *provider) {
				p.between = func() { p.plant(dns.Record{Name: name, Type: "A", Value: "192.0.2.1"}) }
			},
			want: dns.ErrConflict, kind: "CNAME",
		},
		"lets somebody else add an alias in between": {
			replacement: &one, fault: func(p *provider) { p.between = func() { p.plant(dotted(three)) } },
			want: dns.ErrConflict, kind: "CNAME", left: []string{"three.cloudapp.net."},
		},
		"fails and does nothing": {
			replacement: &one, fault: func(p *provider) { p.fail = errRefused }, want: errRefused, kind: "CNAME",
		},
		"cannot be reached": {
			replacement: &one, fault: func(p *provider) { p.fail = &net.OpError{Op: "dial", Err: errRefused} },
			want: dns.ErrUnavailable, kind: "CNAME",
		},
		"does not answer in time": {
			replacement: &one, fault: func(p *provider) { p.fail = context.DeadlineExceeded },
			want: dns.ErrUnknown, kind: "CNAME",
		},
		"breaks off after the change": {
			replacement: &one, fault: func(p *provider) { p.lose = true },
			want: dns.ErrUnknown, kind: "CNAME", left: []string{"one.cloudapp.net."},
		},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			p, _ := newProvider(test.quirks)
			p.plant(test.planted...)
			zone := newZone(p, !test.without)
			if test.fault != nil {
				p.next(test.fault)
			}
			err := zone.Swap(t.Context(), name, test.old, test.replacement)
			if !errors.Is(err, test.want) {
				t.Errorf("got error %v, want %v", err, test.want)
			}
			p.wants(t, test.kind, test.left...)
		})
	}
}

var errRefused = errors.New("403: the token may not do this")

// failing makes the write after the next one fail.
func failing(p *provider) func() {
	return func() { p.next(func(p *provider) { p.fail = errRefused }) }
}

func TestErrorsSayWhatIsThere(t *testing.T) {
	p, _ := newProvider(quirks{appendSets: true})
	p.plant(text("of somebody else"))
	ours := text("ours")
	err := newZone(p, false).Swap(t.Context(), name, nil, &ours)
	altered, ok := errors.AsType[*libdnszone.AlteredError](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	if altered.Name != name || !slices.Equal(altered.Have, []dns.Record{ours}) || len(altered.Want) != 2 {
		t.Errorf("got %+v", altered)
	}
	const reads = `the name should hold [clouddp.contoso.com 60 TXT "of somebody else" clouddp.contoso.com 60 TXT "ours"] ` +
		`and holds [clouddp.contoso.com 60 TXT "ours"]`
	if !strings.Contains(err.Error(), reads) {
		t.Errorf("it reads %v", err)
	}

	p, _ = newProvider(quirks{})
	p.next(func(p *provider) {
		p.between = func() { p.plant(dns.Record{Name: name, Type: "A", Value: "192.0.2.1"}) }
	})
	one := alias("one.cloudapp.net")
	err = newZone(p, true).Swap(t.Context(), name, nil, &one)
	conflict, ok := errors.AsType[*dns.ConflictError](err)
	if !ok || len(conflict.Have) != 1 || conflict.Have[0].Type != "A" {
		t.Errorf("got %v", err)
	}
}

func TestADelegatedNameIsNotOfThisZone(t *testing.T) {
	p, _ := newProvider(quirks{})
	p.plant(dns.Record{Name: "emea." + apex, Type: "NS", Value: "ns.emea.contoso.com."})
	zone := newZone(p, true)
	for _, below := range []string{"emea." + apex, "clouddp.emea." + apex} {
		if _, err := zone.Lookup(t.Context(), below); !errors.Is(err, dns.ErrNotFound) {
			t.Errorf("%s: got %v", below, err)
		}
	}
	if _, err := zone.Lookup(t.Context(), "notemea."+apex); err != nil {
		t.Error(err)
	}
}

func TestAnUnreadableZone(t *testing.T) {
	p, _ := newProvider(quirks{})
	zone := newZone(p, true)
	zone.Name = "fabrikam.com"
	if _, err := zone.Lookup(t.Context(), "clouddp.fabrikam.com"); !errors.Is(err, dns.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

func TestBadFieldsAreListed(t *testing.T) {
	zone := &libdnszone.Zone{Name: "no zone", Settle: -1}
	_, err := zone.Lookup(t.Context(), name)
	invalid, ok := errors.AsType[*dns.InvalidError](err)
	if !ok || len(invalid.Problems) != 3 {
		t.Errorf("got %v, want three problems", err)
	}
}

func TestAnEmptyTextIsRefused(t *testing.T) {
	p, _ := newProvider(quirks{})
	p.plant(text(""), text("of somebody else"))
	empty := text("")
	if err := newZone(p, true).Swap(t.Context(), name, &empty, nil); !errors.Is(err, dns.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	p.wants(t, "TXT", "", "of somebody else")
}

func TestTurnsAreWaitedForNoLongerThanTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := newProvider(quirks{})
		zone := newZone(p, true)
		holding, release := make(chan struct{}), make(chan struct{})
		p.next(func(p *provider) { p.between = func() { close(holding); <-release } })
		first := make(chan error)
		one, two := alias("one.cloudapp.net"), alias("two.cloudapp.net")
		go func() { first <- zone.Swap(t.Context(), name, nil, &one) }()
		<-holding

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := zone.Swap(ctx, name, nil, &two); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("second: got %v", err)
		}
		close(release)
		if err := <-first; err != nil {
			t.Errorf("first: %v", err)
		}
		p.wants(t, "CNAME", "one.cloudapp.net.")
	})
}

func TestTheOldAliasComesBackAfterTheContextHasEnded(t *testing.T) {
	p, _ := newProvider(quirks{})
	one, two := alias("one.cloudapp.net"), alias("two.cloudapp.net")
	p.plant(dns.Record{Name: name, Type: "CNAME", Value: "one.cloudapp.net.", TTL: time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	p.next(func(p *provider) { p.between = cancel })
	if err := newZone(p, false).Swap(ctx, name, &one, &two); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v", err)
	}
	p.wants(t, "CNAME", "one.cloudapp.net.")
	if got := strings.Join(p.writes, " "); got != "delete append" {
		t.Errorf("got writes %q", got)
	}
}
