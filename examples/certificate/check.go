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
		inside, err := f.certificateFindings(o, bundle)
		if err != nil {
			return err
		}
		findings = append(findings, inside...)
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

// certificateFindings are those about the certificate in its role, and beside the one that it follows or works with.
func (f *file) certificateFindings(o options, bundle *certs.Bundle) ([]certs.Finding, error) {
	deployment := &certs.Deployment{FQDN: o.fqdn, TemplateOID: o.template}
	findings := f.roleFindings(o, deployment, bundle)
	if o.renews != "" {
		old, err := o.other(o.renews)
		if err != nil {
			return nil, err
		}
		findings = append(findings, certs.CheckRenewal(old.Leaf, bundle)...)
	}
	if o.management != "" {
		management, err := o.other(o.management)
		if err != nil {
			return nil, err
		}
		findings = append(findings, certs.SharedRole(management, bundle)...)
	}
	return findings, nil
}

// roleFindings leaves out that a .cer file holds no chain: nobody expects one there.
func (f *file) roleFindings(o options, d *certs.Deployment, bundle *certs.Bundle) []certs.Finding {
	if o.role == roleManagement {
		return d.CheckManagement(bundle, time.Now())
	}
	findings := d.CheckService(bundle, time.Now())
	if f.leaf == nil {
		return findings
	}
	return slices.DeleteFunc(findings, func(found certs.Finding) bool { return found.ID == "cert.chain.complete" })
}

// other opens a second file.
func (o options) other(name string) (*certs.Bundle, error) {
	f, err := readFile(name)
	if err != nil {
		return nil, err
	}
	return f.bundle(o)
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
