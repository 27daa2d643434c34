//go:build integration

package rfc2136_test

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net"
	"slices"
	"testing"
	"time"

	wire "github.com/miekg/dns"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
	"github.com/clouddp/sdk/dns/rfc2136"
)

const (
	hostName  = "host.contoso.com"
	takenName = "taken.contoso.com"
)

// planted is what every server of the matrix holds.
func planted() []dns.Record {
	return []dns.Record{
		{Name: hostName, Type: "A", Value: "192.0.2.1"},
		{Name: takenName, Type: "CNAME", Value: "one.example"},
	}
}

// TestServerBehaviour is what servers do with updates that do not say what they expect, and how they refuse others.
func TestServerBehaviour(t *testing.T) {
	expecting := func(prepare func(*wire.Msg)) func(*testing.T) *wire.Msg {
		return func(t *testing.T) *wire.Msg {
			t.Helper()
			m := adding(t, "new.contoso.com. 60 IN CNAME two.example.")
			prepare(m)
			return m
		}
	}
	add := func(line string) func(*testing.T) *wire.Msg {
		return func(t *testing.T) *wire.Msg {
			t.Helper()
			return adding(t, line)
		}
	}
	in := func(zone string) func(*testing.T) *wire.Msg {
		return func(t *testing.T) *wire.Msg {
			t.Helper()
			m := adding(t, "new."+zone+" 60 IN CNAME two.example.")
			m.Question[0].Name = "contoso.com."
			if zone == "fabrikam.com." {
				m.Question[0].Name = zone
			}
			return m
		}
	}
	address := parse(t, hostName+". 0 IN A 192.0.2.9")
	tests := []struct {
		name   string
		update func(*testing.T) *wire.Msg
		want   outcome
		// at and holds are what is there afterwards, of the type in question.
		at, holds string
	}{
		{"CNAME where A exists", add(hostName + ". 60 IN CNAME two.example."), outcome{code: "NOERROR"}, hostName, ""},
		{"A where CNAME exists", add(takenName + ". 60 IN A 192.0.2.2"), outcome{code: "NOERROR"}, takenName, "one.example"},
		{"second CNAME", add(takenName + ". 60 IN CNAME two.example."), outcome{code: "NOERROR"}, takenName, "two.example"},
		{"CNAME at the apex", add("contoso.com. 60 IN CNAME two.example."), outcome{code: "NOERROR"}, "contoso.com", ""},
		{
			"name in use", expecting(func(m *wire.Msg) { m.NameNotUsed([]wire.RR{address}) }),
			outcome{code: "YXDOMAIN"},
			"new.contoso.com", "",
		},
		{
			"another value", expecting(func(m *wire.Msg) { m.Used([]wire.RR{wire.Copy(address)}) }),
			outcome{code: "NXRRSET"},
			"new.contoso.com", "",
		},
		{"another zone", in("fabrikam.com."), outcome{code: "NOTAUTH"}, hostName, ""},
		{"name of another zone", in("example."), outcome{code: "NOTZONE"}, hostName, ""},
	}
	for _, b := range beds() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			for _, test := range tests {
				addr := b.start(t, planted()...)
				if got := raw(t, addr, test.update(t), keyName, secret(), 0); got != test.want {
					t.Errorf("%s: got %v, want %v", test.name, got, test.want)
				}
				if got := target(t, addr, test.at); got != test.holds {
					t.Errorf("%s: the alias leads to %q, want %q", test.name, got, test.holds)
				}
			}
		})
	}
}

// target is where the alias at a name leads, empty if there is none.
func target(t *testing.T, addr, name string) string {
	t.Helper()
	have, err := (&rfc2136.Zone{Server: addr}).Lookup(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range have {
		if r.Type == dns.TypeCNAME {
			return r.Value
		}
	}
	return ""
}

func TestServersRefuseSignatures(t *testing.T) {
	for _, b := range beds() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			addr := b.start(t)
			tests := []struct {
				name, key string
				secret    []byte
				skew      time.Duration
				want      outcome
			}{
				{"unsigned", "", nil, 0, outcome{b.unsigned, ""}},
				{"wrong secret", keyName, []byte("x"), 0, outcome{"NOTAUTH", "BADSIG"}},
				{"unknown key", "other", secret(), 0, outcome{"NOTAUTH", "BADKEY"}},
				{"skew", keyName, secret(), time.Hour, outcome{"NOTAUTH", "BADTIME"}},
				{"good", keyName, secret(), 4 * time.Minute, outcome{"NOERROR", ""}},
			}
			for _, test := range tests {
				m := adding(t, alias().Name+". 60 IN CNAME two.example.")
				if got := raw(t, addr, m, test.key, test.secret, test.skew); got != test.want {
					t.Errorf("%s: got %v, want %v", test.name, got, test.want)
				}
			}
		})
	}
}

// careless is a zone whose updates do not say what they expect, as those of many clients.
type careless struct {
	*rfc2136.Zone
	t *testing.T
}

func (z careless) Swap(_ context.Context, _ string, _, replacement *dns.Record) error {
	m := adding(z.t, replacement.Name+". 60 IN CNAME "+replacement.Value+".")
	if got := raw(z.t, z.Server, m, keyName, secret(), 0); got.code != "NOERROR" {
		z.t.Errorf("got %v", got)
	}
	return nil
}

