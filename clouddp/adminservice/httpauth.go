package adminservice

import (
	"crypto/x509"

	"github.com/clouddp/sdk/internal/httpauth"
)

// Transport is an [http.RoundTripper] that signs in with Windows credentials. Close it at the end.
type Transport = httpauth.Transport

// Credential is who signs in, and how: a [*Kerberos], a [*CurrentUser] or a [*NTLM]. Where the site offers more than one
// of them they are preferred in this order.
type Credential = httpauth.Credential

// Kerberos signs in with Kerberos. The site must be called by the name of its server, not by an address.
type Kerberos = httpauth.Kerberos

// NTLM signs in with NTLM, version 2. Sites refuse it since version 2509.
type NTLM = httpauth.NTLM

// CurrentUser signs in as the Windows account that the process runs as.
type CurrentUser = httpauth.CurrentUser

// AuthError says why signing in failed. Nothing has been changed at the site.
type AuthError = httpauth.AuthError

// Pin is the SHA-256 digest of the public key (SubjectPublicKeyInfo) of a server's certificate.
type Pin = httpauth.Pin

// PinOf returns the pin of a certificate.
func PinOf(certificate *x509.Certificate) Pin { return httpauth.PinOf(certificate) }

// ParsePin reads a pin in Base64, with or without the "sha256//" that curl writes in front. Anything else is an
// [*InvalidError].
func ParsePin(text string) (Pin, error) { return httpauth.ParsePin(text) }
