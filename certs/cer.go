package certs

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"fmt"

	"github.com/clouddp/sdk/internal/errs"
)

// maxFile is the largest .cer file read, in bytes.
const maxFile = 1 << 20

// CERBase64 returns the leaf without its key in PEM armour, the form that the export wizard of Windows calls "Base-64
// encoded X.509"; nil for the zero Bundle. Where both forms are taken, prefer [Bundle.CER].
func (b *Bundle) CERBase64() []byte {
	if b.isZero() {
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
	der, reason := derOf(cer)
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

// derOf takes off byte order mark, PEM armour and Base64; reason says why it could not.
func derOf(cer []byte) (der []byte, reason string) {
	if isSequenceTag(cer) {
		return cer, ""
	}
	text := bytes.TrimSpace(bytes.TrimPrefix(cer, []byte("\xEF\xBB\xBF")))
	if len(text) == 0 {
		return nil, "is empty"
	}
	if bytes.Contains(text, []byte(pemBegin)) {
		return fromPEM(text)
	}
	der, err := base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(text), nil)))
	if err != nil || !isSequenceTag(der) {
		return nil, "is neither DER nor Base64"
	}
	return der, ""
}

const pemBegin = "-----BEGIN "

func isSequenceTag(der []byte) bool { return len(der) > 0 && der[0] == 0x30 }

func fromPEM(text []byte) (der []byte, reason string) {
	block, rest := pem.Decode(text)
	switch {
	case block == nil:
		return nil, "is damaged PEM"
	case block.Type != "CERTIFICATE":
		return nil, fmt.Sprintf("holds a PEM block %q, not a CERTIFICATE", block.Type)
	case bytes.Contains(rest, []byte(pemBegin)):
		return nil, "holds more than one PEM block; one certificate without key is wanted"
	}
	return block.Bytes, ""
}

// notCertificate recognises, by the first element, the files that are most often mistaken for a certificate.
func notCertificate(der []byte) string {
	var container, first asn1.RawValue
	if _, err := asn1.Unmarshal(der, &container); err != nil {
		return ""
	}
	if _, err := asn1.Unmarshal(container.Bytes, &first); err != nil {
		return ""
	}
	switch {
	case first.Tag == asn1.TagOID:
		return "is a .p7b file (PKCS #7); export the certificate alone"
	case first.Tag == asn1.TagInteger && bytes.Equal(first.Bytes, []byte{3}):
		return "is a .pfx file, which holds a private key; export it again without the key"
	case first.Tag == asn1.TagInteger:
		return "is a private key; export the certificate alone"
	}
	return ""
}
