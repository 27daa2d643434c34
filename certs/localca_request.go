package certs

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"slices"
	"strings"
)

const (
	maxCSR     = 64 << 10
	maxKeyBits = 16384 // as certificate templates know them
)

// acceptCSR reads a request and refuses what a cloud distribution point has no use for.
func acceptCSR(der []byte) (*x509.CertificateRequest, error) {
	damaged := &DeniedError{Code: CodeBadASN1, Reason: "the request is damaged"}
	if len(der) > maxCSR {
		return nil, damaged
	}
	request, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, damaged
	}
	if reason := refuseKey(request.PublicKey); reason != "" { // before the signature: a huge key takes long to verify
		return nil, &DeniedError{Code: CodeKeyLength, Reason: reason}
	}
	if request.CheckSignature() != nil {
		return nil, damaged
	}
	if reason := refuseNames(request); reason != "" {
		return nil, &DeniedError{Code: CodeBadSubject, Reason: reason}
	}
	return request, nil
}

// refuseKey returns why no certificate is issued for public, "" if one is.
func refuseKey(public any) string {
	switch public := public.(type) {
	case *rsa.PublicKey:
		if bits := public.N.BitLen(); bits < minKeyBits || bits > maxKeyBits {
			return fmt.Sprintf("the RSA key has %d bits, not %d to %d", bits, minKeyBits, maxKeyBits)
		}
	case *ecdsa.PublicKey:
		if bits := public.Params().BitSize; bits < 256 {
			return fmt.Sprintf("the curve has %d bits, fewer than 256", bits)
		}
	case ed25519.PublicKey:
	default:
		return fmt.Sprintf("a key of type %T is not certified", public)
	}
	return ""
}

// refuseNames returns why no certificate is issued for the names of request, "" if one is.
func refuseNames(request *x509.CertificateRequest) string {
	name := request.Subject.CommonName
	others := len(request.EmailAddresses) + len(request.IPAddresses) + len(request.URIs)
	switch {
	case !isFQDN(name) || len(name) > maxCommonName:
		return fmt.Sprintf("the common name %q is not a host name of two labels or more, in ASCII and at most %d characters", name, maxCommonName)
	case len(request.DNSNames) > maxDNSNames:
		return fmt.Sprintf("%d DNS names are more than %d", len(request.DNSNames), maxDNSNames)
	case !slices.ContainsFunc(request.DNSNames, func(dns string) bool { return strings.EqualFold(dns, name) }):
		return fmt.Sprintf("the common name %q is not among the DNS names", name)
	case others > 0:
		return "only DNS names are certified"
	case asksForAuthority(request):
		return "it asks for the certificate of an authority"
	}
	for _, dns := range request.DNSNames {
		if !isFQDN(dns) {
			return fmt.Sprintf("the DNS name %q is not a host name of two labels or more, in ASCII", dns)
		}
	}
	return ""
}

func asksForAuthority(request *x509.CertificateRequest) bool {
	oidBasicConstraints := asn1.ObjectIdentifier{2, 5, 29, 19}
	for _, extension := range request.Extensions {
		var constraints struct {
			IsCA       bool `asn1:"optional"`
			PathLength int  `asn1:"optional"`
		}
		if !extension.Id.Equal(oidBasicConstraints) {
			continue
		}
		if _, err := asn1.Unmarshal(extension.Value, &constraints); err != nil || constraints.IsCA {
			return true
		}
	}
	return false
}
