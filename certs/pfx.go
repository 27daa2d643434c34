package certs

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clouddp/sdk/certs/internal/pkcs12"
	"github.com/clouddp/sdk/internal/errs"
)

// Profile names the importer that a .pfx file is written for.
type Profile int

const (
	// WindowsLegacy is 3DES with SHA-1, the one profile that every importer opens, Windows Server 2016 and Azure
	// cloud services included, if the key is RSA or ECDSA. (NSS imports no Ed25519 key by any profile.)
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
	maxFriendlyName   = 255 // pkcs-9-ub-friendlyName of RFC 2985
)

// PFXOptions adjusts [Bundle.PFX]; nil or the zero value means every default.
type PFXOptions struct {
	// Profile is the importer to write for; the zero value is [WindowsLegacy].
	Profile Profile
	// Iterations is the key derivation count, 1 to 100,000; 0 means 2,000. Importers refuse much higher counts.
	Iterations int
	// FriendlyName is what a certificate store shows for the certificate, and its nickname in NSS. At most 255
	// printable characters; empty means none. It is not given to the key: see KeyName.
	FriendlyName string
	// KeyName is the friendly name of the key: Windows calls the key container by it, Java the entry. It is best left
	// empty, so that Windows makes up a name: a fixed one lets the import on the same machine of a second file
	// overwrite the key of the first. At most 255 printable characters.
	KeyName string
	// Provider is where Windows keeps the key after the import; empty leaves the choice to Windows, which takes
	// [ProviderEnhanced] for an RSA key.
	Provider Provider
	// KeySpec is what the key is for in a cryptographic service provider; the zero value says nothing about it.
	KeySpec KeySpec
	// MachineKeySet asks Windows to keep the key with the machine instead of the user who imports it.
	MachineKeySet bool
}

// PFX returns leaf, chain and key as a password-protected PKCS #12 file. The password must be non-empty printable
// ASCII, which is what every importer takes. Bad input, such as a Leaf that the key does not belong to, is an
// [*InvalidError]; a key that cannot leave its hardware is [ErrUnsupported].
func (b *Bundle) PFX(password Password, o *PFXOptions) ([]byte, error) {
	if !b.hasKey() {
		return nil, errs.Invalid("certs: pfx", "b", "holds no certificate or no key")
	}
	var options PFXOptions
	if o != nil {
		options = *o
	}
	if err := options.check(b); err != nil {
		return nil, err
	}
	key := b.PrivateKey()
	if !isExportable(key) {
		return nil, fmt.Errorf("certs: pfx %s: key of type %T cannot be exported: %w", b, key, ErrUnsupported)
	}
	secret, err := exportPassword(password)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("certs: pfx %s: %w", b, err)
	}
	defer clear(der)
	pfx, err := options.writer(b, der).Write(secret)
	if err != nil {
		return nil, fmt.Errorf("certs: pfx %s: %w", b, err)
	}
	return pfx, nil
}

// check lists everything that is wrong with o for the bundle.
func (o *PFXOptions) check(b *Bundle) error {
	e := &errs.InvalidError{Subject: "certs: pfx"}
	if !matches(b.Leaf, b.key()) {
		e.Add("b", "its key does not belong to its leaf")
	}
	if o.Iterations < 0 || o.Iterations > maxIterations {
		e.Add("Iterations", "%d is not 1 to %d (or 0 for the default of %d)", o.Iterations, maxIterations, defaultIterations)
	}
	if o.Profile != WindowsLegacy && o.Profile != Windows2019 {
		e.Add("Profile", "%s is not known", o.Profile)
	}
	checkName(e, "FriendlyName", o.FriendlyName)
	checkName(e, "KeyName", o.KeyName)
	checkName(e, "Provider", string(o.Provider))
	if o.KeySpec.usage() == 0 && o.KeySpec != 0 {
		e.Add("KeySpec", "%s is not known", o.KeySpec)
	}
	if _, isRSA := b.key().Public().(*rsa.PublicKey); !isRSA && o.Provider.rsaOnly() {
		e.Add("Provider", "%q keeps RSA keys only", o.Provider)
	}
	return e.Err()
}

func checkName(e *errs.InvalidError, field, name string) {
	notPrintable := func(r rune) bool { return !unicode.IsPrint(r) }
	tooLong := utf8.RuneCountInString(name) > maxFriendlyName
	if tooLong || !utf8.ValidString(name) || strings.ContainsFunc(name, notPrintable) {
		e.Add(field, "%.40q is not made of at most %d printable characters", name, maxFriendlyName)
	}
}

func (o *PFXOptions) writer(b *Bundle, key []byte) *pkcs12.Writer {
	w := &pkcs12.Writer{
		Key:          key,
		KeyName:      o.KeyName,
		Provider:     string(o.Provider),
		Machine:      o.MachineKeySet,
		KeySpec:      o.KeySpec.usage(),
		Leaf:         b.Leaf.Raw,
		FriendlyName: o.FriendlyName,
		Modern:       o.Profile == Windows2019,
		Iterations:   o.Iterations,
		Rand:         rand.Reader,
	}
	if w.Iterations == 0 {
		w.Iterations = defaultIterations
	}
	for _, c := range b.Chain {
		if c != nil {
			w.Chain = append(w.Chain, c.Raw)
		}
	}
	return w
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
	return string(secret), nil
}
