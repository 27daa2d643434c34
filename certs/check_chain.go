package certs

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// publicLimit is the longest life that browsers and public authorities allow, in days.
const publicLimit = 398

// chain wants the issuers in the bundle, because the service presents them and clients hold only the root. Whether the
// leaf of an empty chain stands right below a root cannot be seen.
func (c *checker) chain() {
	if len(c.bundle.Chain) == 0 && !isSelfIssued(c.leaf) {
		c.warn("chain.complete", fmt.Sprintf("the certificate of the issuer %q is not included", c.leaf.Issuer), "include the whole chain: clients hold only the root")
		return
	}
	child := c.leaf
	for _, parent := range c.bundle.Chain {
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
		c.info("chain.root", fmt.Sprintf("the root %q is not included", child.Issuer), "nothing, if clients hold it: it is optional in the file")
	}
}

// trust wants a chain to one of roots; nil is not looked at. Dates are for validity to complain about.
func (c *checker) trust(roots *x509.CertPool, now time.Time) {
	if roots == nil {
		return
	}
	intermediates := x509.NewCertPool()
	for _, issuer := range c.bundle.Chain {
		intermediates.AddCert(issuer)
	}
	_, err := c.leaf.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: intermediates, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	invalid, isInvalid := errors.AsType[x509.CertificateInvalidError](err)
	if err == nil || (isInvalid && invalid.Reason == x509.Expired) {
		return
	}
	c.warn("chain.trust", err.Error(), "use a public authority, or deploy the root's certificate to the clients")
}

// template wants the certificate to come from the planned template; an empty oid is not looked at.
func (c *checker) template(oid string) {
	if oid == "" {
		return
	}
	const remedy = "look at what the authority issues under the template's name: another template, or an older one of the same name"
	switch found, ok := templateOf(c.leaf); {
	case !ok:
		c.warn("template", "it does not say which template it comes from", remedy)
	case found.ID.String() != oid:
		c.warn("template", fmt.Sprintf("it comes from the template %s, planned was %s", found.ID, oid), remedy)
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

// publicValidity looks at the life of a certificate of a public authority.
func (c *checker) publicValidity() {
	if days := int(c.leaf.NotAfter.Sub(c.leaf.NotBefore).Hours() / 24); days > publicLimit {
		c.info("validity", fmt.Sprintf("it is valid for %d days", days), fmt.Sprintf("browsers refuse more than %d days from a public authority", publicLimit))
	}
}
