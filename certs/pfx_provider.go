package certs

import (
	"fmt"
	"strings"
)

// Provider names where Windows keeps an imported key: a cryptographic service provider (CSP), or a key storage provider
// (KSP) of the newer programming interface. Any other name than the constants is written as it is.
type Provider string

// The providers that Microsoft's documentation names for certificates of services. A service certificate needs none: the
// console imports its file under the provider that it prefers, and [ProviderRSASChannel] is what its template names.
const (
	// ProviderRSAAES signs with SHA-256 for programs of either generation; the choice for a management certificate that
	// the .NET Framework uses.
	ProviderRSAAES Provider = "Microsoft Enhanced RSA and AES Cryptographic Provider"
	// ProviderRSASChannel is what the Web Server template names, for TLS on the server.
	ProviderRSASChannel Provider = "Microsoft RSA SChannel Cryptographic Provider"
	// ProviderEnhanced is what Windows takes if a file names no provider; it cannot sign with SHA-256.
	ProviderEnhanced Provider = "Microsoft Enhanced Cryptographic Provider v1.0"
	// ProviderSoftwareKSP is the key storage provider of the newer interface; programs that know the older one alone say
	// "Invalid provider type specified".
	ProviderSoftwareKSP Provider = "Microsoft Software Key Storage Provider"
)

// rsaOnly reports whether the provider is one of the named service providers, none of which keeps another kind of key.
func (p Provider) rsaOnly() bool {
	return p == ProviderRSAAES || p == ProviderRSASChannel || p == ProviderEnhanced
}

// isKSP reports whether the provider is out of reach for programs that use the older interface.
func (p Provider) isKSP() bool {
	return strings.HasSuffix(string(p), "Key Storage Provider") || p == "Microsoft Platform Crypto Provider" // the TPM's
}

// KeySpec is what a key is for in a cryptographic service provider; the numbers are those of Windows.
type KeySpec int

const (
	// KeyExchange is AT_KEYEXCHANGE: the key encrypts and signs. TLS needs it.
	KeyExchange KeySpec = 1
	// KeySignature is AT_SIGNATURE: the key signs only.
	KeySignature KeySpec = 2
)

// String returns the name that Windows gives the value: "AT_KEYEXCHANGE".
func (s KeySpec) String() string {
	switch s {
	case 0:
		return "unspecified"
	case KeyExchange:
		return "AT_KEYEXCHANGE"
	case KeySignature:
		return "AT_SIGNATURE"
	default:
		return fmt.Sprintf("KeySpec(%d)", int(s))
	}
}

// usage returns the key usage that stands for the key spec in a PKCS #8 attribute, as "openssl pkcs12 -keyex" and
// "-keysig" write it; 0 for none.
func (s KeySpec) usage() byte {
	switch s {
	case KeyExchange:
		return 0x10
	case KeySignature:
		return 0x80
	default:
		return 0
	}
}
