package dnstest_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	wire "github.com/miekg/dns"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
)

// updateMessage returns an update of contoso.com from lines: a prerequisite begins with "?", a record to add with "+", one to
// remove with "-". A class NONE or ANY stands where zone files write it.
func updateMessage(t testing.TB, lines ...string) *wire.Msg {
	t.Helper()
	m := new(wire.Msg)
	m.SetUpdate("contoso.com.")
	for _, line := range lines {
		rr := resource(t, line[1:])
		switch line[0] {
		case '?':
			m.Answer = append(m.Answer, rr)
		case '+':
			m.Insert([]wire.RR{rr})
		case '-':
			m.Ns = append(m.Ns, rr)
		}
	}
	return m
}

// resource parses a record; "name class type" alone has no data and no TTL.
func resource(t testing.TB, line string) wire.RR {
	t.Helper()
	fields := strings.Fields(line)
	if len(fields) == 3 {
		class, kind := wire.StringToClass[fields[1]], wire.StringToType[fields[2]]
		return &wire.ANY{Hdr: wire.RR_Header{Name: fields[0], Class: class, Rrtype: kind}}
	}
	class := wire.StringToClass[fields[2]]
	fields[2] = "IN"
	rr, err := wire.NewRR(strings.Join(fields, " "))
	if err != nil {
		t.Fatal(err)
	}
	rr.Header().Class = class
	return rr
}

// exchange sends a message in memory and returns the reply, as packed too; nil if the connection was cut.
func exchange(t testing.TB, server *dnstest.Server, message []byte) (*wire.Msg, []byte) {
	t.Helper()
	conn, err := server.Dial(t.Context(), "tcp", "")
	if err != nil {
		t.Fatal(err)
	}
	stream := &wire.Conn{Conn: conn}
	defer func() { _ = stream.Close() }()
	if _, err := stream.Write(message); err != nil {
		t.Fatal(err)
	}
	packed, err := stream.ReadMsgHeader(nil)
	if err != nil {
		return nil, nil
	}
	reply := new(wire.Msg)
	if err := reply.Unpack(packed); err != nil {
		t.Fatal(err)
	}
	return reply, packed
}

// send sends an unsigned message and returns the name of the code of the reply.
func send(t testing.TB, server *dnstest.Server, m *wire.Msg) string {
	t.Helper()
	packed, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	reply, _ := exchange(t, server, packed)
	if reply == nil {
		return "CUT"
	}
	if reply.Id != m.Id || reply.Opcode != m.Opcode || !reply.Response {
		t.Errorf("got a reply to something else: %v", reply)
	}
	return wire.RcodeToString[reply.Rcode]
}

// updatable returns a server with one zone that holds something of every kind.
func updatable(t testing.TB) (*dnstest.Server, *dnstest.Zone) {
	t.Helper()
	server := dnstest.NewServer()
	zone := server.AddZone("contoso.com")
	err := zone.Add(
		dns.Record{Name: "alias.contoso.com", Type: "CNAME", Value: "one.example"},
		dns.Record{Name: "host.contoso.com", Type: "A", Value: "192.0.2.1"},
		dns.Record{Name: "host.contoso.com", Type: "A", Value: "192.0.2.2"},
		dns.Record{Name: "host.contoso.com", Type: "AAAA", Value: "2001:db8::1"},
		dns.Record{Name: "text.contoso.com", Type: "TXT", Value: "one"},
		dns.Record{Name: "text.contoso.com", Type: "TXT", Value: "two"},
	)
	if err != nil {
		t.Fatal(err)
	}
	server.AddZone("emea.contoso.com")
	return server, zone
}

