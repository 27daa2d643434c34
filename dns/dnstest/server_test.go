package dnstest_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
)

// newServer returns a server with an alias from one zone into another.
func newServer(tb testing.TB) *dnstest.Server {
	tb.Helper()
	server := dnstest.NewServer()
	records := []dns.Record{
		{Name: "clouddp.contoso.com", Type: "CNAME", Value: "clouddp.cloudapp.net"},
		{Name: "gone.contoso.com", Type: "CNAME", Value: "gone.cloudapp.net"},
		{Name: "outside.contoso.com", Type: "CNAME", Value: "www.example.org"},
		{Name: "loop.contoso.com", Type: "CNAME", Value: "back.contoso.com"},
		{Name: "back.contoso.com", Type: "CNAME", Value: "loop.contoso.com"},
		{Name: "deep.down.contoso.com", Type: "TXT", Value: "hello"},
		{Name: "contoso.com", Type: "NS", Value: "ns2.contoso.com"},
	}
	if err := server.AddZone("contoso.com").Add(records...); err != nil {
		tb.Fatal(err)
	}
	addresses := []dns.Record{
		{Name: "clouddp.cloudapp.net", Type: "A", Value: "127.0.0.1"},
		{Name: "clouddp.cloudapp.net", Type: "AAAA", Value: "::1"},
	}
	if err := server.AddZone("cloudapp.net").Add(addresses...); err != nil {
		tb.Fatal(err)
	}
	return server
}

// ask sends one query over a connection of the network and returns the reply.
func ask(t *testing.T, conn net.Conn, network string, m dnsmessage.Message) dnsmessage.Message {
	t.Helper()
	packed, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	if network == "tcp" {
		packed = framed(packed)
	}
	if _, err := conn.Write(packed); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 65535)
	n, err := 0, error(nil)
	if network == "tcp" {
		if _, err := io.ReadFull(conn, buffer[:2]); err != nil {
			t.Fatal(err)
		}
		n, err = io.ReadFull(conn, buffer[:binary.BigEndian.Uint16(buffer)])
	} else {
		n, err = conn.Read(buffer)
	}
	if err != nil {
		t.Fatal(err)
	}
	var reply dnsmessage.Message
	if err := reply.Unpack(buffer[:n]); err != nil {
		t.Fatal(err)
	}
	return reply
}

// framed puts a message behind its length, as over TCP.
func framed(message []byte) []byte {
	length := binary.BigEndian.AppendUint16(nil, uint16(len(message)))
	return append(length, message...)
}

// query is a message with one question.
func query(name string, kind dnsmessage.Type) dnsmessage.Message {
	return dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 4711, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name), Type: kind, Class: dnsmessage.ClassINET}},
	}
}

