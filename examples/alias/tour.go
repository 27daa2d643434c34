package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
	"github.com/clouddp/sdk/dns/rfc2136"
	"github.com/clouddp/sdk/examples/internal/cli"
)

// The tour's names.
const (
	tourZone   = "contoso.com"
	tourName   = "clouddp.contoso.com"
	tourTarget = "clouddp.cloudapp.net"
)

// tour sets an alias on a DNS server of its own by signed dynamic update, follows it, shows what a conflict looks like,
// audits what is left lying about, and removes the alias.
func tour(ctx context.Context, o options, p *printer) error {
	server, zone, key, err := tourServer()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if o.server, err = server.Serve(ctx); err != nil {
		return err
	}
	o.name, o.target = tourName, tourTarget
	dynamic := &rfc2136.Zone{Server: o.server, Name: tourZone, Signer: key}
	p.note("A DNS server of our own at " + o.server + " serves " + tourZone + " and takes signed updates.\n")

	for range 2 { // the second finds it done
		change, err := dns.Ensure(ctx, dynamic, o.resolver(), o.record(), nil)
		if err := tell(p, "ensure", o.record(), change, err); err != nil {
			return err
		}
	}
	if err := check(ctx, o, p); err != nil {
		return err
	}
	if err := tourConflict(ctx, o, dynamic, p); err != nil {
		return err
	}
	if err := tourAudit(ctx, o, zone, p); err != nil {
		return err
	}
	change, err := dns.Remove(ctx, dynamic, o.resolver(), o.record())
	return tell(p, "delete", o.record(), change, err)
}

// tourServer serves the zone, protected by a key, and the cloud's own domain.
func tourServer() (*dnstest.Server, *dnstest.Zone, rfc2136.TSIG, error) {
	server := dnstest.NewServer()
	zone := server.AddZone(tourZone)
	secret := []byte(rand.Text())
	key := rfc2136.TSIG{Name: "tour", Secret: rfc2136.StaticSecret(secret)}
	return server, zone, key, errors.Join(
		server.AddKey("tour", secret),
		server.AddZone("cloudapp.net").Add(dns.Record{Name: tourTarget, Type: "A", Value: "127.0.0.1"}),
		zone.Add(dns.Record{Name: "www." + tourZone, Type: "A", Value: "127.0.0.1"}),
	)
}

// tourConflict asks for an alias where an address is, which must be refused and change nothing.
func tourConflict(ctx context.Context, o options, zone dns.Zone, p *printer) error {
	taken := dns.Record{Name: "www." + tourZone, Type: dns.TypeCNAME, Value: tourTarget}
	change, err := dns.Ensure(ctx, zone, o.resolver(), taken, nil)
	if !errors.Is(err, dns.ErrConflict) {
		return fmt.Errorf("an alias beside an address is not refused: %s, %w", change.Verdict, err)
	}
	object := map[string]any{"action": "ensure", "name": taken.Name, "target": taken.Value, "verdict": change.Verdict.String()}
	p.say(true, object, "ensure %s is refused, as it must be: %v", taken.Name, err)
	return nil
}

// tourAudit leaves an alias of a deleted service behind and finds it.
func tourAudit(ctx context.Context, o options, zone *dnstest.Zone, p *printer) error {
	leftover := dns.Record{Name: "old." + tourZone, Type: dns.TypeCNAME, Value: "old.cloudapp.net"}
	if err := zone.Add(leftover); err != nil {
		return err
	}
	p.note("\nAn audit, with an alias that somebody left behind:")
	aliases := []dns.Alias{{Name: tourName, Target: tourTarget}, {Name: leftover.Name}}
	if err := auditAll(ctx, o.resolver(), aliases, p); !errors.Is(err, cli.ErrFound) {
		return fmt.Errorf("the audit did not find the alias left behind: %w", err)
	}
	p.note("")
	return zone.Remove(leftover)
}
