package certs

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"
)

// CheckService reports everything that would keep b from serving as the service certificate of the cloud distribution
// point fqdn at the time now. No finding means none was seen. An empty fqdn checks the certificate against the name it
// carries itself. The rules are those of Microsoft's "PKI certificate requirements for Configuration Manager" and "Use a
// cloud-based distribution point". [Deployment.CheckService] checks against more that is known.
func CheckService(b *Bundle, fqdn string, now time.Time) []Finding {
	return (&Deployment{FQDN: fqdn}).CheckService(b, now)
}

// CheckService is [CheckService] for the service d.FQDN, with what else d knows.
func (d *Deployment) CheckService(b *Bundle, now time.Time) []Finding {
	if d == nil {
		d = &Deployment{}
	}
	c := newChecker("cert", b)
	if c.leaf == nil {
		return c.findings
	}
	c.key()
	c.exportable()
	c.signatures()
	c.serverAuth()
	c.keyUsage()
	c.names(normalFQDN(d.FQDN), d.PublicAuthority)
	c.validity(now)
	c.serial()
	c.authority()
	c.template(d.TemplateOID)
	c.chain(d.Roots)
	c.trust(d.Roots)
	c.addresses()
	if d.PublicAuthority {
		c.publicValidity()
	}
	return c.findings
}

func normalFQDN(fqdn string) string { return strings.ToLower(strings.TrimSuffix(fqdn, ".")) }

func (c *checker) serverAuth() {
	const remedy = "request it from a template with Server Authentication (1.3.6.1.5.5.7.3.1)"
	switch {
	case c.hasNoExtKeyUsage():
		c.warn("eku.serverauth", "no extended key usage, so good for every purpose", remedy)
	case !c.hasExtKeyUsage(x509.ExtKeyUsageServerAuth):
		c.fail("eku.serverauth", "extended key usage lacks Server Authentication", remedy)
	}
}

// commonName returns the one common name, from which Configuration Manager reads the service FQDN, or "".
func (c *checker) commonName() string {
	names := commonNames(c.leaf)
	if len(names) != 1 || names[0] == "" {
		c.fail("cn.present", fmt.Sprintf("%d common names: %s", len(names), quoteAll(names)),
			"request it with the service FQDN as its one common name, from a template that takes the subject from the request")
		return ""
	}
	if !isFQDN(names[0]) || len(names[0]) > maxCommonName {
		c.fail("cn.fqdn", fmt.Sprintf("common name %q", names[0]), "use a fully qualified host name of at most 64 characters")
	}
	return names[0]
}

// names wants the certificate to be for the service fqdn; an empty one means its own common name.
func (c *checker) names(fqdn string, public bool) {
	commonName := c.commonName()
	if isWildcard(commonName) {
		c.warn("wildcard", fmt.Sprintf("common name %q", commonName), "type the service FQDN by hand, or use a certificate for this service alone")
	}
	service := cmp.Or(fqdn, normalFQDN(commonName))
	if service == "" {
		return
	}
	if commonName != "" && !nameCovers(commonName, service) {
		c.fail("cn.matches", fmt.Sprintf("common name %q, service %q", commonName, service), "request a certificate whose common name is the service FQDN")
	}
	c.alternativeNames(service)
	if isWildcard(service) {
		return // what it will serve is not known
	}
	c.servicePrefix(service)
	c.azureDomain(service, public)
}

func (c *checker) alternativeNames(service string) {
	covers := func(name string) bool { return nameCovers(name, service) || strings.EqualFold(name, service) }
	evidence := "DNS names: " + quoteAll(c.leaf.DNSNames)
	switch {
	case !slices.ContainsFunc(c.leaf.DNSNames, covers):
		c.fail("san.dns", evidence, fmt.Sprintf("request it with the DNS subject alternative name %q: TLS clients ignore the common name", service))
	case len(c.leaf.DNSNames) > 1:
		c.info("san.multi", evidence, "some Configuration Manager roles use only the first")
	}
}

// nameCovers reports whether the name in a certificate, possibly a wildcard, covers fqdn.
func nameCovers(name, fqdn string) bool {
	if isWildcard(name) {
		_, parent, _ := strings.Cut(fqdn, ".")
		return strings.EqualFold(name[2:], parent)
	}
	return strings.EqualFold(name, fqdn)
}

const remedyPrefix = "use 3 to 24 letters and digits, a letter first, no dash: the label names the storage account"

// servicePrefix checks the first label, which names the cloud service and the storage account.
func (c *checker) servicePrefix(fqdn string) {
	if label := firstLabel(fqdn); !isServicePrefix(label) {
		c.fail("name.prefix", fmt.Sprintf("first label %q", label), remedyPrefix)
	}
}

// azureDomain looks for names that only Azure's owner can prove to be theirs.
func (c *checker) azureDomain(fqdn string, public bool) {
	isAzure := slices.ContainsFunc([]string{".cloudapp.net", ".cloudapp.azure.com", ".usgovcloudapp.net"}, func(suffix string) bool {
		return strings.HasSuffix(fqdn, suffix)
	})
	evidence := fmt.Sprintf("%q is in a domain of Azure", fqdn)
	switch {
	case isAzure && public:
		c.fail("name.azuredomain", evidence, "no public authority can issue for it: use a name in a domain of your own, and an alias")
	case isAzure:
		c.warn("name.azuredomain", evidence, "only an enterprise authority can issue for it; it needs no alias, and the service cannot move")
	}
}

// exportable wants a key that can be put into a .pfx file, which is how the console takes it.
func (c *checker) exportable() {
	if key := c.bundle.PrivateKey(); key != nil && !isExportable(key) {
		c.fail("key.exportable", fmt.Sprintf("key of type %T", key), "request it with a key that can leave its hardware: the console imports a .pfx file")
	}
}

// serial checks for serial numbers of zero and below, which Go and others refuse.
func (c *checker) serial() {
	if c.leaf.SerialNumber == nil || c.leaf.SerialNumber.Sign() <= 0 {
		c.fail("serial.negative", fmt.Sprintf("serial number %v", c.leaf.SerialNumber), "issue it again: serial numbers are positive")
	}
}

func (c *checker) authority() {
	if c.leaf.IsCA || isSelfIssued(c.leaf) {
		c.fail("ca.flag", "an authority's own or a self-signed certificate", "request a certificate from an authority that clients trust")
	}
}
