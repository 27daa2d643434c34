package clouddp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clientsettings"
)

// Preflight looks, without changing anything, for everything that would keep spec from coming into service: the Spec
// itself, the certificate, the subscription and its names, parts that are in the way, the management certificates, the
// alias, and whether any client may use a cloud distribution point at all. Problems are findings; the error is for what
// could not be asked.
func (c *Client) Preflight(ctx context.Context, spec *Spec) (*Report, error) {
	report := &Report{}
	accepted, err := c.accept(spec)
	if invalid, ok := errors.AsType[*InvalidError](err); ok && spec != nil && c.Provider != nil {
		report.Name = spec.ServiceFQDN
		for _, p := range invalid.Problems {
			report.add(Finding{ID: "spec.invalid", Severity: slog.LevelError, Subject: p.Field, Evidence: p.Reason})
		}
		return report, nil
	}
	if err != nil {
		return nil, err
	}
	report.Name = accepted.ServiceFQDN
	report.pass("the Spec is valid")
	checks := []func(context.Context, *Report, *Spec) error{
		c.preflightCertificate, c.preflightCloud, c.preflightManagement, c.preflightAlias, c.checkPolicies,
	}
	for _, check := range checks {
		if err := check(ctx, report, accepted); err != nil {
			return report, err
		}
	}
	return report, nil
}

func (c *Client) preflightCertificate(ctx context.Context, report *Report, spec *Spec) error {
	if c.Certificate == nil {
		report.skip("the service certificate: Client.Certificate is nil")
		return nil
	}
	bundle, err := c.Certificate(ctx, spec.ServiceFQDN)
	if err != nil {
		return fmt.Errorf("clouddp: certificate %s: %w", spec.ServiceFQDN, err)
	}
	if bundle.PrivateKey() == nil {
		report.add(Finding{
			ID: "cert.missing", Severity: slog.LevelError, Subject: spec.ServiceFQDN,
			Evidence: "Client.Certificate returned none with its key", Remedy: "enrol a certificate whose common name is the service FQDN",
		})
		return nil
	}
	known := &certs.Deployment{FQDN: spec.ServiceFQDN, Roots: c.Roots}
	findings := known.CheckService(bundle, time.Now())
	report.add(fromCerts(findings)...)
	if len(findings) == 0 {
		report.pass("the service certificate %s serves %s until %s", bundle.Thumbprint(), spec.ServiceFQDN, bundle.Leaf.NotAfter.Format(time.DateOnly))
	}
	if spec.Thumbprint.IsZero() {
		spec.Thumbprint = bundle.Thumbprint()
	}
	return nil
}

func (c *Client) preflightCloud(ctx context.Context, report *Report, spec *Spec) error {
	findings, err := c.Provider.Check(ctx, spec)
	if err != nil {
		return fmt.Errorf("clouddp: check of the cloud: %w", err)
	}
	report.add(findings...)
	if failed(findings) {
		return nil // what stands in a subscription that refuses us cannot be read
	}
	report.pass("the cloud has room for %s in %s", spec.Names().Service, spec.Region)
	components, err := c.components(ctx, spec)
	if err != nil {
		return err
	}
	for _, component := range components {
		if component.State != StateAbsent && component.Owner != spec.OwnerMark() {
			report.add(Finding{
				ID: "cloud.foreign", Severity: slog.LevelError, Subject: component.Part.Kind + " " + component.Part.Name,
				Evidence: (&ForeignError{Part: component.Part, Owner: component.Owner}).Error(),
				Remedy:   "choose another name, or take it over with Client.Adopt",
			})
		}
	}
	return nil
}

func (c *Client) preflightManagement(ctx context.Context, report *Report, _ *Spec) error {
	if c.ManagementCertificates == nil {
		report.skip("the management certificates: Client.ManagementCertificates is nil")
		return nil
	}
	valid := 0
	for entry, err := range c.ManagementCertificates.Certificates(ctx) {
		if err != nil {
			return fmt.Errorf("clouddp: management certificates: %w", err)
		}
		if entry.Certificate == nil {
			report.add(Finding{
				ID: "mgmt.unreadable", Severity: slog.LevelWarn, Subject: entry.Thumbprint.String(),
				Evidence: "what the subscription holds is no certificate", Remedy: "remove it",
			})
			continue
		}
		if time.Now().Before(entry.Certificate.NotAfter) {
			valid++
			continue
		}
		report.add(Finding{
			ID: "mgmt.expired", Severity: slog.LevelWarn, Subject: entry.Thumbprint.String(),
			Evidence: "expired on " + entry.Certificate.NotAfter.Format(time.DateOnly),
			Remedy:   "upload a new management certificate and remove this one",
		})
	}
	if valid == 0 {
		report.add(Finding{
			ID: "mgmt.none", Severity: slog.LevelError, Subject: "subscription",
			Evidence: "it holds no valid management certificate", Remedy: "upload one: see mgmtcert.Ensure",
		})
		return nil
	}
	report.pass("valid management certificates in the subscription: %d", valid)
	return nil
}

func (c *Client) preflightAlias(ctx context.Context, report *Report, spec *Spec) error {
	if c.Zone == nil {
		report.skip("the alias: Client.Zone is nil")
		return nil
	}
	records, err := c.Zone.Lookup(ctx, spec.ServiceFQDN)
	if errors.Is(err, ErrNotFound) {
		report.add(Finding{
			ID: "dns.zone", Severity: slog.LevelError, Subject: spec.ServiceFQDN,
			Evidence: "the name lies in no zone that Client.Zone manages", Remedy: "use the zone that holds " + spec.ServiceFQDN,
		})
		return nil
	}
	if err != nil {
		return fmt.Errorf("clouddp: alias %s: %w", spec.ServiceFQDN, err)
	}
	service := spec.Names().Service
	for _, r := range records {
		label, _, _ := cutLabel(r.Value)
		if r.Type == "CNAME" && label != service {
			report.add(Finding{
				ID: "dns.alias.taken", Severity: slog.LevelError, Subject: spec.ServiceFQDN,
				Evidence: "it is already an alias for " + r.Value, Remedy: "remove that alias, or choose another service FQDN",
			})
			return nil
		}
	}
	report.pass("the alias %s is free or ours", spec.ServiceFQDN)
	return nil
}

// checkPolicies reports a site in which no policy lets any client use a cloud distribution point.
func (c *Client) checkPolicies(ctx context.Context, report *Report, _ *Spec) error {
	if c.Policies == nil {
		report.skip("the client settings: Client.Policies is nil")
		return nil
	}
	for policy, err := range c.Policies.Policies(ctx) {
		if err != nil {
			return fmt.Errorf("clouddp: client settings: %w", err)
		}
		if policy.CloudServices != nil && policy.CloudServices.AllowCloudDP == clientsettings.Yes {
			report.pass("client settings %q allow cloud distribution points", policy.Name)
			return nil
		}
	}
	report.add(Finding{
		ID: "settings.nobody", Severity: slog.LevelWarn, Subject: "client settings",
		Evidence: "no policy sets \"Allow access to cloud distribution points\" to Yes",
		Remedy:   "set it in the default settings, or deploy custom settings to the devices or users concerned",
	})
	return nil
}
