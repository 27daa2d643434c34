package classic

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/internal/errs"
)

// serviceCertificate is the certificate of the cloud service with its key. It bears no mark: the thumbprint identifies
// it.
type serviceCertificate struct {
	place
	superseded []certs.Thumbprint
}

// certificateName is what the cloud service calls a certificate; none has an empty name.
func certificateName(thumbprint certs.Thumbprint) string {
	if thumbprint.IsZero() {
		return ""
	}
	return "sha1-" + thumbprint.String()
}

func (c *serviceCertificate) what(verb string) string {
	return fmt.Sprintf("%s service certificate %s of %s", verb, c.spec.Thumbprint, c.names.Service)
}

func (c *serviceCertificate) read(ctx context.Context) (clouddp.Component, error) {
	var list serviceCertificatesReply
	if err := c.subscription.get(ctx, c.what("read"), &list, c.servicePath("certificates")...); err != nil {
		return clouddp.Component{}, err
	}
	component := clouddp.Component{State: clouddp.StateAbsent, Owner: c.spec.OwnerMark()}
	var others []certs.Thumbprint
	for _, entry := range list.Certificates {
		held, err := x509.ParseCertificate(entry.Data)
		switch thumbprint, unnamed := certs.ParseThumbprint(entry.Thumbprint); {
		case unnamed == nil && thumbprint == c.spec.Thumbprint:
			component.State, component.Certificate = clouddp.StateReady, held
		case unnamed == nil && err == nil && c.isPredecessor(held):
			others = append(others, thumbprint)
		}
	}
	if component.State == clouddp.StateAbsent {
		return component, fmt.Errorf("classic: %s: %w", c.what("read"), clouddp.ErrNotFound)
	}
	if err := c.findSuperseded(ctx, others); err != nil {
		return clouddp.Component{}, err
	}
	for _, old := range c.superseded {
		component.Drift = append(component.Drift, "superseded certificate "+old.String()+" is still there")
	}
	return component, nil
}

// isPredecessor reports whether held was issued for the same service: somebody else's certificate is left alone.
func (c *serviceCertificate) isPredecessor(held *x509.Certificate) bool {
	return strings.EqualFold(held.Subject.CommonName, c.names.ServiceFQDN)
}

// findSuperseded keeps those of others that nothing uses any more. That is certain only once the deployment uses the
// certificate wanted.
func (c *serviceCertificate) findSuperseded(ctx context.Context, others []certs.Thumbprint) error {
	c.superseded = nil
	if len(others) == 0 {
		return nil
	}
	running := &deployment{place: c.place}
	if _, err := running.read(ctx); err != nil {
		if errors.Is(err, clouddp.ErrNotFound) {
			return nil
		}
		return err
	}
	bound := parseConfiguration(running.found.Configuration)
	if !bound.uses(c.spec.Thumbprint) {
		return nil
	}
	for _, other := range others {
		if !bound.uses(other) {
			c.superseded = append(c.superseded, other)
		}
	}
	return nil
}

// create uploads the certificate with its key. The cloud takes the old encryption of .pfx files only, and says "wrong
// password" to any other.
func (c *serviceCertificate) create(ctx context.Context, service *certs.Bundle) (clouddp.Ticket, error) {
	if err := c.accept(service); err != nil {
		return "", err
	}
	password := rand.Text()
	pfx, err := service.PFX(certs.StaticPassword(password), &certs.PFXOptions{Profile: certs.WindowsLegacy})
	if err != nil {
		return "", fmt.Errorf("classic: %s: %w", c.what("upload"), err)
	}
	return c.subscription.start(ctx, &call{
		what:   c.what("upload"),
		method: http.MethodPost,
		path:   c.servicePath("certificates"),
		body:   &addServiceCertificate{Data: pfx, Format: "pfx", Password: password},
		secret: []byte(password),
	})
}

func (c *serviceCertificate) accept(service *certs.Bundle) error {
	if service == nil || service.Leaf == nil {
		return errs.Invalid("classic: "+c.what("upload"), "service", "is nil; the cloud has no certificate with this thumbprint")
	}
	if service.Thumbprint() != c.spec.Thumbprint {
		return errs.Invalid("classic: "+c.what("upload"), "service", "has the thumbprint %s", service.Thumbprint())
	}
	return nil
}

// change deletes the first superseded certificate.
func (c *serviceCertificate) change(ctx context.Context) (clouddp.Ticket, error) {
	if len(c.superseded) == 0 {
		return "", nil
	}
	return c.delete(ctx, c.superseded[0])
}

func (c *serviceCertificate) remove(ctx context.Context) (clouddp.Ticket, error) {
	return c.delete(ctx, c.spec.Thumbprint)
}

func (c *serviceCertificate) delete(ctx context.Context, thumbprint certs.Thumbprint) (clouddp.Ticket, error) {
	return c.subscription.start(ctx, &call{
		what:   fmt.Sprintf("delete service certificate %s of %s", thumbprint, c.names.Service),
		method: http.MethodDelete,
		path:   c.servicePath("certificates", certificateName(thumbprint)),
	})
}
