package certs

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/clouddp/sdk/internal/errs"
)

const (
	maxFile      = 1 << 20
	maxParseTime = 30 * time.Second
)

// ParsePFX opens a PKCS #12 file of at most 1 MiB: the leaf is the certificate that matches the key, the chain is put in
// order. Errors: [ErrIntegrity] for a wrong password or a damaged file, [ErrLimit] for a file that is too large or whose
// key derivation is too costly (more than 5,000,000 iterations or 30 seconds), [ErrUnsupported] for an encoding that
// cannot be read, [*InvalidError] for a missing or mismatched key.
func ParsePFX(pfx []byte, password Password) (*Bundle, error) {
	if err := inspectPFX(pfx); err != nil {
		return nil, err
	}
	secret, err := readPassword("certs: parse pfx", password)
	if err != nil {
		return nil, err
	}
	if !isUCS2(secret) {
		return nil, errs.Invalid("certs: parse pfx", "password", "holds a character outside the Basic Multilingual Plane")
	}
	content, err := decodeInTime(pfx, secret)
	if err != nil {
		return nil, err
	}
	key, ok := content.key.(crypto.Signer)
	if !ok {
		return nil, errs.Invalid("certs: parse pfx", "pfx", "the key of type %T cannot sign", content.key)
	}
	return NewBundle(key, content.certificates...)
}

// inspectPFX refuses, without the password, what cannot or must not be decoded.
func inspectPFX(pfx []byte) error {
	if len(pfx) > maxFile {
		return fmt.Errorf("certs: parse pfx: %d bytes, at most %d are read: %w", len(pfx), maxFile, ErrLimit)
	}
	if _, err := ParseCER(pfx); err == nil {
		return errs.Invalid("certs: parse pfx", "pfx", "is a certificate without key, the content of a .cer file")
	}
	cost := scanKDF(pfx)
	if cost.iterations > maxScannedIterations {
		return fmt.Errorf("certs: parse pfx: more than %d key derivation iterations: %w", maxScannedIterations, ErrLimit)
	}
	if cost.indefinite {
		return fmt.Errorf("certs: parse pfx: BER with indefinite lengths, as NSS writes it, is not read; "+
			"export the file again with OpenSSL or Windows: %w", ErrUnsupported)
	}
	return nil
}

func isUCS2(secret string) bool {
	for _, r := range secret {
		if r > 0xFFFF {
			return false
		}
	}
	return utf8.ValidString(secret)
}

// pfxContent is what a file holds, in the order of the file.
type pfxContent struct {
	key          any
	certificates []*x509.Certificate
}

// decodeInTime decodes with a time limit. The decoder cannot be interrupted: on a hostile file whose cost hides inside
// an encrypted part it goes on in the background, its result unheard.
func decodeInTime(pfx []byte, secret string) (*pfxContent, error) {
	type outcome struct {
		content *pfxContent
		err     error
	}
	done := make(chan outcome, 1)
	go func() {
		content, err := decode(pfx, secret)
		done <- outcome{content, err}
	}()
	limit := time.NewTimer(maxParseTime)
	defer limit.Stop()
	select {
	case o := <-done:
		return o.content, o.err
	case <-limit.C:
		return nil, fmt.Errorf("certs: parse pfx: not decoded in %s: %w", maxParseTime, ErrLimit)
	}
}

func decode(pfx []byte, secret string) (content *pfxContent, err error) {
	defer func() {
		if recover() != nil {
			content, err = nil, fmt.Errorf("certs: parse pfx: damaged file: %w", ErrIntegrity)
		}
	}()
	key, first, others, err := pkcs12.DecodeChain(pfx, secret)
	if err != nil {
		return nil, decodeError(err)
	}
	return &pfxContent{key, append([]*x509.Certificate{first}, others...)}, nil
}

// decodeError sorts the errors of go-pkcs12 into the categories of this package.
func decodeError(err error) error {
	if errors.Is(err, pkcs12.ErrIncorrectPassword) || errors.Is(err, pkcs12.ErrDecryption) {
		return fmt.Errorf("certs: parse pfx: wrong password or damaged file: %w", ErrIntegrity)
	}
	if missing, ok := errors.AsType[pkcs12.NotImplementedError](err); ok {
		return fmt.Errorf("certs: parse pfx: %s: %w", string(missing), ErrUnsupported)
	}
	switch err.Error() {
	case "pkcs12: private key missing":
		return errs.Invalid("certs: parse pfx", "pfx", "holds no private key; export it again with its key")
	case "pkcs12: certificate missing":
		return errs.Invalid("certs: parse pfx", "pfx", "holds no certificate")
	default:
		return fmt.Errorf("certs: parse pfx: damaged file: %w: %w", ErrIntegrity, err)
	}
}
