package certs

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clouddp/sdk/internal/errs"
)

const (
	maxDNSNames = 100
	maxTemplate = 64 // the length of a CN in Active Directory, in characters
)

// Request describes a certificate to ask a certification authority for.
type Request struct { //nolint:recvcheck // a value must not show its key either
	// CommonName is the service FQDN, for example clouddp.contoso.com. Required, in ASCII, at most 64 characters.
	CommonName string
	// DNSNames are the DNS subject alternative names, at most 100; empty means CommonName alone. CommonName must be
	// among them, because TLS clients look nowhere else.
	DNSNames []string
	// Template is the name (CN, not display name) of the certificate template: "CloudDPCert", not "Cloud DP Cert". Empty for
	// an authority without templates.
	Template string
	// TemplateOID is the dotted object identifier of the template, if it is known. The request then names the template by
	// it and not by name, which is better from schema version 2 on: names are not unique in time.
	TemplateOID string
	// TemplateRevision and TemplateMinorRevision are those of the template, sent with its TemplateOID; a TemplateRevision of
	// 0 sends none. An authority refuses a revision newer than it knows: [CodeTemplateVersion].
	TemplateRevision, TemplateMinorRevision int
	// Key signs the request and stays with the caller; it may live in hardware. Required; an RSA key has 2048 bits or
	// more. Configuration Manager takes only RSA keys that can be exported: see [GenerateKey] and [Request.Check].
	Key crypto.Signer
}

// CSR returns the request as PKCS #10 DER with subject, subject alternative names, the Server Authentication
// extended key usage, a critical key usage and one of the certificate template extensions of [MS-WCCE], signed with the
// digest that suits the key. A request that cannot be right is an [*InvalidError] listing every problem.
//
// [MS-WCCE]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wcce
func (r *Request) CSR() ([]byte, error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	extensions, err := r.extensions()
	if err != nil {
		return nil, fmt.Errorf("certs: request %s: %w", r.CommonName, err)
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject:         pkix.Name{CommonName: r.CommonName},
		DNSNames:        r.names(),
		ExtraExtensions: extensions,
	}, r.Key)
	if err != nil {
		return nil, fmt.Errorf("certs: request %s: %w", r.CommonName, err)
	}
	return csr, nil
}

func (r *Request) names() []string {
	if len(r.DNSNames) == 0 {
		return []string{r.CommonName}
	}
	return r.DNSNames
}

func (r *Request) validate() error {
	if r == nil {
		return errs.Invalid("certs: request", "r", "is nil")
	}
	e := &errs.InvalidError{Subject: "certs: request"}
	if !isFQDN(r.CommonName) || len(r.CommonName) > maxCommonName {
		e.Add("CommonName", "%q is not a host name of two labels or more, in ASCII and at most %d characters", r.CommonName, maxCommonName)
	}
	r.validateNames(e)
	if !isTemplateName(r.Template) {
		e.Add("Template", "%q is not a template name of at most %d printable characters", r.Template, maxTemplate)
	}
	if oid, err := x509.ParseOID(r.TemplateOID); r.TemplateOID != "" && (err != nil || oid.String() != r.TemplateOID) {
		e.Add("TemplateOID", "%q is not a dotted object identifier", r.TemplateOID)
	}
	if r.TemplateRevision < 0 || r.TemplateMinorRevision < 0 {
		e.Add("TemplateRevision", "%d.%d is negative", r.TemplateRevision, r.TemplateMinorRevision)
	}
	checkKey(e, "Key", r.Key)
	return e.Err()
}

func (r *Request) validateNames(e *errs.InvalidError) {
	names := r.names()
	if len(names) > maxDNSNames {
		e.Add("DNSNames", "%d names; at most %d fit", len(names), maxDNSNames)
		return
	}
	for _, name := range r.DNSNames {
		if !isFQDN(name) {
			e.Add("DNSNames", "%q is not a host name of two labels or more, in ASCII", name)
		}
	}
	if !slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, r.CommonName) }) {
		e.Add("DNSNames", "%q is missing: TLS clients ignore the common name", r.CommonName)
	}
}

// isTemplateName reports whether name fits a BMPString and a CN in Active Directory.
func isTemplateName(name string) bool {
	outside := func(r rune) bool { return r > 0xFFFF || !unicode.IsPrint(r) }
	return utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxTemplate && !strings.ContainsFunc(name, outside)
}

func (r *Request) extensions() ([]pkix.Extension, error) {
	var (
		oidKeyUsage    = asn1.ObjectIdentifier{2, 5, 29, 15}
		oidExtKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}
		oidServerAuth  = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}
	)
	usage := asn1.BitString{Bytes: []byte{0x80}, BitLength: 1}
	if serverKeyUsage(publicKey(r.Key))&x509.KeyUsageKeyEncipherment != 0 {
		usage = asn1.BitString{Bytes: []byte{0xA0}, BitLength: 3}
	}
	keyUsage, err := asn1.Marshal(usage)
	if err != nil {
		return nil, err
	}
	extKeyUsage, err := asn1.Marshal([]asn1.ObjectIdentifier{oidServerAuth})
	if err != nil {
		return nil, err
	}
	extensions := []pkix.Extension{
		{Id: oidKeyUsage, Critical: true, Value: keyUsage},
		{Id: oidExtKeyUsage, Value: extKeyUsage},
	}
	if r.Template == "" && r.TemplateOID == "" {
		return extensions, nil
	}
	template, err := r.templateExtension()
	return append(extensions, template), err
}
