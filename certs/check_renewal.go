package certs

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"
)

// CheckRenewal reports everything that would keep renewed from taking the place of the certificate old: Configuration
// Manager compares common names case-sensitively.
func CheckRenewal(old *x509.Certificate, renewed *Bundle) []Finding {
	c := newChecker("renewal", renewed)
	if c.leaf == nil {
		return c.findings
	}
	if old == nil {
		c.fail("old", "no certificate to renew was given", "read the one in service")
		return c.findings
	}
	c.renewalNames(old)
	if renewed.Leaf.NotAfter.Before(old.NotAfter) {
		c.warn("expiry", fmt.Sprintf("ends on %s, the one in service only on %s",
			renewed.Leaf.NotAfter.UTC().Format(time.DateOnly), old.NotAfter.UTC().Format(time.DateOnly)), "request a new certificate")
	}
	return c.findings
}

func (c *checker) renewalNames(old *x509.Certificate) {
	was, is := commonNames(old), commonNames(c.leaf)
	if !slices.Equal(was, is) {
		c.fail("cn", fmt.Sprintf("common name %s, in service %s", quoteAll(is), quoteAll(was)), "request it with exactly the same common name, upper and lower case included")
	}
	for _, name := range old.DNSNames {
		if !slices.ContainsFunc(c.leaf.DNSNames, func(kept string) bool { return strings.EqualFold(kept, name) }) {
			c.warn("san", fmt.Sprintf("DNS name %q is gone", name), "request it with every name that clients use")
		}
	}
}
