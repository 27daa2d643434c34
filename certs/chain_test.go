package certs_test

import (
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs"
)

// TestChainIsBounded builds a chain that is longer than any real one.
func TestChainIsBounded(t *testing.T) {
	key := newECDSA(t)
	authority := func(i int) *x509.Certificate {
		return &x509.Certificate{
			Subject: pkix.Name{CommonName: fmt.Sprintf("CA %d", i)}, SerialNumber: big.NewInt(int64(i + 1)), IsCA: true,
			BasicConstraintsValid: true, NotAfter: time.Now().Add(time.Hour),
		}
	}
	parent := create(t, authority(0), authority(0), key.Public(), key)
	all := []*x509.Certificate{parent}
	for i := 1; i < 13; i++ {
		parent = create(t, authority(i), parent, key.Public(), key)
		all = append(all, parent)
	}
	leafKey := newECDSA(t)
	leaf := create(t, &x509.Certificate{SerialNumber: big.NewInt(99)}, parent, leafKey.Public(), key)
	bundle, err := certs.NewBundle(leafKey, append(all, leaf)...)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(all)
	if !slices.EqualFunc(bundle.Chain, all[:10], (*x509.Certificate).Equal) {
		t.Errorf("got a chain of %d, want the nearest ten", len(bundle.Chain))
	}
}

// TestHugeIssuerKeyCostsNothing has an issuer in the file with a key so long that one signature takes seconds.
func TestHugeIssuerKeyCostsNothing(t *testing.T) {
	modulus := new(big.Int).Lsh(big.NewInt(1), 400_000)
	huge := &rsa.PublicKey{N: modulus.SetBit(modulus, 0, 1), E: 65537}
	key := newECDSA(t)
	template := &x509.Certificate{Subject: pkix.Name{CommonName: "CA"}, SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true}
	issuer := create(t, template, template, huge, key)
	leafKey, err := certs.GenerateKey(2048)
	if err != nil {
		t.Fatal(err)
	}
	leaf := create(t, &x509.Certificate{SerialNumber: big.NewInt(2)}, &x509.Certificate{Subject: template.Subject}, leafKey.Public(), leafKey)
	start := time.Now()
	bundle, err := certs.NewBundle(leafKey, leaf, issuer)
	if took := time.Since(start); err != nil || len(bundle.Chain) != 0 || took > 2*time.Second {
		t.Errorf("got %v, %v after %s", bundle, err, took)
	}
}
