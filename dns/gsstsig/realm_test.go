//go:build !windows

package gsstsig_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/bodgit/gssapi"
	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
	wire "github.com/miekg/dns"

	"github.com/clouddp/sdk/dns/gsstsig"
)

const (
	realm  = "CONTOSO.COM"
	server = "dc1.contoso.com:53"
	conf   = "[libdefaults]\ndefault_realm = CONTOSO.COM\n"
)

// peer is a DNS server that negotiates for real, in memory. The ticket that it takes lies in the cache of the process.
type peer struct {
	// bend changes a reply before it is sent; nil leaves it.
	bend func(reply *wire.Msg)
	// raw replaces a whole reply; nil leaves it.
	raw func(query *wire.Msg) []byte
	// silent makes it read and never answer.
	silent bool

	mu       sync.Mutex
	acceptor *gssapi.Acceptor
	asked    *wire.Msg
}

func newPeer(t testing.TB) *peer {
	t.Helper()
	dir := t.TempDir()
	keys := keytab.New()
	for _, principal := range []string{"krbtgt/" + realm, "DNS/dc1.contoso.com"} {
		if err := keys.AddEntry(principal, realm, "secret of "+principal, time.Now(), 1, etypeID.AES256_CTS_HMAC_SHA1_96); err != nil {
			t.Fatal(err)
		}
	}
	file(t, "KRB5_KTNAME", filepath.Join(dir, "keytab"), must(keys.Marshal()))
	file(t, "KRB5CCNAME", filepath.Join(dir, "cache"), ticketCache(t, keys))
	return &peer{}
}

func file(t testing.TB, variable, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(variable, path)
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func (p *peer) signer() *gsstsig.Signer { return &gsstsig.Signer{Config: conf, Dial: p.dial} }

func (p *peer) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	go p.serve(server)
	return client, nil
}

// serve answers one query.
func (p *peer) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	framed := &wire.Conn{Conn: conn}
	query, err := framed.ReadMsg()
	if err != nil {
		return
	}
	if p.silent {
		_, _ = io.Copy(io.Discard, conn)
		return
	}
	_, _ = framed.Write(p.answer(query))
}

func (p *peer) answer(query *wire.Msg) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = query
	if p.raw != nil {
		return p.raw(query)
	}
	p.acceptor = must(gssapi.NewAcceptor())
	asked := query.Extra[0].(*wire.TKEY)
	token, _, err := p.acceptor.Accept(must(hex.DecodeString(asked.Key)))
	reply := new(wire.Msg).SetReply(query)
	given := *asked
	if err != nil {
		token, given.Error = nil, wire.RcodeBadKey
	}
	given.Key, given.KeySize = hex.EncodeToString(token), uint16(len(token))
	reply.Answer = []wire.RR{&given}
	if p.bend != nil {
		p.bend(reply)
	}
	return must(reply.Pack())
}

// ticketCache is a cache of format 4 with a ticket for every principal of keys.
func ticketCache(t testing.TB, keys *keytab.Keytab) []byte {
	t.Helper()
	client := types.NewPrincipalName(nametype.KRB_NT_PRINCIPAL, "svc-clouddp")
	cache := bytes.NewBuffer([]byte{5, 4, 0, 0})
	principal(cache, client)
	for _, entry := range keys.Entries {
		service := types.PrincipalName{NameType: nametype.KRB_NT_SRV_INST, NameString: entry.Principal.Components}
		// Valid today, and on the day that a synctest bubble begins.
		start, end := time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(2037, 1, 1, 0, 0, 0, 0, time.UTC)
		ticket, key, err := messages.NewTicket(client, realm, service, realm, types.NewKrbFlags(), keys,
			etypeID.AES256_CTS_HMAC_SHA1_96, 1, start, start, end, end)
		if err != nil {
			t.Fatal(err)
		}
		principal(cache, client)
		principal(cache, service)
		number(cache, uint16(key.KeyType))
		data(cache, key.KeyValue)
		for _, moment := range []time.Time{start, start, end, end} {
			number(cache, uint32(moment.Unix()))
		}
		cache.Write(make([]byte, 1+4+4+4)) // no session key in a second ticket, no flags, addresses or authorisation data
		data(cache, must(ticket.Marshal()))
		data(cache, nil)
	}
	return cache.Bytes()
}

func principal(b *bytes.Buffer, name types.PrincipalName) {
	number(b, uint32(name.NameType))
	number(b, uint32(len(name.NameString)))
	data(b, []byte(realm))
	for _, component := range name.NameString {
		data(b, []byte(component))
	}
}

func number(b *bytes.Buffer, n any) { _ = binary.Write(b, binary.BigEndian, n) }

func data(b *bytes.Buffer, content []byte) {
	number(b, uint32(len(content)))
	b.Write(content)
}
