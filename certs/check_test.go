package certs_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"log/slog"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
)

// tokenKey is a key that never leaves its hardware.
type tokenKey struct{ crypto.Signer }

// sizedKey is the public half of an RSA key of some length, enough to have a certificate issued.
type sizedKey struct {
	crypto.Signer

	bits uint
}

func (k sizedKey) Public() crypto.PublicKey {
	n := new(big.Int).Lsh(big.NewInt(1), k.bits-1)
	return &rsa.PublicKey{N: n.Add(n, big.NewInt(1)), E: 65537}
}

func TestGoodCertificatesHaveNoFindings(t *testing.T) {
	service, _ := newService(t)
	for _, name := range []string{fqdn, "CloudDP.Contoso.com.", ""} {
		if findings := certs.CheckService(service, name, time.Now()); len(findings) != 0 {
			t.Errorf("service %q: %v", name, findings)
		}
	}
	if findings := certs.CheckService(makeBundle(t, nil), fqdn, time.Now()); len(findings) != 0 {
		t.Errorf("root below the service: %v", findings)
	}
}

func TestCheckService(t *testing.T) {
	rsaKey, err := certs.GenerateKey(2048)
	if err != nil {
		t.Fatal(err)
	}
	rsaCA := func(o *order) {
		self := x509.Certificate{
			Subject: pkix.Name{CommonName: "RSA CA"}, IsCA: true, BasicConstraintsValid: true,
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(9000 * time.Hour),
		}
		o.parents = []*x509.Certificate{create(t, &self, &self, rsaKey.Public(), rsaKey)}
		o.signer = rsaKey
	}
	for name, test := range map[string]struct {
		change func(*order)
		fqdn   string
		want   []string
	}{
		"elliptic curve":    {func(o *order) { o.key = newECDSA(t) }, fqdn, []string{"cert.key.type"}},
		"1024 bits":         {func(o *order) { o.key = sizedKey{bits: 1024} }, fqdn, []string{"cert.key.size", "cert.key.exportable"}},
		"3072 bits":         {func(o *order) { o.key = sizedKey{bits: 3072} }, fqdn, []string{"cert.key.size", "cert.key.exportable"}},
		"SHA-1":             {func(o *order) { rsaCA(o); o.SignatureAlgorithm = x509.SHA1WithRSA }, fqdn, []string{"cert.sig.sha1"}},
		"PSS":               {func(o *order) { rsaCA(o); o.SignatureAlgorithm = x509.SHA256WithRSAPSS }, fqdn, []string{"cert.sig.pss"}},
		"client only":       {func(o *order) { o.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, fqdn, []string{"cert.eku.serverauth"}},
		"any purpose":       {func(o *order) { o.ExtKeyUsage = nil }, fqdn, []string{"cert.eku.serverauth"}},
		"no encipherment":   {func(o *order) { o.KeyUsage = x509.KeyUsageDigitalSignature }, fqdn, []string{"cert.ku"}},
		"no common name":    {func(o *order) { o.Subject = pkix.Name{Organization: []string{"Contoso"}} }, fqdn, []string{"cert.cn.present"}},
		"nothing right":     {func(o *order) { twoNames(o); o.DNSNames = nil }, "a-b.cloudapp.net", []string{"cert.cn.present", "cert.san.dns", "cert.name.prefix", "cert.name.azuredomain"}},
		"wildcard, no SAN":  {func(o *order) { rename("*.contoso.com")(o); o.DNSNames = nil }, "", []string{"cert.wildcard", "cert.san.dns"}},
		"an address":        {rename("192.168.1.10"), "", []string{"cert.cn.fqdn", "cert.name.prefix"}},
		"30 days":           {func(o *order) { o.NotAfter = time.Now().Add(30 * 24 * time.Hour) }, fqdn, []string{"cert.validity"}},
		"two common names":  {twoNames, fqdn, []string{"cert.cn.present"}},
		"short common name": {func(o *order) { o.Subject.CommonName = "clouddp" }, fqdn, []string{"cert.cn.fqdn", "cert.cn.matches"}},
		"another service":   {nil, "other.contoso.com", []string{"cert.cn.matches", "cert.san.dns"}},
		"no DNS name":       {func(o *order) { o.DNSNames = nil }, fqdn, []string{"cert.san.dns"}},
		"two DNS names":     {func(o *order) { o.DNSNames = append(o.DNSNames, "x.contoso.com") }, fqdn, []string{"cert.san.multi"}},
		"dash":              {rename("cloud-dp.contoso.com"), "", []string{"cert.name.prefix"}},
		"digit first":       {rename("1dp.contoso.com"), "", []string{"cert.name.prefix"}},
		"too short":         {rename("dp.contoso.com"), "", []string{"cert.name.prefix"}},
		"Azure's domain":    {rename("clouddp.cloudapp.net"), "", []string{"cert.name.azuredomain"}},
		"wildcard":          {rename("*.contoso.com"), fqdn, []string{"cert.wildcard"}},
		"wildcard, no name": {rename("*.contoso.com"), "", []string{"cert.wildcard"}},
		"other wildcard":    {rename("*.fabrikam.com"), fqdn, []string{"cert.wildcard", "cert.cn.matches", "cert.san.dns"}},
		"not yet":           {func(o *order) { o.NotBefore = time.Now().Add(time.Hour) }, fqdn, []string{"cert.validity"}},
		"expired":           {func(o *order) { o.NotAfter = time.Now().Add(-time.Minute) }, fqdn, []string{"cert.validity"}},
		"nearly expired":    {func(o *order) { o.NotAfter = time.Now().Add(29 * 24 * time.Hour) }, fqdn, []string{"cert.validity"}},
		"authority":         {func(o *order) { o.IsCA = true }, fqdn, []string{"cert.ca.flag"}},
		"self-signed":       {func(o *order) { o.signer, o.parents = nil, nil }, fqdn, []string{"cert.ca.flag"}},
		"list in LDAP":      {func(o *order) { o.CRLDistributionPoints = []string{"ldap:///CN=CA"} }, fqdn, []string{"cert.crl.http"}},
	} {
		findings := certs.CheckService(makeBundle(t, test.change), test.fqdn, time.Now())
		if got := ids(findings); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
		for _, f := range findings {
			if f.Subject == "" || f.Evidence == "" || f.Remedy == "" {
				t.Errorf("%s: an empty field in %+v", name, f)
			}
		}
	}
}

func rename(name string) func(*order) {
	return func(o *order) { o.Subject.CommonName, o.DNSNames = name, []string{name} }
}

func twoNames(o *order) {
	commonName := asn1.ObjectIdentifier{2, 5, 4, 3}
	o.Subject = pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{{Type: commonName, Value: fqdn}, {Type: commonName, Value: "x.contoso.com"}}}
}