func TestPrerequisites(t *testing.T) {
	tests := []struct{ code, prerequisites string }{
		{"NOERROR", "host.contoso.com. ANY ANY"},
		{"NXDOMAIN", "none.contoso.com. ANY ANY"},
		{"NOERROR", "host.contoso.com. ANY A"},
		{"NXRRSET", "host.contoso.com. ANY TXT"},
		{"NXRRSET", "host.contoso.com. ANY MX"},
		{"NOERROR", "none.contoso.com. NONE ANY"},
		{"YXDOMAIN", "host.contoso.com. NONE ANY"},
		{"YXDOMAIN", "contoso.com. NONE ANY"},
		{"NOERROR", "host.contoso.com. NONE TXT"},
		{"YXRRSET", "host.contoso.com. NONE AAAA"},
		{"NOERROR", "alias.contoso.com. 0 IN CNAME ONE.example."},
		{"NXRRSET", "alias.contoso.com. 0 IN CNAME two.example."},
		{"NXRRSET", "none.contoso.com. 0 IN CNAME one.example."},
		{"NOERROR", "host.contoso.com. 0 IN A 192.0.2.2;host.contoso.com. 0 IN A 192.0.2.1"},
		{"NXRRSET", "host.contoso.com. 0 IN A 192.0.2.1"},
		{"NXRRSET", "host.contoso.com. 0 IN A 192.0.2.1;host.contoso.com. 0 IN A 192.0.2.2;host.contoso.com. 0 IN A 192.0.2.3"},
		{"NOERROR", "host.contoso.com. 0 IN AAAA 2001:db8::1;host.contoso.com. 0 IN A 192.0.2.2;host.contoso.com. 0 IN A 192.0.2.1"},
		{"NOERROR", `text.contoso.com. 0 IN TXT "one";text.contoso.com. 0 IN TXT "two"`},
		{"NXRRSET", `text.contoso.com. 0 IN TXT "One";text.contoso.com. 0 IN TXT "two"`},
		{"NXRRSET", "host.contoso.com. 0 IN MX 10 mail.example."},
		{"FORMERR", "host.contoso.com. 60 IN A 192.0.2.1"},
		{"FORMERR", "host.contoso.com. 0 NONE A 192.0.2.1"},
		{"FORMERR", "host.contoso.com. 0 ANY A 192.0.2.1"},
		{"FORMERR", "host.contoso.com. 0 CH A 192.0.2.1"},
		{"FORMERR", "host.contoso.com. CH A"},
		{"NOTZONE", "host.example. ANY ANY"},
		{"NOTZONE", "host.emea.contoso.com. NONE ANY"},
	}
	server, zone := updatable(t)
	before, err := zone.Lookup(t.Context(), "text.contoso.com")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		lines := strings.Split("?"+strings.ReplaceAll(test.prerequisites, ";", ";?"), ";")
		if test.code != "NOERROR" {
			lines = append(lines, "-text.contoso.com. ANY TXT")
		}
		if got := send(t, server, updateMessage(t, lines...)); got != test.code {
			t.Errorf("%s: got %s, want %s", test.prerequisites, got, test.code)
		}
	}
	after, err := zone.Lookup(t.Context(), "text.contoso.com")
	if err != nil || !slices.Equal(before, after) {
		t.Errorf("got %v, %v although a prerequisite never held", after, err)
	}
}

