package certs

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// chain wants the issuers in the bundle, because the service presents them and clients hold only the root. Whether the
// leaf of an empty chain stands right below a root is seen if roots are known.
func (c *checker) chain(roots *x509.CertPool) {
	issuers := c.issuers()
	if len(issuers) == 0 && !isSelfIssued(c.leaf) {
		if c.verify(roots) == nil {
			return
		}
		c.warn("chain.complete", fmt.Sprintf("the certificate of the issuer %q is not included", c.leaf.Issuer), "include the whole chain: clients hold only the root")
		return
	}
	child := c.leaf
	for _, parent := range issuers {
		if !issued(parent, child) {
			c.warn("chain.order", fmt.Sprintf("%q did not issue %q", parent.Subject, child.Subject), "put the chain in order, the nearest issuer first")
			return
		}
		if child.NotAfter.After(parent.NotAfter) {
			c.addAbout(child, slog.LevelWarn, "validity", "it outlives its issuer, which ends on "+parent.NotAfter.UTC().Format(time.DateOnly), "renew the issuer's certificate first")
		}
		child = parent
	}
	if !isSelfIssued(child) {
		c.info("chain.root", fmt.Sprintf("the issuer %q of %q is not included", child.Issuer, child.Subject),
			"nothing, if it is a root that clients hold; include it otherwise")
	}
}

// trust wants a chain to one of roots; nil is not looked at. Dates are for validity to complain about.
func (c *checker) trust(roots *x509.CertPool) {
	if roots == nil {
		return
	}
	if err := c.verify(roots); err != nil {
		c.warn("chain.trust", err.Error(), "use a public authority, or deploy the root's certificate to the clients")
	}
}

// verify looks for a chain to one of roots, whenever its certificates are valid.
func (c *checker) verify(roots *x509.CertPool) error {
	if roots == nil {
		return errNoRoots
	}
	intermediates := x509.NewCertPool()
	for _, issuer := range c.issuers() {
		intermediates.AddCert(undated(issuer))
	}
	_, err := undated(c.leaf).Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: intermediates, CurrentTime: c.leaf.NotBefore, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return nil // it is the root that has
	}
	return err
}

// undated returns a copy of certificate that is valid at any time.
func undated(certificate *x509.Certificate) *x509.Certificate {
	always := *certificate
	always.NotBefore, always.NotAfter = time.Time{}, time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)
	return &always
}

var errNoRoots = errors.New("no roots are known")

// template wants the certificate to come from the planned template; an empty oid is not looked at.
func (c *checker) template(oid string) {
	if oid == "" {
		return
	}
	const remedy = "look at what the authority issues under the template's name: another template, or an older one of the same name"
	switch found, ok := templateOf(c.leaf); {
	case !ok:
		c.warn("template", "it does not say which template it comes from", remedy)
	case found.String() != oid:
		c.warn("template", fmt.Sprintf("it comes from the template %s, planned was %s", found, oid), remedy)
	}
}

// addresses wants a revocation list and the issuer's certificate where clients on the internet can fetch them. A
// self-signed certificate, which is wrong for other reasons, has neither.
func (c *checker) addresses() {
	if isSelfIssued(c.leaf) {
		return
	}
	if len(httpURLs(c.leaf.CRLDistributionPoints)) == 0 {
		c.warn("crl.http", "revocation lists: "+quoteAll(c.leaf.CRLDistributionPoints), remedyHTTP)
	}
	if len(httpURLs(c.leaf.IssuingCertificateURL)) == 0 && len(httpURLs(c.leaf.OCSPServer)) == 0 {
		c.info("aia", "issuer's certificate: "+quoteAll(c.leaf.IssuingCertificateURL), "publish it over plain http: clients repair incomplete chains with it")
	}
}

// httpURLs returns the addresses that a client outside can fetch.
func httpURLs(all []string) []string {
	var found []string
	for _, each := range all {
		if strings.HasPrefix(strings.ToLower(each), "http://") {
			found = append(found, each)
		}
	}
	return found
}

const remedyHTTP = "publish the revocation list over plain http: clients outside cannot read ldap"

// publicLimits are the longest lives of certificates of public authorities, in days, by the day of issue: ballots SC-31 and
// SC-081v3 of the CA/Browser Forum. An authority counts the last second in: a day has 86,400 of them.
func publicLimits() []struct {
	from time.Time
	days int
} {
	date := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	return []struct {
		from time.Time
		days int
	}{
		{date(2029, time.March, 15), 47},
		{date(2027, time.March, 15), 100},
		{date(2026, time.March, 15), 200},
		{date(2020, time.September, 1), 398},
	}
}

// publicValidity looks at the life of a certificate of a public authority.
func (c *checker) publicValidity() {
	for _, limit := range publicLimits() {
		if c.leaf.NotBefore.Before(limit.from) {
			continue
		}
		if c.leaf.NotAfter.After(c.leaf.NotBefore.Add(time.Duration(limit.days) * day)) {
			c.info("validity", fmt.Sprintf("it is valid from %s to %s", c.leaf.NotBefore.UTC().Format(time.RFC3339), c.leaf.NotAfter.UTC().Format(time.RFC3339)),
				fmt.Sprintf("browsers refuse more than %d days from a public authority", limit.days))
		}
		return
	}
}
