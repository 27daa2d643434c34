package main

import (
	"context"
	"slices"
	"time"

	"github.com/clouddp/sdk/certs"
)

// check prints everything that would keep a file from serving, and what to do about it.
func check(ctx context.Context, o options, p *printer) error {
	f, err := readFile(o.files[0])
	if err != nil {
		return err
	}
	findings := f.ownFindings(o)
	bundle, unopened := f.bundle(o)
	if unopened == nil {
		findings = append(findings, f.serviceFindings(o, bundle)...)
	}
	if o.revocation && unopened == nil {
		revocation, err := revocationFindings(ctx, bundle, p)
		if err != nil {
			return err
		}
		findings = append(findings, revocation...)
	}
	found := p.findings(findings)
	if found == nil && unopened != nil {
		return unopened
	}
	p.say(map[string]any{"file": f.name, "findings": len(findings), "ok": found == nil}, "%s: %s", f.name, counted(len(findings)))
	return found
}

// ownFindings are those about the file itself.
func (f *file) ownFindings(o options) []certs.Finding {
	if f.leaf != nil {
		return nil
	}
	return certs.CheckPFX(f.content, o.password(f.name), &certs.CheckPFXOptions{Name: f.name, FileMode: f.mode, CER: f.beside()})
}

// serviceFindings are those about the certificate. Of a .cer file nobody expects a key and a chain.
func (f *file) serviceFindings(o options, bundle *certs.Bundle) []certs.Finding {
	findings := certs.CheckService(bundle, o.fqdn, time.Now())
	if f.leaf == nil {
		return findings
	}
	return slices.DeleteFunc(findings, func(found certs.Finding) bool {
		return found.ID == "cert.key.exportable" || found.ID == "cert.chain.complete"
	})
}

// revocationFindings fetches the revocation lists, and says so of each certificate that is good.
func revocationFindings(ctx context.Context, bundle *certs.Bundle, p *printer) ([]certs.Finding, error) {
	var checker certs.RevocationChecker
	answers, err := checker.Check(ctx, bundle, time.Now())
	if err != nil {
		return nil, err
	}
	var findings []certs.Finding
	for _, a := range answers {
		object := map[string]any{"certificate": certs.ThumbprintOf(a.Certificate), "revocation": a.Status, "list": a.URL}
		p.say(object, "%s: revocation is %s", a.Certificate.Subject, a.Status)
		findings = append(findings, a.Findings...)
	}
	return findings, nil
}
