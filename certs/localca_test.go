package certs_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/internal/pkcs7"
)

// labCA is made of files, as an administrator keeps them.
func labCA(t *testing.T, change func(*x509.Certificate)) *certs.LocalCA {
	t.Helper()
	now := time.Now()
	c := &x509.Certificate{
		Subject: pkix.Name{CommonName: "Lab CA"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(1000 * time.Hour),
	}
	if change != nil {
		change(c)
	}
	key := newECDSA(t)
	root := create(t, c, c, key.Public(), key)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	authority, err := certs.ParseKeyPair(root.Raw, der)
	if err != nil {
		t.Fatal(err)
	}
	return &certs.LocalCA{
		Authority: authority, RevocationLists: []string{"http://pki.contoso.com/lab.crl"}, IssuerURLs: []string{"http://pki.contoso.com/lab.crt"},
	}
}

func TestLocalCAIsAnIssuer(t *testing.T) {
	ca := labCA(t, nil)
	certstest.TestIssuer(t, func(*testing.T) certstest.IssuerHarness { return certstest.IssuerHarness{Issuer: ca} })
}

func TestLocalCAIssuesWhatAServiceNeeds(t *testing.T) {
	ca := labCA(t, nil)
	serials := map[string]bool{}
	for range 8 {
		bundle, err := certs.Enroll(t.Context(), ca, request())
		if err != nil {
			t.Fatal(err)
		}
		leaf := bundle.Leaf
		if findings := certs.CheckService(bundle, fqdn, time.Now()); len(findings) > 0 {
			t.Errorf("findings: %v", findings)
		}
		if bits := leaf.SerialNumber.BitLen(); leaf.SerialNumber.Sign() <= 0 || bits != 127 || serials[leaf.SerialNumber.String()] {
			t.Errorf("serial number %v of %d bits", leaf.SerialNumber, bits)
		}
		serials[leaf.SerialNumber.String()] = true
		if !leaf.NotAfter.Equal(ca.Authority.Leaf.NotAfter) || leaf.IsCA || !slices.Equal(leaf.AuthorityKeyId, ca.Authority.Leaf.SubjectKeyId) || len(leaf.SubjectKeyId) != 20 {
			t.Errorf("until %v, the authority until %v; key identifiers %x, %x", leaf.NotAfter, ca.Authority.Leaf.NotAfter, leaf.SubjectKeyId, leaf.AuthorityKeyId)
		}
		if !slices.Equal(leaf.CRLDistributionPoints, ca.RevocationLists) || !slices.Equal(leaf.IssuingCertificateURL, ca.IssuerURLs) {
			t.Errorf("addresses %v and %v", leaf.CRLDistributionPoints, leaf.IssuingCertificateURL)
		}
	}
}

func TestLocalCAForALab(t *testing.T) {
	root, err := certs.SelfSigned("Contoso Lab Root", &certs.SelfSignedOptions{Authority: true})
	if err != nil {
		t.Fatal(err)
	}
	ca := &certs.LocalCA{Authority: root}
	bundle, err := certs.Enroll(t.Context(), ca, request())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca.Authority.Leaf)
	if _, err := bundle.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: fqdn}); err != nil {
		t.Error(err)
	}
	if life := time.Until(bundle.Leaf.NotAfter); life > 365*24*time.Hour || life < 364*24*time.Hour {
		t.Errorf("life %s, want a year", life)
	}
	if life := time.Until(root.Leaf.NotAfter); life < 9*365*24*time.Hour || !root.Leaf.IsCA || len(root.Leaf.ExtKeyUsage)+len(root.Leaf.DNSNames) > 0 {
		t.Errorf("root: %+v", root.Leaf)
	}
	_, err = certs.SelfSigned("", &certs.SelfSignedOptions{Authority: true, Validity: -1})
	if invalid, _ := errors.AsType[*certs.InvalidError](err); invalid == nil || len(invalid.Problems) != 2 {
		t.Errorf("got %v, want two problems", err)
	}
}

