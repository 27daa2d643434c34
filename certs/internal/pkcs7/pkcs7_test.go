package pkcs7_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs/internal/pkcs7"
	"github.com/clouddp/sdk/internal/errs"
)

func newCertificate(t testing.TB, name string) *x509.Certificate {
	t.Helper()
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func encode(t testing.TB, certificates ...*x509.Certificate) []byte {
	t.Helper()
	der, err := pkcs7.Encode(certificates...)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// openssl made both files, the second with "smime -sign": a message with content and a signature.
func TestWhatOpenSSLWrote(t *testing.T) {
	for _, name := range []string{"openssl.p7b", "openssl-signed.p7b"} {
		der, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		found, err := pkcs7.Certificates(der)
		if err != nil || len(found) != 2 {
			t.Fatalf("%s: %d certificates, %v", name, len(found), err)
		}
		names := map[string]bool{found[0].Subject.CommonName: true, found[1].Subject.CommonName: true}
		if !names["clouddp.contoso.com"] || !names["Contoso Root"] {
			t.Errorf("%s: got %v", name, names)
		}
	}
}

func TestEncodeWritesWhatOpenSSLWrites(t *testing.T) {
	want, err := os.ReadFile(filepath.Join("testdata", "openssl.p7b"))
	if err != nil {
		t.Fatal(err)
	}
	found, err := pkcs7.Certificates(want)
	if err != nil {
		t.Fatal(err)
	}
	if got := encode(t, found...); !bytes.Equal(got, want) {
		t.Errorf("got\n%x\nwant\n%x", got, want)
	}
}

func TestWhatIsRefused(t *testing.T) {
	one := newCertificate(t, "one")
	good := encode(t, one)
	many := make([]*x509.Certificate, 65)
	for i := range many {
		many[i] = one
	}
	for name, test := range map[string]struct {
		der  []byte
		want error
	}{
		"nothing":               {nil, errs.ErrIntegrity},
		"text":                  {[]byte("-----BEGIN PKCS7-----"), errs.ErrIntegrity},
		"half":                  {good[:len(good)/2], errs.ErrIntegrity},
		"something behind it":   {append(bytes.Clone(good), 0), errs.ErrIntegrity},
		"a lone certificate":    {one.Raw, errs.ErrIntegrity},
		"no certificate":        {encode(t), errs.ErrIntegrity},
		"no content":            {unhex(t, "300b06092a864886f70d010702"), errs.ErrIntegrity},
		"content of no kind":    {unhex(t, "300d06092a864886f70d010701a000"), errs.ErrIntegrity},
		"an indefinite length":  {unhex(t, "308006092a864886f70d010702a0800000"), errs.ErrIntegrity},
		"a damaged certificate": {bytes.Replace(good, []byte{0x30, 0x05, 0x06, 0x03, 0x2b}, []byte{0x30, 0x05, 0x05, 0x03, 0x2b}, 1), errs.ErrIntegrity},
		"too many":              {encode(t, many...), errs.ErrLimit},
		"too large":             {make([]byte, 1<<20+1), errs.ErrLimit},
	} {
		if found, err := pkcs7.Certificates(test.der); !errors.Is(err, test.want) || found != nil {
			t.Errorf("%s: got %d certificates, %v; want %v", name, len(found), err, test.want)
		}
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func FuzzCertificates(f *testing.F) {
	for _, name := range []string{"openssl.p7b", "openssl-signed.p7b"} {
		der, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(der)
	}
	f.Add(unhex(f, "308006092a864886f70d010702a0800000"))
	f.Fuzz(func(t *testing.T, der []byte) {
		found, err := pkcs7.Certificates(der)
		if err != nil {
			if !errors.Is(err, errs.ErrIntegrity) && !errors.Is(err, errs.ErrLimit) {
				t.Errorf("%v is of no category", err)
			}
			return
		}
		again, err := pkcs7.Certificates(encode(t, found...))
		if err != nil || len(again) != len(found) {
			t.Errorf("what was read cannot be read again: %v", err)
		}
	})
}

func BenchmarkCertificates(b *testing.B) {
	der := encode(b, newCertificate(b, "leaf"), newCertificate(b, "issuing"), newCertificate(b, "root"))
	b.SetBytes(int64(len(der)))
	for b.Loop() {
		if _, err := pkcs7.Certificates(der); err != nil {
			b.Fatal(err)
		}
	}
}
