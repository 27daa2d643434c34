package certs_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs"
)

const goldenPassword = "secret for tests"

// golden returns a file that another program wrote: see testdata/pfx/make.sh.
func golden(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "pfx", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestParsePFXReadsWhatOthersWrite(t *testing.T) {
	leaf, err := certs.ParseCER(golden(t, "service.cer"))
	if err != nil {
		t.Fatal(err)
	}
	ca, err := certs.ParseCER(golden(t, "ca.cer"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"openssl", "openssl-legacy", "openssl-descert", "openssl-csp", "openssl-ksp", "openssl-keysig", "openssl-open",
		"openssl-rc2-128", "openssl-2des", "openssl-pbes2-3des", "openssl-aes-192", "openssl-sha224", "openssl-empty",
		"openssl-emoji", "nss", "gnutls", "keytool",
	} {
		password := goldenPassword
		switch name {
		case "openssl-empty":
			password = ""
		case "openssl-emoji":
			password = "pässwörd🙂"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pfx := golden(t, name+".pfx")
			bundle, err := certs.ParsePFX(pfx, certs.StaticPassword(password))
			if err != nil {
				t.Fatal(err)
			}
			if !bundle.Leaf.Equal(leaf) || len(bundle.Chain) != 1 || !bundle.Chain[0].Equal(ca) {
				t.Errorf("got %v with a chain of %d", bundle, len(bundle.Chain))
			}
			if public, ok := bundle.PrivateKey().Public().(interface{ Equal(any) bool }); ok && !public.Equal(leaf.PublicKey) {
				t.Error("the key is another")
			}
			_, err = certs.ParsePFX(pfx, certs.StaticPassword("wrong"))
			wantCategory(t, "wrong password", err, certs.ErrIntegrity)
		})
	}
}

func TestParsePFXSaysWhatIsWrong(t *testing.T) {
	for name, test := range map[string]struct {
		category error
		text     string
	}{
		"openssl-nomac":  {certs.ErrUnsupported, "holds no MAC"},
		"openssl-nokey":  {certs.ErrInvalid, "holds no private key"},
		"openssl-nocert": {certs.ErrInvalid, "holds no certificate"},
	} {
		_, err := certs.ParsePFX(golden(t, name+".pfx"), certs.StaticPassword(goldenPassword))
		wantCategory(t, name, err, test.category)
		if err != nil && !strings.Contains(err.Error(), test.text) {
			t.Errorf("%s: %q does not say %q", name, err, test.text)
		}
	}
}

func TestParsePFXNamesSeveralKeys(t *testing.T) {
	_, err := certs.ParsePFX(golden(t, "keytool-two-keys.pfx"), certs.StaticPassword(goldenPassword))
	wantCategory(t, "two keys", err, certs.ErrInvalid)
	several, ok := errors.AsType[*certs.KeyCountError](err)
	if !ok || len(several.Leaves) != 2 {
		t.Fatalf("got %v, want a KeyCountError with two certificates", err)
	}
	for _, name := range []string{"CN=clouddp.contoso.com", "CN=other.contoso.com"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
	}
}

func TestInspectPFXReadsWhatOthersWrite(t *testing.T) {
	const aes = "PBES2 AES-256-CBC, PBKDF2 HMAC SHA-256"
	for name, want := range map[string]certs.PFXInfo{
		"openssl":        {Parts: 2, MAC: "HMAC SHA-256", Encryption: []string{aes}, Iterations: 2048, TotalIterations: 3 * 2048, Keys: 1},
		"openssl-nomac":  {Parts: 2, Encryption: []string{aes}, Iterations: 2048, TotalIterations: 2048, Keys: 1},
		"openssl-nocert": {Parts: 1, MAC: "HMAC SHA-256", Encryption: []string{aes}, Iterations: 2048, TotalIterations: 2 * 2048, Keys: 1},
		"openssl-open":   {Parts: 2, MAC: "HMAC SHA-256", Iterations: 2048, TotalIterations: 2048, Keys: 1},
		"openssl-legacy": {
			Parts: 2, MAC: "HMAC SHA-1", Iterations: 2048, TotalIterations: 3 * 2048, Keys: 1,
			Encryption: []string{"pbeWithSHA1And40BitRC2-CBC", "pbeWithSHA1And3-KeyTripleDES-CBC"},
		},
		"openssl-2des": {
			Parts: 2, MAC: "HMAC SHA-1", Iterations: 2048, TotalIterations: 3 * 2048, Keys: 1,
			Encryption: []string{"pbeWithSHA1And2-KeyTripleDES-CBC"},
		},
		"openssl-csp": {
			Parts: 2, MAC: "HMAC SHA-256", Encryption: []string{aes}, Iterations: 2048, TotalIterations: 3 * 2048, Keys: 1,
			KeyName: "Cloud DP", Provider: certs.ProviderRSAAES,
		},
		"nss": {
			BER: true, Parts: 2, MAC: "HMAC SHA-256", Iterations: 600_000, TotalIterations: 3 * 600_000, Keys: 1, KeyName: "Cloud DP",
			Encryption: []string{aes, "PBES2 AES-128-CBC, PBKDF2 HMAC SHA-256"},
		},
		"gnutls": {
			Parts: 3, MAC: "HMAC SHA-256", Iterations: 600_000, TotalIterations: 4 * 600_000, Keys: 1, KeyName: "Cloud DP",
			Encryption: []string{"PBES2 AES-128-CBC, PBKDF2 HMAC SHA-256"},
		},
		"keytool": {
			Parts: 2, MAC: "HMAC SHA-256", Encryption: []string{aes}, Iterations: 10_000, TotalIterations: 3 * 10_000, Keys: 1,
			KeyName: "cloud dp", Provider: certs.ProviderRSAAES,
		},
	} {
		got, err := certs.InspectPFX(golden(t, name+".pfx"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got.Imports = nil
		if !reflect.DeepEqual(*got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, *got, want)
		}
	}
}
