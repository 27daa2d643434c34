package certs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"reflect"

	"github.com/clouddp/sdk/internal/errs"
)

const minKeyBits = 2048

// GenerateKey returns a new RSA key of 2048, 3072 or 4096 bits; Configuration Manager takes no other kind. Any other
// length is an [*InvalidError]. The key is sealed as that of a [Bundle] is: no verb, logger or encoder shows it, and it
// leaves through [Bundle.PFX] and [Bundle.PrivateKey] alone; [SelfSigned] makes a bundle of it that can be kept before
// there is a certificate, as an example of [Complete] shows. [Request] takes any other [crypto.Signer] of a kind that
// certificates hold.
func GenerateKey(bits int) (crypto.Signer, error) {
	if bits != 2048 && bits != 3072 && bits != 4096 {
		return nil, errs.Invalid("certs: generate key", "bits", "%d is not 2048, 3072 or 4096", bits)
	}
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return nil, fmt.Errorf("certs: generate key of %d bits: %w", bits, err)
	}
	return seal(key), nil
}

// sealedKey hides a signer behind a function value, which no formatter can look into. It signs like the key itself.
type sealedKey func() crypto.Signer

func seal(key crypto.Signer) sealedKey {
	if sealed, ok := key.(sealedKey); ok {
		return sealed
	}
	return func() crypto.Signer { return key }
}

// unsealed returns the key itself.
func unsealed(key crypto.Signer) crypto.Signer {
	if sealed, ok := key.(sealedKey); ok {
		return sealed()
	}
	return key
}

// Public implements [crypto.Signer].
func (k sealedKey) Public() crypto.PublicKey { return k().Public() }

// Sign implements [crypto.Signer].
func (k sealedKey) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return k().Sign(random, digest, opts)
}

// Format implements [fmt.Formatter] with a placeholder for every verb.
func (sealedKey) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, redacted) }

// LogValue implements [slog.LogValuer] with a placeholder.
func (sealedKey) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements [encoding.TextMarshaler] with a placeholder.
func (sealedKey) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// publicKey returns the public half of key, or nil if key is nil, holds nothing or is of another kind.
func publicKey(key crypto.Signer) crypto.PublicKey {
	if isNil(key) || isHollow(unsealed(key)) {
		return nil
	}
	switch public := key.Public().(type) {
	case *rsa.PublicKey:
		if public != nil && public.N != nil && public.E != 0 {
			return public
		}
	case *ecdsa.PublicKey:
		if isPoint(public) {
			return public
		}
	case ed25519.PublicKey:
		if len(public) == ed25519.PublicKeySize {
			return public
		}
	}
	return nil
}

// isHollow reports whether a key of the standard library lacks its private half, with which it would panic.
func isHollow(key crypto.Signer) bool {
	switch key := key.(type) {
	case nil:
		return true
	case *rsa.PrivateKey:
		return key.D == nil
	case *ecdsa.PrivateKey:
		return key.Curve == nil || *key == ecdsa.PrivateKey{PublicKey: key.PublicKey}
	case ed25519.PrivateKey:
		return len(key) != ed25519.PrivateKeySize
	default:
		return false
	}
}

// isPoint reports whether there is more than a curve.
func isPoint(public *ecdsa.PublicKey) bool {
	return public != nil && public.Curve != nil && *public != ecdsa.PublicKey{Curve: public.Curve}
}

func isNil(key crypto.Signer) bool {
	v := reflect.ValueOf(key)
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func, reflect.Slice, reflect.Map:
		return v.IsNil()
	default:
		return false
	}
}

// matches reports whether certificate was issued for key.
func matches(certificate *x509.Certificate, key crypto.Signer) bool {
	return certificate != nil && sameKey(publicKey(key), certificate.PublicKey)
}

func sameKey(a, b crypto.PublicKey) bool {
	public, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && public.Equal(b)
}

// checkKey adds a problem to e if key is missing, or an RSA key of less than 2048 bits.
func checkKey(e *errs.InvalidError, field string, key crypto.Signer) {
	switch public := publicKey(key).(type) {
	case nil:
		e.Add(field, "is missing, or of a kind that no certificate holds; make one with GenerateKey")
	case *rsa.PublicKey:
		if bits := public.N.BitLen(); bits < minKeyBits {
			e.Add(field, "has %d bits; use 2048 or 4096", bits)
		}
	}
}

// isExportable reports whether key is held in memory and can be written to a file.
func isExportable(key crypto.Signer) bool {
	switch key.(type) {
	case *rsa.PrivateKey, *ecdsa.PrivateKey, ed25519.PrivateKey:
		return true
	default:
		return false
	}
}
