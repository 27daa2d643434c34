package certs_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/internal/pkcs7"
)

const pfxPassword = "P@ssw0rd for tests"

func export(t *testing.T, b *certs.Bundle, o *certs.PFXOptions) []byte {
	t.Helper()
	pfx, err := b.PFX(certs.StaticPassword(pfxPassword), o)
	if err != nil {
		t.Fatal(err)
	}
	return pfx
}

func TestPFXComesBack(t *testing.T) {
	service, _ := newService(t)
	for _, options := range []*certs.PFXOptions{
		nil,
		{Profile: certs.Windows2019},
		{Iterations: 1},
		{Profile: certs.Windows2019, Iterations: 100_000},
	} {
		back, err := certs.ParsePFX(export(t, service, options), certs.StaticPassword(pfxPassword))
		if err != nil {
			t.Errorf("%+v: %v", options, err)
			continue
		}
		if back.Thumbprint() != service.Thumbprint() || !slices.EqualFunc(back.Chain, service.Chain, (*x509.Certificate).Equal) {
			t.Errorf("%+v: came back as %v with a chain of %d", options, back, len(back.Chain))
		}
		if findings := certs.SharedRole(back, service); len(findings) != 1 {
			t.Errorf("%+v: the key came back changed", options)
		}
	}
}

func TestProfilesUseTheirAlgorithms(t *testing.T) {
	service, _ := newService(t)
	tripleDES := []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x03} // pbeWithSHAAnd3-KeyTripleDES-CBC
	aes256 := []byte{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a}          // aes256-CBC
	for profile, want := range map[certs.Profile][]byte{certs.WindowsLegacy: tripleDES, certs.Windows2019: aes256} {
		pfx := export(t, service, &certs.PFXOptions{Profile: profile})
		for _, algorithm := range [][]byte{tripleDES, aes256} {
			if got := bytes.Count(pfx, algorithm); (got == 2) != bytes.Equal(algorithm, want) {
				t.Errorf("%s: algorithm %x occurs %d times", profile, algorithm, got)
			}
		}
	}
}

func TestPFXRefusesWhatImportersRefuse(t *testing.T) {
	service, _ := newService(t)
	for name, secret := range map[string]string{
		"empty": "", "NUL": "a\x00b", "line feed": "a\n", "Latin": "pässwörd", "emoji": "🙂", "not UTF-8": "\xff",
	} {
		_, err := service.PFX(certs.StaticPassword(secret), nil)
		wantCategory(t, name, err, certs.ErrInvalid)
	}
	_, err := service.PFX(nil, nil)
	wantCategory(t, "no password", err, certs.ErrInvalid)
	_, err = service.PFX(certs.StaticPassword("x"), &certs.PFXOptions{Profile: 7, Iterations: 100_001})
	if invalid, _ := errors.AsType[*certs.InvalidError](err); invalid == nil || len(invalid.Problems) != 2 {
		t.Errorf("bad options: got %v, want two problems", err)
	}
	broken := errors.New("the vault is closed")
	_, err = service.PFX(func() ([]byte, error) { return nil, broken }, nil)
	wantCategory(t, "no answer from the vault", err, broken)
	hardware := makeBundle(t, func(o *order) { o.key = tokenKey{certstest.Key()} })
	_, err = hardware.PFX(certs.StaticPassword("x"), nil)
	wantCategory(t, "a key in hardware", err, certs.ErrUnsupported)
}

