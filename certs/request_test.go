package certs_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
)

func parseCSR(t *testing.T, r *certs.Request) *x509.CertificateRequest {
	t.Helper()
	der, err := r.CSR()
	if err != nil {
		t.Fatal(err)
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		t.Fatal(err)
	}
	return csr
}

func TestCSRHoldsWhatTheTemplateNeeds(t *testing.T) {
	csr := parseCSR(t, &certs.Request{CommonName: fqdn, Template: "CloudDPCert", Key: certstest.Key()})
	if err := csr.CheckSignature(); err != nil || csr.SignatureAlgorithm != x509.SHA256WithRSA {
		t.Errorf("signature %v: %v", csr.SignatureAlgorithm, err)
	}
	if csr.Subject.String() != "CN="+fqdn || !slices.Equal(csr.DNSNames, []string{fqdn}) {
		t.Errorf("for %s %v", csr.Subject, csr.DNSNames)
	}
	want := map[string]string{ // as openssl asn1parse prints them
		"2.5.29.15":            "critical 030205a0",
		"2.5.29.37":            "300a06082b06010505070301",
		"1.3.6.1.4.1.311.20.2": "1e16" + "0043006c006f0075006400440050004300650072" + "0074",
	}
	for _, extension := range csr.Extensions {
		value := hex.EncodeToString(extension.Value)
		if extension.Critical {
			value = "critical " + value
		}
		id := extension.Id.String()
		if expected, ok := want[id]; ok && value != expected {
			t.Errorf("extension %s: %s, want %s", id, value, expected)
		}
		delete(want, id)
	}
	if len(want) != 0 {
		t.Errorf("missing extensions: %v", want)
	}
}

func TestCSRTakesMoreNames(t *testing.T) {
	names := []string{"*.contoso.com", strings.ToUpper(fqdn)}
	csr := parseCSR(t, &certs.Request{CommonName: fqdn, DNSNames: names, Key: certstest.Key()})
	if !slices.Equal(csr.DNSNames, names) {
		t.Errorf("DNS names %v, want %v", csr.DNSNames, names)
	}
	for _, extension := range csr.Extensions {
		if extension.Id.String() == "1.3.6.1.4.1.311.20.2" {
			t.Error("a request without a template names one")
		}
	}
}

// oddKey is of a kind that no certificate holds.
type oddKey struct{ crypto.Signer }

func (oddKey) Public() crypto.PublicKey { return "odd" }

func TestRequestsForEveryKeyAreSignedAndCompleted(t *testing.T) {
	_, edwards, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	for want, key := range map[x509.SignatureAlgorithm]crypto.Signer{
		x509.SHA256WithRSA:   tokenKey{certstest.Key()},
		x509.ECDSAWithSHA256: newECDSA(t),
		x509.PureEd25519:     edwards,
	} {
		csr := parseCSR(t, &certs.Request{CommonName: fqdn, Key: key})
		if err := csr.CheckSignature(); err != nil || csr.SignatureAlgorithm != want {
			t.Errorf("%v: signed with %v, %v", want, csr.SignatureAlgorithm, err)
		}
		issued := makeBundle(t, func(o *order) { o.key = key })
		answer := issuerFunc(func() ([]*x509.Certificate, error) {
			return append([]*x509.Certificate{issued.Leaf}, issued.Chain...), nil
		})
		if bundle, err := certs.Complete(t.Context(), answer, "7", key); err != nil || bundle.Leaf != issued.Leaf {
			t.Errorf("%v: Complete: %v", want, err)
		}
	}
}