func TestChanges(t *testing.T) {
	tests := []struct {
		name, change, code string
		// after is what the name holds, as "type value".
		after string
	}{
		{"new", "+new.contoso.com. 60 IN CNAME x.example.", "NOERROR", "CNAME x.example"},
		{"host", "+host.contoso.com. 60 IN CNAME x.example.", "NOERROR", "A 192.0.2.1, A 192.0.2.2, AAAA 2001:db8::1"},
		{"alias", "+alias.contoso.com. 60 IN A 192.0.2.3", "NOERROR", "CNAME one.example"},
		{"alias", "+alias.contoso.com. 60 IN CNAME two.example.", "NOERROR", "CNAME two.example"},
		{"host", "+host.contoso.com. 60 IN A 192.0.2.1", "NOERROR", "A 192.0.2.2, A 192.0.2.1, AAAA 2001:db8::1"},
		{"host", "+host.contoso.com. 60 IN AAAA 2001:db8::2", "NOERROR", "A 192.0.2.1, A 192.0.2.2, AAAA 2001:db8::1, AAAA 2001:db8::2"},
		{"text", `+text.contoso.com. 60 IN TXT "thr" "ee"`, "NOERROR", "TXT one, TXT two, TXT three"},
		{"text", `-text.contoso.com. 0 NONE TXT "one"`, "NOERROR", "TXT two"},
		{"text", `-text.contoso.com. 0 NONE TXT "none"`, "NOERROR", "TXT one, TXT two"},
		{"text", "-text.contoso.com. ANY TXT", "NOERROR", ""},
		{"host", "-host.contoso.com. ANY A", "NOERROR", "AAAA 2001:db8::1"},
		{"host", "-host.contoso.com. ANY ANY", "NOERROR", ""},
		{"none", "-none.contoso.com. ANY ANY", "NOERROR", ""},
		{"", "-contoso.com. ANY ANY", "NOERROR", "NS ns1.contoso.com"},
		{"", "-contoso.com. ANY SOA", "NOERROR", "NS ns1.contoso.com"},
		{"", "-contoso.com. 0 NONE NS ns1.contoso.com.", "NOERROR", "NS ns1.contoso.com"},
		{"", "+contoso.com. 60 IN NS ns2.contoso.com.", "NOERROR", "NS ns1.contoso.com, NS ns2.contoso.com"},
		{"", "+contoso.com. 60 IN CNAME x.example.", "NOERROR", "NS ns1.contoso.com"},
		{"", "+contoso.com. 60 IN SOA a. b. 9 9 9 9 9", "NOERROR", "NS ns1.contoso.com"},
		{"new", "+new.contoso.com. 60 IN MX 10 mail.example.", "REFUSED", ""},
		{"new", "+new.contoso.com. 60 IN NS ns.example.", "REFUSED", ""},
		{"new", "+new.contoso.com. IN A", "FORMERR", ""},
		{"new", "-new.contoso.com. 60 ANY A 192.0.2.1", "FORMERR", ""},
		{"new", "-new.contoso.com. ANY AXFR", "FORMERR", ""},
		{"new", "-new.contoso.com. 60 NONE A 192.0.2.1", "FORMERR", ""},
		{"new", "-new.contoso.com. NONE ANY", "FORMERR", ""},
		{"new", "-new.contoso.com. CH A", "FORMERR", ""},
		{"new", "+new.example. 60 IN A 192.0.2.1", "NOTZONE", ""},
		{"new", "+new.emea.contoso.com. 60 IN A 192.0.2.1", "NOTZONE", ""},
	}
	for _, test := range tests {
		server, _ := updatable(t)
		if got := send(t, server, updateMessage(t, test.change)); got != test.code {
			t.Errorf("%s: got %s, want %s", test.change, got, test.code)
		}
		if got := holds(t, server, strings.TrimPrefix(test.name+".contoso.com.", ".")); got != test.after {
			t.Errorf("%s: the name holds %q, want %q", test.change, got, test.after)
		}
	}
}

// holds returns what a name holds, as "type value, type value".
func holds(t testing.TB, server *dnstest.Server, name string) string {
	t.Helper()
	var data []string
	for _, kind := range []uint16{wire.TypeCNAME, wire.TypeNS, wire.TypeTXT, wire.TypeA, wire.TypeAAAA} {
		m := new(wire.Msg)
		m.SetQuestion(name, kind)
		packed, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		reply, _ := exchange(t, server, packed)
		for _, rr := range reply.Answer {
			if rr.Header().Rrtype == kind {
				value := strings.Trim(strings.TrimPrefix(rr.String(), rr.Header().String()), `."`)
				data = append(data, wire.TypeToString[kind]+" "+value)
			}
		}
		if len(data) > 0 && kind == wire.TypeCNAME {
			break
		}
	}
	return strings.Join(data, ", ")
}

func TestSerialGrowsOnlyWithAChange(t *testing.T) {
	server, _ := updatable(t)
	serial := func() uint32 {
		m := new(wire.Msg)
		m.SetQuestion("contoso.com.", wire.TypeSOA)
		packed, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		reply, _ := exchange(t, server, packed)
		return reply.Answer[0].(*wire.SOA).Serial
	}
	before := serial()
	send(t, server, updateMessage(t, "+host.contoso.com. 60 IN CNAME x.example."))
	if got := serial(); got != before {
		t.Errorf("an ignored change: got serial %d after %d", got, before)
	}
	send(t, server, updateMessage(t, "-host.contoso.com. ANY ANY", "+host.contoso.com. 60 IN CNAME x.example."))
	if got := serial(); got != before+1 || holds(t, server, "host.contoso.com.") != "CNAME x.example" {
		t.Errorf("two changes in one update: got serial %d after %d", got, before)
	}
}