// dialMemory connects to the server in memory until the test ends.
func dialMemory(t *testing.T, server *dnstest.Server, network string) net.Conn {
	t.Helper()
	conn, err := server.Dial(t.Context(), network, "anywhere:53")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// types are the types of the records of a section.
func types(section []dnsmessage.Resource) string {
	var names []string
	for _, r := range section {
		names = append(names, strings.TrimPrefix(r.Header.Type.String(), "Type"))
	}
	return strings.Join(names, " ")
}

func TestAnswers(t *testing.T) {
	tests := []struct {
		name      string
		kind      dnsmessage.Type
		rcode     dnsmessage.RCode
		answers   string
		authority string
	}{
		{"clouddp.contoso.com.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, "CNAME A", ""},
		{"CLOUDDP.Contoso.com.", dnsmessage.TypeAAAA, dnsmessage.RCodeSuccess, "CNAME AAAA", ""},
		{"clouddp.contoso.com.", dnsmessage.TypeCNAME, dnsmessage.RCodeSuccess, "CNAME", ""},
		{"clouddp.contoso.com.", dnsmessage.TypeTXT, dnsmessage.RCodeSuccess, "CNAME", "SOA"},
		{"clouddp.contoso.com.", dnsmessage.TypeALL, dnsmessage.RCodeSuccess, "CNAME", ""},
		{"clouddp.cloudapp.net.", dnsmessage.TypeALL, dnsmessage.RCodeSuccess, "A", ""},
		{"gone.contoso.com.", dnsmessage.TypeA, dnsmessage.RCodeNameError, "CNAME", "SOA"},
		{"outside.contoso.com.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, "CNAME", ""},
		{"loop.contoso.com.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, "CNAME CNAME", ""},
		{"nothing.contoso.com.", dnsmessage.TypeA, dnsmessage.RCodeNameError, "", "SOA"},
		{"down.contoso.com.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, "", "SOA"},
		{"deep.down.contoso.com.", dnsmessage.TypeTXT, dnsmessage.RCodeSuccess, "TXT", ""},
		{"contoso.com.", dnsmessage.TypeSOA, dnsmessage.RCodeSuccess, "SOA", ""},
		{"contoso.com.", dnsmessage.TypeNS, dnsmessage.RCodeSuccess, "NS NS", ""},
		{"ns1.contoso.com.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, "A", ""},
		{"contoso.com.", dnsmessage.TypeMX, dnsmessage.RCodeSuccess, "", "SOA"},
		{"contoso.com.", dnsmessage.TypeAXFR, dnsmessage.RCodeRefused, "", ""},
		{"www.example.org.", dnsmessage.TypeA, dnsmessage.RCodeRefused, "", ""},
		{".", dnsmessage.TypeNS, dnsmessage.RCodeRefused, "", ""},
	}
	server := newServer(t)
	for _, network := range []string{"udp", "tcp"} {
		conn := dialMemory(t, server, network)
		for _, test := range tests {
			reply := ask(t, conn, network, query(test.name, test.kind))
			if reply.RCode != test.rcode || types(reply.Answers) != test.answers || types(reply.Authorities) != test.authority {
				t.Errorf("%s %v over %s: got %v, answers %q, authority %q", test.name, test.kind, network,
					reply.RCode, types(reply.Answers), types(reply.Authorities))
			}
			if reply.Authoritative != (test.rcode != dnsmessage.RCodeRefused) || reply.ID != 4711 || !reply.RecursionAvailable {
				t.Errorf("%s %v: got header %+v", test.name, test.kind, reply.Header)
			}
		}
	}
}

func TestOtherOperations(t *testing.T) {
	conn := dialMemory(t, newServer(t), "udp")
	notify := query("contoso.com.", dnsmessage.TypeSOA)
	notify.OpCode = 4
	if reply := ask(t, conn, "udp", notify); reply.RCode != dnsmessage.RCodeNotImplemented || reply.OpCode != 4 {
		t.Errorf("NOTIFY: got %+v", reply.Header)
	}
	chaos := query("contoso.com.", dnsmessage.TypeSOA)
	chaos.Questions[0].Class = dnsmessage.ClassCHAOS
	if reply := ask(t, conn, "udp", chaos); reply.RCode != dnsmessage.RCodeRefused || len(reply.Answers) != 0 {
		t.Errorf("class CHAOS: got %+v", reply.Header)
	}
	if reply := ask(t, conn, "udp", dnsmessage.Message{}); reply.RCode != dnsmessage.RCodeFormatError {
		t.Errorf("no question: got %+v", reply.Header)
	}
}

func TestTruncationAndEDNS(t *testing.T) {
	server := newServer(t)
	for i := range 3 {
		long := dns.Record{Name: "long.contoso.com", Type: "TXT", Value: strings.Repeat(string(rune('a'+i)), 200)}
		if err := server.AddZone("contoso.com").Add(long); err != nil {
			t.Fatal(err)
		}
	}
	plain := query("long.contoso.com.", dnsmessage.TypeTXT)
	edns := plain
	var opt dnsmessage.ResourceHeader
	opt.Name = dnsmessage.MustNewName(".")
	if err := opt.SetEDNS0(4096, dnsmessage.RCodeSuccess, false); err != nil {
		t.Fatal(err)
	}
	edns.Additionals = []dnsmessage.Resource{{Header: opt, Body: &dnsmessage.OPTResource{}}}
	tests := []struct {
		network   string
		query     dnsmessage.Message
		truncated bool
		opt       string
	}{{"udp", plain, true, ""}, {"udp", edns, false, "OPT"}, {"tcp", plain, false, ""}}
	for _, test := range tests {
		reply := ask(t, dialMemory(t, server, test.network), test.network, test.query)
		if reply.Truncated != test.truncated || len(reply.Answers) == 0 != test.truncated || types(reply.Additionals) != test.opt {
			t.Errorf("%s %v: truncated %v with %d answers and %q", test.network, test.opt, reply.Truncated,
				len(reply.Answers), types(reply.Additionals))
		}
	}
}

func TestSerialGrowsWithEveryChange(t *testing.T) {
	server := newServer(t)
	conn := dialMemory(t, server, "udp")
	serial := func() uint32 {
		reply := ask(t, conn, "udp", query("contoso.com.", dnsmessage.TypeSOA))
		soa, ok := reply.Answers[0].Body.(*dnsmessage.SOAResource)
		if !ok {
			t.Fatalf("got %v", reply.Answers)
		}
		return soa.Serial
	}
	before := serial()
	record := dns.Record{Name: "new.contoso.com", Type: "TXT", Value: "x"}
	if err := server.AddZone("contoso.com").Swap(t.Context(), record.Name, nil, &record); err != nil {
		t.Fatal(err)
	}
	if after := serial(); after != before+1 {
		t.Errorf("got serial %d after %d", after, before)
	}
}

// TestIndependentClient asks with the standard library's client, in memory and over a real socket.
func TestIndependentClient(t *testing.T) {
	server := newServer(t)
	addr := serve(t, server)
	socket := func(ctx context.Context, network, _ string) (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(ctx, network, addr)
	}
	for name, dial := range map[string]func(context.Context, string, string) (net.Conn, error){
		"memory": server.Dial, "socket": socket,
	} {
		client := &net.Resolver{PreferGo: true, Dial: dial}
		hosts, err := client.LookupHost(t.Context(), "clouddp.contoso.com.")
		if slices.Sort(hosts); err != nil || !slices.Equal(hosts, []string{"127.0.0.1", "::1"}) {
			t.Errorf("%s: got %v, %v", name, hosts, err)
		}
		texts, err := client.LookupTXT(t.Context(), "deep.down.contoso.com.")
		if err != nil || !slices.Equal(texts, []string{"hello"}) {
			t.Errorf("%s: got %q, %v", name, texts, err)
		}
		_, err = client.LookupHost(t.Context(), "nothing.contoso.com.")
		if failure, ok := errors.AsType[*net.DNSError](err); !ok || !failure.IsNotFound {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
}

func TestServedOverBothTransports(t *testing.T) {
	addr := serve(t, newServer(t))
	for _, network := range []string{"udp", "tcp"} {
		var dialer net.Dialer
		conn, err := dialer.DialContext(t.Context(), network, addr)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			reply := ask(t, conn, network, query("clouddp.contoso.com.", dnsmessage.TypeA))
			if types(reply.Answers) != "CNAME A" {
				t.Errorf("%s: got %q", network, types(reply.Answers))
			}
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestServedDelay(t *testing.T) {
	server := newServer(t)
	resolver := dnstest.ResolverFor(serve(t, server))
	server.Inject(dnstest.Fault{Kind: dnstest.Delay, Delay: 30 * time.Millisecond})
	chain, err := dns.Check(t.Context(), resolver, "clouddp.contoso.com", "clouddp.cloudapp.net")
	if err != nil || !chain.OK() || chain.Hops[0].RTT < 30*time.Millisecond {
		t.Errorf("got %v, %v", chain, err)
	}
}

func TestServeStopsWithItsContext(t *testing.T) {
	server := newServer(t)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if addr, err := server.Serve(ended); err == nil {
		t.Errorf("served on %s although the context had ended", addr)
	}
}

func TestClosingEndsADelayedConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newServer(t)
		server.Inject(dnstest.Fault{Kind: dnstest.Delay, Delay: time.Hour, Times: dnstest.Always})
		for _, network := range []string{"udp", "tcp"} {
			conn, err := server.Dial(t.Context(), network, "")
			if err != nil {
				t.Fatal(err)
			}
			m := query("contoso.com.", dnsmessage.TypeSOA)
			packed, err := m.Pack()
			if err != nil {
				t.Fatal(err)
			}
			if network == "tcp" {
				packed = framed(packed)
			}
			if _, err := conn.Write(packed); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
			synctest.Wait() // the bubble could not end if what serves the connection were left
		}
	})
}

func TestDialUnknownNetwork(t *testing.T) {
	_, err := dnstest.NewServer().Dial(t.Context(), "unix", "")
	if _, ok := errors.AsType[net.UnknownNetworkError](err); !ok {
		t.Errorf("got %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := dnstest.NewServer().Dial(ended, "udp", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestFaultsHappenAsOftenAsAsked(t *testing.T) {
	server := newServer(t)
	conn := dialMemory(t, server, "udp")
	rcode := func(name string) dnsmessage.RCode { return ask(t, conn, "udp", query(name, dnsmessage.TypeSOA)).RCode }
	server.Inject(dnstest.Fault{Kind: dnstest.ServFail, Name: "Contoso.com.", Times: 2})
	server.Inject(dnstest.Fault{Kind: dnstest.Refuse, Times: dnstest.Always})
	const failure, refused = dnsmessage.RCodeServerFailure, dnsmessage.RCodeRefused
	got := []dnsmessage.RCode{rcode("cloudapp.net."), rcode("contoso.com."), rcode("contoso.com."), rcode("contoso.com.")}
	if want := []dnsmessage.RCode{refused, failure, failure, refused}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	server.Heal()
	if got := rcode("contoso.com."); got != dnsmessage.RCodeSuccess {
		t.Errorf("after Heal: got %v", got)
	}
}

func TestAnswerFaults(t *testing.T) {
	server := newServer(t)
	conn := dialMemory(t, server, "udp")
	server.Inject(dnstest.Fault{Kind: dnstest.WrongID})
	if reply := ask(t, conn, "udp", query("contoso.com.", dnsmessage.TypeSOA)); reply.ID != 4712 {
		t.Errorf("got id %d", reply.ID)
	}
	server.Inject(dnstest.Fault{Kind: dnstest.WrongName})
	reply := ask(t, conn, "udp", query("contoso.com.", dnsmessage.TypeSOA))
	if reply.Questions[0].Name.String() != "evil.example." {
		t.Errorf("got question %v", reply.Questions)
	}
	server.Inject(dnstest.Fault{Kind: dnstest.Silent})
	server.Inject(dnstest.Fault{Kind: dnstest.Truncate})
	m := query("contoso.com.", dnsmessage.TypeSOA)
	packed, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(packed); err != nil { // stays without an answer
		t.Fatal(err)
	}
	if reply := ask(t, conn, "udp", query("contoso.com.", dnsmessage.TypeSOA)); !reply.Truncated || len(reply.Answers) > 0 {
		t.Errorf("got %+v", reply)
	}
}

func FuzzServer(f *testing.F) {
	m := query("clouddp.contoso.com.", dnsmessage.TypeA)
	packed, err := m.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add(packed[:12])
	f.Add([]byte{})
	f.Add(append(slices.Clone(packed[:12]), 0xc0, 12, 0, 1, 0, 1))
	server := newServer(f)
	f.Fuzz(func(t *testing.T, message []byte) {
		if len(message) == 0 || len(message) > 512 {
			return
		}
		conn := dialMemory(t, server, "udp")
		if _, err := conn.Write(message); err != nil {
			t.Fatal(err)
		}
		if len(message) < 12 || message[2]&0x80 != 0 {
			return // no query: silence
		}
		buffer := make([]byte, 4096)
		n, err := conn.Read(buffer)
		if err != nil || n < 12 || n > 1232 || !slices.Equal(buffer[:2], message[:2]) || buffer[2]&0x80 == 0 {
			t.Fatalf("got %x, %v for %x", buffer[:n], err, message)
		}
	})
}
