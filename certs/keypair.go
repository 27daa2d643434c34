package certs

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/clouddp/sdk/certs/internal/pkcs7"
	"github.com/clouddp/sdk/internal/errs"
)

// ParseKeyPair reads a certificate with its chain and its unencrypted private key, each as PEM or DER, of at most 1 MiB
// each; the two may be one PEM file, given twice. Certificates may come as the .p7b file that an authority hands out
// (PKCS #7). The key is PKCS #8, PKCS #1 or SEC 1. It is how the files of a certification authority on disk become a
// [LocalCA]. Errors: [ErrLimit]; [ErrUnsupported] for an encrypted key; else an
// [*InvalidError], which never shows the key.
func ParseKeyPair(certificates, key []byte) (*Bundle, error) {
	if len(certificates) > maxFile || len(key) > maxFile {
		return nil, fmt.Errorf("certs: parse key pair: at most %d bytes are read: %w", maxFile, ErrLimit)
	}
	parsed, err := parseCertificates(certificates)
	if err != nil {
		return nil, errs.Invalid("certs: parse key pair", "certificates", "%s", err)
	}
	signer, err := parseKey(key)
	switch {
	case errors.Is(err, ErrUnsupported):
		return nil, fmt.Errorf("certs: parse key pair: %w", err)
	case err != nil:
		return nil, errs.Invalid("certs: parse key pair", "key", "%s", err)
	}
	return NewBundle(signer, parsed...)
}

var errEncryptedKey = fmt.Errorf("the key is encrypted; decrypt it, or use a .pfx file: %w", ErrUnsupported)

func parseCertificates(file []byte) ([]*x509.Certificate, error) {
	if isSequenceTag(file) {
		return parseCertificatesDER(file)
	}
	var all []*x509.Certificate
	for block, rest := pem.Decode(withoutMark(file)); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" && block.Type != "PKCS7" {
			continue
		}
		certificates, err := parseCertificatesDER(block.Bytes)
		if err != nil {
			return nil, err
		}
		all = append(all, certificates...)
	}
	if len(all) == 0 {
		return nil, errors.New("is neither DER nor PEM with a CERTIFICATE")
	}
	return all, nil
}

func parseCertificatesDER(der []byte) ([]*x509.Certificate, error) {
	if kindOf(der) == kindP7B {
		return pkcs7.Certificates(der)
	}
	return x509.ParseCertificates(der)
}

func parseKey(file []byte) (crypto.Signer, error) {
	if isSequenceTag(file) {
		return parseKeyDER(file)
	}
	for block, rest := pem.Decode(withoutMark(file)); block != nil; block, rest = pem.Decode(rest) {
		switch {
		case !strings.HasSuffix(block.Type, "PRIVATE KEY"):
		case block.Type == "ENCRYPTED PRIVATE KEY", strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
			return nil, errEncryptedKey
		default:
			return parseKeyDER(block.Bytes)
		}
	}
	return nil, errors.New("is neither DER nor PEM with a PRIVATE KEY")
}

// parseKeyDER tries the three forms that keys have. What the parsers say is not passed on: it is about secret bytes.
func parseKeyDER(der []byte) (crypto.Signer, error) {
	if kindOf(der) == kindEncryptedKey {
		return nil, errEncryptedKey
	}
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		if signer, ok := key.(crypto.Signer); ok {
			return signer, nil
		}
		return nil, errors.New("is of a kind that cannot sign")
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, nil
	}
	return nil, errors.New("is not a private key as PKCS #8, PKCS #1 or SEC 1")
}