func TestVerdicts(t *testing.T) {
	record := func(name string) dns.Record { return dns.Record{Name: name, Type: dns.TypeCNAME, Value: "two.example"} }
	for _, b := range beds() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			addr := b.start(t, planted()...)
			zone, resolver := &rfc2136.Zone{Server: addr, Signer: key()}, dnstest.ResolverFor(addr)
			unsigned := &rfc2136.Zone{Server: addr}
			unknown := &rfc2136.Zone{Server: addr, Signer: rfc2136.TSIG{Name: "other", Secret: rfc2136.StaticSecret(secret())}}
			tests := []struct {
				name    string
				zone    dns.Zone
				at      string
				verdict dns.Verdict
				err     error
			}{
				{"free", zone, "new.contoso.com", dns.Applied, nil},
				{"again", zone, "new.contoso.com", dns.AlreadyOK, nil},
				{"A exists", zone, hostName, dns.Conflict, dns.ErrConflict},
				{"A exists, careless", careless{zone, t}, hostName, dns.IgnoredByServer, dns.ErrIntegrity},
				{"CNAME exists", zone, takenName, dns.Conflict, dns.ErrConflict},
				{"apex", zone, "contoso.com", dns.Conflict, dns.ErrConflict},
				{"apex, careless", careless{zone, t}, "contoso.com", dns.IgnoredByServer, dns.ErrIntegrity},
				{"another zone", zone, "new.fabrikam.com", dns.VerdictUnknown, dns.ErrNotFound},
				{"unsigned", unsigned, "other.contoso.com", dns.Refused, dns.ErrDenied},
				{"unknown key", unknown, "other.contoso.com", dns.Refused, dns.ErrDenied},
			}
			for _, test := range tests {
				change, err := dns.Ensure(t.Context(), test.zone, resolver, record(test.at), nil)
				if change.Verdict != test.verdict || !errors.Is(err, test.err) {
					t.Errorf("%s: got %v %v, %v, want %v, %v", test.name, change.Verdict, change.Doubts, err, test.verdict, test.err)
				}
			}
			_, err := dns.Ensure(t.Context(), zone, resolver, record(hostName), nil)
			conflict, ok := errors.AsType[*dns.ConflictError](err)
			want := dns.Record{Name: hostName, Type: "A", Value: "192.0.2.1", TTL: 5 * time.Minute}
			if !ok || !slices.Equal(conflict.Have, []dns.Record{want}) {
				t.Errorf("got %v, want what is in the way: %v", err, want)
			}
		})
	}
}

func TestAuthErrors(t *testing.T) {
	for _, b := range beds() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			zone := &rfc2136.Zone{Name: "contoso.com", Server: b.start(t), Signer: key()}
			for code, change := range map[string]func(){
				"BADSIG":  func() { zone.Signer = rfc2136.TSIG{Name: keyName, Secret: rfc2136.StaticSecret([]byte("x"))} },
				"BADKEY":  func() { zone.Signer = rfc2136.TSIG{Name: "other", Secret: rfc2136.StaticSecret(secret())} },
				"BADTIME": func() { zone.Signer, zone.Dial = key(), slowClock },
			} {
				change()
				auth, ok := errors.AsType[*dns.AuthError](create(t, zone))
				zone.Dial = nil
				if !ok || auth.Code != code || auth.Server != zone.Server {
					t.Errorf("got %v, want %s", auth, code)
					continue
				}
				if off := time.Since(auth.ServerTime).Abs(); code == "BADTIME" && off > 5*time.Second {
					t.Errorf("the server's clock is said to be %v off", off)
				}
			}
		})
	}
}

// slowClock dials, and signs what is sent anew as of an hour ago.
func slowClock(ctx context.Context, network, addr string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, addr)
	return slowConn{conn}, err
}

type slowConn struct{ net.Conn }

func (c slowConn) Write(framed []byte) (int, error) {
	m := new(wire.Msg)
	if err := m.Unpack(framed[2:]); err != nil {
		return 0, err
	}
	m.IsTsig().TimeSigned -= 3600
	packed, _, err := wire.TsigGenerate(m, base64.StdEncoding.EncodeToString(secret()), "", false)
	if err != nil {
		return 0, err
	}
	_, err = c.Conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(packed))), packed...))
	return len(framed), err
}

// TestWildcardIsNotTheNameItself sets an alias at a name that a wildcard already answers for.
func TestWildcardIsNotTheNameItself(t *testing.T) {
	wildcard := dns.Record{Name: "*.contoso.com", Type: dns.TypeCNAME, Value: "web.example"}
	for _, b := range beds()[1:] {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			addr := b.start(t, wildcard)
			zone := &rfc2136.Zone{Server: addr, Signer: key()}
			have, err := zone.Lookup(t.Context(), alias().Name)
			if err != nil || len(have) != 0 {
				t.Fatalf("got %v, %v, want nothing", have, err)
			}
			change, err := dns.Ensure(t.Context(), zone, dnstest.ResolverFor(addr), alias(), nil)
			if err != nil || change.Verdict != dns.Applied {
				t.Errorf("got %v %v, %v", change.Verdict, change.Doubts, err)
			}
			have, err = zone.Lookup(t.Context(), alias().Name)
			if err != nil || !slices.Equal(have, []dns.Record{alias()}) {
				t.Errorf("got %v, %v", have, err)
			}
			have, err = zone.Lookup(t.Context(), wildcard.Name)
			if err != nil || len(have) != 1 || !have[0].Equal(wildcard) {
				t.Errorf("the wildcard itself: got %v, %v", have, err)
			}
		})
	}
}

// TestCutConnection loses the answer to an update that real servers made.
func TestCutConnection(t *testing.T) {
	for _, b := range beds() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			addr, cut := b.start(t), new(cutter)
			zone := &rfc2136.Zone{Name: "contoso.com", Server: addr, Signer: key(), Dial: cut.dial}
			cut.due.Store(true)
			change, err := dns.Ensure(t.Context(), zone, dnstest.ResolverFor(addr), alias(), nil)
			if err != nil || change.Verdict != dns.Applied || cut.due.Load() {
				t.Errorf("got %v %v, %v", change.Verdict, change.Doubts, err)
			}
		})
	}
}
