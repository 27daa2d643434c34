package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/udpbatch"
	"github.com/clouddp/sdk/examples/internal/cli"
)

// audit looks where every alias of a file leads, the worst first.
func audit(ctx context.Context, o options, p *printer) error {
	aliases, err := readAliases(o.audit)
	if err != nil {
		return err
	}
	r, err := o.auditor()
	if err != nil {
		return err
	}
	return auditAll(ctx, r, aliases, p)
}

// auditAll prints a line for each alias and a sum.
func auditAll(ctx context.Context, r *dns.Resolver, aliases []dns.Alias, p *printer) error {
	found := map[dns.ProblemKind]int{}
	for result, err := range dns.Audit(ctx, r, each(aliases), nil) {
		if err != nil {
			return err
		}
		found[result.Problem.Kind]++
		object := map[string]any{
			"action": "audit", "name": result.Name, "wanted": result.Target, "end": result.End, "hops": result.Hops,
			"problem": string(result.Problem.Kind), "detail": result.Problem.Detail,
		}
		p.say(result.OK(), object, "%s", result)
	}
	bad := len(aliases) - found[""]
	p.note(fmt.Sprintf("\n%d aliases: %d can be taken over, %d dangle, %d have other problems",
		len(aliases), found[dns.ProblemClaimable], found[dns.ProblemDangling], bad-found[dns.ProblemClaimable]-found[dns.ProblemDangling]))
	if bad > 0 {
		return cli.ErrFound
	}
	return nil
}

func each(aliases []dns.Alias) func(yield func(dns.Alias) bool) {
	return func(yield func(dns.Alias) bool) {
		for _, a := range aliases {
			if !yield(a) {
				return
			}
		}
	}
}

func readAliases(path string) ([]dns.Alias, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read from
	var aliases []dns.Alias
	for alias, err := range dns.ParseAliases(file) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		aliases = append(aliases, alias)
	}
	return aliases, nil
}

// auditor asks -server or, without it, the servers that this system uses.
func (o options) auditor() (*dns.Resolver, error) {
	if o.server != "" {
		return &dns.Resolver{Servers: []string{o.server}, Dial: udpbatch.Dial}, nil
	}
	file, err := os.Open("/etc/resolv.conf")
	if err != nil {
		return nil, fmt.Errorf("give a resolver with -server: %w", err)
	}
	defer func() { _ = file.Close() }() // only read from
	var servers []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) == 2 && fields[0] == "nameserver" {
			servers = append(servers, "["+fields[1]+"]:53")
		}
	}
	return &dns.Resolver{Servers: servers, Dial: udpbatch.Dial}, nil
}
