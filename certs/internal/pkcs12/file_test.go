package pkcs12

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/internal/errs"
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

func TestEveryShapeOfFile(t *testing.T) {
	w := newWriter(t)
	certificates, keys := w.bags(t)
	plain := safeBag{ID: object(bagKey), Value: explicit(w.Key)}
	nested := safeBag{ID: object(bagSafeContents), Value: explicit(marshal(t, append(certificates, keys...)))}
	twice := safeBag{ID: object(bagSafeContents), Value: explicit(marshal(t, []safeBag{nested}))}
	other := safeBag{ID: object("1.2.840.113549.1.12.10.1.5"), Value: explicit(marshal(t, "a secret bag"))}
	sdsi := safeBag{ID: object(bagCert), Value: explicit(marshal(t, certBag{object("1.2.840.113549.1.9.22.2"), []byte("x")}))}
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
		if err != nil || len(content.Keys) != 1 || len(content.Certificates) != 1 || content.BER {
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
		"count of 40 bits": {counted(new(big.Int).Lsh(big.NewInt(1), 40)), errs.ErrLimit},
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
	return marshal(t, privateKeyInfo{Algorithm: pkix.AlgorithmIdentifier{Algorithm: object("1.3.101.110")}, Key: marshal(t, bytes.Repeat([]byte{8}, 32))})
}

func TestUnreadableCertificateIsLeftOut(t *testing.T) {
	w := newWriter(t)
	w.Chain = [][]byte{[]byte("no certificate")}
	content, err := open(t, must[[]byte](t)(w.Write(password)))
	if err != nil || len(content.Certificates) != 1 || content.Unreadable == nil {
		t.Errorf("got %+v, %v", content, err)
	}
}

// TestBombsAreRefusedAtOnce proves that no derivation of a file that is too costly begins.
func TestBombsAreRefusedAtOnce(t *testing.T) {
	w := newWriter(t)
	_, keys := w.bags(t)
	parameter := pbeParameter{make([]byte, 8), big.NewInt(maxIterations)}
	bomb := safeBag{ID: object(bagShroudedKey), Value: explicit(marshal(t, shroudedKey{algorithm(pbe3DES3, marshal(t, parameter)), make([]byte, 8)}))}
	parameter.Iterations = big.NewInt(maxIterations / 20)
	small := safeBag{ID: object(bagShroudedKey), Value: explicit(marshal(t, shroudedKey{algorithm(pbe3DES3, marshal(t, parameter)), make([]byte, 8)}))}
	crowd := make([]safeBag, 21)
	for i := range crowd {
		crowd[i] = small
	}
	long := pbkdf2Params{Salt: []byte("x"), Iterations: big.NewInt(maxIterations - 10), KeyLength: maxMACKey}
	pbmac1 := macData{MAC: digestInfo{Algorithm: algorithm(schemePBMAC1, marshal(t, pbes2Params{
		algorithm(schemePBKDF2, marshal(t, long)), algorithm(hmacWithSHA256, asn1.NullBytes),
	}))}}
	for name, file := range map[string][]byte{
		"in sight":          w.fileOf(t, partOf(t, bomb)),
		"many small ones":   w.fileOf(t, partOf(t, crowd...)),
		"in a hidden key":   w.fileOf(t, w.sealed(t, bomb)),
		"many, hidden":      w.fileOf(t, w.sealed(t, crowd...)),
		"second hidden":     w.fileOf(t, w.sealed(t, keys...), w.sealed(t, bomb)),
		"MAC of four parts": marshal(t, pfx{3, must[contentInfo](t)(data(marshal(t, []contentInfo{partOf(t, keys...)}))), pbmac1}),
	} {
		start := time.Now()
		_, err := open(t, file)
		if took := time.Since(start); !errors.Is(err, errs.ErrLimit) || took > 100*time.Millisecond {
			t.Errorf("%s: %v after %s", name, err, took)
		}
	}
}

func TestTimeRunsOut(t *testing.T) {
	b := newBudget()
	if err := b.inTime(); err != nil {
		t.Error(err)
	}
	b.deadline = time.Now().Add(-time.Second)
	if err := b.inTime(); !errors.Is(err, errs.ErrLimit) {
		t.Errorf("got %v", err)
	}
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

func TestAttributesAreWrittenAndRead(t *testing.T) {
	w := newWriter(t)
	w.KeyName, w.Provider, w.Machine, w.KeySpec, w.FriendlyName = "key 🙂", "Some Provider", true, 0x80, "Zürich"
	content, err := open(t, must[[]byte](t)(w.Write(password)))
	if err != nil {
		t.Fatal(err)
	}
	if k := content.Keys[0]; k.Name != w.KeyName || k.Provider != w.Provider {
		t.Errorf("key: %q, %q", k.Name, k.Provider)
	}
	if got := content.Certificates[0].FriendlyName; got != w.FriendlyName {
		t.Errorf("certificate: %q", got)
	}
	_, keys := w.bags(t)
	var attributes []string
	for _, a := range keys[0].Attributes {
		attributes = append(attributes, a.ID.String())
	}
	if want := strings.Join([]string{attrLocalKeyID, attrFriendlyName, attrProvider, attrMachineKey}, " "); strings.Join(attributes, " ") != want {
		t.Errorf("attributes %q, want %q", attributes, want)
	}
}

// TestKeySpecIsThatOfOpenSSL compares with what "openssl pkcs12 -keyex" and "-keysig" write.
func TestKeySpecIsThatOfOpenSSL(t *testing.T) {
	w := newWriter(t)
	for spec, want := range map[byte]string{0x10: "a00d300b0603551d0f310403020410", 0x80: "a00d300b0603551d0f310403020780"} {
		w.KeySpec = spec
		der := must[[]byte](t)(w.withKeySpec())
		if !bytes.HasSuffix(der, unhex(t, want)) {
			t.Errorf("%#x: got %x, want %s at the end", spec, der, want)
		}
		if _, err := x509.ParsePKCS8PrivateKey(der); err != nil {
			t.Error(err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestEqualBytesMakeEqualFiles(t *testing.T) {
	for _, modern := range []bool{false, true} {
		w := newWriter(t)
		w.Rand, w.Modern = zeros{}, modern
		first := must[[]byte](t)(w.Write(password))
		if !bytes.Equal(first, must[[]byte](t)(w.Write(password))) {
			t.Errorf("modern %t: two files differ", modern)
		}
	}
	w := newWriter(t)
	w.Rand = bytes.NewReader(nil)
	if _, err := w.Write(password); err == nil {
		t.Error("written without random bytes")
	}
}

// FuzzBags reads what lies behind MAC and encryption, where FuzzParsePFX of package certs never gets.
func FuzzBags(f *testing.F) {
	w := newWriter(f)
	certificates, keys := w.bags(f)
	nested := safeBag{ID: object(bagSafeContents), Value: explicit(marshal(f, append(certificates, keys...)))}
	f.Add(marshal(f, certificates))
	f.Add(marshal(f, keys))
	f.Add(marshal(f, []safeBag{nested}))
	f.Add([]byte{0x30, 0x80, 0, 0})
	f.Add(append([]byte{0x30, 0x80}, append(marshal(f, nested), 0, 0)...))
	f.Fuzz(func(t *testing.T, contents []byte) {
		coder := new(transcoder)
		bags, err := coder.bags(contents)
		if err != nil && !errors.Is(err, errs.ErrIntegrity) && !errors.Is(err, errs.ErrLimit) {
			t.Errorf("%v is of no category", err)
		}
		o := &opener{File: &File{coder: coder}, budget: &budget{iterations: 1000, blocks: 3000, deadline: time.Now().Add(time.Minute)}}
		if o.planBags(bags) != nil {
			return
		}
		if content, err := o.content(bags); err == nil && len(content.Keys)+len(content.Certificates) > len(bags) {
			t.Error("more came out than went in")
		}
	})
}
