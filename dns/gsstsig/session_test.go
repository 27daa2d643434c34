//go:build !windows

package gsstsig_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	wire "github.com/miekg/dns"

	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/gsstsig"
)

func TestBothSidesAgree(t *testing.T) {
	p := newPeer(t)
	session, err := p.signer().Session(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	data := []byte("what RFC 8945 prescribes")
	mac, err := session.Sign(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.acceptor.VerifySignature(data, mac); err != nil {
		t.Errorf("the server refuses the signature: %v", err)
	}
	if err := session.Verify(data, must(p.acceptor.MakeSignature(data))); err != nil {
		t.Errorf("the session refuses the server's signature: %v", err)
	}
	if session.Algorithm() != "gss-tsig." || !strings.HasSuffix(session.KeyName(), ".dc1.contoso.com.") {
		t.Errorf("got algorithm %q, key %q", session.Algorithm(), session.KeyName())
	}
	if err := session.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestForeignSignaturesAreRefused(t *testing.T) {
	p := newPeer(t)
	session, err := p.signer().Session(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	data := []byte("data")
	good := must(p.acceptor.MakeSignature(data))
	for name, mac := range map[string][]byte{
		"none":              nil,
		"empty":             {},
		"one octet":         {4},
		"the token's head":  good[:16],
		"cut":               good[:len(good)-1],
		"the client's own":  must(session.Sign(data)),
		"of other data":     must(p.acceptor.MakeSignature([]byte("other"))),
		"a bit turned over": append(bytes.Clone(good[:len(good)-1]), good[len(good)-1]^1),
		"long":              make([]byte, 1<<16),
	} {
		if err := session.Verify(data, mac); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestClosedSession(t *testing.T) {
	p := newPeer(t)
	session, err := p.signer().Session(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := session.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if _, err := session.Sign(nil); err == nil {
		t.Error("it still signs")
	}
	if err := session.Verify(nil, nil); err == nil {
		t.Error("it still verifies")
	}
}

func TestEverySessionHasItsKey(t *testing.T) {
	p := newPeer(t)
	seen := map[string]bool{}
	for range 3 {
		session, err := p.signer().Session(t.Context(), server)
		if err != nil {
			t.Fatal(err)
		}
		seen[session.KeyName()] = true
	}
	if len(seen) != 3 {
		t.Errorf("three sessions share %d keys", len(seen))
	}
}

func TestQueryIsAsPrescribed(t *testing.T) {
	p := newPeer(t)
	before := time.Now().Truncate(time.Second)
	session, err := p.signer().Session(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	question := p.asked.Question[0]
	key, ok := p.asked.Extra[0].(*wire.TKEY)
	if !ok || len(p.asked.Extra) != 1 || question.Qtype != wire.TypeTKEY || question.Name != session.KeyName() {
		t.Fatalf("got %v", p.asked)
	}
	inception := time.Unix(int64(key.Inception), 0)
	if key.Mode != 3 || key.Algorithm != "gss-tsig." || inception.Before(before) || key.Expiration-key.Inception != 3600 {
		t.Errorf("got %v", key)
	}
}

// tkey changes the key in a reply.
func tkey(change func(*wire.TKEY)) func(*wire.Msg) {
	return func(reply *wire.Msg) { change(reply.Answer[0].(*wire.TKEY)) }
}

func rcode(code int) func(*wire.Msg) {
	return func(reply *wire.Msg) { reply.Rcode, reply.Answer = code, nil }
}

func TestRepliesThatFail(t *testing.T) {
	for name, c := range map[string]struct {
		bend func(*wire.Msg)
		code string
		want error
	}{
		"refused":           {rcode(wire.RcodeRefused), "REFUSED", dns.ErrDenied},
		"no authority":      {rcode(wire.RcodeNotAuth), "NOTAUTH", dns.ErrDenied},
		"no such service":   {rcode(wire.RcodeNotImplemented), "NOTIMP", gsstsig.ErrUnsupported},
		"server failure":    {rcode(wire.RcodeServerFailure), "SERVFAIL", dns.ErrUnavailable},
		"unheard of":        {rcode(14), "RCODE14", dns.ErrUnavailable},
		"bad key":           {tkey(func(k *wire.TKEY) { k.Error = wire.RcodeBadKey }), "BADKEY", dns.ErrDenied},
		"bad signature":     {tkey(func(k *wire.TKEY) { k.Error = wire.RcodeBadSig }), "BADSIG", dns.ErrDenied},
		"bad time":          {tkey(func(k *wire.TKEY) { k.Error = wire.RcodeBadTime }), "BADTIME", dns.ErrDenied},
		"another id":        {func(r *wire.Msg) { r.Id++ }, "", dns.ErrUnavailable},
		"a query":           {func(r *wire.Msg) { r.Response = false }, "", dns.ErrUnavailable},
		"an update":         {func(r *wire.Msg) { r.Opcode = wire.OpcodeUpdate }, "", dns.ErrUnavailable},
		"no key":            {rcode(wire.RcodeSuccess), "", dns.ErrUnavailable},
		"another name":      {tkey(func(k *wire.TKEY) { k.Hdr.Name = "other." }), "", dns.ErrUnavailable},
		"another mode":      {tkey(func(k *wire.TKEY) { k.Mode = 2 }), "", dns.ErrUnavailable},
		"another algorithm": {tkey(func(k *wire.TKEY) { k.Algorithm = "hmac-sha256." }), "", dns.ErrUnavailable},
		"no token":          {tkey(func(k *wire.TKEY) { k.Key, k.KeySize = "", 0 }), "", dns.ErrUnavailable},
		"no Kerberos":       {tkey(func(k *wire.TKEY) { k.Key, k.KeySize = "6003020100", 5 }), "", dns.ErrUnavailable},
		"half a token":      {tkey(func(k *wire.TKEY) { k.Key, k.KeySize = k.Key[:len(k.Key)/4*2], k.KeySize/2 }), "", dns.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t)
			p.bend = c.bend
			_, err := p.signer().Session(t.Context(), server)
			failure, ok := errors.AsType[*gsstsig.NegotiationError](err)
			if !ok || failure.Code != c.code || failure.Server != server || !errors.Is(err, c.want) {
				t.Fatalf("got %v, want code %q and %v", err, c.code, c.want)
			}
		})
	}
}

func TestCutRepliesFail(t *testing.T) {
	p := newPeer(t)
	for _, raw := range [][]byte{nil, {0}, make([]byte, 11), make([]byte, 12)} {
		p.raw = func(*wire.Msg) []byte { return raw }
		if _, err := p.signer().Session(t.Context(), server); !errors.Is(err, dns.ErrUnavailable) {
			t.Errorf("%d octets: got %v", len(raw), err)
		}
	}
}

func TestSilentServerIsUnavailable(t *testing.T) {
	p := newPeer(t)
	p.silent = true
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		_, err := p.signer().Session(t.Context(), server)
		if took := time.Since(start); !errors.Is(err, dns.ErrUnavailable) || took != 10*time.Second {
			t.Errorf("got %v after %v", err, took)
		}
	})
}

func TestEndedContext(t *testing.T) {
	p := newPeer(t)
	p.silent = true
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := p.signer().Session(ctx, server)
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != time.Second {
			t.Errorf("got %v after %v", err, took)
		}
		if _, err = p.signer().Session(ctx, server); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, dns.ErrUnavailable) {
			t.Errorf("with an ended context: got %v", err)
		}
	})
}

func TestBrokenTicketCache(t *testing.T) {
	p := newPeer(t)
	path := os.Getenv("KRB5CCNAME")
	whole := must(os.ReadFile(path))
	for _, size := range []int{0, 1, 4, 20, len(whole) - 9} {
		if err := os.WriteFile(path, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := p.signer().Session(t.Context(), server)
		if !errors.Is(err, gsstsig.ErrDenied) {
			t.Errorf("%d octets: got %v", size, err)
		}
	}
	t.Setenv("KRB5CCNAME", path+".missing")
	if _, err := p.signer().Session(t.Context(), server); !errors.Is(err, dns.ErrDenied) {
		t.Errorf("no cache: got %v", err)
	}
}

// FuzzToken lets the server answer with any token.
func FuzzToken(f *testing.F) {
	p := newPeer(f)
	var token []byte
	p.bend = tkey(func(k *wire.TKEY) { token = must(hex.DecodeString(k.Key)) })
	if _, err := p.signer().Session(f.Context(), server); err != nil {
		f.Fatal(err)
	}
	f.Add(token)
	f.Add([]byte{0x60, 3, 2, 1, 0})
	f.Add([]byte{0x60, 0x84, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, token []byte) {
		if len(token) > 1<<15 {
			return
		}
		p.bend = tkey(func(k *wire.TKEY) { k.Key, k.KeySize = hex.EncodeToString(token), uint16(len(token)) })
		mustFail(t, p)
	})
}

// FuzzReply lets the server answer with any message.
func FuzzReply(f *testing.F) {
	p := newPeer(f)
	f.Add([]byte{})
	f.Add([]byte{0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0xc0, 12, 0, 249, 0, 255, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, rest []byte) {
		p.raw = func(query *wire.Msg) []byte {
			return append([]byte{byte(query.Id >> 8), byte(query.Id)}, rest[:min(len(rest), 1<<15)]...)
		}
		mustFail(t, p)
	})
}

// mustFail fails the test if p is believed: no reply that it did not make can hold the ticket's key.
func mustFail(t *testing.T, p *peer) {
	t.Helper()
	_, err := p.signer().Session(t.Context(), server)
	if _, ok := errors.AsType[*gsstsig.NegotiationError](err); !ok {
		t.Fatalf("got %v", err)
	}
}
