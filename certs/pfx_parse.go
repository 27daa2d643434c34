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

// ParsePFX opens a PKCS #12 file of at most 1 MiB, whoever wrote it, in Base64 or PEM armour too: the leaf is the certificate that matches the key,
// the chain is put in order, keys without a certificate are left out. Errors: [ErrIntegrity] for a wrong password or a
// damaged file, [ErrLimit] for a file that is too large or too costly, [ErrUnsupported] for an encryption that cannot be
// read and for a file without a MAC, [*KeyCountError] for several keys with certificates, [*InvalidError] for a file of
// another kind and for a missing or mismatched key.
//
// What a file may cost is known before it is spent: 5,000,000 iterations of key derivation in all, counting those inside
// an encrypted part as soon as it is open, 200 keys and certificates, and 32 signatures to order the chain. On a machine so slow that this takes more than a
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
	if len(pfx) > maxFile {
		return nil, fmt.Errorf("%s: %d bytes, at most %d are read: %w", subject, len(pfx), maxFile, ErrLimit)
	}
	der, reason := derOf(pfx, "PKCS12", "PFX")
	if reason == "" {
		reason = notPFX(der)
	}
	if reason != "" {
		return nil, errs.Invalid(subject, "pfx", "%s", reason)
	}
	file, err := pkcs12.Parse(der)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", subject, err)
	}
	return file, nil
}

// notPFX says what a file is that is no .pfx file; empty for one that may be.
func notPFX(der []byte) string {
	switch kindOf(der) {
	case kindCertificate:
		return "is a certificate without key, the content of a .cer file"
	case kindP7B:
		return "is a .p7b file (PKCS #7), which holds no private key"
	case kindKey, kindEncryptedKey:
		return "is a private key without its certificate; export both together"
	case kindUnknown, kindPFX:
	}
	return ""
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
	certificates := certificatesOf(content)
	var keys []crypto.Signer
	several := new(KeyCountError)
	for _, key := range distinct(content.Keys) {
		if leaf := leafFor(key, certificates); leaf != nil {
			keys, several.Leaves = append(keys, key), append(several.Leaves, leaf)
		}
	}
	switch {
	case len(keys) == 1:
		return newBundle(keys[0], several.Leaves[0], certificates), nil
	case len(keys) > 1:
		return nil, fmt.Errorf("certs: parse pfx: %w", several)
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
		same := func(other crypto.Signer) bool { return sameKey(other.Public(), key.Public()) }
		if !slices.ContainsFunc(once, same) {
			once = append(once, key.Signer)
		}
	}
	return once
}

func certificatesOf(content *pkcs12.Content) []*x509.Certificate {
	all := make([]*x509.Certificate, len(content.Certificates))
	for i, c := range content.Certificates {
		all[i] = c.Certificate
	}
	return all
}
