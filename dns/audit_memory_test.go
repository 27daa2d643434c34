package dns_test

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"testing"
	"time"

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
	r := resolverOver(t, danglingDial)
	r.Timeout = time.Minute // however busy the machine is
	options := dns.AuditOptions{Progress: func(dns.Audited) {
		if settled++; settled%1000 == 0 {
			most = max(most, heapInUse())
		}
	}}
	for a, err := range dns.Audit(t.Context(), r, aliases, &options) {
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

// danglingDial dials a server whose every alias leads to a service that is gone. It writes its answers by hand, since it
// is not what is measured.
func danglingDial(context.Context, string, string) (net.Conn, error) {
	const numberAt, digits = 12 + 1 + len("distribution-point-"), 6
	near, far := net.Pipe()
	go func() {
		defer func() { _ = far.Close() }()
		message := make([]byte, 512)
		for {
			n, err := far.Read(message)
			if err != nil {
				return
			}
			message[2], message[3], message[7] = 0x85, 0x83, 1 // NXDOMAIN, behind one alias
			answer := append(message[:n:512], 0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 7+digits+31+1, 7+digits)
			answer = append(answer, "service"...)
			answer = append(answer, message[numberAt:numberAt+digits]...)
			answer = append(answer, "\x0awesteurope\x08cloudapp\x05azure\x03com\x00"...)
			if _, err := far.Write(answer); err != nil {
				return
			}
		}
	}()
	return near, nil
}
