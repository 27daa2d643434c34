package certs

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/clouddp/sdk/internal/errs"
)

const (
	defaultValidity = 365 * 24 * time.Hour
	maxValidity     = 100 * defaultValidity
	// clockSkew is how far in the past a certificate begins, so that a machine whose clock is late accepts it at once;
	// Active Directory Certificate Services does the same.
	clockSkew = 10 * time.Minute
)

// SelfSignedOptions adjusts [SelfSigned]; nil or the zero value means every default.
type SelfSignedOptions struct { //nolint:recvcheck // a value must not show its key either
	// Key signs the certificate; nil generates an RSA key of 2048 bits.
	Key crypto.Signer
	// Validity is the time from now until expiry, at most 100 years; 0 means one year, or ten for an authority.
	Validity time.Duration
	// Authority makes the root of a lab instead, for a [LocalCA]: it signs certificates of servers and revocation lists,
	// and is neither client nor server.
	Authority bool
}

// SelfSigned returns a new self-signed certificate with its key, as used for an Azure management certificate:
// for client and server authentication, valid since ten minutes ago, signed with SHA-256 or what suits the curve of an
// ECDSA key. A common name that is a host name is repeated as a
// DNS subject alternative name. With [SelfSignedOptions].Authority it is a root instead. Bad input is an [*InvalidError].
func SelfSigned(commonName string, o *SelfSignedOptions) (*Bundle, error) {
	var options SelfSignedOptions
	if o != nil {
		options = *o
	}
	if err := options.complete(commonName); err != nil {
		return nil, err
	}
	template := options.template(commonName)
	spki, err := x509.MarshalPKIXPublicKey(options.Key.Public())
	if err != nil {
		return nil, fmt.Errorf("certs: self-signed %s: %w", commonName, err)
	}
	template.SubjectKeyId, template.AuthorityKeyId = keyID(spki), keyID(spki)
	if _, ok := options.Key.Public().(*rsa.PublicKey); ok {
		template.SignatureAlgorithm = x509.SHA256WithRSA
	}
	leaf, err := sign(template, template, options.Key.Public(), options.Key)
	if err != nil {
		return nil, fmt.Errorf("certs: self-signed %s: %w", commonName, err)
	}
	return newBundle(options.Key, leaf, nil), nil
}

// serverKeyUsage is what TLS does with a key: none but RSA encrypts.
func serverKeyUsage(public crypto.PublicKey) x509.KeyUsage {
	if _, isRSA := public.(*rsa.PublicKey); isRSA {
		return x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
	}
	return x509.KeyUsageDigitalSignature
}

// keyID names a public key, given as SubjectPublicKeyInfo, in an extension: 160 bits of its SHA-256 digest.
func keyID(spki []byte) []byte {
	digest := sha256.Sum256(spki)
	return digest[:20]
}

func sign(certificate, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, certificate, parent, public, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// complete checks the options and fills in the defaults.
func (o *SelfSignedOptions) complete(commonName string) error {
	e := &errs.InvalidError{Subject: "certs: self-signed"}
	if !isCommonName(commonName) {
		e.Add("commonName", "%q is not 1 to %d printable characters", commonName, maxCommonName)
	}
	if o.Validity < 0 || o.Validity > maxValidity {
		e.Add("Validity", "%s is not between 0 and 100 years", o.Validity)
	}
	if o.Key != nil {
		checkKey(e, "Key", o.Key)
	}
	if err := e.Err(); err != nil {
		return err
	}
	if o.Validity == 0 {
		o.Validity = defaultValidity
		if o.Authority {
			o.Validity = 10 * defaultValidity
		}
	}
	if o.Key != nil {
		return nil
	}
	key, err := GenerateKey(minKeyBits)
	o.Key = key
	return err
}

func isCommonName(name string) bool {
	notPrintable := func(r rune) bool { return !unicode.IsPrint(r) }
	return utf8.ValidString(name) && strings.TrimSpace(name) != "" &&
		utf8.RuneCountInString(name) <= maxCommonName && !strings.ContainsFunc(name, notPrintable)
}

// template returns the certificate to sign; the options are complete.
func (o *SelfSignedOptions) template(commonName string) *x509.Certificate {
	now := time.Now()
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: commonName},
		SerialNumber:          newSerial(),
		NotBefore:             now.Add(-clockSkew),
		NotAfter:              now.Add(o.Validity),
		BasicConstraintsValid: true,
	}
	if o.Authority {
		template.IsCA, template.MaxPathLenZero = true, true
		template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
		return template
	}
	template.KeyUsage = serverKeyUsage(o.Key.Public())
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}
	if isFQDN(commonName) {
		template.DNSNames = []string{commonName}
	}
	return template
}
