package certs

import (
	"crypto/x509"
	"fmt"
	"log/slog"
	"time"
)

// CheckManagement reports everything that would keep b from serving as an Azure management certificate at the time now.
// It may be self-signed. The rules are those of Microsoft's "Certificates overview for Azure Cloud Services (classic)".
func CheckManagement(b *Bundle, now time.Time) []Finding {
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
	return c.findings
}

// SharedRole warns when one certificate is both the management and the service certificate: whoever takes the service's
// key then controls the subscription.
func SharedRole(management, service *Bundle) []Finding {
	if management.isZero() || service.isZero() || !matches(management.Leaf, service.key()) {
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
