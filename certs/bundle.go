package certs

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

// Bundle is a certificate with its chain and its private key. It is immutable and safe for concurrent use. The key
// is sealed: no formatting verb, logger or encoder shows it; only [Bundle.PrivateKey] reaches it.
type Bundle struct {
	// Leaf is the certificate whose public key matches the private key.
	Leaf *x509.Certificate
	// Chain holds the issuers in order, the nearest first; the root may be absent.
	Chain []*x509.Certificate

	key sealedKey
}

// sealedKey hides a signer behind a function value, which no formatter can look into.
type sealedKey func() crypto.Signer

// NewBundle joins key with its certificate, which may stand anywhere among certificates, and orders the chain. A key
// without a certificate, or none at all, is an [*InvalidError].
func NewBundle(key crypto.Signer, certificates ...*x509.Certificate) (*Bundle, error) {
	return nil, errs.ErrUnsupported
}

// SelfSignedOptions adjusts [SelfSigned]; nil or the zero value means every default.
type SelfSignedOptions struct {
	// Key signs the certificate; nil generates an RSA key of 2048 bits.
	Key crypto.Signer
	// Validity is the time from now until expiry; 0 means one year.
	Validity time.Duration
}

// SelfSigned returns a new self-signed certificate with its key, as used for an Azure management certificate.
func SelfSigned(commonName string, o *SelfSignedOptions) (*Bundle, error) {
	return nil, errs.ErrUnsupported
}

// PrivateKey returns the key of the leaf. It is the only way out of the seal: keep it off logs and errors.
func (b *Bundle) PrivateKey() crypto.Signer { return b.key() }

// CER returns the leaf without its key as DER, the content of a .cer file.
func (b *Bundle) CER() []byte { return b.Leaf.Raw }

// Thumbprint returns the SHA-1 digest of the leaf, by which Azure and Configuration Manager name a certificate.
func (b *Bundle) Thumbprint() Thumbprint { return ThumbprintOf(b.Leaf) }

// TLS returns the bundle for use in a [tls.Config], leaf first, the root left out.
func (b *Bundle) TLS() tls.Certificate { return tls.Certificate{} }
