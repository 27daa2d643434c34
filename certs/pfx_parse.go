package certs

import (
	"crypto"
	"crypto/x509"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/clouddp/sdk/certs/internal/pkcs12"
	"github.com/clouddp/sdk/internal/errs"
)

// ParsePFX opens a PKCS #12 file of at most 1 MiB, whoever wrote it: the leaf is the certificate that matches the key,
// the chain is put in order, keys without a certificate are left out. Errors: [ErrIntegrity] for a wrong password or a
// damaged file, [ErrLimit] for a file that is too large or too costly, [ErrUnsupported] for an encryption that cannot be
// read and for a file without a MAC, [*KeyCountError] for several keys with certificates, [*InvalidError] for a missing
// or mismatched key.
//
// What a file may cost is known before it is spent: 5,000,000 iterations of key derivation in all, counting those inside
// an encrypted part as soon as it is open, and 200 keys and certificates. On a machine so slow that this takes more than a
// minute, it is given up with [ErrLimit]. Nothing goes on in the background.
func ParsePFX(pfx []byte, password Password) (*Bundle, error) {
	file, err := parsePFX("certs: parse pfx", pfx)
	if err != nil {
		return nil, err
	}
	secret, err := readPassword("certs: parse pfx", password)
	if err != nil {
		return nil, err
	}
	content, err := openPFX("certs: parse pfx", file, secret)
	if err != nil {
		return nil, err
	}
	return bundleOf(content)
}

// parsePFX reads what is open in a file.
func parsePFX(subject string, pfx []byte) (*pkcs12.File, error) {
	file, err := pkcs12.Parse(pfx)
	if err == nil {
		return file, nil
	}
	if _, notCER := ParseCER(pfx); notCER == nil {
		return nil, errs.Invalid(subject, "pfx", "is a certificate without key, the content of a .cer file")
	}
	return nil, fmt.Errorf("%s: %w", subject, err)
}

func openPFX(subject string, file *pkcs12.File, secret string) (*pkcs12.Content, error) {
	if !utf8.ValidString(secret) {
		return nil, errs.Invalid(subject, "password", "is not UTF-8")
	}
	content, err := file.Open(secret)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", subject, err)
	}
	return content, nil
}

// bundleOf finds the one key that has a certificate.
func bundleOf(content *pkcs12.Content) (*Bundle, error) {
	switch {
	case len(content.Keys) == 0:
		return nil, errs.Invalid("certs: parse pfx", "pfx", "holds no private key; export it again with its key")
	case len(content.Certificates) == 0 && content.Unreadable == nil:
		return nil, errs.Invalid("certs: parse pfx", "pfx", "holds no certificate")
	}
	certificates := make([]*x509.Certificate, len(content.Certificates))
	for i, c := range content.Certificates {
		certificates[i] = c.Certificate
	}
	var found []*Bundle
	for _, key := range distinct(content.Keys) {
		if b, err := NewBundle(key, certificates...); err == nil {
			found = append(found, b)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, fmt.Errorf("certs: parse pfx: %w", keyCount(found))
	case content.Unreadable != nil:
		return nil, fmt.Errorf("certs: parse pfx: a certificate: %w: %w", content.Unreadable, ErrUnsupported)
	default:
		const reason = "its key belongs to none of its %d certificates"
		return nil, errs.Invalid("certs: parse pfx", "pfx", reason, len(certificates))
	}
}

// distinct leaves out keys that are in the file more than once.
func distinct(keys []pkcs12.Key) []crypto.Signer {
	var once []crypto.Signer
	for _, key := range keys {
		same := func(other crypto.Signer) bool {
			public, ok := other.Public().(interface{ Equal(crypto.PublicKey) bool })
			return ok && public.Equal(key.Public())
		}
		if !slices.ContainsFunc(once, same) {
			once = append(once, key.Signer)
		}
	}
	return once
}

func keyCount(found []*Bundle) *KeyCountError {
	e := new(KeyCountError)
	for _, b := range found {
		e.Leaves = append(e.Leaves, b.Leaf)
	}
	return e
}
