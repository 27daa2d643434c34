package dns_test

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/clouddp/sdk/dns"
)

// TestAuditOf100000AliasesTakesLittleMemory looks at what an audit keeps and at the heap it grows, with every alias
// dangling, which takes most.
func TestAuditOf100000AliasesTakesLittleMemory(t *testing.T) {
	const count, bound = 100_000, 64 << 20
	aliases := func(yield func(dns.Alias) bool) {
		for i := range count {
			target := fmt.Sprintf("service%06d.westeurope.cloudapp.azure.com", i)
			if !yield(dns.Alias{Name: fmt.Sprintf("distribution-point-%06d.emea.contoso.com", i), Target: target}) {
				return
			}
		}
	}
	var heap, most uint64
	heap = heapInUse()
	settled, found := 0, 0
	options := dns.AuditOptions{Progress: func(dns.Audited) {
		if settled++; settled%1000 == 0 {
			most = max(most, heapInUse())
		}
	}}
	for a, err := range dns.Audit(t.Context(), resolverOver(t, danglingDial(t)), aliases, &options) {
		if err != nil || a.Problem.Kind != dns.ProblemClaimable {
			t.Fatalf("got %v, %v", a, err)
		}
		found++
	}
	t.Logf("the heap grew by %d MB", (most-heap)>>20)
	if found != count || most-heap > bound {
		t.Errorf("got %d aliases, more than 64 MB", found)
	}
}

// heapInUse is what the heap takes, garbage and all.
func heapInUse() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapInuse
}

// danglingDial dials a server whose every alias leads to a service that is gone.
func danglingDial(t *testing.T) dialFunc {
	t.Helper()
	const from, to = len("distribution-point-"), len(".emea.contoso.com.")
	return func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			defer func() { _ = far.Close() }()
			for {
				query, err := readMessage(far, false)
				if err != nil {
					return
				}
				answer := reply(query, func(m *dnsmessage.Message) {
					owner := m.Questions[0].Name.String()
					number := owner[from : len(owner)-to]
					cnameAnswer(dns.Record{
						Name:  owner[:len(owner)-1],
						Value: "service" + number + ".westeurope.cloudapp.azure.com",
					})(m)
					m.RCode = dnsmessage.RCodeNameError
				})
				if _, err := far.Write(answer); err != nil {
					return
				}
			}
		}()
		return near, nil
	}
}
