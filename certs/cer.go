package certs

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"github.com/clouddp/sdk/internal/errs"
)

// CERBase64 returns the leaf without its key in PEM armour, the form that the export wizard of Windows calls "Base-64
// encoded X.509"; nil for the zero Bundle. Where both forms are taken, prefer [Bundle.CER].
func (b *Bundle) CERBase64() []byte {
	if !b.hasLeaf() {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: b.Leaf.Raw})
}

// ParseCER reads a certificate without key of at most 1 MiB: DER, or the Base64 form that Windows exports, with or
// without PEM armour and byte order mark. A larger file is [ErrLimit]; a .pfx, a .p7b, a key, several certificates or
// anything else is an [*InvalidError].
func ParseCER(cer []byte) (*x509.Certificate, error) {
	if len(cer) > maxFile {
		return nil, fmt.Errorf("certs: parse cer: %d bytes, at most %d are read: %w", len(cer), maxFile, ErrLimit)
	}
	der, reason := derOf(cer, "CERTIFICATE")
	if reason == "" {
		reason = notCertificate(der)
	}
	if reason != "" {
		return nil, errs.Invalid("certs: parse cer", "cer", "%s", reason)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, errs.Invalid("certs: parse cer", "cer", "is not a certificate: %s", err)
	}
	return certificate, nil
}

// notCertificate says what a file is that is no certificate; empty for one that may be.
func notCertificate(der []byte) string {
	switch kindOf(der) {
	case kindP7B:
		return "is a .p7b file (PKCS #7); export the certificate alone"
	case kindPFX:
		return "is a .pfx file, which holds a private key; export it again without the key"
	case kindKey, kindEncryptedKey:
		return "is a private key; export the certificate alone"
	case kindUnknown, kindCertificate:
	}
	return ""
}
