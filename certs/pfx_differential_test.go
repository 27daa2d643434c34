package certs_test

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"slices"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
)

// bundles are one of each kind of key.
func bundles(t *testing.T) map[string]*certs.Bundle {
	t.Helper()
	service, _ := newService(t)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*certs.Bundle{
		"RSA":     service,
		"ECDSA":   makeBundle(t, func(o *order) { o.key = newECDSA(t) }),
		"Ed25519": makeBundle(t, func(o *order) { o.key = edwards }),
	}
}

func sameKey(t *testing.T, a, b crypto.PrivateKey) bool {
	t.Helper()
	key, ok := a.(interface{ Equal(crypto.PrivateKey) bool })
	return ok && key.Equal(b)
}

// TestAnotherReaderOpensOurs gives go-pkcs12 what is written here.
func TestAnotherReaderOpensOurs(t *testing.T) {
	for kind, bundle := range bundles(t) {
		for _, options := range []*certs.PFXOptions{
			nil,
			{Profile: certs.Windows2019},
			{Iterations: 1, FriendlyName: "Cloud DP – Zürich", KeyName: "key", MachineKeySet: true, KeySpec: certs.KeyExchange},
			{Profile: certs.Windows2019, Iterations: 10_000, Provider: certs.ProviderSoftwareKSP, KeySpec: certs.KeySignature},
		} {
			key, leaf, chain, err := pkcs12.DecodeChain(export(t, bundle, options), pfxPassword)
			if err != nil {
				t.Errorf("%s, %+v: %v", kind, options, err)
				continue
			}
			if !leaf.Equal(bundle.Leaf) || !slices.EqualFunc(chain, bundle.Chain, (*x509.Certificate).Equal) ||
				!sameKey(t, key, bundle.PrivateKey()) {
				t.Errorf("%s, %+v: came back changed", kind, options)
			}
		}
	}
}

// TestWeOpenAnothers reads what go-pkcs12 writes.
func TestWeOpenAnothers(t *testing.T) {
	for kind, bundle := range bundles(t) {
		for name, test := range map[string]struct {
			encoder  *pkcs12.Encoder
			password string
		}{
			"RC2":                 {pkcs12.LegacyRC2, pfxPassword},
			"3DES":                {pkcs12.LegacyDES, pfxPassword},
			"3DES, Latin":         {pkcs12.LegacyDES, "pässwörd"},
			"3DES, no password":   {pkcs12.LegacyDES, ""},
			"AES":                 {pkcs12.Modern2023, pfxPassword},
			"AES, Hangul":         {pkcs12.Modern2023, "비밀번호"},
			"AES, no password":    {pkcs12.Modern2023, ""},
			"AES, NUL":            {pkcs12.Modern2023, "a\x00b"},
			"PBMAC1":              {pkcs12.Modern2026, pfxPassword},
			"PBMAC1, no password": {pkcs12.Modern2026, ""},
		} {
			pfx, err := test.encoder.WithIterations(3).Encode(bundle.PrivateKey(), bundle.Leaf, bundle.Chain, test.password)
			if err != nil {
				t.Fatal(err)
			}
			back, err := certs.ParsePFX(pfx, certs.StaticPassword(test.password))
			if err != nil {
				t.Errorf("%s, %s: %v", kind, name, err)
				continue
			}
			if !back.Leaf.Equal(bundle.Leaf) || len(back.Chain) != len(bundle.Chain) || !sameKey(t, back.PrivateKey(), bundle.PrivateKey()) {
				t.Errorf("%s, %s: came back changed", kind, name)
			}
			_, err = certs.ParsePFX(pfx, certs.StaticPassword(test.password+"x"))
			wantCategory(t, name+" with a wrong password", err, certs.ErrIntegrity)
		}
	}
}

func TestMismatchedKeyNeverPasses(t *testing.T) {
	service, _ := newService(t)
	stranger := makeBundle(t, func(o *order) { o.key = newECDSA(t) })
	for _, encoder := range []*pkcs12.Encoder{pkcs12.LegacyDES, pkcs12.Modern2023} {
		pfx, err := encoder.Encode(stranger.PrivateKey(), service.Leaf, service.Chain, pfxPassword)
		if err != nil {
			t.Fatal(err)
		}
		_, err = certs.ParsePFX(pfx, certs.StaticPassword(pfxPassword))
		if _, ok := errors.AsType[*certs.InvalidError](err); !ok {
			t.Errorf("read: got %v, want an InvalidError", err)
		}
	}
	swapped := *service
	swapped.Leaf = stranger.Leaf
	_, err := swapped.PFX(certs.StaticPassword(pfxPassword), nil)
	wantCategory(t, "written", err, certs.ErrInvalid)
}

// BenchmarkPFX encodes and decodes beside go-pkcs12 at equal iterations:
//
//	go test -run '^$' -bench PFX -count 10 ./certs
func BenchmarkPFX(b *testing.B) {
	bundle, err := certs.SelfSigned(fqdn, &certs.SelfSignedOptions{Key: certstest.Key()})
	if err != nil {
		b.Fatal(err)
	}
	secret := certs.StaticPassword(pfxPassword)
	for name, pair := range map[string]struct {
		profile certs.Profile
		encoder *pkcs12.Encoder
	}{
		"WindowsLegacy": {certs.WindowsLegacy, pkcs12.LegacyDES.WithIterations(2000)},
		"Windows2019":   {certs.Windows2019, pkcs12.Modern2023.WithIterations(2000)},
	} {
		b.Run(name+"/certs", func(b *testing.B) {
			for b.Loop() {
				pfx, err := bundle.PFX(secret, &certs.PFXOptions{Profile: pair.profile, Iterations: 2000})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := certs.ParsePFX(pfx, secret); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/go-pkcs12", func(b *testing.B) {
			for b.Loop() {
				pfx, err := pair.encoder.Encode(bundle.PrivateKey(), bundle.Leaf, nil, pfxPassword)
				if err != nil {
					b.Fatal(err)
				}
				if _, _, _, err := pkcs12.DecodeChain(pfx, pfxPassword); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
