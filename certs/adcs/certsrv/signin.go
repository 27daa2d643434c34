package certsrv

import (
	"crypto/x509"

	"github.com/clouddp/sdk/internal/errs"
	"github.com/clouddp/sdk/internal/httpauth"
)

// Transport is an [http.RoundTripper] that signs in to one server. A [Client] closes it.
type Transport = httpauth.Transport

// Credential is who signs in, and how: a [*Kerberos], a [*CurrentUser], a [*NTLM] or a [*Basic], preferred in this order.
type Credential = httpauth.Credential

// Kerberos signs in with Kerberos, with a password, a keytab or a ticket cache.
type Kerberos = httpauth.Kerberos

// CurrentUser signs in as the Windows account that the process runs as.
type CurrentUser = httpauth.CurrentUser

// NTLM signs in with NTLM, version 2.
type NTLM = httpauth.NTLM

// Basic signs in with a password that the server gets to see.
type Basic = httpauth.Basic

// Pin is the SHA-256 digest of the public key of a server's certificate.
type Pin = httpauth.Pin

// AuthError says why signing in failed. Nothing was requested. It matches certs.ErrDenied, certs.ErrUnsupported or
// certs.ErrUnavailable.
type AuthError = httpauth.AuthError

// InvalidError lists every problem found in one piece of input.
type InvalidError = errs.InvalidError

// PinOf returns the pin of a certificate.
func PinOf(certificate *x509.Certificate) Pin { return httpauth.PinOf(certificate) }

// ParsePin reads a pin in base64, with or without the "sha256//" that curl writes in front. Anything else is an
// [*InvalidError].
func ParsePin(s string) (Pin, error) { return httpauth.ParsePin(s) }