func TestCheckServiceLooksAtTheWholeChain(t *testing.T) {
	service, ca := newService(t)
	alone, err := certs.NewBundle(certstest.Key(), service.Leaf)
	if err != nil {
		t.Fatal(err)
	}
	if got := ids(certs.CheckService(alone, fqdn, time.Now())); !slices.Equal(got, []string{"cert.chain.complete"}) {
		t.Errorf("leaf alone: %v", got)
	}
	service.Chain[0], service.Chain[1] = service.Chain[1], service.Chain[0]
	if got := ids(certs.CheckService(service, fqdn, time.Now())); !slices.Equal(got, []string{"cert.chain.order"}) {
		t.Errorf("chain reversed: %v", got)
	}
	afterAll := ca.Root().NotAfter.Add(time.Hour)
	if got := ids(certs.CheckService(service, fqdn, afterAll)); len(got) != 4 {
		t.Errorf("all expired: %v, want three expiries and the order", got)
	}
}

func TestSeverities(t *testing.T) {
	for want, change := range map[slog.Level]func(*order){
		slog.LevelError: func(o *order) { o.NotAfter = time.Now().Add(-time.Minute) },
		slog.LevelWarn:  func(o *order) { o.NotAfter = time.Now().Add(time.Hour) },
		slog.LevelInfo:  func(o *order) { o.DNSNames = append(o.DNSNames, "x.contoso.com") },
	} {
		if findings := certs.CheckService(makeBundle(t, change), fqdn, time.Now()); len(findings) != 1 || findings[0].Severity != want {
			t.Errorf("got %v, want severity %v", findings, want)
		}
	}
}

