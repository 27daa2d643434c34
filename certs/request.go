package certs

import (
	"crypto"

	"github.com/clouddp/sdk/internal/errs"
)

// Request describes a certificate to ask a certification authority for.
type Request struct {
	// CommonName is the service FQDN, for example clouddp.contoso.com. Required, at most 64 characters.
	CommonName string
	// DNSNames are the DNS subject alternative names; empty means CommonName alone.
	DNSNames []string
	// Template is the name (CN, not display name) of the certificate template; empty for an authority without templates.
	Template string
	// Key signs the request and stays with the caller. Required: see [GenerateKey].
	Key crypto.Signer
}

// CSR returns the request as PKCS #10 DER with subject, subject alternative names, the Server Authentication
// extended key usage, a critical key usage and the certificate template name extension. A request that cannot
// be right is an [*InvalidError] listing every problem.
func (r *Request) CSR() ([]byte, error) { return nil, errs.ErrUnsupported }

// GenerateKey returns a new RSA key of 2048, 3072 or 4096 bits, the lengths a cloud distribution point accepts.
// Any other length is an [*InvalidError].
func GenerateKey(bits int) (crypto.Signer, error) { return nil, errs.ErrUnsupported }
