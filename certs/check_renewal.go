package certs

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// CheckRenewal reports everything that would keep renewed from taking the place of old: Configuration Manager compares
// common names case-sensitively.
func CheckRenewal(old, renewed *Bundle) []Finding {
	c := newChecker("renewal", renewed)
	if c.leaf == nil {
		return c.findings
	}
	if old.isZero() {
		c.fail("old", "no certificate to renew was given", "read the one in service")
		return c.findings
	}
	c.renewalNames(old)
	if !renewed.Leaf.NotAfter.After(old.Leaf.NotAfter) {
		c.fail("expiry", fmt.Sprintf("ends on %s, the one in service on %s",
			renewed.Leaf.NotAfter.UTC().Format(time.DateOnly), old.Leaf.NotAfter.UTC().Format(time.DateOnly)), "request a new certificate")
	}
	return c.findings
}

func (c *checker) renewalNames(old *Bundle) {
	was, is := commonNames(old.Leaf), commonNames(c.leaf)
	if !slices.Equal(was, is) {
		c.fail("cn", fmt.Sprintf("common name %s, in service %s", quoteAll(is), quoteAll(was)), "request it with exactly the same common name, upper and lower case included")
	}
	for _, name := range old.Leaf.DNSNames {
		if !slices.ContainsFunc(c.leaf.DNSNames, func(kept string) bool { return strings.EqualFold(kept, name) }) {
			c.warn("san", fmt.Sprintf("DNS name %q is gone", name), "request it with every name that clients use")
		}
	}
}
