package pkcs12

import (
	"crypto"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"testing"

	"github.com/clouddp/sdk/internal/errs"
)

// algorithmOf returns an algorithm with the parameters that v encodes to.
func algorithmOf(t testing.TB, id string, v any) pkix.AlgorithmIdentifier {
	t.Helper()
	return algorithm(id, marshal(t, v))
}

// withIV returns a cipher of PBES2.
func withIV(t testing.TB, id string, size int) pkix.AlgorithmIdentifier {
	t.Helper()
	return algorithmOf(t, id, make([]byte, size))
}

// derivationOf returns PBKDF2 with one iteration with HMAC of SHA-1.
func derivationOf(t testing.TB, keyLength int) pkix.AlgorithmIdentifier {
	t.Helper()
	return algorithmOf(t, schemePBKDF2, pbkdf2Params{Salt: []byte("salt"), Iterations: big.NewInt(1), KeyLength: keyLength})
}

func pbes2(t testing.TB, derivation, scheme pkix.AlgorithmIdentifier) pkix.AlgorithmIdentifier {
	t.Helper()
	return algorithmOf(t, schemePBES2, pbes2Params{derivation, scheme})
}

// TestPBMAC1KeyLength holds to RFC 9579 section 6: short keys would authenticate nothing.
func TestPBMAC1KeyLength(t *testing.T) {
	w := newWriter(t)
	certificates, keys := w.bags(t)
	content := marshal(t, []contentInfo{partOf(t, append(certificates, keys...)...)})
	for length, want := range map[int]error{0: errs.ErrIntegrity, 19: errs.ErrIntegrity, 20: nil, 64: nil, 65: errs.ErrIntegrity} {
		k := &kdf{prf: crypto.SHA512, salt: []byte("salt"), iterations: 3, keyLength: length}
		m := &MAC{PBMAC1: true, Digest: crypto.SHA384, Iterations: 3, kdf: k}
		var sum []byte
		if length > 0 {
			sum = must[[]byte](t)(m.compute(content, w.password))
		}
		derivation := algorithmOf(t, schemePBKDF2, pbkdf2Params{
			Salt: k.salt, Iterations: big.NewInt(3), KeyLength: length, PRF: algorithm(hmacWithSHA512, asn1.NullBytes),
		})
		scheme := algorithmOf(t, schemePBMAC1, pbes2Params{derivation, algorithm(hmacWithSHA384, asn1.NullBytes)})
		mac := macData{MAC: digestInfo{scheme, sum}, Salt: []byte("unused")}
		_, err := open(t, marshal(t, pfx{3, must[contentInfo](t)(data(content)), mac}))
		if !errors.Is(err, want) {
			t.Errorf("%d bytes: got %v, want %v", length, err, want)
		}
	}
}

func TestUnknownAlgorithmsAreNamed(t *testing.T) {
	w := newWriter(t)
	unknown, aes := algorithm("1.2.3.4", nil), withIV(t, cipherAES256, 16)
	prf := algorithmOf(t, schemePBKDF2, pbkdf2Params{Salt: []byte("x"), Iterations: big.NewInt(1), PRF: unknown})
	one := pbeParameter{[]byte("x"), big.NewInt(1)}
	for name, a := range map[string]pkix.AlgorithmIdentifier{
		"algorithm 1.2.3.4":                         unknown,
		"PBES2 with key derivation 1.2.3.4":         pbes2(t, unknown, aes),
		"PBES2 with pseudo-random function 1.2.3.4": pbes2(t, prf, aes),
		"PBES2 with algorithm 1.2.3.4":              pbes2(t, derivationOf(t, 0), unknown),
		"PBES2 AES-256-CBC, PBKDF2 HMAC SHA-1":      pbes2(t, derivationOf(t, 32), aes),
		"PBES2 AES-192-CBC, PBKDF2 HMAC SHA-1":      pbes2(t, derivationOf(t, 24), withIV(t, cipherAES192, 16)),
		"PBES2 3DES-CBC, PBKDF2 HMAC SHA-1":         pbes2(t, derivationOf(t, 0), withIV(t, cipher3DES, 8)),
		"pbeWithSHA1And128BitRC2-CBC":               algorithmOf(t, pbeRC2128, one),
		"pbeWithSHA1And2-KeyTripleDES-CBC":          algorithmOf(t, pbe3DES2, one),
	} {
		f, err := Parse(w.fileOf(t, partOf(t, keyBag(t, a))))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		seen := f.Encryptions()[0]
		if seen.Name != name {
			t.Errorf("got %q, want %q", seen.Name, name)
		}
		want := errs.ErrIntegrity // for nothing is encrypted in truth
		if seen.Cipher == UnknownCipher {
			want = errs.ErrUnsupported
		}
		if _, err := f.Open(password); !errors.Is(err, want) {
			t.Errorf("%s: opening it: %v", name, err)
		}
	}
}

func TestBadParametersAreDamage(t *testing.T) {
	w := newWriter(t)
	for name, a := range map[string]pkix.AlgorithmIdentifier{
		"no parameters":       algorithm(pbe3DES3, nil),
		"PBES2 with nothing":  algorithm(schemePBES2, asn1.NullBytes),
		"PBKDF2 with nothing": pbes2(t, algorithm(schemePBKDF2, nil), withIV(t, cipherAES256, 16)),
		"wrong key length":    pbes2(t, derivationOf(t, 16), withIV(t, cipherAES256, 16)),
		"no IV":               pbes2(t, derivationOf(t, 0), algorithm(cipherAES256, nil)),
		"short IV":            pbes2(t, derivationOf(t, 0), withIV(t, cipherAES256, 8)),
	} {
		if _, err := open(t, w.fileOf(t, partOf(t, keyBag(t, a)))); !errors.Is(err, errs.ErrIntegrity) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
