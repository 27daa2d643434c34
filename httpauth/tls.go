package httpauth

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// Pin is the SHA-256 digest of the SubjectPublicKeyInfo of a server's certificate.
type Pin [sha256.Size]byte

// PinOf returns the pin of a certificate.
func PinOf(certificate *x509.Certificate) Pin {
	return sha256.Sum256(certificate.RawSubjectPublicKeyInfo)
}

// ParsePin reads a pin in base64, with or without the "sha256//" that curl writes in front. Anything else is an
// [*InvalidError].
func ParsePin(s string) (Pin, error) {
	digest, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, "sha256//"))
	if err != nil || len(digest) != sha256.Size {
		return Pin{}, errs.Invalid("httpauth: pin", "s", "%q is no SHA-256 digest in base64", s)
	}
	return Pin(digest), nil
}

// String returns the pin as curl writes it: "sha256//" and base64.
func (p Pin) String() string { return "sha256//" + base64.StdEncoding.EncodeToString(p[:]) }

var errPin = errors.New("the key of the server's certificate is not pinned")

// TLSConfig returns how a server is recognised: by a chain to the roots, nil for those of the system, and its name, or
// by a pinned key. With pins and without roots the certificate needs no chain, no name and no validity.
func TLSConfig(roots *x509.CertPool, pins []Pin) *tls.Config {
	config := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	if len(pins) == 0 {
		return config
	}
	pins = slices.Clone(pins)
	config.InsecureSkipVerify = roots == nil // the key is compared instead
	config.VerifyConnection = func(state tls.ConnectionState) error {
		if !slices.Contains(pins, PinOf(state.PeerCertificates[0])) {
			return &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: errPin}
		}
		return nil
	}
	return config
}
