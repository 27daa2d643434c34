package certs_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/clouddp/sdk/certs"
)

// checked is a file with its password, and how it is looked at.
type checked struct {
	pfx      []byte
	password certs.Password
	options  *certs.CheckPFXOptions
}

// foreign returns what go-pkcs12 makes of the bundle.
func foreign(t *testing.T, b *certs.Bundle, key any, password string) checked {
	t.Helper()
	pfx, err := pkcs12.LegacyDES.Encode(key, b.Leaf, b.Chain, password)
	if err != nil {
		t.Fatal(err)
	}
	return checked{pfx: pfx, password: certs.StaticPassword(password)}
}

func TestCheckPFX(t *testing.T) {
	service, _ := newService(t)
	stranger := makeBundle(t, nil)
	secret, others := certs.StaticPassword(pfxPassword), certs.StaticPassword(goldenPassword)
	good := export(t, service, &certs.PFXOptions{Provider: certs.ProviderRSAAES})
	modern := export(t, service, &certs.PFXOptions{Profile: certs.Windows2019, Provider: certs.ProviderRSAAES})
	with := func(o certs.CheckPFXOptions) checked { return checked{good, secret, &o} }
	profiles := []string{"ERROR pfx.profile", "ERROR pfx.profile"}
	for name, test := range map[string]struct {
		given checked
		want  []string
	}{
		"good":                 {checked{good, secret, nil}, nil},
		"good, for everybody":  {with(certs.CheckPFXOptions{Importers: []certs.Importer{certs.ImporterJava, certs.ImporterNode}}), nil},
		"good, no password":    {checked{good, nil, nil}, nil},
		"modern":               {checked{modern, secret, nil}, profiles},
		"modern for the right": {checked{modern, secret, &certs.CheckPFXOptions{Importers: []certs.Importer{certs.ImporterWindows2019}}}, nil},
		"unknown importer":     {with(certs.CheckPFXOptions{Importers: []certs.Importer{"abacus"}}), []string{"WARN pfx.profile"}},
		"wrong password":       {checked{good, certs.StaticPassword("another password"), nil}, []string{"ERROR pfx.open"}},
		"vault closed": {
			checked{good, func() ([]byte, error) { return nil, errors.New("closed") }, nil},
			[]string{"ERROR pfx.open"},
		},
		"damaged":           {checked{good[:100], secret, nil}, []string{"ERROR pfx.open"}},
		"certificate":       {checked{service.CER(), secret, nil}, []string{"ERROR pfx.open"}},
		"empty password":    {foreign(t, service, service.PrivateKey(), ""), []string{"ERROR pfx.password.empty", "INFO pfx.csp"}},
		"Latin":             {foreign(t, service, service.PrivateKey(), "pässwörd of tests"), []string{"WARN pfx.password.nonascii", "INFO pfx.csp"}},
		"NUL":               {foreign(t, service, service.PrivateKey(), "pass\x00word of tests"), []string{"ERROR pfx.password.nul", "INFO pfx.csp"}},
		"short":             {foreign(t, service, service.PrivateKey(), "password 11"), []string{"WARN pfx.password.weak", "INFO pfx.csp"}},
		"long enough":       {foreign(t, service, service.PrivateKey(), "password 012"), []string{"INFO pfx.csp"}},
		"another's key":     {foreign(t, service, newECDSA(t), pfxPassword), []string{"ERROR pfx.key.match"}},
		"mode 0600":         {with(certs.CheckPFXOptions{FileMode: 0o600}), nil},
		"mode 0400":         {with(certs.CheckPFXOptions{FileMode: 0o400}), nil},
		"mode 0640":         {with(certs.CheckPFXOptions{FileMode: 0o640}), []string{"WARN pfx.fileperm"}},
		"its .cer":          {with(certs.CheckPFXOptions{CER: service.CERBase64()}), nil},
		"another .cer":      {with(certs.CheckPFXOptions{CER: stranger.CER()}), []string{"ERROR pfx.twofiles"}},
		"no .cer":           {with(certs.CheckPFXOptions{CER: []byte("x")}), []string{"ERROR pfx.twofiles"}},
		"no key":            {checked{golden(t, "openssl-nokey.pfx"), others, linux()}, []string{"ERROR pfx.keycount"}},
		"no certificate":    {checked{golden(t, "openssl-nocert.pfx"), others, linux()}, []string{"INFO pfx.csp", "ERROR pfx.key.match"}},
		"one key, Java":     {checked{golden(t, "keytool.pfx"), others, linux()}, []string{"INFO pfx.friendlyname"}},
		"two keys":          {checked{golden(t, "keytool-two-keys.pfx"), others, linux()}, []string{"INFO pfx.friendlyname", "INFO pfx.csp", "INFO pfx.friendlyname", "ERROR pfx.keycount"}},
		"two visible keys":  {checked{golden(t, "keytool-two-keys.pfx"), nil, linux()}, []string{"INFO pfx.friendlyname", "ERROR pfx.keycount"}},
		"CSP":               {checked{golden(t, "openssl-csp.pfx"), others, linux()}, []string{"INFO pfx.friendlyname"}},
		"KSP":               {checked{golden(t, "openssl-ksp.pfx"), others, linux()}, []string{"WARN pfx.csp"}},
		"visible KSP":       {checked{golden(t, "openssl-ksp.pfx"), nil, linux()}, []string{"WARN pfx.csp"}},
		"no CSP":            {checked{golden(t, "openssl.pfx"), others, linux()}, []string{"INFO pfx.csp"}},
		"no CSP, EC":        {foreign(t, stranger, newECDSA(t), pfxPassword), []string{"ERROR pfx.key.match"}},
		"emoji":             {checked{golden(t, "openssl-emoji.pfx"), certs.StaticPassword("pässwörd🙂"), nil}, []string{"ERROR pfx.password.nonbmp", "WARN pfx.password.weak", "INFO pfx.csp"}},
		"NSS":               {checked{golden(t, "nss.pfx"), nil, linux()}, []string{"WARN pfx.iterations", "WARN pfx.ber", "INFO pfx.friendlyname"}},
		"NSS, for Windows":  {checked{golden(t, "nss.pfx"), nil, windows2019()}, []string{"WARN pfx.profile", "WARN pfx.iterations", "WARN pfx.ber", "INFO pfx.friendlyname"}},
		"NSS, opened":       {checked{golden(t, "nss.pfx"), others, linux()}, []string{"WARN pfx.iterations", "WARN pfx.ber", "INFO pfx.csp", "INFO pfx.friendlyname"}},
		"NSS, not opened":   {checked{golden(t, "nss.pfx"), certs.StaticPassword(pfxPassword), linux()}, []string{"WARN pfx.iterations", "WARN pfx.ber", "ERROR pfx.open"}},
		"GnuTLS, not known": {checked{golden(t, "gnutls.pfx"), nil, windows2019()}, []string{"WARN pfx.profile", "WARN pfx.iterations", "INFO pfx.friendlyname"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range certs.CheckPFX(test.given.pfx, test.given.password, test.given.options) {
				got = append(got, fmt.Sprintf("%s %s", f.Severity, f.ID))
				if f.Subject != "pfx file" || f.Evidence == "" || f.Remedy == "" {
					t.Errorf("half a finding: %+v", f)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func linux() *certs.CheckPFXOptions {
	return &certs.CheckPFXOptions{Importers: []certs.Importer{certs.ImporterOpenSSL}}
}

func windows2019() *certs.CheckPFXOptions {
	return &certs.CheckPFXOptions{Importers: []certs.Importer{certs.ImporterWindows2019}}
}

func TestCheckPFXNamesTheFile(t *testing.T) {
	findings := certs.CheckPFX(nil, nil, &certs.CheckPFXOptions{Name: "CloudDP.pfx"})
	if len(findings) != 1 || findings[0].Subject != "CloudDP.pfx" || findings[0].Severity != slog.LevelError {
		t.Errorf("got %v", findings)
	}
}

func TestNonASCIIPasswordForJavaIsAnError(t *testing.T) {
	service, _ := newService(t)
	given := foreign(t, service, service.PrivateKey(), "pässwörd of tests")
	findings := certs.CheckPFX(given.pfx, given.password, &certs.CheckPFXOptions{Importers: []certs.Importer{certs.ImporterJava}})
	if len(findings) == 0 || findings[0].ID != "pfx.password.nonascii" || findings[0].Severity != slog.LevelError {
		t.Errorf("got %v", findings)
	}
}

func TestFindingsHideThePassword(t *testing.T) {
	service, _ := newService(t)
	for _, secret := range []string{"p\x00x!Q7", "pä!Q7", "🙂!Q7", "!Q7"} {
		text := fmt.Sprintf("%+v", certs.CheckPFX(export(t, service, nil), certs.StaticPassword(secret), nil))
		if strings.Contains(text, "!Q7") {
			t.Errorf("%q shows the password", text)
		}
	}
}
