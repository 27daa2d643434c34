//go:build integration

package testserver

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
)

// Config is what an authoritative server answers for, and whom it obeys.
type Config struct {
	// Zones are the zones, at least one.
	Zones []Zone
	// Key may update and transfer every zone; the zero Key is no key.
	Key Key
	// Options are further statements of the options block of BIND; other servers do not take them.
	Options string
	// UpdatePolicy are further rules of the update-policy of every zone of BIND; other servers do not take them.
	UpdatePolicy string
	// Env are further environment variables of the server, as "NAME=value".
	Env []string
}

// Zone is one zone. It has an SOA record with a negative TTL of 60 s, the name server ns1 with the address 127.0.0.1,
// and a text record by which the server is recognised.
type Zone struct {
	// Name is the apex, without the final dot.
	Name string
	// Records are further lines of the zone file. Names without a final dot are relative to the apex, and the TTL
	// is 300 s where none is given.
	Records string
	// Open lets everybody update the zone.
	Open bool
}

// Key is a TSIG key.
type Key struct {
	// Name is the name of the key, without the final dot.
	Name string
	// Algorithm is the name that the servers use; empty means "hmac-sha256".
	Algorithm string
	// Secret is the shared secret.
	Secret []byte
}

// NewKey returns a key with a random secret of 32 bytes for HMAC-SHA256.
func NewKey(name string) Key {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return Key{Name: name, Secret: secret}
}

func (k Key) algorithm() string {
	if k.Algorithm == "" {
		return "hmac-sha256"
	}
	return k.Algorithm
}

func (k Key) base64() string { return base64.StdEncoding.EncodeToString(k.Secret) }

// nonceOwner is the name, below the apex, of the text by which a server is recognised.
const nonceOwner = "_nameserver-nonce"

// file returns the zone as a zone file.
func (z Zone) file(nonce string) string {
	return strings.Join([]string{
		"$ORIGIN " + z.Name + ".",
		"$TTL 300",
		"@ 3600 IN SOA ns1 hostmaster 1 3600 600 86400 60",
		"@ 3600 IN NS ns1",
		"ns1 3600 IN A 127.0.0.1",
		nonceOwner + ` 0 IN TXT "` + nonce + `"`,
		z.Records,
		"",
	}, "\n")
}
