package certs_test

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"slices"
	"strings"
	"sync"
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

// negativeSerial returns a certificate that the standard library refuses to read.
func negativeSerial(t *testing.T) *certs.Bundle {
	t.Helper()
	leaf := *makeBundle(t, func(o *order) { o.SerialNumber = big.NewInt(0x4711) }).Leaf
	leaf.Raw = bytes.Replace(leaf.Raw, []byte{2, 2, 0x47, 0x11}, []byte{2, 2, 0x80, 0x11}, 1)
	return &certs.Bundle{Leaf: &leaf}
}

func TestCheckPFX(t *testing.T) {
	service, _ := newService(t)
	stranger := makeBundle(t, nil)
	elliptic := makeBundle(t, func(o *order) { o.key = newECDSA(t) })
	edwards := makeBundle(t, func(o *order) { o.key = newEd25519(t) })
	reversed := &certs.Bundle{Leaf: service.Leaf, Chain: []*x509.Certificate{service.Chain[1], service.Chain[0]}}
	doubled := &certs.Bundle{Leaf: service.Leaf, Chain: []*x509.Certificate{service.Chain[0], service.Chain[0], service.Chain[1]}}
	crowded := &certs.Bundle{Leaf: service.Leaf, Chain: append(slices.Clone(service.Chain), stranger.Leaf)}
	secret, others := certs.StaticPassword(pfxPassword), certs.StaticPassword(goldenPassword)
	good := export(t, service, &certs.PFXOptions{Provider: certs.ProviderRSAAES})
	modern := export(t, service, &certs.PFXOptions{Profile: certs.Windows2019, Provider: certs.ProviderRSAAES})
	with := func(o certs.CheckPFXOptions) checked { return checked{good, secret, &o} }
	closed := func() ([]byte, error) { return nil, errors.New("the vault is closed") }
	protected := func(password string) checked { return foreign(t, service, service.PrivateKey(), password) }
	tool := func(name string, password certs.Password) checked {
		return checked{golden(t, name+".pfx"), password, linux()}
	}
	toolForWindows := func(name string) checked { return checked{golden(t, name+".pfx"), nil, windows2019()} }
	emoji := checked{golden(t, "openssl-emoji.pfx"), certs.StaticPassword("pässwörd🙂"), nil}
	one := export(t, service, &certs.PFXOptions{Iterations: 100_000})
	copy(one[len(one)-3:], []byte{0x06, 0x1a, 0x80}) // 400,000 in the MAC
	all := patch(t, golden(t, "gnutls.pfx"), []byte{0x02, 0x03, 0x09, 0x27, 0xc0}, []byte{0x02, 0x03, 0x04, 0x93, 0xe0})
	seen := &sync.Map{} // the ID of every finding
	table := map[string]struct {
		given checked
		want  string // severity and ID of each finding
	}{
		"good":                 {checked{good, secret, nil}, ""},
		"good, for everybody":  {with(certs.CheckPFXOptions{Importers: []certs.Importer{certs.ImporterJava, certs.ImporterNode}}), ""},
		"good, no password":    {checked{good, nil, nil}, ""},
		"modern":               {checked{modern, secret, nil}, "ERROR profile, ERROR profile"},
		"modern for the right": {checked{modern, secret, windows2019()}, ""},
		"unknown importer":     {with(certs.CheckPFXOptions{Importers: []certs.Importer{"abacus"}}), "WARN profile"},
		"wrong password":       {checked{good, certs.StaticPassword("another password"), nil}, "ERROR open"},
		"vault closed":         {checked{good, closed, nil}, "ERROR password.read"},
		"damaged":              {checked{good[:100], secret, nil}, "ERROR open"},
		"certificate":          {checked{service.CER(), secret, nil}, "ERROR open"},
		"empty password":       {protected(""), "ERROR password.empty, INFO csp"},
		"Latin":                {protected("pässwörd of tests"), "WARN password.nonascii, INFO csp"},
		"NUL":                  {protected("pass\x00word of tests"), "ERROR password.nul, INFO csp"},
		"short":                {protected("password 11"), "WARN password.weak, INFO csp"},
		"long enough":          {protected("password 012"), "INFO csp"},
		"line break":           {protected("password of tests\n"), "WARN password.control, INFO csp"},
		"tab and umlaut":       {protected("pässwörd of\ttests"), "WARN password.nonascii, WARN password.control, INFO csp"},
		"issuers twice":        {foreign(t, doubled, service.PrivateKey(), pfxPassword), "INFO csp"},
		"wrong and empty":      {checked{good, certs.StaticPassword(""), nil}, "ERROR open"},
		"Ed25519":              {foreign(t, edwards, edwards.PrivateKey(), pfxPassword), "WARN key.type"},
		"enhanced CSP":         {checked{export(t, service, &certs.PFXOptions{Provider: certs.ProviderEnhanced}), secret, nil}, "INFO csp"},
		"the TPM's KSP":        {checked{export(t, service, &certs.PFXOptions{Provider: "Microsoft Platform Crypto Provider"}), secret, nil}, "WARN csp"},
		"root before issuer":   {foreign(t, reversed, service.PrivateKey(), pfxPassword), "INFO csp, INFO chain"},
		"strangers":            {foreign(t, crowded, service.PrivateKey(), pfxPassword), "INFO csp, INFO chain"},
		"negative serial":      {foreign(t, negativeSerial(t), service.PrivateKey(), pfxPassword), "INFO csp, ERROR certificate"},
		"hidden AES":           {checked{golden(t, "hidden-aes.pfx"), certs.StaticPassword("secret"), windows2016()}, "ERROR profile, WARN iterations, WARN password.weak"},
		"hidden AES, unopened": {checked{golden(t, "hidden-aes.pfx"), nil, windows2016()}, ""},
		"another's key":        {foreign(t, service, newECDSA(t), pfxPassword), "ERROR key.match"},
		"mode 0600":            {with(certs.CheckPFXOptions{FileMode: 0o600}), ""},
		"mode 0400":            {with(certs.CheckPFXOptions{FileMode: 0o400}), ""},
		"mode 0640":            {with(certs.CheckPFXOptions{FileMode: 0o640}), "WARN fileperm"},
		"its .cer":             {with(certs.CheckPFXOptions{CER: service.CERBase64()}), ""},
		"another .cer":         {with(certs.CheckPFXOptions{CER: stranger.CER()}), "ERROR twofiles"},
		"no .cer":              {with(certs.CheckPFXOptions{CER: []byte("x")}), "ERROR twofiles"},
		"no key":               {tool("openssl-nokey", others), "ERROR keycount"},
		"no certificate":       {tool("openssl-nocert", others), "INFO csp, ERROR key.match"},
		"one key, Java":        {tool("keytool", others), "INFO friendlyname"},
		"two keys":             {tool("keytool-two-keys", others), "INFO friendlyname, INFO csp, INFO friendlyname, ERROR keycount"},
		"two visible keys":     {tool("keytool-two-keys", nil), "INFO friendlyname, ERROR keycount"},
		"CSP":                  {tool("openssl-csp", others), "INFO friendlyname"},
		"KSP":                  {tool("openssl-ksp", others), "WARN csp"},
		"visible KSP":          {tool("openssl-ksp", nil), "WARN csp"},
		"no CSP":               {tool("openssl", others), "INFO csp"},
		"no CSP, elliptic":     {foreign(t, elliptic, elliptic.PrivateKey(), pfxPassword), ""},
		"emoji":                {emoji, "ERROR password.nonbmp, WARN password.weak, INFO csp"},
		"NSS":                  {tool("nss", nil), "WARN iterations, WARN ber, INFO friendlyname"},
		"NSS, for Windows":     {toolForWindows("nss"), "WARN profile, WARN iterations, WARN ber, INFO friendlyname"},
		"NSS, not opened":      {tool("nss", secret), "WARN iterations, WARN ber, ERROR open"},
		"one of 400,000":       {checked{one, nil, nil}, "WARN iterations"},
		"four of 300,000":      {checked{all, nil, linux()}, "WARN iterations, INFO friendlyname"},
		"GnuTLS, not known":    {toolForWindows("gnutls"), "WARN profile, WARN iterations, INFO friendlyname"},
	}
	t.Cleanup(func() {
		for id := range idsInSource(t, map[string][]string{"pfx_check.go": {"pfx"}, "pfx_check_content.go": {"pfx"}}) {
			if _, ok := seen.Load(id); !ok && !t.Failed() {
				t.Errorf("no case triggers %s", id)
			}
		}
	})
	for name, test := range table {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range certs.CheckPFX(test.given.pfx, test.given.password, test.given.options) {
				seen.Store(f.ID, true)
				got = append(got, f.Severity.String()+" "+strings.TrimPrefix(f.ID, "pfx."))
				if f.Subject != "pfx file" || f.Evidence == "" || f.Remedy == "" {
					t.Errorf("half a finding: %+v", f)
				}
			}
			if got := strings.Join(got, ", "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func linux() *certs.CheckPFXOptions {
	return &certs.CheckPFXOptions{Importers: []certs.Importer{certs.ImporterOpenSSL}}
}

func windows2016() *certs.CheckPFXOptions {
	return &certs.CheckPFXOptions{Importers: []certs.Importer{certs.ImporterWindows2016}}
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
