package main

import (
	"context"
	"errors"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

// siteServers is the group that may enroll.
const siteServers = "ConfigMgr Site Servers"

// enterprise is an authority in memory, and the template that is wanted of its forest.
func enterprise() (*certstest.CA, template.Desired) {
	ca := certstest.NewCA("Contoso Issuing CA")
	group := ca.AddGroup(siteServers)
	ca.JoinGroup(group)
	desired := template.Desired{Template: template.CloudDP(group), CA: ca.Name()}
	for i, a := range desired.Template.Access {
		if a.SID == group {
			desired.Template.Access[i].Name = siteServers
		}
	}
	return ca, desired
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
