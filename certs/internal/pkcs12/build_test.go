package pkcs12

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
)

const password = "secret"

// newWriter returns a writer of a small file with a key of its own.
func newWriter(t testing.TB) *Writer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "leaf"}}
	leaf, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return &Writer{Key: der, Leaf: leaf, Iterations: 2, Rand: rand.Reader, password: secrets(password)[0]}
}

func must[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	return must[[]byte](t)(asn1.Marshal(v))
}

// fileOf returns a file with parts.
func (w *Writer) fileOf(t testing.TB, parts ...contentInfo) []byte {
	t.Helper()
	content := marshal(t, parts)
	mac := must[macData](t)(w.mac(content))
	return marshal(t, pfx{3, must[contentInfo](t)(data(content)), mac})
}

// partOf returns an open part with bags.
func partOf(t testing.TB, bags ...safeBag) contentInfo {
	t.Helper()
	return must[contentInfo](t)(data(marshal(t, bags)))
}

// sealed returns an encrypted part with bags.
func (w *Writer) sealed(t testing.TB, bags ...safeBag) contentInfo {
	t.Helper()
	algorithm, sealed, err := w.encrypt(marshal(t, bags))
	if err != nil {
		t.Fatal(err)
	}
	content := asn1.RawValue{Class: asn1.ClassContextSpecific, Bytes: sealed}
	der := marshal(t, encryptedData{0, encryptedContentInfo{object(typeData), algorithm, content}})
	return contentInfo{object(typeEncryptedData), explicit(der)}
}

func (w *Writer) bags(t testing.TB) (certificates, keys []safeBag) {
	t.Helper()
	return must[[]safeBag](t)(w.certificateBags()), must[[]safeBag](t)(w.keyBags())
}

func open(t testing.TB, file []byte) (*Content, error) {
	t.Helper()
	f, err := Parse(file)
	if err != nil {
		return nil, err
	}
	return f.Open(password)
}

// keyBag returns a key of zeros that claims to be encrypted.
func keyBag(t testing.TB, a pkix.AlgorithmIdentifier) safeBag {
	t.Helper()
	return safeBag{ID: object(bagShroudedKey), Value: explicit(marshal(t, shroudedKey{a, make([]byte, 16)}))}
}
