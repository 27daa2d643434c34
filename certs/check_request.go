package certs

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// Check reports what [Request.CSR] would refuse, at level Error, and what it allows although Configuration Manager does
// not take such a certificate for a cloud distribution point, at level Warn: a key that is not RSA or of an undocumented
// length, one that cannot leave its hardware, a name that cannot name a storage account.
func (r *Request) Check() []Finding {
	if invalid, ok := errors.AsType[*InvalidError](r.validate()); ok {
		var findings []Finding
		for _, p := range invalid.Problems {
			findings = append(findings, Finding{"request.invalid", slog.LevelError, p.Field, p.Reason, "correct it: no request is made"})
		}
		return findings
	}
	c := &checker{role: "request", subject: r.CommonName}
	c.requestKey(r)
	if isWildcard(r.CommonName) {
		c.warn("wildcard", fmt.Sprintf("common name %q", r.CommonName), "use the name of this service alone, or type the service FQDN by hand")
	} else if label := firstLabel(r.CommonName); !isServicePrefix(label) {
		c.warn("name.prefix", fmt.Sprintf("first label %q", label), remedyPrefix)
	}
	if strings.Contains(r.Template, " ") {
		c.warn("template", fmt.Sprintf("the template is called %q", r.Template), "give its name, which commonly has no spaces, and not its display name")
	}
	if r.Template == "" && r.TemplateOID == "" {
		c.info("template", "no template is named", "name one, if the authority is of Active Directory: it refuses the request otherwise")
	}
	return c.findings
}

func (c *checker) requestKey(r *Request) {
	public, ok := publicKey(r.Key).(*rsa.PublicKey)
	switch {
	case !ok:
		c.warn("key.type", fmt.Sprintf("key of type %T", publicKey(r.Key)), "use an RSA key: Configuration Manager takes no other")
	case public.N.BitLen() != 2048 && public.N.BitLen() != 4096:
		c.warn("key.size", fmt.Sprintf("%d bits", public.N.BitLen()), "prefer the documented lengths, 2048 or 4096 bits")
	}
	if key := r.Key; !isExportable(unsealed(key)) {
		c.warn("key.exportable", fmt.Sprintf("key of type %T", unsealed(key)), "use a key in memory if the console is to import a .pfx file")
	}
}