// csrFor returns a request as somebody else would write it.
func csrFor(t *testing.T, r x509.CertificateRequest) []byte {
	t.Helper()
	der, err := x509.CreateCertificateRequest(nil, &r, newECDSA(t))
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// hugeCSR is a request for a key of 20,000 bits, the signature of which would take long to verify.
func hugeCSR(t *testing.T) []byte {
	t.Helper()
	csr := parseCSR(t, request())
	public, ok := csr.PublicKey.(*rsa.PublicKey)
	if !ok {
		t.Fatal("the request is for no RSA key")
	}
	n := new(big.Int).Lsh(big.NewInt(1), 20000)
	spki, err := x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: n.Add(n, big.NewInt(1)), E: public.E})
	if err != nil {
		t.Fatal(err)
	}
	var signed struct {
		Version    int
		Subject    asn1.RawValue
		Key        asn1.RawValue
		Attributes asn1.RawValue
	}
	if _, err := asn1.Unmarshal(csr.RawTBSCertificateRequest, &signed); err != nil {
		t.Fatal(err)
	}
	signed.Key = asn1.RawValue{FullBytes: spki}
	algorithm := pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, Parameters: asn1.NullRawValue}
	return marshal(t, struct {
		Signed    asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}{asn1.RawValue{FullBytes: marshal(t, signed)}, algorithm, asn1.BitString{Bytes: csr.Signature, BitLength: 8 * len(csr.Signature)}})
}

func TestLocalCARefuses(t *testing.T) {
	short, err := rsa.GenerateKey(nil, 1024)
	if err != nil {
		t.Fatal(err)
	}
	shortCSR, err := x509.CreateCertificateRequest(nil, &x509.CertificateRequest{Subject: pkix.Name{CommonName: fqdn}, DNSNames: []string{fqdn}}, short)
	if err != nil {
		t.Fatal(err)
	}
	named := func(names ...string) x509.CertificateRequest {
		return x509.CertificateRequest{Subject: pkix.Name{CommonName: names[0]}, DNSNames: names[1:]}
	}
	constraints := marshal(t, struct{ IsCA bool }{true})
	authority := named(fqdn, fqdn)
	authority.ExtraExtensions = []pkix.Extension{extension(asn1.ObjectIdentifier{2, 5, 29, 19}, true, constraints)}
	address, site := named(fqdn, fqdn), named(fqdn, fqdn)
	address.IPAddresses = []net.IP{net.IPv4(10, 0, 0, 1)}
	site.URIs = []*url.URL{{Scheme: "https", Host: "contoso.com"}}
	ca := labCA(t, nil)
	for name, test := range map[string]struct {
		csr  []byte
		code certs.HRESULT
	}{
		"nothing":          {nil, certs.CodeBadASN1},
		"too large":        {make([]byte, 1<<20), certs.CodeBadASN1},
		"short key":        {shortCSR, certs.CodeKeyLength},
		"huge key":         {hugeCSR(t), certs.CodeKeyLength},
		"no DNS name":      {csrFor(t, named(fqdn)), certs.CodeBadSubject},
		"no common name":   {csrFor(t, named("", fqdn)), certs.CodeBadSubject},
		"another DNS name": {csrFor(t, named(fqdn, "x.contoso.com")), certs.CodeBadSubject},
		"no host name":     {csrFor(t, named(fqdn, fqdn, "a b")), certs.CodeBadSubject},
		"too many":         {csrFor(t, named(append([]string{fqdn}, slices.Repeat([]string{fqdn}, 101)...)...)), certs.CodeBadSubject},
		"an authority":     {csrFor(t, authority), certs.CodeBadSubject},
		"an address":       {csrFor(t, address), certs.CodeBadSubject},
		"a site":           {csrFor(t, site), certs.CodeBadSubject},
	} {
		_, err := ca.Issue(t.Context(), test.csr, "")
		if denied, _ := errors.AsType[*certs.DeniedError](err); denied == nil || denied.Code != test.code || denied.Reason == "" {
			t.Errorf("%s: got %v, want %s", name, err, test.code)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = ca.Issue(cancelled, csrFor(t, named(fqdn, fqdn)), "")
	wantCategory(t, "cancelled", err, context.Canceled)
}

func TestLocalCAThatCannotIssue(t *testing.T) {
	good := csrFor(t, x509.CertificateRequest{Subject: pkix.Name{CommonName: fqdn}, DNSNames: []string{fqdn}})
	var none *certs.LocalCA
	ldap, eternal := labCA(t, nil), labCA(t, nil)
	ldap.IssuerURLs = []string{"ldap:///CN=CA"}
	eternal.Validity = 1 << 62
	for name, ca := range map[string]*certs.LocalCA{
		"nil": none, "zero": {}, "no authority": {Authority: makeBundle(t, nil)},
		"lists only": labCA(t, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCRLSign }),
		"ldap":       ldap, "eternal": eternal,
	} {
		_, err := ca.Issue(t.Context(), good, "")
		wantCategory(t, name, err, certs.ErrInvalid)
	}
	synctest.Test(t, func(t *testing.T) {
		ca := labCA(t, nil)
		time.Sleep(1001 * time.Hour)
		_, err := ca.Issue(t.Context(), good, "")
		if denied, _ := errors.AsType[*certs.DeniedError](err); denied == nil || denied.Code != certs.CodeInvalidCA {
			t.Errorf("expired: got %v", err)
		}
	})
}

// encryptedKey is EncryptedPrivateKeyInfo of RFC 5208.
type encryptedKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

// TestLocalCAVouchesForWhatItIssues has an authority that is bound to other names.
func TestLocalCAVouchesForWhatItIssues(t *testing.T) {
	ca := labCA(t, func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"fabrikam.com"} })
	csr, err := (&certs.Request{CommonName: fqdn, Key: certstest.Key()}).CSR()
	if err != nil {
		t.Fatal(err)
	}
	_, err = ca.Issue(t.Context(), csr, "")
	denied, ok := errors.AsType[*certs.DeniedError](err)
	if !ok || denied.Code != 0x800B0114 || denied.Remedy() == "" {
		t.Errorf("got %v", err)
	}
	ca = labCA(t, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })
	_, err = ca.Issue(t.Context(), csr, "")
	if denied, ok = errors.AsType[*certs.DeniedError](err); !ok || denied.Code != certs.CodeInvalidCA {
		t.Errorf("got %v", err)
	}
}

