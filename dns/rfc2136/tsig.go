package rfc2136

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 8945 keeps HMAC-SHA1 for old keys
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"hash"
	"strings"

	"github.com/clouddp/sdk/dns"
)

// The algorithms of [TSIG] (RFC 8945, section 6).
const (
	HMACSHA1   = "hmac-sha1"
	HMACSHA224 = "hmac-sha224"
	HMACSHA256 = "hmac-sha256"
	HMACSHA384 = "hmac-sha384"
	HMACSHA512 = "hmac-sha512"
)

// TSIG is a [Signer] with a secret that the server shares.
type TSIG struct {
	// Name is the name of the key, as the server knows it. Required.
	Name string
	// Algorithm is one of the constants of this package; empty means [HMACSHA256].
	Algorithm string
	// Secret is the shared secret, at least one byte. Required.
	Secret Secret
}

var _ Signer = TSIG{}

// Session implements [Signer]. A key that cannot sign is a [*dns.InvalidError]; an error of Secret is returned as it is.
func (k TSIG) Session(ctx context.Context, _ string) (Session, error) { //nolint:ireturn // as the interface asks
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	problems := &dns.InvalidError{Subject: "rfc2136: TSIG key"}
	name, err := dns.CanonicalName(k.Name)
	if err != nil {
		problems.Add("Name", "%q is no key name: %v", k.Name, err)
	}
	algorithm, newHash := k.algorithm()
	if newHash == nil {
		problems.Add("Algorithm", "is %q; use one of hmac-sha1, -sha224, -sha256, -sha384 and -sha512", k.Algorithm)
	}
	if k.Secret == nil {
		problems.Add("Secret", "is nil")
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	secret, err := k.Secret()
	if err != nil {
		return nil, fmt.Errorf("rfc2136: the secret of key %s: %w", name, err)
	}
	if len(secret) == 0 {
		problems.Add("Secret", "is empty")
		return nil, problems
	}
	mac := func(data []byte) []byte {
		h := hmac.New(newHash, secret)
		h.Write(data)
		return h.Sum(nil)
	}
	return &tsigSession{name: name + ".", algorithm: algorithm + ".", mac: mac}, nil
}

func (k TSIG) algorithm() (name string, newHash func() hash.Hash) {
	name = strings.ToLower(strings.TrimSuffix(k.Algorithm, "."))
	switch name {
	case "", HMACSHA256:
		return HMACSHA256, sha256.New
	case HMACSHA1:
		return name, sha1.New
	case HMACSHA224:
		return name, sha256.New224
	case HMACSHA384:
		return name, sha512.New384
	case HMACSHA512:
		return name, sha512.New
	default:
		return name, nil
	}
}

// tsigSession holds its secret where nothing can print it.
type tsigSession struct {
	name, algorithm string
	mac             func(data []byte) []byte
}

var errMAC = errors.New("the signature is wrong")

// KeyName returns the name of the key.
func (s *tsigSession) KeyName() string { return s.name }

// Algorithm returns the name of the algorithm.
func (s *tsigSession) Algorithm() string { return s.algorithm }

// Sign returns the MAC of data.
func (s *tsigSession) Sign(data []byte) ([]byte, error) { return s.mac(data), nil }

// Verify compares the MAC of data with mac.
func (s *tsigSession) Verify(data, mac []byte) error {
	if !hmac.Equal(s.mac(data), mac) {
		return errMAC
	}
	return nil
}

// Close has nothing to give up.
func (s *tsigSession) Close(context.Context) error { return nil }
