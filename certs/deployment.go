package certs

import "crypto/x509"

// Deployment is what is known about a cloud distribution point and its site, for its certificates to be checked against.
// What is not known stays zero and is not checked.
type Deployment struct {
	// FQDN is the service FQDN; empty means the name that the certificate carries itself.
	FQDN string
	// Roots are the authorities that clients trust.
	Roots *x509.CertPool
	// PublicAuthority says that the service certificate comes from a public authority, whose rules are stricter.
	PublicAuthority bool
	// TemplateOID is the dotted object identifier of the template that should have issued the service certificate.
	TemplateOID string
	// ResourceManager says that the service is deployed through Azure Resource Manager, which takes no management
	// certificate, and not through the classic API.
	ResourceManager bool
	// SiteVersion is the version of Configuration Manager, for example 1902; sites from that one on cannot deploy through
	// the classic API ("What's new in version 1902").
	SiteVersion int
	// Uploaded are the management certificates that the subscription holds; nil means that nobody has looked.
	Uploaded []Thumbprint
}
