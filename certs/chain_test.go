package certs_test

import (
	"crypto"
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
	numbered := func(i int) *x509.Certificate {
		return authority(fmt.Sprintf("CA %d", i), int64(i+1), time.Now().Add(time.Hour))
	}
	parent := create(t, numbered(0), numbered(0), key.Public(), key)
	all := []*x509.Certificate{parent}
	for i := 1; i < 13; i++ {
		parent = create(t, numbered(i), parent, key.Public(), key)
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

// authority is a certification authority for a test.
func authority(name string, serial int64, end time.Time) *x509.Certificate {
	return &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, SerialNumber: big.NewInt(serial), IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: end,
	}
}

// TestRenewedAuthority has an authority that was renewed with its key: both certificates have signed the leaf.
func TestRenewedAuthority(t *testing.T) {
	rootKey, key := newECDSA(t), newECDSA(t)
	root := authority("Root", 1, time.Now().Add(20_000*time.Hour))
	root = create(t, root, root, rootKey.Public(), rootKey)
	expired := create(t, authority("CA", 2, time.Now().Add(-time.Minute)), root, key.Public(), rootKey)
	current := create(t, authority("CA", 3, time.Now().Add(9000*time.Hour)), root, key.Public(), rootKey)
	leafKey := newECDSA(t)
	leaf := create(t, &x509.Certificate{SerialNumber: big.NewInt(4)}, current, leafKey.Public(), key)
	for _, order := range [][]*x509.Certificate{{leaf, expired, current, root}, {leaf, current, expired, root}} {
		bundle, err := certs.NewBundle(leafKey, order...)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(bundle.Chain, []*x509.Certificate{current, root}, (*x509.Certificate).Equal) {
			t.Errorf("got a chain of %d that ends first on %s", len(bundle.Chain), bundle.Expiry(time.Now()).Certificate.NotAfter)
		}
	}
}

// TestTwoAuthoritiesOfOneName have different keys; the signatures are too old for the standard library.
func TestTwoAuthoritiesOfOneName(t *testing.T) {
	for _, algorithm := range []x509.SignatureAlgorithm{x509.SHA1WithRSA, x509.ECDSAWithSHA1} {
		keys := []crypto.Signer{newRSA(t), newRSA(t)}
		if algorithm == x509.ECDSAWithSHA1 {
			keys = []crypto.Signer{newECDSA(t), newECDSA(t)}
		}
		var cas []*x509.Certificate
		for i, key := range keys {
			ca := authority("CA", int64(i+1), time.Now().Add(9000*time.Hour))
			cas = append(cas, create(t, ca, ca, key.Public(), key))
		}
		leafKey := newECDSA(t)
		leaf := create(t, &x509.Certificate{SerialNumber: big.NewInt(9), SignatureAlgorithm: algorithm}, cas[1], leafKey.Public(), keys[1])
		leaf.AuthorityKeyId = nil // so that nothing but the signature tells
		bundle, err := certs.NewBundle(leafKey, leaf, cas[0], cas[1])
		if err != nil {
			t.Fatal(err)
		}
		if len(bundle.Chain) != 1 || !bundle.Chain[0].Equal(cas[1]) {
			t.Errorf("%s: got a chain of %d with the wrong issuer", algorithm, len(bundle.Chain))
		}
	}
}

// TestSignaturesAreNotVerifiedForEver has more candidates of one name than are tried, the right one last.
func TestSignaturesAreNotVerifiedForEver(t *testing.T) {
	key := newECDSA(t)
	right := authority("CA", 99, time.Now().Add(time.Hour)) // of all it ends first, so it comes last
	right = create(t, right, right, key.Public(), key)
	leafKey := newECDSA(t)
	leaf := create(t, &x509.Certificate{SerialNumber: big.NewInt(100)}, right, leafKey.Public(), key)
	leaf.AuthorityKeyId = nil
	var candidates []*x509.Certificate
	for i := range int64(32) {
		other := newECDSA(t)
		ca := authority("CA", i+1, time.Now().Add(9000*time.Hour))
		candidates = append(candidates, create(t, ca, ca, other.Public(), other))
	}
	for tried, want := range map[int]int{31: 1, 32: 0} {
		bundle, err := certs.NewBundle(leafKey, append([]*x509.Certificate{leaf, right}, candidates[:tried]...)...)
		if err != nil || len(bundle.Chain) != want {
			t.Errorf("behind %d others: got %v, %v with a chain of %d, want %d", tried, bundle, err, len(bundle.Chain), want)
		}
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