func TestParseKeyPair(t *testing.T) {
	service := makeBundle(t, nil)
	key, ok := certstest.Key().(*rsa.PrivateKey)
	if !ok {
		t.Fatal("the key is no RSA key")
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	armour := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	cert, issuer := armour("CERTIFICATE", service.Leaf.Raw), armour("CERTIFICATE", service.Chain[0].Raw)
	p7b, err := pkcs7.Encode(service.Chain[0], service.Leaf)
	if err != nil {
		t.Fatal(err)
	}
	mark := []byte("\xEF\xBB\xBF")
	for name, pair := range map[string][2][]byte{
		"PKCS #7":          {p7b, pkcs8},
		"armoured PKCS #7": {armour("PKCS7", p7b), pkcs8},
		"byte order marks": {slices.Concat(mark, cert, issuer), slices.Concat(mark, armour("PRIVATE KEY", pkcs8))},
		"DER":              {slices.Concat(service.Leaf.Raw, service.Chain[0].Raw), pkcs8},
		"PKCS #1":          {slices.Concat(issuer, cert), armour("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key))},
		"one file":         {slices.Concat(armour("PRIVATE KEY", pkcs8), cert, issuer), slices.Concat(armour("PRIVATE KEY", pkcs8), cert, issuer)},
	} {
		got, err := certs.ParseKeyPair(pair[0], pair[1])
		if err != nil || !got.Leaf.Equal(service.Leaf) || len(got.Chain) != 1 {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	encrypted := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "x"}, Bytes: pkcs8})
	for name, test := range map[string]struct {
		cert, key []byte
		want      error
	}{
		"nothing":            {nil, nil, certs.ErrInvalid},
		"no key":             {cert, cert, certs.ErrInvalid},
		"no certificate":     {armour("PRIVATE KEY", pkcs8), pkcs8, certs.ErrInvalid},
		"damaged":            {armour("CERTIFICATE", service.Leaf.Raw[:50]), pkcs8, certs.ErrInvalid},
		"damaged key":        {cert, armour("PRIVATE KEY", pkcs8[:50]), certs.ErrInvalid},
		"another's":          {issuer, pkcs8, certs.ErrInvalid},
		"encrypted":          {cert, armour("ENCRYPTED PRIVATE KEY", pkcs8), certs.ErrUnsupported},
		"encrypted, DER":     {cert, marshal(t, encryptedKey{pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2}}, pkcs8}), certs.ErrUnsupported},
		"encrypted, old way": {cert, encrypted, certs.ErrUnsupported},
		"too large":          {cert, make([]byte, 1<<20+1), certs.ErrLimit},
	} {
		_, err := certs.ParseKeyPair(test.cert, test.key)
		wantCategory(t, name, err, test.want)
		if err != nil && strings.Contains(err.Error(), "4711") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzLocalCA signs what is asked for, so that the authority gets to read it.
func FuzzLocalCA(f *testing.F) {
	key := newECDSA(f)
	for _, name := range []string{fqdn, "*.contoso.com", "a1b2c3.contoso.com"} {
		der, err := (&certs.Request{CommonName: name, DNSNames: []string{name, "x.contoso.com"}, Template: "CloudDPCert", Key: key}).CSR()
		if err != nil {
			f.Fatal(err)
		}
		request, err := x509.ParseCertificateRequest(der)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(request.RawTBSCertificateRequest)
	}
	f.Add([]byte{0x30, 0x80})
	root := &x509.Certificate{Subject: pkix.Name{CommonName: "Lab CA"}, IsCA: true, BasicConstraintsValid: true, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	authority, err := certs.NewBundle(key, create(f, root, root, key.Public(), key))
	if err != nil {
		f.Fatal(err)
	}
	ca := &certs.LocalCA{Authority: authority}
	f.Fuzz(func(t *testing.T, asked []byte) {
		issued, err := ca.Issue(t.Context(), signCSR(t, asked, key), "")
		if err != nil {
			wantCategory(t, "Issue", err, certs.ErrDenied)
			return
		}
		if err := issued[0].CheckSignatureFrom(authority.Leaf); err != nil || issued[0].IsCA || issued[0].VerifyHostname(issued[0].Subject.CommonName) != nil && !strings.HasPrefix(issued[0].Subject.CommonName, "*.") {
			t.Errorf("issued %v, %v", issued[0].Subject, err)
		}
	})
}

// signCSR makes a request of its signed part.
func signCSR(t *testing.T, signed []byte, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	digest := sha256.Sum256(signed)
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	algorithm := marshal(t, pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}})
	content := slices.Concat(signed, algorithm, marshal(t, asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}))
	return marshal(t, asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: content})
}

