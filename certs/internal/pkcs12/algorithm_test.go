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
		params := pbkdf2Params{Salt: k.salt, Iterations: big.NewInt(3), KeyLength: length, PRF: algorithm(hmacWithSHA512, asn1.NullBytes)}
		scheme := pbes2Params{algorithm(schemePBKDF2, marshal(t, params)), algorithm(hmacWithSHA384, asn1.NullBytes)}
		mac := macData{MAC: digestInfo{algorithm(schemePBMAC1, marshal(t, scheme)), sum}, Salt: []byte("unused")}
		_, err := open(t, marshal(t, pfx{3, must[contentInfo](t)(data(content)), mac}))
		if !errors.Is(err, want) {
			t.Errorf("%d bytes: got %v, want %v", length, err, want)
		}
	}
}

func TestUnknownAlgorithmsAreNamed(t *testing.T) {
	w := newWriter(t)
	unknown := algorithm("1.2.3.4", nil)
	kdf := algorithm(schemePBKDF2, marshal(t, pbkdf2Params{Salt: []byte("x"), Iterations: big.NewInt(1)}))
	prf := algorithm(schemePBKDF2, marshal(t, pbkdf2Params{Salt: []byte("x"), Iterations: big.NewInt(1), PRF: unknown}))
	aes := algorithm(cipherAES256, marshal(t, make([]byte, 16)))
	for name, a := range map[string]pkix.AlgorithmIdentifier{
		"algorithm 1.2.3.4":                         unknown,
		"PBES2 with key derivation 1.2.3.4":         algorithm(schemePBES2, marshal(t, pbes2Params{unknown, aes})),
		"PBES2 with pseudo-random function 1.2.3.4": algorithm(schemePBES2, marshal(t, pbes2Params{prf, aes})),
		"PBES2 with algorithm 1.2.3.4":              algorithm(schemePBES2, marshal(t, pbes2Params{kdf, unknown})),
		"PBES2 AES-256-CBC, PBKDF2 HMAC SHA-1":      algorithm(schemePBES2, marshal(t, pbes2Params{kdf, aes})),
		"PBES2 3DES-CBC, PBKDF2 HMAC SHA-1":         algorithm(schemePBES2, marshal(t, pbes2Params{kdf, algorithm(cipher3DES, marshal(t, make([]byte, 8)))})),
		"PBES2 AES-192-CBC, PBKDF2 HMAC SHA-1":      algorithm(schemePBES2, marshal(t, pbes2Params{kdf, algorithm(cipherAES192, marshal(t, make([]byte, 16)))})),
		"pbeWithSHA1And128BitRC2-CBC":               algorithm(pbeRC2128, marshal(t, pbeParameter{[]byte("x"), big.NewInt(1)})),
		"pbeWithSHA1And2-KeyTripleDES-CBC":          algorithm(pbe3DES2, marshal(t, pbeParameter{[]byte("x"), big.NewInt(1)})),
	} {
		file := w.fileOf(t, partOf(t, safeBag{ID: object(bagShroudedKey), Value: explicit(marshal(t, shroudedKey{a, make([]byte, 16)}))}))
		f, err := Parse(file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		seen := f.Encryptions()[0]
		if seen.Name != name {
			t.Errorf("got %q, want %q", seen.Name, name)
		}
		if _, err = f.Open(password); seen.Cipher == UnknownCipher && !errors.Is(err, errs.ErrUnsupported) {
			t.Errorf("%s: opening it: %v", name, err)
		}
	}
}

func TestBadParametersAreDamage(t *testing.T) {
	w := newWriter(t)
	kdf := algorithm(schemePBKDF2, marshal(t, pbkdf2Params{Salt: []byte("x"), Iterations: big.NewInt(1), KeyLength: 16}))
	whole := algorithm(schemePBKDF2, marshal(t, pbkdf2Params{Salt: []byte("x"), Iterations: big.NewInt(1)}))
	for name, a := range map[string]pkix.AlgorithmIdentifier{
		"no parameters":       algorithm(pbe3DES3, nil),
		"PBES2 with nothing":  algorithm(schemePBES2, asn1.NullBytes),
		"PBKDF2 with nothing": algorithm(schemePBES2, marshal(t, pbes2Params{algorithm(schemePBKDF2, nil), algorithm(cipherAES256, nil)})),
		"wrong key length":    algorithm(schemePBES2, marshal(t, pbes2Params{kdf, algorithm(cipherAES256, marshal(t, make([]byte, 16)))})),
		"no IV":               algorithm(schemePBES2, marshal(t, pbes2Params{whole, algorithm(cipherAES256, nil)})),
		"short IV":            algorithm(schemePBES2, marshal(t, pbes2Params{whole, algorithm(cipherAES256, marshal(t, make([]byte, 8)))})),
	} {
		bag := safeBag{ID: object(bagShroudedKey), Value: explicit(marshal(t, shroudedKey{a, make([]byte, 16)}))}
		if _, err := open(t, w.fileOf(t, partOf(t, bag))); !errors.Is(err, errs.ErrIntegrity) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
