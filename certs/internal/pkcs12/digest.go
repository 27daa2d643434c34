package pkcs12

import (
	"crypto"
	"crypto/sha1" //nolint:gosec // what old importers understand
	"crypto/sha256"
	"crypto/sha512"
	"hash"
)

// digestOf knows the digests of HMAC with the derivation of RFC 7292; 0 means unknown.
func digestOf(id string) crypto.Hash {
	switch id {
	case digestSHA1:
		return crypto.SHA1
	case digestSHA224:
		return crypto.SHA224
	case digestSHA256:
		return crypto.SHA256
	case digestSHA384:
		return crypto.SHA384
	case digestSHA512:
		return crypto.SHA512
	default:
		return 0
	}
}

// hmacOf knows the HMACs of RFC 8018 appendix B; 0 means unknown.
func hmacOf(id string) crypto.Hash {
	switch id {
	case hmacWithSHA1:
		return crypto.SHA1
	case hmacWithSHA224:
		return crypto.SHA224
	case hmacWithSHA256:
		return crypto.SHA256
	case hmacWithSHA384:
		return crypto.SHA384
	case hmacWithSHA512:
		return crypto.SHA512
	default:
		return 0
	}
}

// maker returns the constructor of a digest that digestOf or hmacOf knows.
func maker(h crypto.Hash) func() hash.Hash {
	switch h {
	case crypto.SHA224:
		return sha256.New224
	case crypto.SHA256:
		return sha256.New
	case crypto.SHA384:
		return sha512.New384
	case crypto.SHA512:
		return sha512.New
	default:
		return sha1.New
	}
}
