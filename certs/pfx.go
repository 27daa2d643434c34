package certs

import (
	"crypto/x509"

	"github.com/clouddp/sdk/internal/errs"
)

// Profile names the importer that a .pfx file is written for.
type Profile int

const (
	// WindowsLegacy is 3DES with SHA-1, the one profile that every importer opens, Windows Server 2016 and Azure
	// cloud services included.
	WindowsLegacy Profile = iota
	// Windows2019 is AES-256 with SHA-256, for Windows Server 2019, Windows 10 1709 and later. Azure cloud services
	// and Windows Server 2016 answer it with "wrong password".
	Windows2019
)

// PFXOptions adjusts [Bundle.PFX]; nil or the zero value means every default.
type PFXOptions struct {
	// Profile is the importer to write for; the zero value is [WindowsLegacy].
	Profile Profile
	// Iterations is the key derivation count, 1 to 100,000; 0 means 2,000.
	Iterations int
}

// PFX returns leaf, chain and key as a password-protected PKCS #12 file. The password must be non-empty printable
// ASCII, which is what every importer takes. Bad input is an [*InvalidError].
func (b *Bundle) PFX(password Password, o *PFXOptions) ([]byte, error) {
	return nil, errs.ErrUnsupported
}

// ParsePFX opens a PKCS #12 file: the leaf is the certificate that matches the key, the chain is put in order. Errors:
// [ErrIntegrity] for a wrong password or a damaged file, [ErrLimit] for a file that is too large or whose key
// derivation is too costly, [ErrUnsupported] for an encoding that cannot be read, [*InvalidError] for a missing or
// mismatched key.
func ParsePFX(pfx []byte, password Password) (*Bundle, error) { return nil, errs.ErrUnsupported }

// ParseCER reads a certificate without key: DER, or the Base64 form that Windows exports, with or without a byte
// order mark. A .pfx or anything else is an [*InvalidError].
func ParseCER(cer []byte) (*x509.Certificate, error) { return nil, errs.ErrUnsupported }
