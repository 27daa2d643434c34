package main

import (
	"context"
	"errors"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

// enterprise is an authority in memory, and the template that is wanted of its forest.
func enterprise() (*certstest.CA, template.Desired) {
	ca := certstest.NewCA("Contoso Issuing CA")
	group := ca.AddGroup("ConfigMgr Site Servers")
	ca.JoinGroup(group)
	return ca, template.Desired{Template: template.CloudDP(group), CA: ca.Name()}
}

// plan prints what the forest lacks of the template, and what is risky about it.
func plan(ctx context.Context, _ options, p *printer) error {
	ca, desired := enterprise()
	changes, err := template.Plan(ctx, ca, desired)
	if err != nil {
		return err
	}
	for i, c := range changes {
		object := map[string]any{"change": i + 1, "template": c.Template, "attribute": c.Attribute, "from": c.From, "to": c.To, "text": c.String()}
		p.say(object, "%d. %s", i+1, c)
	}
	if err := byHand(desired, p); err != nil {
		return err
	}
	return p.findings(desired.Template.Check())
}

// byHand prints how an administrator gets to the same template with Windows' own tools.
func byHand(desired template.Desired, p *printer) error {
	existing := template.WebServer().Duplicate(desired.Template.DisplayName)
	commands, rest, err := desired.Certutil(existing, "")
	if err != nil {
		return err
	}
	p.note("\nBy hand: duplicate Web Server as %q, then", desired.Template.DisplayName)
	for _, c := range commands {
		p.say(map[string]any{"command": c.String()}, "  %s", c)
	}
	for _, c := range rest {
		p.say(map[string]any{"console": c.String()}, "  in the console: %s", c)
	}
	return nil
}

// enroll goes the whole way: template, request, certificate, files. It leaves all files or none.
func enroll(ctx context.Context, o options, p *printer) error {
	e, err := o.newExport()
	if err != nil {
		return err
	}
	err = enrollInto(ctx, o, e, p)
	if err != nil || o.out == "" {
		err = errors.Join(err, e.folder.Discard())
	}
	if err == nil && o.out == "" {
		p.note("The files are gone again; -out DIR keeps them.")
	}
	return err
}

func enrollInto(ctx context.Context, o options, e *export, p *printer) error {
	ca, desired := enterprise()
	changes, err := template.Apply(ctx, ca, desired)
	if err != nil {
		return err
	}
	p.say(map[string]any{"step": "template", "template": desired.Template.Name, "changes": len(changes), "ca": ca.Name()},
		"template  %s made and published on %s with %d changes", desired.Template.Name, ca.Name(), len(changes))
	bundle, err := request(ctx, ca, o.commonName, desired.Template.Name, p)
	if err != nil {
		return err
	}
	return e.write(bundle, p)
}

// request makes a key, asks for the certificate and checks what comes back.
func request(ctx context.Context, ca *certstest.CA, commonName, templateName string, p *printer) (*certs.Bundle, error) {
	key, err := certs.GenerateKey(2048)
	if err != nil {
		return nil, err
	}
	r := &certs.Request{CommonName: commonName, Template: templateName, Key: key}
	csr, err := r.CSR()
	if err != nil {
		return nil, err
	}
	p.say(map[string]any{"step": "request", "commonName": commonName, "bytes": len(csr)}, "request   for %s, %d bytes", commonName, len(csr))
	bundle, err := certs.Enroll(ctx, ca, r)
	if err != nil {
		return nil, err
	}
	p.say(map[string]any{"step": "issue", "thumbprint": bundle.Thumbprint(), "notAfter": bundle.Leaf.NotAfter.UTC()}, "issued    %s", bundle)
	findings := certs.CheckService(bundle, commonName, time.Now())
	p.say(map[string]any{"step": "check", "findings": len(findings)}, "check     %s", counted(len(findings)))
	return bundle, p.findings(findings)
}
