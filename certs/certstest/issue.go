package certstest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // key identifiers are not secrets
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/template"
)

// clockSkew is how far in the past an issued certificate begins.
const clockSkew = 10 * time.Minute

const (
	year              = 365 * 24 * time.Hour
	authorityValidity = 10 * year
	defaultLongest    = 2 * year
)

// cachedKey is made once: RSA keys are slow to make, and tests may share one.
var cachedKey = sync.OnceValue(func() crypto.Signer { //nolint:gochecknoglobals // written once
	return must(rsa.GenerateKey(rand.Reader, 2048))
})

// Key returns an RSA key of 2048 bits, the same at each call. It is for tests alone.
func Key() crypto.Signer { return cachedKey() }

// makeHierarchy makes a root and an issuing authority below it.
func (ca *CA) makeHierarchy() {
	ca.rootKey = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	ca.signer = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	root := authorityTemplate(ca.name+rootSuffix, 1)
	ca.root = must(sign(root, root, ca.rootKey.Public(), ca.rootKey))
	issuing := authorityTemplate(ca.name, 0)
	issuing.CRLDistributionPoints = []string{ca.url(rootSuffix + ".crl")}
	issuing.IssuingCertificateURL = []string{ca.url(rootSuffix + ".crt")}
	ca.issuing = must(sign(issuing, ca.root, ca.signer.Public(), ca.rootKey))
}

// rootSuffix is what the name of the root has more than that of the authority.
const rootSuffix = " Root"

func authorityTemplate(name string, pathLength int) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(authorityValidity),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		IsCA:                  true,
		MaxPathLen:            pathLength,
		MaxPathLenZero:        pathLength == 0,
		BasicConstraintsValid: true,
	}
}

// invalid says why the authority can issue nothing now, or "".
func (ca *CA) invalid() (reason string) {
	if now := time.Now(); now.Before(ca.issuing.NotBefore) || now.After(ca.issuing.NotAfter) {
		return fmt.Sprintf("The CA's own certificate is valid from %s to %s; now it is %s",
			ca.issuing.NotBefore.Format(time.RFC3339), ca.issuing.NotAfter.Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	return ""
}

// issue signs the certificate of r as its template says; a request that cannot be encoded is denied.
func (ca *CA) issue(r *request) {
	if reason := ca.invalid(); reason != "" {
		r.denied = &certs.DeniedError{ID: r.id, Code: certs.CodeInvalidCA, Reason: reason}
		return
	}
	certificate, err := ca.certificateFor(r.csr, r.template)
	if err == nil {
		r.certificate, err = sign(certificate, ca.issuing, r.csr.PublicKey, ca.signer)
	}
	if err != nil {
		r.denied = &certs.DeniedError{ID: r.id, Code: certs.CodeBadSubject, Reason: err.Error()}
	}
}

func (ca *CA) certificateFor(csr *x509.CertificateRequest, t template.Template) (*x509.Certificate, error) {
	now := time.Now()
	extensions, err := templateExtensions(t)
	if err != nil {
		return nil, err
	}
	purposes, err := parseOIDs(t.ExtKeyUsage)
	if err != nil {
		return nil, err
	}
	certificate := &x509.Certificate{
		Subject:            pkix.Name{CommonName: "SITESERVER"}, // the caller's own name
		NotBefore:          now.Add(-clockSkew),
		NotAfter:           earlier(now.Add(min(t.Validity, ca.longest)), ca.issuing.NotAfter),
		KeyUsage:           t.KeyUsage,
		UnknownExtKeyUsage: purposes,
		SubjectKeyId:       keyID(csr),
		ExtraExtensions:    extensions,
	}
	if t.NameFlags&template.NameEnrolleeSuppliesSubject != 0 {
		certificate.RawSubject = csr.RawSubject
		certificate.DNSNames, certificate.IPAddresses = csr.DNSNames, csr.IPAddresses
		certificate.EmailAddresses, certificate.URIs = csr.EmailAddresses, csr.URIs
	}
	if t.EnrollmentFlags&template.EnrollmentNoRevocationInfo == 0 {
		certificate.CRLDistributionPoints = []string{ca.url(".crl")}
		certificate.IssuingCertificateURL = []string{ca.url(".crt")}
	}
	return certificate, nil
}

// url returns the address of a file that the authority publishes.
func (ca *CA) url(suffix string) string {
	return (&url.URL{Scheme: "http", Host: "pki.contoso.com", Path: "/" + ca.name + suffix}).String()
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func keyID(csr *x509.CertificateRequest) []byte {
	sum := sha1.Sum(csr.RawSubjectPublicKeyInfo) //nolint:gosec // see the import
	return sum[:]
}

// templateExtensions returns the extensions by which a certificate tells its template and its purposes, [MS-WCCE] section
// 2.2.2.7.
func templateExtensions(t template.Template) ([]pkix.Extension, error) {
	var (
		oidTemplate    = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 21, 7}
		oidAppPolicies = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 21, 10}
	)
	oid, err := parseOIDs([]string{t.OID})
	if err != nil {
		return nil, err
	}
	information, err := asn1.Marshal(struct {
		OID          asn1.ObjectIdentifier
		Major, Minor int
	}{oid[0], t.Revision, t.MinorRevision})
	if err != nil || len(t.ApplicationPolicies) == 0 {
		return []pkix.Extension{{Id: oidTemplate, Value: information}}, err
	}
	policies, err := parseOIDs(t.ApplicationPolicies)
	if err != nil {
		return nil, err
	}
	value, err := asn1.Marshal(wrapEach(policies))
	return []pkix.Extension{{Id: oidTemplate, Value: information}, {Id: oidAppPolicies, Value: value}}, err
}

type policyInformation struct{ OID asn1.ObjectIdentifier }

func wrapEach(oids []asn1.ObjectIdentifier) []policyInformation {
	var wrapped []policyInformation
	for _, oid := range oids {
		wrapped = append(wrapped, policyInformation{oid})
	}
	return wrapped
}

func parseOIDs(dotted []string) ([]asn1.ObjectIdentifier, error) {
	var parsed []asn1.ObjectIdentifier
	for _, d := range dotted {
		var oid asn1.ObjectIdentifier
		for arc := range strings.SplitSeq(d, ".") {
			n, err := strconv.Atoi(arc)
			if err != nil {
				return nil, err
			}
			oid = append(oid, n)
		}
		parsed = append(parsed, oid)
	}
	return parsed, nil
}

func sign(certificate, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, certificate, parent, public, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// must is for what cannot fail: nothing in it comes from a caller.
func must[T any](value T, err error) T {
	if err != nil {
		panic("certstest: " + err.Error()) //nolint:forbidigo // a defect of this package, never the caller's input
	}
	return value
}
