package certs

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"

	"software.sslmate.com/src/go-pkcs12"

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

// String returns the name of the profile as the command line spells it: "windows-legacy".
func (p Profile) String() string {
	switch p {
	case WindowsLegacy:
		return "windows-legacy"
	case Windows2019:
		return "windows-2019"
	default:
		return fmt.Sprintf("Profile(%d)", int(p))
	}
}

const (
	defaultIterations = 2000 // what the Windows export wizard uses
	maxIterations     = 100_000
)

// PFXOptions adjusts [Bundle.PFX]; nil or the zero value means every default.
type PFXOptions struct {
	// Profile is the importer to write for; the zero value is [WindowsLegacy].
	Profile Profile
	// Iterations is the key derivation count, 1 to 100,000; 0 means 2,000. Importers refuse much higher counts.
	Iterations int
}

// PFX returns leaf, chain and key as a password-protected PKCS #12 file. The password must be non-empty printable
// ASCII, which is what every importer takes. Bad input is an [*InvalidError]; a key that cannot leave its hardware is
// [ErrUnsupported].
func (b *Bundle) PFX(password Password, o *PFXOptions) ([]byte, error) {
	if b.isZero() {
		return nil, errs.Invalid("certs: pfx", "b", "holds no certificate or no key")
	}
	var options PFXOptions
	if o != nil {
		options = *o
	}
	encoder, err := options.encoder()
	if err != nil {
		return nil, err
	}
	key := b.PrivateKey()
	switch key.(type) {
	case *rsa.PrivateKey, *ecdsa.PrivateKey, ed25519.PrivateKey:
	default:
		return nil, fmt.Errorf("certs: pfx %s: key of type %T cannot be exported: %w", b, key, ErrUnsupported)
	}
	secret, err := exportPassword(password)
	if err != nil {
		return nil, err
	}
	pfx, err := encoder.Encode(key, b.Leaf, b.Chain, secret)
	if err != nil {
		return nil, fmt.Errorf("certs: pfx %s: %w", b, err)
	}
	return pfx, nil
}

func (o *PFXOptions) encoder() (*pkcs12.Encoder, error) {
	e := &errs.InvalidError{Subject: "certs: pfx"}
	if o.Iterations < 0 || o.Iterations > maxIterations {
		e.Add("Iterations", "%d is not 1 to %d (or 0 for the default of %d)", o.Iterations, maxIterations, defaultIterations)
	}
	encoder := pkcs12.LegacyDES
	switch o.Profile {
	case WindowsLegacy:
	case Windows2019:
		encoder = pkcs12.Modern2023
	default:
		e.Add("Profile", "%s is not known", o.Profile)
	}
	if err := e.Err(); err != nil {
		return nil, err
	}
	if o.Iterations == 0 {
		return encoder.WithIterations(defaultIterations), nil
	}
	return encoder.WithIterations(o.Iterations), nil
}

// exportPassword reads a password that every importer understands.
func exportPassword(password Password) (string, error) {
	secret, err := readPassword("certs: pfx", password)
	if err != nil {
		return "", err
	}
	if secret == "" {
		return "", errs.Invalid("certs: pfx", "password", "is empty; importers want one")
	}
	for i := range len(secret) {
		if secret[i] < ' ' || secret[i] > '~' {
			return "", errs.Invalid("certs: pfx", "password", "holds a character outside printable ASCII, which some importers refuse")
		}
	}
	return secret, nil
}

func readPassword(subject string, password Password) (string, error) {
	if password == nil {
		return "", errs.Invalid(subject, "password", "is nil; use StaticPassword")
	}
	secret, err := password()
	if err != nil {
		return "", fmt.Errorf("%s: password: %w", subject, err)
	}
	defer clear(secret)
	return string(secret), nil
}