func TestUpdateOfAForeignZone(t *testing.T) {
	server, _ := updatable(t)
	m := updateMessage(t)
	m.Question[0].Name = "example."
	if got := send(t, server, m); got != "NOTAUTH" {
		t.Errorf("another zone: got %s", got)
	}
	m = updateMessage(t)
	m.Question[0].Qclass = wire.ClassCHAOS
	if got := send(t, server, m); got != "NOTAUTH" {
		t.Errorf("another class: got %s", got)
	}
	m = updateMessage(t)
	m.Question[0].Qtype = wire.TypeA
	if got := send(t, server, m); got != "FORMERR" {
		t.Errorf("no zone: got %s", got)
	}
}

const addAlias = "+new.contoso.com. 60 IN CNAME x.example."

func TestUpdateFaults(t *testing.T) {
	tests := []struct {
		kind dnstest.FaultKind
		code string
		done bool
	}{
		{dnstest.IgnoreUpdate, "NOERROR", false},
		{dnstest.LoseUpdate, "CUT", true},
		{dnstest.DropUpdate, "CUT", false},
		{dnstest.RefuseUpdate, "REFUSED", false},
		{dnstest.ServFail, "SERVFAIL", false},
		{dnstest.UnsignedReply, "NOERROR", true},
		{dnstest.ForgedReply, "NOERROR", true},
	}
	for _, test := range tests {
		server, _ := updatable(t)
		server.Inject(dnstest.Fault{Kind: test.kind, Name: "new.contoso.com"})
		if got := send(t, server, updateMessage(t, addAlias)); got != test.code {
			t.Errorf("kind %d: got %s, want %s", test.kind, got, test.code)
		}
		if got := holds(t, server, "new.contoso.com.") != ""; got != test.done {
			t.Errorf("kind %d: done is %v", test.kind, got)
		}
	}
}

// encode returns a secret as the wire package takes it.
func encode(secret []byte) string { return base64.StdEncoding.EncodeToString(secret) }

// sign returns a packed message with a signature, and its MAC.
func sign(t testing.TB, m *wire.Msg, algorithm string, key []byte, signed time.Time) (packed []byte, mac string) {
	t.Helper()
	m.SetTsig("update.contoso.com.", algorithm, 300, signed.Unix())
	packed, mac, err := wire.TsigGenerate(m, encode(key), "", false)
	if err != nil {
		t.Fatal(err)
	}
	return packed, mac
}

func TestSignedUpdates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		secret := []byte("a shared secret")
		server, _ := updatable(t)
		if err := server.AddKey("Update.Contoso.com.", secret); err != nil {
			t.Fatal(err)
		}
		algorithms := []string{wire.HmacSHA1, wire.HmacSHA224, wire.HmacSHA256, wire.HmacSHA384, wire.HmacSHA512}
		for i, algorithm := range algorithms {
			packed, mac := sign(t, updateMessage(t, fmt.Sprintf("+new%d.contoso.com. 60 IN A 192.0.2.1", i)), algorithm, secret, time.Now())
			reply, raw := exchange(t, server, packed)
			if err := wire.TsigVerify(raw, encode(secret), mac, false); err != nil || reply.Rcode != wire.RcodeSuccess {
				t.Errorf("%s: got %v, %v", algorithm, reply, err)
			}
			if holds(t, server, fmt.Sprintf("new%d.contoso.com.", i)) == "" {
				t.Errorf("%s: nothing changed", algorithm)
			}
		}
		query := new(wire.Msg)
		query.SetQuestion("host.contoso.com.", wire.TypeA)
		packed, mac := sign(t, query, wire.HmacSHA256, secret, time.Now())
		reply, raw := exchange(t, server, packed)
		if err := wire.TsigVerify(raw, encode(secret), mac, false); err != nil || len(reply.Answer) != 2 {
			t.Errorf("a signed query: got %v, %v", reply, err)
		}
	})
}

