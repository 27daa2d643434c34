package certs

import (
	"crypto/x509"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// maxManagementCertificates is how many a subscription holds at most ("Azure subscription limits").
const maxManagementCertificates = 100

// firstWithoutClassic is the version of Configuration Manager that no longer deploys through the classic API.
const firstWithoutClassic = 1902

// CheckManagement reports everything that would keep b from serving as an Azure management certificate at the time now.
// It may be self-signed. The rules are those of Microsoft's "Certificates overview for Azure Cloud Services (classic)".
// [Deployment.CheckManagement] checks against more that is known.
func CheckManagement(b *Bundle, now time.Time) []Finding {
	return (&Deployment{}).CheckManagement(b, now)
}

// CheckManagement is [CheckManagement] with what d knows: whether such a certificate has any use, and what the
// subscription holds.
func (d *Deployment) CheckManagement(b *Bundle, now time.Time) []Finding {
	if d == nil {
		d = &Deployment{}
	}
	c := newChecker("mgmt", b)
	if c.leaf == nil {
		return c.findings
	}
	c.key()
	c.signatures()
	c.keyUsage()
	if !c.hasNoExtKeyUsage() && !c.hasExtKeyUsage(x509.ExtKeyUsageClientAuth) {
		c.info("eku.clientauth", "extended key usage lacks Client Authentication", "Azure has accepted such certificates; a management certificate of its own is safer")
	}
	c.validity(now)
	c.serial()
	c.purpose(d)
	c.uploaded(d.Uploaded)
	return c.findings
}

// purpose asks whether anything takes a management certificate.
func (c *checker) purpose(d *Deployment) {
	switch {
	case d.ResourceManager:
		c.info("unneeded", "the deployment is one through Azure Resource Manager", "use no management certificate: it opens the whole subscription")
	case d.SiteVersion >= firstWithoutClassic:
		c.fail("classic", fmt.Sprintf("Configuration Manager %d does not deploy through the classic API", d.SiteVersion), "deploy through Azure Resource Manager")
	}
}

// uploaded looks for the certificate among those of the subscription; nil is not looked at.
func (c *checker) uploaded(held []Thumbprint) {
	if held == nil {
		return
	}
	if !slices.Contains(held, c.bundle.Thumbprint()) {
		c.fail("uploaded", fmt.Sprintf("the subscription holds %d certificates, not %s", len(held), c.bundle.Thumbprint()), "upload the .cer file of this certificate: the API answers 403 without")
	}
	if len(held) >= maxManagementCertificates {
		c.warn("limit", fmt.Sprintf("the subscription holds %d certificates", len(held)), fmt.Sprintf("remove what is not used: %d are all it holds", maxManagementCertificates))
	}
}

// SharedRole warns when one certificate is both the management and the service certificate: whoever takes the service's
// key then controls the subscription.
func SharedRole(management, service *Bundle) []Finding {
	if !management.hasLeaf() || !service.hasLeaf() || !sameKey(management.Leaf.PublicKey, service.Leaf.PublicKey) {
		return nil
	}
	return []Finding{{
		ID:       "cert.shared-role",
		Severity: slog.LevelWarn,
		Subject:  service.Leaf.Subject.String(),
		Evidence: fmt.Sprintf("management certificate %s and service certificate %s have one key", management.Thumbprint(), service.Thumbprint()),
		Remedy:   "use a self-signed management certificate of its own: the service's key lies in the cloud",
	}}
}
