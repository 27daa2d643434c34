package certs

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

// LocalCA is an [Issuer] for those without Active Directory Certificate Services: it signs in this process, with the key of
// an authority that the caller holds. It issues what a cloud distribution point needs and nothing else: server
// certificates for host names, never one for another authority. Nothing is recorded, so the same request twice gives two
// certificates. Set the fields before first use; it is safe for concurrent use then.
type LocalCA struct {
	// Authority is the certificate of the authority, its key, and its issuers: from [ParseKeyPair], [ParsePFX] or, for a
	// lab, [SelfSigned]. Required.
	Authority *Bundle
	// Validity is the life of a certificate from now; 0 means one year. It ends with the authority's own at the latest.
	Validity time.Duration
	// RevocationLists and IssuerURLs are written into every certificate: where clients find the authority's revocation
	// list and its certificate, over plain http.
	RevocationLists, IssuerURLs []string
}

// Issue implements [Issuer]; the name of the template is ignored. Refusals are [*DeniedError] with the codes of Active
// Directory Certificate Services; an authority that cannot issue at all is an [*InvalidError].
func (ca *LocalCA) Issue(ctx context.Context, csr []byte, _ string) ([]*x509.Certificate, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := ca.validate(); err != nil {
		return nil, err
	}
	now := time.Now()
	authority := ca.Authority.Leaf
	if now.Before(authority.NotBefore) || now.After(authority.NotAfter) {
		return nil, &DeniedError{Code: CodeInvalidCA, Reason: "the authority's certificate is not valid now"}
	}
	request, err := acceptCSR(csr)
	if err != nil {
		return nil, err
	}
	leaf, err := sign(ca.certificate(request, now), authority, request.PublicKey, ca.Authority.PrivateKey())
	if err != nil {
		return nil, fmt.Errorf("certs: local CA %s: %w", printable(authority.Subject.CommonName), err)
	}
	if err := ca.vouch(leaf); err != nil {
		return nil, err
	}
	return append([]*x509.Certificate{leaf, authority}, ca.Authority.Chain...), nil
}

func (ca *LocalCA) validate() error {
	e := &errs.InvalidError{Subject: "certs: local CA"}
	switch {
	case ca == nil || !ca.Authority.hasKey():
		e.Add("Authority", "holds no certificate or no key")
		return e
	case !ca.Authority.Leaf.IsCA:
		e.Add("Authority", "%q is not the certificate of an authority", ca.Authority.Leaf.Subject)
	case ca.Authority.Leaf.KeyUsage != 0 && ca.Authority.Leaf.KeyUsage&x509.KeyUsageCertSign == 0:
		e.Add("Authority", "%q may not sign certificates", ca.Authority.Leaf.Subject)
	}
	if ca.Validity < 0 || ca.Validity > maxValidity {
		e.Add("Validity", "%s is not between 0 and 100 years", ca.Validity)
	}
	checkHTTP(e, "RevocationLists", ca.RevocationLists)
	checkHTTP(e, "IssuerURLs", ca.IssuerURLs)
	return e.Err()
}

func checkHTTP(e *errs.InvalidError, field string, addresses []string) {
	for _, address := range addresses {
		if len(httpURLs([]string{address})) == 0 {
			e.Add(field, "%q is not an http address", address)
		}
	}
}

// vouch makes sure that clients which trust the authority will take leaf: it may be bound to names of its own.
func (ca *LocalCA) vouch(leaf *x509.Certificate) error {
	roots := x509.NewCertPool()
	roots.AddCert(ca.Authority.Leaf)
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: leaf.NotBefore, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	if err == nil {
		return nil
	}
	code := CodeInvalidCA
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.CANotAuthorizedForThisName {
		code = codeInvalidName
	}
	return &DeniedError{Code: code, Reason: err.Error()}
}

// certificate is what the authority puts its name to.
func (ca *LocalCA) certificate(request *x509.CertificateRequest, now time.Time) *x509.Certificate {
	validity, authority := ca.Validity, ca.Authority.Leaf
	if validity == 0 {
		validity = defaultValidity
	}
	begin, end := now.Add(-clockSkew), now.Add(validity)
	if begin.Before(authority.NotBefore) {
		begin = authority.NotBefore
	}
	if end.After(authority.NotAfter) {
		end = authority.NotAfter
	}
	return &x509.Certificate{
		Subject:               pkix.Name{CommonName: request.Subject.CommonName},
		DNSNames:              request.DNSNames,
		SerialNumber:          newSerial(),
		NotBefore:             begin,
		NotAfter:              end,
		KeyUsage:              serverKeyUsage(request.PublicKey),
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		SubjectKeyId:          keyID(request.RawSubjectPublicKeyInfo),
		CRLDistributionPoints: ca.RevocationLists,
		IssuingCertificateURL: ca.IssuerURLs,
		BasicConstraintsValid: true,
	}
}

// newSerial returns a random positive number of 128 bits.
func newSerial() *big.Int {
	var serial [16]byte
	_, _ = rand.Read(serial[:]) // it never fails
	serial[0] = serial[0]&0x7F | 0x40
	return new(big.Int).SetBytes(serial[:])
}
