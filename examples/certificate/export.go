package main

import (
	"crypto/rand"
	"errors"
	"os"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/examples/internal/keep"
)

// The files of an export.
const (
	cerName      = "CloudDP.cer"
	pfxName      = "CloudDP.pfx"
	passwordName = pfxName + ".password"
)

// export knows where the files go and what protects them, before a certificate is asked for.
type export struct {
	folder  *keep.Folder
	profile certs.Profile
	secret  string
	made    bool // the secret, which is written then, too
}

// newExport reads or makes the password, and sees that the files can be written.
func (o options) newExport() (*export, error) {
	e := &export{profile: o.profile, secret: rand.Text(), made: o.passwordFile == ""}
	if !e.made {
		var err error
		if e.secret, err = readSecret(o.passwordFile); err != nil {
			return nil, err
		}
	}
	folder, err := keep.Open("-out", o.out, cerName, pfxName)
	if err != nil {
		return nil, err
	}
	e.folder = folder
	return e, e.noOtherPassword(o.passwordFile)
}

// noOtherPassword sees to it that no password lies beside the .pfx file which is not its own.
func (e *export) noOtherPassword(given string) error {
	beside, err := os.Lstat(e.folder.Join(passwordName))
	if err != nil {
		return nil //nolint:nilerr // It is not there.
	}
	if own, err := os.Stat(given); err == nil && os.SameFile(own, beside) {
		return nil
	}
	return e.folder.Taken(passwordName)
}

// write writes the files, and opens the .pfx again as an importer would.
func (e *export) write(bundle *certs.Bundle, p *printer) error {
	pfx, err := bundle.PFX(certs.StaticPassword(e.secret), &certs.PFXOptions{Profile: e.profile})
	if err != nil {
		return err
	}
	files := []file{{name: cerName, content: bundle.CER(), mode: 0o644}, {name: pfxName, content: pfx, mode: 0o600}}
	if e.made {
		files = append(files, file{name: passwordName, content: []byte(e.secret), mode: 0o600})
	}
	for _, f := range files {
		if err := e.folder.Write(f.name, f.content, f.mode); err != nil {
			return err
		}
	}
	if err := e.open(bundle); err != nil {
		return err
	}
	for _, f := range files {
		path := e.folder.Join(f.name)
		p.say(map[string]any{"step": "write", "file": path, "bytes": len(f.content)}, "written   %s, %d bytes", path, len(f.content))
	}
	p.say(map[string]any{"step": "open", "thumbprint": bundle.Thumbprint(), "profile": e.profile.String()},
		"opened    %s (%s): the same certificate, with its key", pfxName, e.profile)
	return nil
}

// open opens the .pfx file and finds the bundle in it.
func (e *export) open(bundle *certs.Bundle) error {
	pfx, err := os.ReadFile(e.folder.Join(pfxName))
	if err != nil {
		return err
	}
	opened, err := certs.ParsePFX(pfx, certs.StaticPassword(e.secret))
	if err != nil {
		return err
	}
	if opened.Thumbprint() != bundle.Thumbprint() {
		return errors.New("the .pfx file does not hold the certificate that was exported")
	}
	return nil
}
