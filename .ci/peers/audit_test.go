//go:build integration && unix

package peers

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	miekg "github.com/miekg/dns"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/udpbatch"
	"github.com/clouddp/sdk/internal/testserver"
)

const (
	// aliasCount is how many aliases are looked up in one go, each with one query.
	aliasCount = 100_000
	// outstanding is how many queries every client keeps in flight. Many more overflow what the system keeps for a server.
	outstanding = 100
)

// BenchmarkAudit compares audits, over the sockets of package net and over those of udpbatch, with a plain client on
// miekg/dns and with dnsperf: in every round each asks the same server the same questions, with as many in flight, and the
// order changes from round to round. Reported are medians, and those of ratios are of ratios within a round. The figures
// of one run compare with each other, those of different machines do not, and no client gets more out of a server than its
// one thread can answer, which dnsperf shows.
//
//	go test -tags integration -run '^$' -bench=Audit -benchtime=5x .
func BenchmarkAudit(b *testing.B) {
	b.Run("Knot", func(b *testing.B) { compare(b, testserver.Knot) })
	b.Run("BIND", func(b *testing.B) { compare(b, testserver.BIND) })
}

// The clients that are compared.
const (
	overNet = iota
	overUDPBatch
	overMiekg
	overDnsperf
	clientCount
)

// round is what each client took.
type round [clientCount]cost

func compare(b *testing.B, start func(testing.TB, testserver.Config) *testserver.Server) {
	b.Helper()
	aliases := newAliases()
	server := start(b, testserver.Config{Zones: []testserver.Zone{{Name: apex, Records: zoneFile(aliases)}}})
	queries := queryFile(b, aliases)
	clients := [clientCount]func() cost{
		overNet: func() cost {
			return measure(func() { runAudit(b, &dns.Resolver{Servers: []string{server.Addr}}, aliases) })
		},
		overUDPBatch: func() cost {
			return measure(func() { runAudit(b, &dns.Resolver{Servers: []string{server.Addr}, Dial: udpbatch.Dial}, aliases) })
		},
		overMiekg:   func() cost { return measure(func() { askPlainly(b, server.Addr, aliases) }) },
		overDnsperf: func() cost { return runDnsperf(b, server.Addr, queries) },
	}
	var rounds []round
	for b.Loop() {
		var r round
		for turn := range clients {
			client := (len(rounds) + turn) % len(clients)
			r[client] = clients[client]()
		}
		rounds = append(rounds, r)
		b.Logf("round %d: %v", len(rounds), r)
	}
	report(b, rounds)
}

// report reports the medians.
func report(b *testing.B, rounds []round) {
	b.Helper()
	metric := func(unit string, of func(round) float64) {
		var values []float64
		for _, r := range rounds {
			values = append(values, of(r))
		}
		slices.Sort(values)
		b.ReportMetric((values[(len(values)-1)/2]+values[len(values)/2])/2, unit)
	}
	for client, name := range [clientCount]string{"net", "udpbatch", "miekg", "dnsperf"} {
		metric(name+"-queries/s", func(r round) float64 { return r[client].rate() })
		metric(name+"-cpu-µs/query", func(r round) float64 { return r[client].perQuery() })
	}
	for client, name := range [...]string{"net", "udpbatch"} {
		metric(name+"-x-miekg", func(r round) float64 { return r[client].rate() / r[overMiekg].rate() })
		metric(name+"-x-dnsperf", func(r round) float64 { return r[client].rate() / r[overDnsperf].rate() })
	}
}

// cost is what looking up all aliases takes.
type cost struct{ wall, cpu time.Duration }

func (c cost) rate() float64 { return aliasCount / c.wall.Seconds() }

func (c cost) perQuery() float64 { return float64(c.cpu.Nanoseconds()) / 1000 / aliasCount }

func (c cost) String() string { return fmt.Sprintf("%.0f/s %.1fµs", c.rate(), c.perQuery()) }

func measure(work func()) cost {
	started, before := time.Now(), cpuTime()
	work()
	return cost{wall: time.Since(started), cpu: cpuTime() - before}
}

// cpuTime is what this process has used so far.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func newAliases() []dns.Alias {
	var aliases []dns.Alias
	for i := range aliasCount {
		aliases = append(aliases, dns.Alias{Name: fmt.Sprintf("alias%d.%s", i, apex), Target: "service." + apex})
	}
	return aliases
}

func zoneFile(aliases []dns.Alias) string {
	records := []string{"service A 192.0.2.7"}
	for _, alias := range aliases {
		records = append(records, alias.Name+". CNAME service")
	}
	return strings.Join(records, "\n")
}

// queryFile is the list of queries as dnsperf reads it.
func queryFile(b *testing.B, aliases []dns.Alias) string {
	b.Helper()
	var list bytes.Buffer
	for _, alias := range aliases {
		fmt.Fprintf(&list, "%s A\n", alias.Name)
	}
	path := filepath.Join(b.TempDir(), "queries")
	if err := os.WriteFile(path, list.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

func runAudit(b *testing.B, resolver *dns.Resolver, aliases []dns.Alias) {
	b.Helper()
	options := &dns.AuditOptions{InFlight: outstanding}
	for found, err := range dns.Audit(context.Background(), resolver, slices.Values(aliases), options) {
		if err != nil || !found.OK() {
			b.Fatal(found, err)
		}
	}
}

// askPlainly is what one writes by the documentation of miekg/dns: Client.Exchange, which opens a socket for each query,
// in as many goroutines as queries may be in flight. One that keeps a socket for each goroutine, which few write, is faster.
func askPlainly(b *testing.B, addr string, aliases []dns.Alias) {
	b.Helper()
	var client miekg.Client
	var next, good atomic.Int64
	var asking sync.WaitGroup
	for range outstanding {
		asking.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(aliases); i = next.Add(1) - 1 {
				query := new(miekg.Msg).SetQuestion(aliases[i].Name+".", miekg.TypeA)
				answer, _, err := client.Exchange(query, addr)
				if err == nil && len(answer.Answer) == 2 {
					good.Add(1)
				}
			}
		})
	}
	asking.Wait()
	if lost := len(aliases) - int(good.Load()); lost > len(aliases)/1000 {
		b.Fatalf("%d queries got no answer", lost)
	}
}

var runTime = regexp.MustCompile(`Run time \(s\): +([0-9.]+)`)

// runDnsperf asks everything once, over as many sockets as an audit. The time is what dnsperf says, without its start.
func runDnsperf(b *testing.B, addr, queries string) cost {
	b.Helper()
	host, port, _ := strings.Cut(addr, ":")
	command := exec.CommandContext(b.Context(), "dnsperf", "-s", host, "-p", port, "-d", queries,
		"-n", "1", "-T", "1", "-c", "2", "-q", strconv.Itoa(outstanding))
	output, err := command.CombinedOutput()
	if err != nil {
		b.Fatalf("dnsperf, of the Debian package of that name: %v\n%s", err, output)
	}
	found := runTime.FindSubmatch(output)
	if found == nil || !bytes.Contains(output, []byte("(100.00%)")) {
		b.Fatalf("dnsperf did not get every answer:\n%s", output)
	}
	wall, err := time.ParseDuration(string(found[1]) + "s")
	if err != nil {
		b.Fatal(err)
	}
	return cost{wall: wall, cpu: command.ProcessState.UserTime() + command.ProcessState.SystemTime()}
}
