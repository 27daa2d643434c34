package main

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
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

// enroll goes the whole way: template, request, certificate, files.
func enroll(ctx context.Context, o options, p *printer) error {
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
	return export(o, bundle, p)
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

// export writes the files and opens the .pfx again, as an importer would.
func export(o options, bundle *certs.Bundle, p *printer) error {
	dir := o.out
	if dir == "" {
		temporary, err := os.MkdirTemp("", "certificate")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(temporary) }()
		dir = temporary
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	files, password, err := o.encode(bundle)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := writeNew(filepath.Join(dir, f.name), f.content, f.mode); err != nil {
			return err
		}
		p.say(map[string]any{"step": "write", "file": filepath.Join(dir, f.name), "bytes": len(f.content)}, "written   %s, %d bytes", filepath.Join(dir, f.name), len(f.content))
	}
	pfx, err := os.ReadFile(filepath.Join(dir, "CloudDP.pfx"))
	if err != nil {
		return err
	}
	opened, err := certs.ParsePFX(pfx, password)
	if err != nil {
		return err
	}
	if opened.Thumbprint() != bundle.Thumbprint() {
		return errors.New("the .pfx file does not hold the certificate that was exported")
	}
	p.say(map[string]any{"step": "open", "thumbprint": opened.Thumbprint(), "profile": o.profile.String()}, "opened    CloudDP.pfx (%s): the same certificate, with its key", o.profile)
	if o.out == "" {
		p.note("The files are gone again; -out DIR keeps them.")
	}
	return nil
}

// encode makes the content of the files. A password that nobody gave is made, and written beside the .pfx file.
func (o options) encode(bundle *certs.Bundle) (files []file, password certs.Password, err error) {
	files = []file{{name: "CloudDP.cer", content: bundle.CER(), mode: 0o644}}
	password = o.password("")
	if o.passwordFile == "" {
		secret := rand.Text()
		password = certs.StaticPassword(secret)
		files = append(files, file{name: "CloudDP.pfx.password", content: []byte(secret), mode: 0o600})
	}
	pfx, err := bundle.PFX(password, &certs.PFXOptions{Profile: o.profile})
	return append(files, file{name: "CloudDP.pfx", content: pfx, mode: 0o600}), password, err
}

// writeNew writes a file that must not be there: a key is never overwritten.
func writeNew(name string, content []byte, mode os.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}
