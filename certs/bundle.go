package certs

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

// Bundle is a certificate with its chain and its private key. It is immutable and safe for concurrent use. The key
// is sealed: no formatting verb, logger or encoder shows it; only [Bundle.PrivateKey] reaches it. Its zero value holds
// nothing; make one with [Enroll], [ParsePFX], [SelfSigned] or [NewBundle].
//
// Where the key does not matter, for a .cer file that was sent by mail, &Bundle{Leaf: certificate} will do: it can be
// named, checked, watched and looked up in revocation lists, not exported or served with.
type Bundle struct {
	// Leaf is the certificate whose public key matches the private key.
	Leaf *x509.Certificate
	// Chain holds the issuers in order, the nearest first; the root may be absent.
	Chain []*x509.Certificate

	key sealedKey
}

// NewBundle joins key with its certificate, which may stand anywhere among certificates, and orders the chain;
// certificates that do not belong to it are left out. Of several certificates for the key, the one that expires last is
// the leaf. A key without a certificate, or none at all, is an [*InvalidError].
func NewBundle(key crypto.Signer, certificates ...*x509.Certificate) (*Bundle, error) {
	if publicKey(key) == nil {
		return nil, errs.Invalid("certs: bundle", "key", "is missing")
	}
	leaf := leafFor(key, certificates)
	if leaf == nil {
		return nil, errs.Invalid("certs: bundle", "certificates", "none of %d belongs to the key", len(certificates))
	}
	return newBundle(key, leaf, certificates), nil
}

// leafFor returns the certificate of key, nil if there is none.
func leafFor(key crypto.Signer, certificates []*x509.Certificate) (leaf *x509.Certificate) {
	for _, c := range certificates {
		if matches(c, key) && (leaf == nil || c.NotAfter.After(leaf.NotAfter)) {
			leaf = c
		}
	}
	return leaf
}

func newBundle(key crypto.Signer, leaf *x509.Certificate, others []*x509.Certificate) *Bundle {
	return &Bundle{Leaf: leaf, Chain: chainOf(leaf, others), key: seal(key)}
}

// PrivateKey returns the key of the leaf, nil if there is none. It is the only way out of the seal: keep it off logs
// and errors.
func (b *Bundle) PrivateKey() crypto.Signer {
	if b == nil || b.key == nil {
		return nil
	}
	return b.key()
}

// CER returns the leaf without its key as DER, the content of a .cer file; nil for the zero Bundle.
func (b *Bundle) CER() []byte {
	if !b.hasLeaf() {
		return nil
	}
	return slices.Clone(b.Leaf.Raw)
}

// Thumbprint returns the SHA-1 digest of the leaf, by which Azure and Configuration Manager name a certificate; the
// zero value for the zero Bundle.
func (b *Bundle) Thumbprint() Thumbprint {
	if !b.hasLeaf() {
		return Thumbprint{}
	}
	return ThumbprintOf(b.Leaf)
}

// TLS returns the bundle for use in a [tls.Config] of a server or a client, leaf first, the root left out. The key in it
// is sealed too. A Bundle without certificate or key gives an empty certificate, with which a handshake fails.
func (b *Bundle) TLS() tls.Certificate {
	if !b.hasKey() {
		return tls.Certificate{}
	}
	presented := [][]byte{b.Leaf.Raw}
	for _, c := range b.Chain {
		if c != nil && !isSelfIssued(c) {
			presented = append(presented, c.Raw)
		}
	}
	return tls.Certificate{Certificate: presented, PrivateKey: b.key, Leaf: b.Leaf}
}

// String names the certificate for a person: common name, thumbprint and last day, in UTC.
func (b *Bundle) String() string {
	if !b.hasLeaf() {
		return "no certificate"
	}
	return fmt.Sprintf("%s (%s, until %s)",
		printable(b.Leaf.Subject.CommonName), b.Thumbprint(), b.Leaf.NotAfter.UTC().Format(time.DateOnly))
}

// LogValue implements [slog.LogValuer] with the common name, the thumbprint and the expiry.
func (b *Bundle) LogValue() slog.Value {
	if !b.hasLeaf() {
		return slog.StringValue("no certificate")
	}
	return slog.GroupValue(
		slog.String("commonName", b.Leaf.Subject.CommonName),
		slog.String("thumbprint", b.Thumbprint().String()),
		slog.Time("notAfter", b.Leaf.NotAfter))
}

// MarshalJSON implements [json.Marshaler] with what [Bundle.LogValue] shows; null for the zero Bundle.
func (b *Bundle) MarshalJSON() ([]byte, error) {
	if !b.hasLeaf() {
		return []byte("null"), nil
	}
	return json.Marshal(struct {
		CommonName string     `json:"commonName"`
		Thumbprint Thumbprint `json:"thumbprint"`
		NotAfter   time.Time  `json:"notAfter"`
	}{b.Leaf.Subject.CommonName, b.Thumbprint(), b.Leaf.NotAfter.UTC()})
}

// hasLeaf reports whether there is a certificate that something can be said of.
func (b *Bundle) hasLeaf() bool { return b != nil && b.Leaf != nil && len(b.Leaf.Raw) > 0 }

func (b *Bundle) hasKey() bool { return b.hasLeaf() && b.key != nil }
