package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/template"
)

// publishTemplate is step 1: the Cloud DP template, planned, applied, and found complete by a second plan.
func publishTemplate(ctx context.Context, w *world) (evidence, error) {
	group := w.ca.AddGroup("ConfigMgr Site Servers")
	w.ca.JoinGroup(group)
	w.template = template.Desired{Template: template.CloudDP(group), CA: w.ca.Name()}
	plan, err := template.Plan(ctx, w.ca, w.template)
	if err != nil {
		return evidence{}, err
	}
	applied, err := template.Apply(ctx, w.ca, w.template)
	if err != nil {
		return evidence{}, err
	}
	left, err := template.Plan(ctx, w.ca, w.template)
	if err != nil {
		return evidence{}, err
	}
	if len(left) > 0 {
		return evidence{}, fmt.Errorf("after applying, %d changes are left: %v", len(left), left)
	}
	facts := map[string]any{
		"template": w.template.Template.Name, "planned": lines(plan), "applied": len(applied), "left": len(left), "ca": w.ca.Name(),
	}
	return seen(facts, "%q: %d changes planned and applied, none left; published on %s; only ConfigMgr Site Servers may enrol",
		w.template.Template.DisplayName, len(applied), w.ca.Name()), nil
}

func breakTemplate(w *world) { w.ca.Fail(errors.New("the directory is read-only")) }

// enrolService is step 2: a key, a request, and a certificate that the root vouches for.
func enrolService(ctx context.Context, w *world) (evidence, error) {
	service, err := w.enrol(ctx)
	if err != nil {
		return evidence{}, err
	}
	w.service = service
	leaf := service.Leaf
	if leaf.Subject.CommonName != fqdn || leaf.VerifyHostname(fqdn) != nil {
		return evidence{}, fmt.Errorf("the certificate is for %q and %v, want %s in both", leaf.Subject.CommonName, leaf.DNSNames, fqdn)
	}
	if findings := certs.CheckService(service, fqdn, time.Now()); len(findings) > 0 {
		return evidence{}, fmt.Errorf("%s: %s", findings[0].ID, findings[0].Evidence)
	}
	facts := map[string]any{
		"commonName": leaf.Subject.CommonName, "dnsNames": leaf.DNSNames, "issuer": leaf.Issuer.CommonName,
		"thumbprint": service.Thumbprint(), "notAfter": leaf.NotAfter.UTC(),
	}
	return seen(facts, "CN = DNS SAN = %s, issued by %s, valid until %s, verified up to the root",
		fqdn, leaf.Issuer.CommonName, leaf.NotAfter.Format(time.DateOnly)), nil
}

func breakEnrolment(w *world) {
	w.ca.Fail(&certs.DeniedError{Code: certs.CodeTemplateDenied, Reason: "the template is not yours to enrol"})
}

// enrol asks the authority for a certificate in the name of the service and verifies it.
func (w *world) enrol(ctx context.Context) (*certs.Bundle, error) {
	key, err := certs.GenerateKey(2048)
	if err != nil {
		return nil, err
	}
	request := &certs.Request{CommonName: fqdn, Template: w.template.Template.Name, Key: key}
	service, err := certs.Enroll(ctx, w.ca, request)
	if err != nil {
		return nil, err
	}
	intermediates := x509.NewCertPool()
	for _, c := range service.Chain {
		intermediates.AddCert(c)
	}
	_, err = service.Leaf.Verify(x509.VerifyOptions{DNSName: fqdn, Roots: w.ca.Pool(), Intermediates: intermediates})
	return service, err
}

// exportCertificate is step 3: the files, written and opened again as an importer would.
func exportCertificate(_ context.Context, w *world) (evidence, error) {
	if err := w.writePair("CloudDP", w.service); err != nil {
		return evidence{}, err
	}
	if err := w.readPair("CloudDP", w.service); err != nil {
		return evidence{}, err
	}
	facts := map[string]any{"files": []string{"CloudDP.cer", "CloudDP.pfx", "CloudDP.pfx.password"}, "thumbprint": w.service.Thumbprint()}
	return seen(facts, "CloudDP.cer and CloudDP.pfx read back: same leaf %s, and the key matches it", w.service.Thumbprint()), nil
}

// breakExport damages the .pfx on disk, as a bad copy would.
func breakExport(w *world) {
	w.wrote = func(path string) {
		pfx, err := os.ReadFile(path)
		if err == nil && strings.HasSuffix(path, ".pfx") {
			pfx[len(pfx)/2] ^= 1
			_ = os.WriteFile(path, pfx, 0o600) // a fault that fails to strike makes the test fail
		}
	}
}

// writePair writes NAME.cer, NAME.pfx and NAME.pfx.password, the last two for the owner alone.
func (w *world) writePair(name string, bundle *certs.Bundle) error {
	secret := rand.Text()
	pfx, err := bundle.PFX(certs.StaticPassword(secret), nil)
	if err != nil {
		return err
	}
	return errors.Join(
		w.write(name+".cer", bundle.CER(), 0o644),
		w.write(name+".pfx", pfx, 0o600),
		w.write(name+".pfx.password", []byte(secret), 0o600),
	)
}

// readPair opens what writePair wrote and compares it with bundle.
func (w *world) readPair(name string, bundle *certs.Bundle) error {
	cer, err := os.ReadFile(w.folder.Join(name + ".cer"))
	if err != nil {
		return err
	}
	leaf, err := certs.ParseCER(cer)
	if err != nil {
		return err
	}
	pfx, err := os.ReadFile(w.folder.Join(name + ".pfx"))
	if err != nil {
		return err
	}
	opened, err := certs.ParsePFX(pfx, func() ([]byte, error) { return os.ReadFile(w.folder.Join(name + ".pfx.password")) })
	if err != nil {
		return fmt.Errorf("%s.pfx: %w", name, err)
	}
	if !bytes.Equal(leaf.Raw, bundle.Leaf.Raw) || !bytes.Equal(opened.Leaf.Raw, bundle.Leaf.Raw) {
		return fmt.Errorf("%s.cer and %s.pfx do not hold the certificate that was exported", name, name)
	}
	return nil
}

func (w *world) write(name string, body []byte, mode os.FileMode) error {
	if err := w.folder.Write(name, body, mode); err != nil {
		return err
	}
	w.wrote(w.folder.Join(name))
	return nil
}

// keepFiles writes what -keep promises beyond the files of the steps.
func (w *world) keepFiles() error {
	if w.keep == "" {
		return nil
	}
	manifest, err := json.MarshalIndent(w.manifest, "", "  ")
	if err != nil {
		return err
	}
	return w.write("manifest.json", append(manifest, '\n'), 0o644)
}

// lines words each of some changes.
func lines[T fmt.Stringer](changes []T) []string {
	words := make([]string, len(changes))
	for i, c := range changes {
		words[i] = c.String()
	}
	return words
}