func TestCSRNamesTheTemplateOnce(t *testing.T) {
	for name, test := range map[string]struct {
		request certs.Request
		id      string
		want    string // as openssl asn1parse prints it
	}{
		"name":         {certs.Request{Template: "A"}, "1.3.6.1.4.1.311.20.2", "1e020041"},
		"OID":          {certs.Request{Template: "A", TemplateOID: "1.3.6.1.4.1.311.21.8.1"}, "1.3.6.1.4.1.311.21.7", "300c060a2b060104018237150801"},
		"OID, version": {certs.Request{TemplateOID: "1.3.6.1.4.1.311.21.8.1", TemplateRevision: 100}, "1.3.6.1.4.1.311.21.7", "3012060a2b060104018237150801020164020100"},
	} {
		test.request.CommonName, test.request.Key = fqdn, certstest.Key()
		got := map[string]string{}
		for _, e := range parseCSR(t, &test.request).Extensions {
			if id := e.Id.String(); id == "1.3.6.1.4.1.311.20.2" || id == "1.3.6.1.4.1.311.21.7" {
				got[id] = hex.EncodeToString(e.Value)
			}
		}
		if len(got) != 1 || got[test.id] != test.want {
			t.Errorf("%s: got %v, want %s", name, got, test.want)
		}
	}
}

func FuzzRequest(f *testing.F) {
	f.Add(fqdn, "*.contoso.com", "CloudDPCert", "", 0, 0)
	f.Add(fqdn, "", "", "1.3.6.1.4.1.311.21.8.16777215.255", 100, 4)
	f.Add("größe.contoso.com", "a b", "\x00", "1..2", -1, 1<<40)
	key := newECDSA(f)
	f.Fuzz(func(t *testing.T, commonName, dnsName, template, oid string, major, minor int) {
		r := &certs.Request{CommonName: commonName, Template: template, TemplateOID: oid, TemplateRevision: major, TemplateMinorRevision: minor, Key: key}
		if dnsName != "" {
			r.DNSNames = []string{commonName, dnsName}
		}
		der, err := r.CSR()
		invalid := slices.ContainsFunc(r.Check(), func(f certs.Finding) bool { return f.ID == "request.invalid" })
		if (err != nil) != invalid {
			t.Fatalf("CSR says %v, Check the contrary", err)
		}
		if err != nil {
			wantCategory(t, "CSR", err, certs.ErrInvalid)
			return
		}
		csr, err := x509.ParseCertificateRequest(der)
		if err != nil || csr.CheckSignature() != nil {
			t.Fatalf("not a request: %v", err)
		}
		if csr.Subject.CommonName != commonName || csr.DNSNames[0] != commonName || len(csr.Extensions) > 4 {
			t.Errorf("for %q %q with %d extensions, want %q", csr.Subject.CommonName, csr.DNSNames, len(csr.Extensions), commonName)
		}
		for _, e := range csr.Extensions {
			if e.Id.String() == "1.3.6.1.4.1.311.21.7" {
				checkTemplateExtension(t, e.Value, r)
			}
		}
	})
}