func TestPFXListsEveryProblem(t *testing.T) {
	elliptic := makeBundle(t, func(o *order) { o.key = newECDSA(t) })
	_, err := elliptic.PFX(certs.StaticPassword(pfxPassword), &certs.PFXOptions{
		Profile: -1, Iterations: -1, FriendlyName: "a\tb", KeyName: strings.Repeat("x", 256), KeySpec: 3, Provider: certs.ProviderEnhanced,
	})
	invalid, ok := errors.AsType[*certs.InvalidError](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	var fields []string
	for _, p := range invalid.Problems {
		fields = append(fields, p.Field)
	}
	if want := []string{"Iterations", "Profile", "FriendlyName", "KeyName", "KeySpec", "Provider"}; !slices.Equal(fields, want) {
		t.Errorf("problems with %q, want %q", fields, want)
	}
	_, err = elliptic.PFX(certs.StaticPassword(pfxPassword), &certs.PFXOptions{KeyName: strings.Repeat("ü", 255), Provider: "My KSP"})
	if err != nil {
		t.Error(err)
	}
}

// TestOptionsReachTheFile looks at what can be seen; what is encrypted makes a file longer. The integration tests let
// OpenSSL show all of it.
func TestOptionsReachTheFile(t *testing.T) {
	service, _ := newService(t)
	plain := export(t, service, nil)
	info, err := certs.InspectPFX(export(t, service, &certs.PFXOptions{KeyName: "container", Provider: certs.ProviderRSASChannel}))
	if err != nil || info.KeyName != "container" || info.Provider != certs.ProviderRSASChannel {
		t.Errorf("got %+v, %v", info, err)
	}
	if named := export(t, service, &certs.PFXOptions{FriendlyName: strings.Repeat("x", 100)}); len(named) < len(plain)+200 {
		t.Error("the friendly name leaves no trace")
	}
	machine := []byte{0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x11, 0x02}
	if bytes.Contains(plain, machine) || !bytes.Contains(export(t, service, &certs.PFXOptions{MachineKeySet: true}), machine) {
		t.Error("the machine key set is not as asked for")
	}
	for _, spec := range []certs.KeySpec{certs.KeyExchange, certs.KeySignature} {
		if with := export(t, service, &certs.PFXOptions{KeySpec: spec}); len(with) <= len(plain) {
			t.Errorf("%s leaves no trace", spec)
		}
	}
}

// patch replaces the one or more places of old, which is as long as new.
func patch(t *testing.T, pfx, old, replacement []byte) []byte {
	t.Helper()
	if !bytes.Contains(pfx, old) {
		t.Fatalf("%x does not occur", old)
	}
	return bytes.ReplaceAll(pfx, old, replacement)
}

// TestPFXIsReadHoweverItIsWrapped is for files that came by mail, and for those of certtool, which writes PEM.
func TestPFXIsReadHoweverItIsWrapped(t *testing.T) {
	service, _ := newService(t)
	pfx, secret := export(t, service, nil), certs.StaticPassword(pfxPassword)
	text := base64.StdEncoding.EncodeToString(pfx)
	for name, file := range map[string][]byte{
		"PEM":             pem.EncodeToMemory(&pem.Block{Type: "PKCS12", Bytes: pfx}),
		"Base64":          []byte(text),
		"mark, two lines": []byte("\xEF\xBB\xBF" + text[:64] + "\r\n" + text[64:] + "\r\n"),
	} {
		opened, err := certs.ParsePFX(file, secret)
		if err != nil || opened.Thumbprint() != service.Thumbprint() {
			t.Errorf("%s: got %v, %v", name, opened, err)
		}
		if _, err := certs.InspectPFX(file); err != nil {
			t.Errorf("%s: inspect: %v", name, err)
		}
		if findings := certs.CheckPFX(file, secret, nil); !slices.Equal(ids(findings), []string{"pfx.csp"}) {
			t.Errorf("%s: check: %v", name, findings)
		}
	}
}

// TestOtherFilesAreCalledByTheirName wants to know what was sent instead of a .pfx file.
func TestOtherFilesAreCalledByTheirName(t *testing.T) {
	service, _ := newService(t)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(service.PrivateKey())
	if err != nil {
		t.Fatal(err)
	}
	p7b, err := pkcs7.Encode(service.Leaf)
	if err != nil {
		t.Fatal(err)
	}
	for want, file := range map[string][]byte{
		"is empty":                  []byte(" \n"),
		"neither DER nor Base64":    []byte("Dear colleague,"),
		"a certificate without key": service.CER(),
		"a .p7b file":               p7b,
		"a private key":             pkcs8,
		`a PEM block "PRIVATE KEY"`: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
		`a PEM block "CERTIFICATE"`: service.CERBase64(),
		"more than one PEM block":   bytes.Repeat(pem.EncodeToMemory(&pem.Block{Type: "PKCS12", Bytes: pkcs8}), 2),
	} {
		_, err := certs.InspectPFX(file)
		wantCategory(t, want, err, certs.ErrInvalid)
		if err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestRequestIsNoCertificate has the outer form of one.
func TestRequestIsNoCertificate(t *testing.T) {
	csr, err := (&certs.Request{CommonName: fqdn, Key: certstest.Key()}).CSR()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := certs.InspectPFX(csr); !errors.Is(err, certs.ErrIntegrity) || strings.Contains(err.Error(), "certificate") {
		t.Errorf("got %v", err)
	}
}

// TestPasswordStaysTheCallers hands out the same bytes each time.
func TestPasswordStaysTheCallers(t *testing.T) {
	service, _ := newService(t)
	secret := []byte(pfxPassword)
	password := func() ([]byte, error) { return secret, nil }
	for range 2 {
		pfx, err := service.PFX(password, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := certs.ParsePFX(pfx, password); err != nil {
			t.Fatal(err)
		}
	}
	if string(secret) != pfxPassword {
		t.Errorf("the password is %q now", secret)
	}
}

func TestParsePFXRefuses(t *testing.T) {
	service, _ := newService(t)
	good := export(t, service, nil)
	slow := export(t, service, &certs.PFXOptions{Iterations: 100_000})
	modern := export(t, service, &certs.PFXOptions{Profile: certs.Windows2019, Iterations: 100_000})
	count, endless := []byte{0x02, 0x03, 0x01, 0x86, 0xa0}, []byte{0x02, 0x03, 0x7f, 0xff, 0xff}
	keyless, err := pkcs12.Modern2023.EncodeTrustStore([]*x509.Certificate{service.Leaf}, pfxPassword)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := pkcs12.Modern2023.Encode(newECDSA(t), service.Leaf, nil, pfxPassword)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		pfx      []byte
		password string
		want     error
	}{
		"nothing":                {nil, pfxPassword, certs.ErrInvalid},
		"garbage":                {[]byte("no file"), pfxPassword, certs.ErrInvalid},
		"half a file":            {good[:len(good)/2], pfxPassword, certs.ErrIntegrity},
		"trailing data":          {append(slices.Clone(good), 0), pfxPassword, certs.ErrIntegrity},
		"wrong password":         {good, "wrong", certs.ErrIntegrity},
		"empty password":         {good, "", certs.ErrIntegrity},
		"password not UTF-8":     {good, "\xff", certs.ErrInvalid},
		"password not BMP":       {good, "🙂", certs.ErrIntegrity},
		"too large":              {make([]byte, 1<<20+1), pfxPassword, certs.ErrLimit},
		"endless 3DES":           {patch(t, slow, count, endless), pfxPassword, certs.ErrLimit},
		"endless AES":            {patch(t, modern, count, endless), pfxPassword, certs.ErrLimit},
		"indefinite length":      {[]byte{0x30, 0x80, 0x02, 0x01, 0x03, 0x30, 0x80, 0, 0, 0, 0}, pfxPassword, certs.ErrIntegrity},
		"no private key":         {keyless, pfxPassword, certs.ErrInvalid},
		"another's key":          {foreign, pfxPassword, certs.ErrInvalid},
		"certificate":            {service.CER(), pfxPassword, certs.ErrInvalid},
		"damaged, right at mark": {patch(t, good, []byte{0x01, 0x0c, 0x01, 0x03}, []byte{0x01, 0x0c, 0x01, 0x63}), pfxPassword, certs.ErrIntegrity},
	} {
		_, err := certs.ParsePFX(test.pfx, certs.StaticPassword(test.password))
		wantCategory(t, name, err, test.want)
	}
	_, err = certs.ParsePFX(good, nil)
	wantCategory(t, "no password", err, certs.ErrInvalid)
	_, err = certs.ParsePFX(good, certs.StaticPassword("wrong"))
	if err == nil || !strings.Contains(err.Error(), "wrong password or damaged file") {
		t.Errorf("wrong password reads %v", err)
	}
}

func TestParsePFXInABubble(t *testing.T) {
	service, _ := newService(t)
	pfx := export(t, service, nil)
	synctest.Test(t, func(t *testing.T) {
		if _, err := certs.ParsePFX(pfx, certs.StaticPassword(pfxPassword)); err != nil {
			t.Error(err)
		}
	})
}

// FuzzParsePFX starts from small files with small keys. What lies behind the MAC is for FuzzBags of certs/internal/pkcs12.
func FuzzParsePFX(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	bundle, err := certs.SelfSigned(fqdn, &certs.SelfSignedOptions{Key: key})
	if err != nil {
		f.Fatal(err)
	}
	for _, options := range []certs.PFXOptions{
		{Iterations: 1},
		{Iterations: 1, Profile: certs.Windows2019, FriendlyName: "a", KeyName: "b", KeySpec: certs.KeyExchange, MachineKeySet: true},
	} {
		pfx, err := bundle.PFX(certs.StaticPassword(pfxPassword), &options)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(pfx, pfxPassword)
	}
	for _, encoder := range []*pkcs12.Encoder{pkcs12.LegacyRC2, pkcs12.Modern2026} {
		pfx, err := encoder.WithIterations(1).Encode(key, bundle.Leaf, nil, "")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(pfx, "")
	}
	f.Add(golden(f, "nss.pfx"), "")
	f.Add([]byte{0x30, 0x80, 0, 0}, "\x00")
	f.Add([]byte("\x30\x0b\x02\x01\x03\x30\x06\x04\x01x\x02\x01\x7f"), "\xff")
	f.Fuzz(func(t *testing.T, pfx []byte, password string) {
		info, err := certs.InspectPFX(pfx)
		if err != nil {
			wantOneOf(t, err, certs.ErrIntegrity, certs.ErrInvalid, certs.ErrLimit, certs.ErrUnsupported)
			return
		}
		if info.TotalIterations < 10_000 { // above it is costly, and nothing new
			fuzzOpen(t, pfx, certs.StaticPassword(password))
		}
	})
}

// fuzzOpen wants ParsePFX and CheckPFX to agree.
func fuzzOpen(t *testing.T, pfx []byte, password certs.Password) {
	t.Helper()
	bundle, err := certs.ParsePFX(pfx, password)
	if err == nil && (bundle.Leaf == nil || bundle.PrivateKey() == nil) {
		t.Error("neither bundle nor error")
	}
	if err != nil {
		wantOneOf(t, err, certs.ErrIntegrity, certs.ErrInvalid, certs.ErrLimit, certs.ErrUnsupported)
	}
	findings := certs.CheckPFX(pfx, password, nil)
	told := slices.ContainsFunc(findings, func(f certs.Finding) bool {
		return f.ID == "pfx.open" || f.ID == "pfx.key.match" || f.ID == "pfx.keycount"
	})
	if err != nil && !told {
		t.Errorf("no finding tells of %v", err)
	}
}

func wantOneOf(t *testing.T, err error, categories ...error) {
	t.Helper()
	if !slices.ContainsFunc(categories, func(c error) bool { return errors.Is(err, c) }) {
		t.Errorf("%v is of no category", err)
	}
}
