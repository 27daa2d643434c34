// Package pkcs7 reads and writes the certificates-only message of PKCS #7 (RFC 2315, RFC 8551 section 3.8), in which
// certification authorities hand out a chain: a SignedData that nobody has signed.
package pkcs7

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"

	"github.com/clouddp/sdk/internal/errs"
)

const (
	// maxSize bounds a message; a chain of four certificates has about 8 KiB.
	maxSize = 1 << 20
	// maxCertificates bounds how many it may hold.
	maxCertificates = 64
)

// contentInfo is the outermost structure, RFC 2315 section 7.
type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
}

// signedData is RFC 2315 section 9.1; each list is kept as it stands.
type signedData struct {
	Version      int
	Digests      asn1.RawValue
	Inner        asn1.RawValue
	Certificates asn1.RawValue `asn1:"optional,tag:0"`
	CRLs         asn1.RawValue `asn1:"optional,tag:1"`
	Signers      asn1.RawValue
}

// Certificates returns the certificates of a message of at most 1 MiB, in its order; signatures on the message are not
// looked at. A message that is larger or holds more than 64 is errs.ErrLimit; one that is damaged, is of another kind or holds
// none is errs.ErrIntegrity.
func Certificates(der []byte) ([]*x509.Certificate, error) {
	if len(der) > maxSize {
		return nil, fmt.Errorf("pkcs7: %d bytes, at most %d are read: %w", len(der), maxSize, errs.ErrLimit)
	}
	list, err := certificateList(der)
	if err != nil {
		return nil, fmt.Errorf("pkcs7: %w: %w", err, errs.ErrIntegrity)
	}
	var found []*x509.Certificate
	for len(list) > 0 {
		if len(found) == maxCertificates {
			return nil, fmt.Errorf("pkcs7: more than %d certificates: %w", maxCertificates, errs.ErrLimit)
		}
		var next asn1.RawValue
		if list, err = asn1.Unmarshal(list, &next); err != nil {
			return nil, fmt.Errorf("pkcs7: certificate %d: %w: %w", len(found)+1, err, errs.ErrIntegrity)
		}
		certificate, err := x509.ParseCertificate(next.FullBytes)
		if err != nil {
			return nil, fmt.Errorf("pkcs7: certificate %d: %w: %w", len(found)+1, err, errs.ErrIntegrity)
		}
		found = append(found, certificate)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("pkcs7: no certificate: %w", errs.ErrIntegrity)
	}
	return found, nil
}

// certificateList returns what stands in the certificates field of the SignedData.
func certificateList(der []byte) ([]byte, error) {
	var outer contentInfo
	rest, err := asn1.Unmarshal(der, &outer)
	switch {
	case err != nil:
		return nil, err
	case len(rest) > 0:
		return nil, fmt.Errorf("%d bytes too many", len(rest))
	case !outer.Type.Equal(oidSignedData()):
		return nil, fmt.Errorf("content type %s, want signedData", outer.Type)
	}
	var signed signedData
	if _, err := asn1.Unmarshal(outer.Content.Bytes, &signed); err != nil {
		return nil, err
	}
	return signed.Certificates.Bytes, nil
}

func oidSignedData() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2} }

func oidData() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1} }
