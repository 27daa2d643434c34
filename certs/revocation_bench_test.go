package certs_test

import (
	"bytes"
	"crypto/x509"
	"math/big"
	"testing"

	"github.com/clouddp/sdk/certs"
)

// BenchmarkRevocation looks a certificate up in a list of a million entries: as a stream, and with the standard library,
// which verifies no signature here and holds the whole list.
func BenchmarkRevocation(b *testing.B) {
	w := newCRLWorld(b, newECDSA(b))
	list := w.list(b, func(l *x509.RevocationList) {
		l.RevokedCertificateEntries = make([]x509.RevocationListEntry, 1_000_000)
		for i := range l.RevokedCertificateEntries {
			serial := new(big.Int).Lsh(big.NewInt(int64(i)+1), 100) // of 16 bytes or so, as authorities give them
			l.RevokedCertificateEntries[i] = x509.RevocationListEntry{SerialNumber: serial, RevocationTime: w.now, ReasonCode: i % 2}
		}
	})
	b.Run("stream", func(b *testing.B) {
		b.SetBytes(int64(len(list)))
		b.ReportAllocs()
		for b.Loop() {
			if got := w.look(list); got.Status != certs.RevocationGood {
				b.Fatal(got.Findings)
			}
		}
	})
	b.Run("x509", func(b *testing.B) {
		b.SetBytes(int64(len(list)))
		b.ReportAllocs()
		for b.Loop() {
			if got := lookWithX509(b, list, w.bundle.Leaf); got != nil {
				b.Fatal(got)
			}
		}
	})
}

// lookWithX509 returns the entry of certificate, or nil.
func lookWithX509(t testing.TB, der []byte, certificate *x509.Certificate) *x509.RevocationListEntry {
	t.Helper()
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range list.RevokedCertificateEntries {
		if entry.SerialNumber.Cmp(certificate.SerialNumber) == 0 {
			return &entry
		}
	}
	return nil
}

// FuzzRevocationList signs whatever it is given as a revocation list. What the stream says for certain, the standard
// library must confirm.
func FuzzRevocationList(f *testing.F) {
	w := newCRLWorld(f, newECDSA(f))
	seeds := [][]byte{
		w.list(f, nil),
		w.list(f, w.revoke(x509.RevocationListEntry{ReasonCode: 4})),
		w.list(f, func(l *x509.RevocationList) { l.NextUpdate = w.now.Add(-1) }),
		w.list(f, freshest(f, deltaURL)),
		w.list(f, since(f, 7)),
	}
	for _, seed := range seeds {
		list, err := x509.ParseRevocationList(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(list.RawTBSRevocationList)
	}
	f.Add([]byte{0x30, 0})
	f.Fuzz(func(t *testing.T, signed []byte) {
		der := w.sign(t, signed)
		got := w.look(der)
		list, err := x509.ParseRevocationList(der)
		if got.Status == certs.RevocationUnknown {
			return
		}
		if err != nil {
			t.Fatalf("%v, but x509 says %v", got.Status, err)
		}
		if err := list.CheckSignatureFrom(w.issuer); err != nil || !bytes.Equal(list.RawIssuer, w.issuer.RawSubject) {
			t.Errorf("%v, but the list is not the issuer's: %v", got.Status, err)
		}
		if !list.ThisUpdate.Equal(got.ThisUpdate) || !list.NextUpdate.Equal(got.NextUpdate) {
			t.Errorf("updates %v and %v, x509 says %v and %v", got.ThisUpdate, got.NextUpdate, list.ThisUpdate, list.NextUpdate)
		}
		entry := lookWithX509(t, der, w.bundle.Leaf)
		if (entry != nil) != (got.Status == certs.RevocationRevoked) {
			t.Fatalf("%v, x509 says %v", got.Status, entry)
		}
		if entry != nil && !entry.RevocationTime.Equal(got.Revoked) {
			t.Errorf("revoked at %v, x509 says %v", got.Revoked, entry.RevocationTime)
		}
	})
}