func TestRefusedSignatures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		secret := []byte("a shared secret")
		server, _ := updatable(t)
		if err := server.AddKey("update.contoso.com", secret); err != nil {
			t.Fatal(err)
		}
		if got := send(t, server, updateMessage(t, addAlias)); got != "REFUSED" {
			t.Errorf("unsigned: got %s", got)
		}
		refused := func(name string, packed []byte, want uint16) *wire.TSIG {
			reply, _ := exchange(t, server, packed)
			sig := reply.IsTsig()
			if reply.Rcode != wire.RcodeNotAuth || sig == nil || sig.Error != want {
				t.Fatalf("%s: got %v", name, reply)
			}
			return sig
		}
		packed, _ := sign(t, updateMessage(t, addAlias), wire.HmacSHA256, []byte("x"), time.Now())
		if sig := refused("wrong secret", packed, wire.RcodeBadSig); sig.MACSize != 0 {
			t.Error("a reply to a bad signature is signed")
		}
		packed, _ = sign(t, updateMessage(t, addAlias), wire.HmacSHA256, secret, time.Now().Add(-301*time.Second))
		if sig := refused("old", packed, wire.RcodeBadTime); sig.MACSize != 32 || sig.OtherData != fmt.Sprintf("%012x", time.Now().Unix()) {
			t.Errorf("the server's time is %s", sig.OtherData)
		}
		m := updateMessage(t, addAlias)
		m.SetTsig("other.", wire.HmacSHA256, 300, time.Now().Unix())
		packed, _, err := wire.TsigGenerate(m, encode(secret), "", false)
		if err != nil {
			t.Fatal(err)
		}
		refused("unknown key", packed, wire.RcodeBadKey)
		if got := holds(t, server, "new.contoso.com."); got != "" {
			t.Errorf("a refused update left %s", got)
		}
	})
}

func TestBadKeys(t *testing.T) {
	server := dnstest.NewServer()
	for name, secret := range map[string]string{"a b": "x", "k": ""} {
		if err := server.AddKey(name, []byte(secret)); err == nil {
			t.Errorf("key %q with secret %q is accepted", name, secret)
		}
	}
}

// FuzzUpdate checks that nothing changes a protected zone without its key, and that nothing makes an open one break its
// rules.
func FuzzUpdate(f *testing.F) {
	for _, m := range []*wire.Msg{
		updateMessage(f, addAlias),
		updateMessage(f, "?host.contoso.com. ANY ANY", "+host.contoso.com. 60 IN CNAME x.example."),
		updateMessage(f, "-contoso.com. ANY ANY", "-contoso.com. 0 NONE NS ns1.contoso.com."),
		updateMessage(f, `?text.contoso.com. 0 IN TXT "one"`, `-text.contoso.com. 0 NONE TXT "one"`),
	} {
		packed, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(packed)
		packed, _ = sign(f, m, wire.HmacSHA256, []byte("x"), time.Unix(0, 0))
		f.Add(packed)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		if len(message) < 12 || len(message) > 2048 {
			return
		}
		message[2] = 5 << 3 // an update, whatever else it is
		open, zone := updatable(t)
		locked, lockedZone := updatable(t)
		if err := locked.AddKey("update.contoso.com", []byte("a secret that nobody guesses")); err != nil {
			t.Fatal(err)
		}
		before := snapshot(t, locked, lockedZone)
		deliver(t, open, message)
		deliver(t, locked, message)
		if after := snapshot(t, locked, lockedZone); after != before {
			t.Fatalf("%x changed a protected zone from %s to %s", message, before, after)
		}
		if after := snapshot(t, open, zone); !strings.Contains(after, "NS ") || strings.Count(after, "CNAME") > 3 {
			t.Fatalf("%x made the zone %s", message, after)
		}
	})
}

// deliver sends a message of any kind over the connection of one packet, and waits until it was looked at.
func deliver(t *testing.T, server *dnstest.Server, message []byte) {
	t.Helper()
	conn := dialMemory(t, server, "udp")
	if _, err := conn.Write(message); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 4096)
	if n, err := conn.Read(buffer); err != nil || n < 12 || buffer[2]&0x80 == 0 {
		t.Fatalf("got %x, %v for %x", buffer[:n], err, message)
	}
}

// snapshot returns what the well-known names hold.
func snapshot(t testing.TB, server *dnstest.Server, zone *dnstest.Zone) string {
	t.Helper()
	var all []string
	for _, name := range []string{"contoso.com", "alias.contoso.com", "host.contoso.com", "text.contoso.com", "new.contoso.com"} {
		have, err := zone.Lookup(t.Context(), name)
		if err != nil || len(have) > 1 && slices.ContainsFunc(have, func(r dns.Record) bool { return r.Type == "CNAME" }) {
			t.Fatalf("%s holds %v, %v", name, have, err)
		}
		all = append(all, name+": "+holds(t, server, name+"."))
	}
	return strings.Join(all, "; ")
}
