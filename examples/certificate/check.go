package main

import (
	"context"
	"os"
	"slices"
	"strings"
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
	bundle, err := f.bundle(o)
	if err == nil {
		findings = append(findings, f.serviceFindings(o, bundle)...)
	} else if len(findings) == 0 {
		return err
	}
	if o.revocation && err == nil {
		revocation, err := revocationFindings(ctx, bundle, p)
		if err != nil {
			return err
		}
		findings = append(findings, revocation...)
	}
	found := p.findings(findings)
	p.note("%s: %s", clean(o.files[0]), counted(len(findings)))
	return found
}

// ownFindings are those about the file itself.
func (f *file) ownFindings(o options) []certs.Finding {
	if f.leaf != nil {
		return nil
	}
	beside, err := os.ReadFile(strings.TrimSuffix(f.name, ".pfx") + ".cer")
	if err != nil || len(beside) >= maxFile {
		beside = nil // nothing was exported beside it
	}
	return certs.CheckPFX(f.content, o.password(f.name), &certs.CheckPFXOptions{Name: f.name, FileMode: f.mode, CER: beside})
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
