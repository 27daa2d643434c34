//go:build integration

package rfc2136_test

import (
	"context"
	"encoding/base64"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	wire "github.com/miekg/dns"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
	"github.com/clouddp/sdk/dns/rfc2136"
	"github.com/clouddp/sdk/internal/testserver"
)

// bed is a kind of server that the tests run against.
type bed struct {
	name string
	// start returns the address of a server with the records in contoso.com, which the key may change.
	start func(t *testing.T, records ...dns.Record) string
	// unsigned is what it answers to an unsigned update.
	unsigned string
}

// beds returns our own server and two that nobody here wrote.
func beds() []bed {
	own := func(t *testing.T, records ...dns.Record) string {
		t.Helper()
		server, zone := newServer(t)
		if err := zone.Add(records...); err != nil {
			t.Fatal(err)
		}
		addr, err := server.Serve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return addr
	}
	return []bed{
		{"dnstest", own, "REFUSED"},
		{"Knot", real(testserver.Knot), "NOTAUTH"},
		{"BIND", real(testserver.BIND), "REFUSED"},
	}
}

// real starts one of the servers of package testserver.
func real(start func(testing.TB, testserver.Config) *testserver.Server) func(*testing.T, ...dns.Record) string {
	return func(t *testing.T, records ...dns.Record) string {
		t.Helper()
		var lines []string
		for _, r := range records {
			value := r.Value
			if r.Type == dns.TypeCNAME {
				value += "."
			}
			lines = append(lines, r.Name+". 300 IN "+r.Type+" "+value)
		}
		zone := testserver.Zone{Name: "contoso.com", Records: strings.Join(lines, "\n")}
		return start(t, testserver.Config{
			Zones: []testserver.Zone{zone}, Key: testserver.Key{Name: keyName, Secret: secret()},
		}).Addr
	}
}

// outcome is what a server says to an update.
type outcome struct{ code, tsig string }

// raw sends an update without any of the driver's care. A nil secret leaves it unsigned.
func raw(t *testing.T, addr string, m *wire.Msg, name string, secret []byte, skew time.Duration) outcome {
	t.Helper()
	packed, err := m.Pack()
	if secret != nil {
		m.SetTsig(name+".", wire.HmacSHA256, 300, time.Now().Add(skew).Unix())
		packed, _, err = wire.TsigGenerate(m, base64.StdEncoding.EncodeToString(secret), "", false)
	}
	if err != nil {
		t.Fatal(err)
	}
	conn, err := wire.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write(packed); err != nil {
		t.Fatal(err)
	}
	reply := new(wire.Msg)
	packed, err = conn.ReadMsgHeader(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := reply.Unpack(packed); err != nil {
		t.Fatal(err)
	}
	got := outcome{code: wire.RcodeToString[reply.Rcode]}
	if sig := reply.IsTsig(); sig != nil && sig.Error != 0 {
		got.tsig = wire.RcodeToString[int(sig.Error)]
	}
	return got
}

// adding is an update that adds records, given as in a zone file.
func adding(t *testing.T, lines ...string) *wire.Msg {
	t.Helper()
	m := new(wire.Msg)
	m.SetUpdate("contoso.com.")
	for _, line := range lines {
		m.Insert([]wire.RR{parse(t, line)})
	}
	return m
}

func parse(t *testing.T, line string) wire.RR {
	t.Helper()
	rr, err := wire.NewRR(line)
	if err != nil {
		t.Fatal(err)
	}
	return rr
}

// plant adds an address past the driver.
func plant(t *testing.T, addr string) func(context.Context, dns.Record) error {
	t.Helper()
	return func(_ context.Context, r dns.Record) error {
		if got := raw(t, addr, adding(t, r.Name+". 300 IN "+r.Type+" "+r.Value), keyName, secret(), 0); got.code != "NOERROR" {
			t.Errorf("plant %v: got %v", r, got)
		}
		return nil
	}
}

// cutter loses the answers to updates on demand.
type cutter struct{ due atomic.Bool }

func (c *cutter) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, addr)
	if err != nil || network != "tcp" || !c.due.CompareAndSwap(true, false) {
		return conn, err
	}
	return cutConn{conn}, nil
}

// cutConn ends when the answer comes.
type cutConn struct{ net.Conn }

func (c cutConn) Read(p []byte) (int, error) {
	if _, err := c.Conn.Read(p); err != nil {
		return 0, err
	}
	return 0, io.ErrUnexpectedEOF
}

func TestZoneOnRealServers(t *testing.T) {
	for _, b := range beds()[1:] {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			dnstest.TestZone(t, func(t *testing.T) dnstest.Harness {
				t.Helper()
				addr, cut := b.start(t), new(cutter)
				return dnstest.Harness{
					Zone: &rfc2136.Zone{Server: addr, Signer: key(), Dial: cut.dial}, Apex: "contoso.com",
					Resolver: dnstest.ResolverFor(addr),
					Plant:    plant(t, addr),
					LoseNext: func() { cut.due.Store(true) },
				}
			})
		})
	}
}
