package dnstest

import (
	"crypto/hmac"
	"encoding/binary"
	"slices"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/clouddp/sdk/dns"
)

const (
	// fudge is how many seconds the clocks may differ (RFC 8945, section 10).
	fudge = 300
	// wrongClock is how far ahead a server is under the fault [WrongClock].
	wrongClock = time.Hour
)

// AddKey adds a TSIG key for HMAC-SHA1, SHA224, SHA256, SHA384 and SHA512. From then on only messages that are signed
// with one of the server's keys change its zones; before, everybody does. A key of the same name is replaced. A name that
// is not valid and an empty secret are a [*dns.InvalidError].
func (s *Server) AddKey(name string, secret []byte) error {
	problems := &dns.InvalidError{Subject: "dnstest: key " + name}
	canonical, err := dns.CanonicalName(name)
	if err != nil {
		problems.Add("name", "%v", err)
	}
	if len(secret) == 0 {
		problems.Add("secret", "is empty")
	}
	if err := problems.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys == nil {
		s.keys = map[string][]byte{}
	}
	s.keys[wireName(canonical)] = slices.Clone(secret)
	return nil
}

// secretOf returns the secret of a key by its name in wire form, nil if there is none.
func (s *Server) secretOf(key string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys[key]
}

// seal is what the signature of a request asks of the reply.
type seal struct {
	request *signature
	// secret is nil if the reply can only say what is wrong with the signature.
	secret []byte
	code   tsigError
	forged bool
	now    time.Time
}

// unseal checks the signature of a message in the order of RFC 8945, section 5.2. The seal is nil if there is none.
func (s *Server) unseal(message []byte, now time.Time) (*seal, dnsmessage.RCode) {
	signed, sig, ok := splitSignature(message)
	if !ok {
		return nil, dnsmessage.RCodeFormatError
	}
	if sig == nil {
		return nil, dnsmessage.RCodeSuccess
	}
	x := &seal{request: sig, now: now}
	secret := s.secretOf(sig.key)
	if secret == nil || sig.hash() == nil {
		x.code = badKey
		return x, rcodeNotAuth
	}
	want := sig.digest(secret, nil, signed)
	switch {
	case len(sig.mac) > len(want) || len(sig.mac) < max(10, len(want)/2):
		return nil, dnsmessage.RCodeFormatError
	case !hmac.Equal(sig.mac, want[:len(sig.mac)]):
		x.code = badSignature
		return x, rcodeNotAuth
	}
	x.secret = secret
	switch {
	case sig.skew(now) > time.Duration(sig.fudge)*time.Second:
		x.code = badTime
		return x, rcodeNotAuth
	case len(sig.mac) < len(want):
		x.code = badTruncated
		return x, rcodeNotAuth
	}
	return x, dnsmessage.RCodeSuccess
}

// size is by how much the seal makes a reply longer.
func (x *seal) size() int {
	if x == nil {
		return 0
	}
	return len(x.request.record()) + len(appendTime(nil, 0))
}

// sign appends the signature to a reply. A nil seal leaves it as it is.
func (x *seal) sign(reply []byte) []byte {
	if x == nil || len(reply) < headerLength {
		return reply
	}
	now := uint64(x.now.Unix()) //nolint:gosec // after 1970
	sig := &signature{
		key: x.request.key, algorithm: x.request.algorithm, id: binary.BigEndian.Uint16(reply),
		signed: now, fudge: fudge, code: x.code,
	}
	if x.code == badTime {
		sig.signed, sig.other = x.request.signed, appendTime(nil, now)
	}
	if x.secret != nil {
		sig.mac = sig.digest(x.secret, x.request.mac, reply)
	}
	if x.forged {
		sig.mac[0]++
	}
	sealed := append(slices.Clone(reply), sig.record()...)
	binary.BigEndian.PutUint16(sealed[10:], binary.BigEndian.Uint16(sealed[10:])+1)
	return sealed
}
