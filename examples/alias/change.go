package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/examples/internal/cli"
)

// ensure sets the alias and proves it.
func ensure(ctx context.Context, o options, p *printer) error {
	zone, err := o.dynamicZone()
	if err != nil {
		return err
	}
	change, err := dns.Ensure(ctx, zone, o.resolver(), o.record(), nil)
	return tell(p, "ensure", o.record(), change, err)
}

// remove takes the alias away, if it leads to the target.
func remove(ctx context.Context, o options, p *printer) error {
	zone, err := o.dynamicZone()
	if err != nil {
		return err
	}
	change, err := dns.Remove(ctx, zone, o.resolver(), o.record())
	return tell(p, "delete", o.record(), change, err)
}

// check follows the alias.
func check(ctx context.Context, o options, p *printer) error {
	return follow(ctx, o.resolver(), o.name, o.target, p)
}

func (o options) record() dns.Record {
	return dns.Record{Name: o.name, Type: dns.TypeCNAME, Value: o.target}
}

// resolver asks the one server that was given; it confirms changes, too.
func (o options) resolver() *dns.Resolver {
	return &dns.Resolver{Servers: []string{o.server}, Authoritative: []string{o.server}}
}

// tell prints how a change ended. A conflict and a server that ignores are problems found.
func tell(p *printer, action string, r dns.Record, change dns.Change, err error) error {
	object := map[string]any{
		"action": action, "name": r.Name, "target": r.Value, "verdict": change.Verdict.String(),
		"before": values(change.Before), "after": values(change.After), "servers": change.Servers, "waitSeconds": int(change.Wait.Seconds()),
	}
	if err != nil {
		object["error"] = err.Error()
		p.say(false, object, "%s %s: %s: %v", action, r.Name, change.Verdict, err)
		if errors.Is(err, dns.ErrInvalid) {
			return err
		}
		return cli.ErrFound
	}
	sentence := fmt.Sprintf("%s %s -> %s: %s", action, r.Name, r.Value, change.Verdict)
	if len(change.Servers) > 0 {
		sentence += ", read back from " + strings.Join(change.Servers, ", ")
	}
	if change.Wait > 0 {
		sentence += fmt.Sprintf("; resolvers may keep the old answer for %s", change.Wait)
	}
	p.say(true, object, "%s", sentence)
	for _, doubt := range change.Doubts {
		p.note("     " + doubt)
	}
	return nil
}

// follow walks the chain and draws it.
func follow(ctx context.Context, r *dns.Resolver, name, target string, p *printer) error {
	chain, err := dns.Check(ctx, r, name, target)
	if err != nil {
		return err
	}
	object := map[string]any{"action": "check", "name": chain.Name, "target": chain.Target, "addresses": chain.Addresses, "problems": problems(chain)}
	p.say(chain.OK(), object, "%s", strings.TrimSpace(chain.String()))
	if !chain.OK() {
		return cli.ErrFound
	}
	return nil
}

func problems(chain *dns.Chain) []string {
	list := make([]string, len(chain.Problems))
	for i, problem := range chain.Problems {
		list[i] = problem.String()
	}
	return list
}

func values(records []dns.Record) []string {
	list := make([]string, len(records))
	for i, r := range records {
		list[i] = r.Type + " " + r.Value
	}
	return list
}
