package pkcs12

import (
	"bytes"
	"crypto"
	"crypto/cipher"
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
	"testing"

	"github.com/clouddp/sdk/internal/errs"
)

func TestEveryShapeOfFile(t *testing.T) {
	w := newWriter(t)
	certificates, keys := w.bags(t)
	plain := safeBag{ID: object(bagKey), Value: explicit(w.Key)}
	nested := safeBag{ID: object(bagSafeContents), Value: explicit(marshal(t, append(certificates, keys...)))}
	twice := safeBag{ID: object(bagSafeContents), Value: explicit(marshal(t, []safeBag{nested}))}
	other := safeBag{ID: object("1.2.840.113549.1.12.10.1.5"), Value: explicit(marshal(t, "a secret bag"))}
	sdsiCertificate := certBag{object("1.2.840.113549.1.9.22.2"), []byte("x")}
	sdsi := safeBag{ID: object(bagCert), Value: explicit(marshal(t, sdsiCertificate))}
	for name, file := range map[string][]byte{
		"usual":           w.fileOf(t, w.sealed(t, certificates...), partOf(t, keys...)),
		"key first":       w.fileOf(t, partOf(t, keys...), w.sealed(t, certificates...)),
		"all in one":      w.fileOf(t, w.sealed(t, append(certificates, keys...)...)),
		"all open":        w.fileOf(t, partOf(t, append(certificates, plain)...)),
		"open, encrypted": w.fileOf(t, w.sealed(t, append(certificates, plain)...)),
		"nested":          w.fileOf(t, partOf(t, nested)),
		"nested twice":    w.fileOf(t, w.sealed(t, twice)),
		"empty parts":     w.fileOf(t, partOf(t), w.sealed(t, certificates...), partOf(t, keys...), partOf(t)),
		"other bags":      w.fileOf(t, partOf(t, other, sdsi, nested)),
	} {
		content, err := open(t, file)
		if err != nil || len(content.Keys) != 1 || len(content.Certificates) != 1 || content.File.BER {
			t.Errorf("%s: got %+v, %v", name, content, err)
		}
	}
}

func TestWhatIsNotRead(t *testing.T) {
	w := newWriter(t)
	certificates, keys := w.bags(t)
	usual := w.fileOf(t, partOf(t, append(certificates, keys...)...))
	var parsed pfx
	if err := unmarshal(usual, &parsed); err != nil {
		t.Fatal(err)
	}
	changed := func(change func(*pfx)) []byte {
		p := parsed
		change(&p)
		return marshal(t, p)
	}
	counted := func(n *big.Int) []byte { return changed(func(p *pfx) { p.MAC.Iterations = n }) }
	deep := safeBag{ID: object(bagSafeContents), Value: explicit(marshal(t, keys))}
	for range maxDepth {
		deep = safeBag{ID: object(bagSafeContents), Value: explicit(marshal(t, []safeBag{deep}))}
	}
	many := bytes.Repeat(marshal(t, certificates[0]), maxBags+1)
	crowd := asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: many}
	large := safeBag{ID: object(bagKey), Value: explicit(marshal(t, make([]byte, maxKeySize)))}
	for name, test := range map[string]struct {
		file []byte
		want error
	}{
		"version 4":        {changed(func(p *pfx) { p.Version = 4 }), errs.ErrIntegrity},
		"signed":           {changed(func(p *pfx) { p.AuthSafe.Type = object(typeSignedData) }), errs.ErrUnsupported},
		"to an account":    {w.fileOf(t, contentInfo{Type: object(typeEnvelopedData)}), errs.ErrUnsupported},
		"of no type":       {w.fileOf(t, contentInfo{Type: object("1.2.3")}), errs.ErrIntegrity},
		"no MAC":           {marshal(t, struct{ Version, AuthSafe any }{3, parsed.AuthSafe}), errs.ErrUnsupported},
		"MAC of MD5":       {changed(func(p *pfx) { p.MAC.MAC.Algorithm.Algorithm = object("1.2.840.113549.2.5") }), errs.ErrUnsupported},
		"MAC changed":      {changed(func(p *pfx) { p.MAC.Salt = []byte("other") }), errs.ErrIntegrity},
		"count 0":          {counted(big.NewInt(0)), errs.ErrIntegrity},
		"count -1":         {counted(big.NewInt(-1)), errs.ErrIntegrity},
		"count of 71 bits": {counted(new(big.Int).Lsh(big.NewInt(1), 70)), errs.ErrLimit},
		"too deep":         {w.fileOf(t, partOf(t, deep)), errs.ErrLimit},
		"too many":         {w.fileOf(t, must[contentInfo](t)(data(marshal(t, crowd)))), errs.ErrLimit},
		"too large a key":  {w.fileOf(t, partOf(t, append(certificates, large)...)), errs.ErrLimit},
		"key is none":      {w.fileOf(t, partOf(t, safeBag{ID: object(bagKey), Value: explicit(marshal(t, "x"))})), errs.ErrIntegrity},
		"cannot sign":      {w.fileOf(t, partOf(t, safeBag{ID: object(bagKey), Value: explicit(x25519(t))})), errs.ErrUnsupported},
	} {
		if _, err := open(t, test.file); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
}