// TestTrustAndDatesAreSeparate has a certificate that is both expired and unknown to the clients.
func TestTrustAndDatesAreSeparate(t *testing.T) {
	var late *x509.Certificate // the authority's, renewed when the leaf was over
	b := makeBundle(t, func(o *order) {
		o.NotAfter = time.Now().Add(-time.Minute)
		renewed := *o.parents[0]
		renewed.NotBefore = time.Now().Add(-time.Second)
		late = create(t, &renewed, &renewed, o.signer.Public(), o.signer)
	})
	known := x509.NewCertPool()
	known.AddCert(b.Chain[0])
	for name, test := range map[string]struct {
		roots *x509.CertPool
		chain []*x509.Certificate
		want  []string
	}{
		"unknown root":              {x509.NewCertPool(), b.Chain, []string{"cert.validity", "cert.chain.trust"}},
		"known root":                {known, b.Chain, []string{"cert.validity"}},
		"known root, not in file":   {known, nil, []string{"cert.validity"}},
		"renewed, unknown root":     {x509.NewCertPool(), []*x509.Certificate{late}, []string{"cert.validity", "cert.chain.trust"}},
		"renewed, known root":       {known, []*x509.Certificate{late}, []string{"cert.validity"}},
		"unknown root, not in file": {x509.NewCertPool(), nil, []string{"cert.validity", "cert.chain.complete", "cert.chain.trust"}},
	} {
		d := &certs.Deployment{FQDN: fqdn, Roots: test.roots}
		given, err := certs.NewBundle(b.PrivateKey(), append([]*x509.Certificate{b.Leaf}, test.chain...)...)
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(d.CheckService(given, time.Now())); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

// TestPublicLimits follows the ballots of the CA/Browser Forum.
func TestPublicLimits(t *testing.T) {
	const day = 24 * time.Hour
	for _, test := range []struct {
		begin string
		life  time.Duration
		want  bool
	}{
		{"2020-08-31", 825 * day, false},
		{"2020-09-01", 398 * day, false},
		{"2020-09-01", 398*day + time.Second, true},
		{"2026-03-14", 398 * day, false},
		{"2026-03-15", 200 * day, false},
		{"2026-03-15", 200*day + time.Second, true},
		{"2027-03-15", 101 * day, true},
		{"2029-03-15", 47 * day, false},
		{"2029-03-15", 48 * day, true},
	} {
		begin, err := time.Parse(time.DateOnly, test.begin)
		if err != nil {
			t.Fatal(err)
		}
		b := makeBundle(t, func(o *order) { o.NotBefore, o.NotAfter = begin, begin.Add(test.life) })
		d := &certs.Deployment{FQDN: fqdn, PublicAuthority: true}
		found := slices.ContainsFunc(d.CheckService(b, begin), func(f certs.Finding) bool {
			return f.ID == "cert.validity" && f.Severity == slog.LevelInfo
		})
		if found != test.want {
			t.Errorf("%s from %s: found %t", test.life, test.begin, found)
		}
	}
}

// TestKeyUsageReadsAsWindowsShowsIt wants names and the octet of the extension.
func TestKeyUsageReadsAsWindowsShowsIt(t *testing.T) {
	b := makeBundle(t, func(o *order) { o.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign })
	findings := certs.CheckService(b, fqdn, time.Now())
	if len(findings) != 1 || !strings.Contains(findings[0].Evidence, "digitalSignature, keyCertSign (84)") {
		t.Errorf("got %v", findings)
	}
}

func TestSwappedKeyIsFound(t *testing.T) {
	service, _ := newService(t)
	other := makeBundle(t, func(o *order) { o.key = newECDSA(t) })
	other.Leaf = service.Leaf
	if got := ids(certs.CheckService(other, fqdn, time.Now())); !slices.Contains(got, "cert.key.match") {
		t.Errorf("got %v", got)
	}
}

func TestCheckManagement(t *testing.T) {
	selfSigned := func(change func(*order)) *certs.Bundle {
		return makeBundle(t, func(o *order) {
			o.signer, o.parents = nil, nil
			o.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
			change(o)
		})
	}
	for name, test := range map[string]struct {
		change func(*order)
		want   []string
	}{
		"good":           {func(*order) {}, nil},
		"any purpose":    {func(o *order) { o.ExtKeyUsage = nil }, nil},
		"server only":    {func(o *order) { o.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }, []string{"mgmt.eku.clientauth"}},
		"elliptic curve": {func(o *order) { o.key = newECDSA(t) }, []string{"mgmt.key.type"}},
		"signing only":   {func(o *order) { o.KeyUsage = x509.KeyUsageDigitalSignature }, []string{"mgmt.ku"}},
		"expired":        {func(o *order) { o.NotAfter = time.Now().Add(-time.Minute) }, []string{"mgmt.validity"}},
	} {
		if got := ids(certs.CheckManagement(selfSigned(test.change), time.Now())); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

func TestSharedRole(t *testing.T) {
	service, _ := newService(t)
	if got := ids(certs.SharedRole(service, service)); !slices.Equal(got, []string{"cert.shared-role"}) {
		t.Errorf("one certificate for both: %v", got)
	}
	management, err := certs.SelfSigned("Contoso management", &certs.SelfSignedOptions{Key: newECDSA(t)})
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]*certs.Bundle{{management, service}, {nil, service}, {service, nil}, {{}, {}}} {
		if got := certs.SharedRole(pair[0], pair[1]); got != nil {
			t.Errorf("%v and %v: %v", pair[0], pair[1], got)
		}
	}
}

func TestCheckRenewal(t *testing.T) {
	old := makeBundle(t, func(o *order) { o.DNSNames = append(o.DNSNames, "alias.contoso.com") })
	later := time.Now().Add(700 * 24 * time.Hour)
	for name, test := range map[string]struct {
		change func(*order)
		want   []string
	}{
		"good": {func(o *order) { o.NotAfter = later; o.DNSNames = append(o.DNSNames, "ALIAS.contoso.com") }, nil},
		"case": {func(o *order) {
			o.NotAfter = later
			o.DNSNames = old.Leaf.DNSNames
			o.Subject.CommonName = "CloudDP.contoso.com"
		}, []string{"renewal.cn"}},
		"name lost": {func(o *order) { o.NotAfter = later }, []string{"renewal.san"}},
		"earlier":   {func(o *order) { o.NotAfter = old.Leaf.NotAfter.Add(-time.Hour); o.DNSNames = old.Leaf.DNSNames }, []string{"renewal.expiry"}},
	} {
		if got := ids(certs.CheckRenewal(old.Leaf, makeBundle(t, test.change))); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
	if got := ids(certs.CheckRenewal(old.Leaf, old)); len(got) > 0 {
		t.Errorf("the same again: %v", got)
	}
	if got := ids(certs.CheckRenewal(nil, old)); !slices.Equal(got, []string{"renewal.old"}) {
		t.Errorf("nothing to renew: %v", got)
	}
}
