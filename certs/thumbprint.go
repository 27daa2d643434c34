package certs

import (
	"crypto/sha1" //nolint:gosec // a thumbprint names a certificate; it protects nothing
	"crypto/x509"
	"encoding/hex"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// Thumbprint is the SHA-1 digest of a certificate's DER encoding. Its zero value names no certificate.
type Thumbprint [sha1.Size]byte

// ThumbprintOf returns the thumbprint of c, the zero value for nil.
func ThumbprintOf(c *x509.Certificate) Thumbprint {
	if c == nil {
		return Thumbprint{}
	}
	return sha1.Sum(c.Raw) //nolint:gosec // see Thumbprint
}

// ParseThumbprint reads 40 hexadecimal digits. Spaces, colons and the invisible left-to-right mark that Windows
// dialogs put in front of a copied thumbprint are ignored. Anything else is an [*InvalidError].
func ParseThumbprint(s string) (Thumbprint, error) {
	var t Thumbprint
	digits := strings.Map(func(r rune) rune {
		switch r {
		case ' ', ':', '\t', '\u200e', '\u00a0':
			return -1
		}
		return r
	}, s)
	if len(digits) != hex.EncodedLen(len(t)) {
		return t, errs.Invalid("certs: thumbprint", "s", "%d characters are not 40 hexadecimal digits", len(digits))
	}
	raw, err := hex.DecodeString(digits)
	if err != nil {
		return t, errs.Invalid("certs: thumbprint", "s", "%q is not 40 hexadecimal digits", digits)
	}
	copy(t[:], raw)
	return t, nil
}

// IsZero reports whether t names no certificate.
func (t Thumbprint) IsZero() bool { return t == Thumbprint{} }

// String returns 40 upper-case hexadecimal digits, as Azure and certutil print it; the zero value is "".
func (t Thumbprint) String() string {
	if t.IsZero() {
		return ""
	}
	return strings.ToUpper(hex.EncodeToString(t[:]))
}

// MarshalText implements [encoding.TextMarshaler].
func (t Thumbprint) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]; an empty text is the zero value.
func (t *Thumbprint) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*t = Thumbprint{}
		return nil
	}
	parsed, err := ParseThumbprint(string(text))
	if err != nil {
		return err
	}
	*t = parsed
	return nil
}