// x25519 returns a key that cannot sign (RFC 8410).
func x25519(t testing.TB) []byte {
	t.Helper()
	return marshal(t, privateKeyInfo{Algorithm: algorithm("1.3.101.110", nil), Key: marshal(t, bytes.Repeat([]byte{8}, 32))})
}

func TestUnreadableCertificateIsLeftOut(t *testing.T) {
	w := newWriter(t)
	w.Chain = [][]byte{[]byte("no certificate")}
	content, err := open(t, must[[]byte](t)(w.Write(password)))
	if err != nil || len(content.Certificates) != 1 || content.Unreadable == nil {
		t.Errorf("got %+v, %v", content, err)
	}
}

// TestEmptyPasswordHasTwoForms opens files whose writer took an empty password for nothing at all.
func TestEmptyPasswordHasTwoForms(t *testing.T) {
	for i, form := range []secret{{utf16: []byte{0, 0}}, {}} {
		w := newWriter(t)
		w.password = form
		certificates, keys := w.bags(t)
		f, err := Parse(w.fileOf(t, w.sealed(t, certificates...), partOf(t, keys...)))
		if err != nil {
			t.Fatal(err)
		}
		if content, err := f.Open(""); err != nil || len(content.Keys) != 1 {
			t.Errorf("form %d: %v", i, err)
		}
	}
}

func TestParseAloneFindsLimitsAndDamage(t *testing.T) {
	w := newWriter(t)
	certificates, _ := w.bags(t)
	if _, err := Parse(w.fileOf(t, partOf(t, slices.Repeat(certificates, maxBags+1)...))); !errors.Is(err, errs.ErrLimit) {
		t.Errorf("too many: got %v", err)
	}
	bag := keyBag(t, pbes2(t, derivationOf(t, 16), withIV(t, cipherAES256, 16)))
	if _, err := Parse(w.fileOf(t, partOf(t, bag))); !errors.Is(err, errs.ErrIntegrity) {
		t.Errorf("wrong key length: got %v", err)
	}
}

func TestPaddingIsChecked(t *testing.T) {
	e := &Encryption{Cipher: TripleDES, Digest: crypto.SHA1, Iterations: 1, salt: []byte("salt")}
	form := secrets(password)[0]
	for name, test := range map[string]struct {
		plain string
		ok    bool
	}{
		"one":       {"1234567\x01", true},
		"whole":     {"\x08\x08\x08\x08\x08\x08\x08\x08", true},
		"none":      {"1234567\x00", false},
		"too long":  {"1234567\x09", false},
		"not equal": {"123456\x01\x02", false},
	} {
		block, iv, err := e.mode(form)
		if err != nil {
			t.Fatal(err)
		}
		sealed := []byte(test.plain)
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(sealed, sealed)
		if _, err := e.decrypt(sealed, form); (err == nil) != test.ok {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
