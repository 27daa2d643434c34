package certs

import (
	"crypto/x509"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// CheckService reports everything that would keep b from serving as the service certificate of the cloud distribution
// point fqdn at the time now. No finding means none was seen. An empty fqdn checks the certificate against the name it
// carries itself. The rules are those of Microsoft's "PKI certificate requirements for Configuration Manager" and "Use a
// cloud-based distribution point".
func CheckService(b *Bundle, fqdn string, now time.Time) []Finding {
	c := newChecker("cert", b)
	if c.leaf == nil {
		return c.findings
	}
	c.key()
	c.signatures()
	c.serverAuth()
	c.keyUsage()
	if name := c.commonName(); name != "" {
		c.names(name, normalFQDN(fqdn))
	}
	c.validity(now)
	c.serial()
	c.authority()
	c.chain()
	c.revocation()
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

func (c *checker) names(commonName, fqdn string) {
	if isWildcard(commonName) {
		c.warn("wildcard", fmt.Sprintf("common name %q", commonName), "type the service FQDN by hand, or use a certificate for this service alone")
	}
	if fqdn == "" && !isWildcard(commonName) {
		fqdn = normalFQDN(commonName)
	}
	if fqdn == "" {
		return
	}
	if !nameCovers(commonName, fqdn) {
		c.fail("cn.matches", fmt.Sprintf("common name %q, service %q", commonName, fqdn), "request a certificate whose common name is the service FQDN")
	}
	if !slices.ContainsFunc(c.leaf.DNSNames, func(name string) bool { return nameCovers(name, fqdn) }) {
		c.fail("san.dns", "DNS names: "+quoteAll(c.leaf.DNSNames), fmt.Sprintf("request it with the DNS subject alternative name %q: TLS clients ignore the common name", fqdn))
	} else if len(c.leaf.DNSNames) > 1 {
		c.info("san.multi", "DNS names: "+quoteAll(c.leaf.DNSNames), "some Configuration Manager roles use only the first")
	}
	c.servicePrefix(fqdn)
}

// nameCovers reports whether the name in a certificate, possibly a wildcard, covers fqdn.
func nameCovers(name, fqdn string) bool {
	if isWildcard(name) {
		_, parent, _ := strings.Cut(fqdn, ".")
		return strings.EqualFold(name[2:], parent)
	}
	return strings.EqualFold(name, fqdn)
}

// servicePrefix checks the first label, which names the cloud service and the storage account.
func (c *checker) servicePrefix(fqdn string) {
	if label := firstLabel(fqdn); !isServicePrefix(label) {
		c.fail("name.prefix", fmt.Sprintf("first label %q", label), "use 3 to 24 letters and digits, a letter first, no dash: the label names the storage account")
	}
	if strings.HasSuffix(fqdn, ".cloudapp.net") || strings.HasSuffix(fqdn, ".cloudapp.azure.com") {
		c.info("name.azuredomain", fmt.Sprintf("%q is in a domain of Azure", fqdn), "only an enterprise authority can issue for it; it needs no alias, and the service cannot move")
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

// chain wants the issuers in the bundle, because the service presents them and clients hold only the root.
func (c *checker) chain() {
	if len(c.bundle.Chain) == 0 && !isSelfIssued(c.leaf) {
		c.warn("chain.complete", fmt.Sprintf("the certificate of the issuer %q is not included", c.leaf.Issuer), "include the whole chain: clients hold only the root")
	}
	child := c.leaf
	for _, parent := range c.bundle.Chain {
		if !issued(parent, child) {
			c.add(slog.LevelWarn, "chain.order", fmt.Sprintf("%q did not issue %q", parent.Subject, child.Subject), "put the chain in order, the nearest issuer first")
			return
		}
		child = parent
	}
}

// revocation wants a revocation list that clients on the internet can fetch.
func (c *checker) revocation() {
	isHTTP := func(url string) bool { return strings.HasPrefix(strings.ToLower(url), "http://") }
	if !isSelfIssued(c.leaf) && !slices.ContainsFunc(c.leaf.CRLDistributionPoints, isHTTP) {
		c.warn("crl.http", "revocation lists at: "+quoteAll(c.leaf.CRLDistributionPoints), "publish the revocation list at an http address that clients on the internet reach")
	}
}