func checkTemplateExtension(t *testing.T, der []byte, r *certs.Request) {
	t.Helper()
	var got struct {
		ID           asn1.ObjectIdentifier
		Major, Minor int `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(der, &got); err != nil {
		if _, isLong := errors.AsType[asn1.StructuralError](err); !isLong { // arcs that encoding/asn1 does not read
			t.Errorf("extension: %v", err)
		}
		return
	}
	wanted := r.TemplateRevision > 0
	if got.ID.String() != r.TemplateOID || (wanted && (got.Major != r.TemplateRevision || got.Minor != r.TemplateMinorRevision)) || (!wanted && got.Major != 0) {
		t.Errorf("extension names %s %d.%d, want %s %d.%d", got.ID, got.Major, got.Minor, r.TemplateOID, r.TemplateRevision, r.TemplateMinorRevision)
	}
}

func TestBadRequestListsEveryProblem(t *testing.T) {
	short, err := rsa.GenerateKey(nil, 1024)
	if err != nil {
		t.Fatal(err)
	}
	var none *rsa.PrivateKey
	for name, test := range map[string]struct {
		request *certs.Request
		fields  []string
	}{
		"nil":           {nil, []string{"r"}},
		"empty":         {&certs.Request{}, []string{"CommonName", "Key"}},
		"typed nil key": {&certs.Request{CommonName: fqdn, Key: none}, []string{"Key"}},
		"zero key":      {&certs.Request{CommonName: fqdn, Key: &rsa.PrivateKey{}}, []string{"Key"}},
		"short key":     {&certs.Request{CommonName: fqdn, Key: short}, []string{"Key"}},
		"no such key":   {&certs.Request{CommonName: fqdn, Key: oddKey{}}, []string{"Key"}},
		"one label":     {&certs.Request{CommonName: "clouddp", Key: certstest.Key()}, []string{"CommonName"}},
		"too long":      {&certs.Request{CommonName: strings.Repeat("a", 60) + ".com.example", Key: certstest.Key()}, []string{"CommonName"}},
		"an address":    {&certs.Request{CommonName: "192.168.1.10", Key: certstest.Key()}, []string{"CommonName"}},
		"not ASCII":     {&certs.Request{CommonName: "größe.contoso.com", Key: certstest.Key()}, []string{"CommonName"}},
		"everything": {
			&certs.Request{
				CommonName: "-x.com", DNSNames: []string{"a b.com"}, Template: "Cloud\x00DP",
				TemplateOID: "1.3.x", TemplateRevision: -1, Key: short,
			},
			[]string{"CommonName", "DNSNames", "DNSNames", "Template", "TemplateOID", "TemplateRevision", "Key"},
		},
		"too many names": {&certs.Request{CommonName: fqdn, DNSNames: make([]string, 101), Key: certstest.Key()}, []string{"DNSNames"}},
		"emoji template": {&certs.Request{CommonName: fqdn, Template: "🙂", Key: certstest.Key()}, []string{"Template"}},
	} {
		_, err := test.request.CSR()
		invalid, _ := errors.AsType[*certs.InvalidError](err)
		if invalid == nil {
			t.Errorf("%s: got %v, want an InvalidError", name, err)
			continue
		}
		var fields []string
		for _, p := range invalid.Problems {
			fields = append(fields, p.Field)
		}
		if !slices.Equal(fields, test.fields) {
			t.Errorf("%s: problems with %v, want %v", name, fields, test.fields)
		}
	}
}

// bitsOf returns the length of an RSA key, 0 for any other.
func bitsOf(public crypto.PublicKey) int {
	if key, ok := public.(*rsa.PublicKey); ok {
		return key.N.BitLen()
	}
	return 0
}

func TestGenerateKeyKnowsThreeLengths(t *testing.T) {
	key, err := certs.GenerateKey(2048)
	if err != nil || bitsOf(key.Public()) != 2048 {
		t.Errorf("GenerateKey(2048): %v", err)
	}
	for _, bits := range []int{-1, 0, 1024, 2047, 8192} {
		if _, err := certs.GenerateKey(bits); !errors.Is(err, certs.ErrInvalid) {
			t.Errorf("GenerateKey(%d): %v, want ErrInvalid", bits, err)
		}
	}
}

func TestThumbprint(t *testing.T) {
	const want = "D08E786D340160B7A37BE6E62AB3FD060DF5F0C6"
	parsed, err := certs.ParseThumbprint("\u200ed0 8e 78 6d:34 01 60 b7 a3 7b e6 e6 2a b3 fd 06 0d f5 f0 c6")
	if err != nil || parsed.String() != want {
		t.Errorf("got %s, %v", parsed, err)
	}
	for _, bad := range []string{"", want[1:], want + "00", "Z" + want[1:], strings.Repeat("x", 1<<20)} {
		_, err := certs.ParseThumbprint(bad)
		wantCategory(t, "ParseThumbprint", err, certs.ErrInvalid)
		if err != nil && len(err.Error()) > 200 {
			t.Errorf("error of %d bytes", len(err.Error()))
		}
	}
	if zero := certs.ThumbprintOf(nil); !zero.IsZero() || zero.String() != "" {
		t.Errorf("zero thumbprint %q", zero)
	}
}

func FuzzParseThumbprint(f *testing.F) {
	for _, seed := range []string{"", "D08E786D340160B7A37BE6E62AB3FD060DF5F0C6", "\u200ed0 8e", "\xff", "::::"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parsed, err := certs.ParseThumbprint(s)
		if err != nil {
			wantCategory(t, "ParseThumbprint", err, certs.ErrInvalid)
			return
		}
		text, err := parsed.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var again certs.Thumbprint
		if err := again.UnmarshalText(text); err != nil || !bytes.Equal(again[:], parsed[:]) {
			t.Errorf("%q does not survive: %v", s, err)
		}
	})
}
