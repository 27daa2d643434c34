package certs

import (
	"cmp"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"log/slog"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
)

// expiryNotice is how long before its end a certificate is worth a warning.
const expiryNotice = 30 * day

// checker gathers findings about one bundle. The checks here are those that every role shares.
type checker struct {
	// role begins the ID of each finding: "cert" for the service certificate, "mgmt" for the management certificate.
	role     string
	bundle   *Bundle
	leaf     *x509.Certificate
	subject  string // of a finding that is about no certificate
	findings []Finding
}

func newChecker(role string, b *Bundle) *checker {
	c := &checker{role: role, bundle: b}
	if !b.hasLeaf() {
		c.fail("present", "no certificate was given", "enroll for one, or open the .pfx file that holds it")
		return c
	}
	c.leaf = b.Leaf
	return c
}

func (c *checker) add(severity slog.Level, id, evidence, remedy string) {
	c.addAbout(c.leaf, severity, id, evidence, remedy)
}

func (c *checker) addAbout(subject *x509.Certificate, severity slog.Level, id, evidence, remedy string) {
	name := cmp.Or(c.subject, "certificate")
	if subject != nil {
		name = printable(subject.Subject.String())
	}
	c.findings = append(c.findings, Finding{c.role + "." + id, severity, name, evidence, remedy})
}

func (c *checker) fail(id, evidence, remedy string) { c.add(slog.LevelError, id, evidence, remedy) }
func (c *checker) warn(id, evidence, remedy string) { c.add(slog.LevelWarn, id, evidence, remedy) }
func (c *checker) info(id, evidence, remedy string) { c.add(slog.LevelInfo, id, evidence, remedy) }

// key checks type and size: Configuration Manager takes RSA only, and its documents name 2048 and 4096 bits.
func (c *checker) key() {
	switch key := c.bundle.PrivateKey(); {
	case key == nil:
		c.info("key.present", "the certificate was given without its private key, which was not looked at", "check the .pfx file that holds both")
	case !matches(c.leaf, key):
		c.fail("key.match", "the private key belongs to another certificate", "export certificate and key together")
	}
	public, ok := c.leaf.PublicKey.(*rsa.PublicKey)
	if !ok {
		c.fail("key.type", c.leaf.PublicKeyAlgorithm.String()+" key", "request a certificate with an RSA key")
		return
	}
	evidence := fmt.Sprintf("%d bits", public.N.BitLen())
	switch length := public.N.BitLen(); {
	case length < minKeyBits:
		c.fail("key.size", evidence, "request a certificate with a key of 2048 or 4096 bits")
	case length != 2048 && length != 4096:
		c.warn("key.size", evidence, "prefer the documented lengths, 2048 or 4096 bits")
	}
}

// signatures looks at every signature a peer verifies. That of a root is never verified.
func (c *checker) signatures() {
	for _, certificate := range c.path() {
		if certificate != c.leaf && isSelfIssued(certificate) {
			continue
		}
		c.signature(certificate)
	}
}

func (c *checker) signature(certificate *x509.Certificate) {
	algorithm := certificate.SignatureAlgorithm
	switch algorithm {
	case x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1:
		c.addAbout(certificate, slog.LevelError, "sig.sha1", algorithm.String(), "issue it again with SHA-256: Windows stopped trusting SHA-1 in 2017")
	case x509.MD5WithRSA, x509.MD2WithRSA:
		c.addAbout(certificate, slog.LevelError, "sig.md5", algorithm.String(), "issue it again with SHA-256")
	case x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS:
		c.addAbout(certificate, slog.LevelWarn, "sig.pss", algorithm.String(), "clear \"alternate signature format\" in the template: old TLS stacks cannot verify it")
	default: // SHA-2 and Ed25519
	}
}

// path returns the leaf and its issuers.
func (c *checker) path() []*x509.Certificate {
	return append([]*x509.Certificate{c.leaf}, c.issuers()...)
}

// issuers returns those of the bundle; whoever made it by hand may have left gaps.
func (c *checker) issuers() []*x509.Certificate {
	return slices.DeleteFunc(slices.Clone(c.bundle.Chain), func(issuer *x509.Certificate) bool { return issuer == nil })
}

// validity checks the dates of the leaf and of every issuer.
func (c *checker) validity(now time.Time) {
	for _, certificate := range c.path() {
		remedy := "renew it with the same common name"
		if certificate != c.leaf {
			remedy = "renew the authority's certificate, then this one, and include the new one in the chain"
		}
		if severity, evidence := validityAt(certificate, now); evidence != "" {
			c.addAbout(certificate, severity, "validity", evidence, remedy)
		}
	}
}

func validityAt(certificate *x509.Certificate, now time.Time) (slog.Level, string) {
	switch left := certificate.NotAfter.Sub(now); {
	case now.Before(certificate.NotBefore):
		return slog.LevelError, "valid only from " + certificate.NotBefore.UTC().Format(time.RFC3339)
	case left < 0:
		return slog.LevelError, "expired on " + certificate.NotAfter.UTC().Format(time.RFC3339)
	case left <= expiryNotice:
		return slog.LevelWarn, fmt.Sprintf("expires in %d days", wholeDays(certificate.NotAfter, now))
	default:
		return slog.LevelInfo, ""
	}
}

// keyUsage wants what TLS with RSA uses; a certificate without the extension allows everything.
func (c *checker) keyUsage() {
	want := x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
	if usage := c.leaf.KeyUsage; usage != 0 && usage&want != want {
		c.warn("ku", "key usage "+keyUsageNames(usage)+" lacks digital signature or key encipherment", "allow both in the template")
	}
}

// keyUsageNames names what TLS and authorities use, and the hexadecimal form that Windows shows.
func keyUsageNames(usage x509.KeyUsage) string {
	var names []string
	for i, name := range []string{
		"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign",
		"encipherOnly", "decipherOnly",
	} {
		if usage&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return fmt.Sprintf("%s (%02X)", strings.Join(names, ", "), bits.Reverse8(uint8(usage))) //nolint:gosec // the first octet
}

func (c *checker) hasExtKeyUsage(want x509.ExtKeyUsage) bool {
	return slices.Contains(c.leaf.ExtKeyUsage, want) || slices.Contains(c.leaf.ExtKeyUsage, x509.ExtKeyUsageAny)
}

func (c *checker) hasNoExtKeyUsage() bool {
	return len(c.leaf.ExtKeyUsage) == 0 && len(c.leaf.UnknownExtKeyUsage) == 0
}

// commonNames returns every common name of the leaf; well-formed certificates hold one.
func commonNames(certificate *x509.Certificate) []string {
	var names []string
	for _, attribute := range certificate.Subject.Names {
		if name, ok := attribute.Value.(string); ok && attribute.Type.String() == "2.5.4.3" {
			names = append(names, name)
		}
	}
	return names
}

func quoteAll(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = strconv.Quote(name)
	}
	return strings.Join(quoted, ", ")
}
