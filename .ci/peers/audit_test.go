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
	"github.com/clouddp/sdk/internal/testserver"
)

const (
	// aliasCount is how many aliases are looked up in one go, each with one query.
	aliasCount = 100_000
	// outstanding is how many queries every client keeps in flight. Many more overflow what the system keeps for a server.
	outstanding = 100
)

// BenchmarkAudit compares, turn by turn and with as many queries in flight, an audit with a plain client on miekg/dns and
// with dnsperf. Figures of one run compare with each other, those of different machines do not.
func BenchmarkAudit(b *testing.B) {
	b.Run("Knot", func(b *testing.B) { compare(b, testserver.Knot) })
	b.Run("BIND", func(b *testing.B) { compare(b, testserver.BIND) })
}

func compare(b *testing.B, start func(testing.TB, testserver.Config) *testserver.Server) {
	b.Helper()
	aliases := newAliases()
	server := start(b, testserver.Config{Zones: []testserver.Zone{{Name: apex, Records: zoneFile(aliases)}}})
	queries := queryFile(b, aliases)
	var audit, plain, perf cost
	for b.Loop() {
		plain.add(measure(func() { askPlainly(b, server.Addr, aliases) }))
		audit.add(measure(func() { runAudit(b, server.Addr, aliases) }))
		perf.add(cost{wall: runDnsperf(b, server.Addr, queries)})
	}
	b.ReportMetric(audit.rate(b.N), "queries/s")
	b.ReportMetric(plain.rate(b.N), "miekg-queries/s")
	b.ReportMetric(perf.rate(b.N), "dnsperf-queries/s")
	b.ReportMetric(audit.rate(b.N)/plain.rate(b.N), "x-miekg")
	b.ReportMetric(audit.rate(b.N)/perf.rate(b.N), "x-dnsperf")
	b.ReportMetric(audit.perQuery(b.N), "cpu-µs/query")
	b.ReportMetric(plain.perQuery(b.N), "miekg-cpu-µs/query")
}

// cost is what looking up all aliases takes.
type cost struct{ wall, cpu time.Duration }

func (c *cost) add(other cost) { c.wall, c.cpu = c.wall+other.wall, c.cpu+other.cpu }

func (c *cost) rate(rounds int) float64 { return float64(rounds*aliasCount) / c.wall.Seconds() }

func (c *cost) perQuery(rounds int) float64 {
	return float64(c.cpu.Nanoseconds()) / 1000 / float64(rounds*aliasCount)
}

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

func runAudit(b *testing.B, addr string, aliases []dns.Alias) {
	b.Helper()
	resolver := &dns.Resolver{Servers: []string{addr}}
	options := &dns.AuditOptions{InFlight: outstanding}
	for found, err := range dns.Audit(context.Background(), resolver, slices.Values(aliases), options) {
		if err != nil || !found.OK() {
			b.Fatal(found, err)
		}
	}
}

// askPlainly is what one writes at first: a client that is shared by as many goroutines as queries may be in flight.
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

// runDnsperf asks everything once and returns how long dnsperf says that took.
func runDnsperf(b *testing.B, addr, queries string) time.Duration {
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
	seconds, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return time.Duration(seconds * float64(time.Second))
}