// FuzzTemplateExtension reads whatever stands in the extension that names a template.
func FuzzTemplateExtension(f *testing.F) {
	f.Add([]byte{0x30, 0x12, 6, 10, 0x2b, 6, 1, 4, 1, 0x82, 0x37, 0x15, 8, 1, 2, 1, 100, 2, 1, 0})
	f.Add([]byte{0x30, 0x80})
	f.Add([]byte{0x30, 4, 6, 2, 0x2a, 3})
	key := newECDSA(f)
	template := &x509.Certificate{Subject: pkix.Name{CommonName: fqdn}, NotAfter: time.Now().Add(time.Hour)}
	bundle, err := certs.NewBundle(key, create(f, template, template, key.Public(), key))
	if err != nil {
		f.Fatal(err)
	}
	leaf := *bundle.Leaf
	bundle.Leaf = &leaf
	f.Fuzz(func(t *testing.T, value []byte) {
		leaf.Extensions = []pkix.Extension{extension(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 21, 7}, false, value)}
		var want struct {
			ID           asn1.ObjectIdentifier
			Major, Minor int `asn1:"optional"`
		}
		rest, err := asn1.Unmarshal(value, &want)
		d := &certs.Deployment{TemplateOID: "1.2.3"}
		found := slices.ContainsFunc(d.CheckService(bundle, time.Now()), func(f certs.Finding) bool { return f.ID == "cert.template" })
		if isIt := err == nil && len(rest) == 0 && want.ID.String() == "1.2.3"; isIt == found {
			t.Errorf("%x: found %t, names the template: %t", value, found, isIt)
		}
	})
}
