package clouddp

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/statusmsg"
)

// Verify proves that the cloud distribution point name is in service, as a client would meet it: its parts in the
// cloud, the certificate they hold, the chain of the alias, the certificate served under the alias, message 9409 and the
// client settings. Problems are findings; the error is for what could not be asked. An unknown name is [ErrNotFound].
func (c *Client) Verify(ctx context.Context, name string) (*Report, error) {
	r, err := c.record(ctx, name)
	if err != nil {
		return nil, err
	}
	report := &Report{Name: r.Name()}
	components, err := c.components(ctx, &r.Spec)
	if err != nil {
		return nil, err
	}
	c.verifyParts(report, &r.Spec, components)
	host := r.Host
	for _, component := range components {
		if component.Host != "" {
			host = component.Host
		}
	}
	if err := c.verifyAlias(ctx, report, &r.Spec, host); err != nil {
		return report, err
	}
	c.verifyServed(ctx, report, &r.Spec)
	if err := c.verifyMessage(ctx, report, r); err != nil {
		return report, err
	}
	return report, c.checkPolicies(ctx, report, &r.Spec)
}

func (c *Client) verifyParts(report *Report, spec *Spec, components []Component) {
	for _, component := range components {
		subject := component.Part.Kind + " " + component.Part.Name
		finding := Finding{ID: "cloud.part", Severity: slog.LevelError, Subject: subject, Remedy: "converge again with Client.Resume"}
		switch {
		case component.State != StateAbsent && component.Owner != spec.OwnerMark():
			finding.ID, finding.Remedy = "cloud.foreign", "find out who replaced it"
			finding.Evidence = (&ForeignError{Part: component.Part, Owner: component.Owner}).Error()
		case component.State == StateStopped && spec.Stopped:
			finding.ID, finding.Severity, finding.Remedy = "cloud.stopped", slog.LevelWarn, "clients are refused until Client.Start"
			finding.Evidence = "it is stopped, as the Spec wants"
		case component.State != StateReady:
			finding.Evidence = describe(component)
		case len(component.Drift) > 0:
			finding.ID, finding.Severity = "cloud.drift", slog.LevelWarn
			finding.Evidence = strings.Join(component.Drift, ", ")
		default:
			report.pass("%s is ready", subject)
			continue
		}
		report.add(finding)
	}
}

func (c *Client) verifyAlias(ctx context.Context, report *Report, spec *Spec, host string) error {
	if c.Resolver == nil || host == "" {
		report.skip("the alias: Client.Resolver is nil or the cloud tells no host")
		return nil
	}
	chain, err := dns.Check(ctx, c.Resolver, spec.ServiceFQDN, host)
	if err != nil {
		return fmt.Errorf("clouddp: alias %s: %w", spec.ServiceFQDN, err)
	}
	for _, p := range chain.Problems {
		report.add(Finding{
			ID: "dns." + string(p.Kind), Severity: slog.LevelError, Subject: p.Name, Evidence: p.Detail,
			Remedy: fmt.Sprintf("make %s a CNAME of %s in public DNS", spec.ServiceFQDN, host),
		})
	}
	if chain.OK() {
		report.pass("%s leads to %s and on to %s", spec.ServiceFQDN, host, strings.Join(chain.Addresses, ", "))
	}
	return nil
}

// verifyServed compares the certificate served under the alias with the one the Spec wants.
func (c *Client) verifyServed(ctx context.Context, report *Report, spec *Spec) {
	if spec.Stopped {
		report.skip("the certificate served: the service is stopped")
		return
	}
	served, err := c.servedCertificate(ctx, spec.ServiceFQDN)
	switch {
	case err != nil:
		report.add(Finding{
			ID: "tls.handshake", Severity: slog.LevelError, Subject: spec.ServiceFQDN, Evidence: err.Error(),
			Remedy: "check the alias, the firewall, the roots that clients trust and the certificate of the service",
		})
	case served != spec.Thumbprint:
		report.add(Finding{
			ID: "tls.certificate", Severity: slog.LevelError, Subject: spec.ServiceFQDN,
			Evidence: fmt.Sprintf("serves %s, wanted %s", served, spec.Thumbprint), Remedy: "somebody else may answer under the alias; check it at once",
		})
	default:
		report.pass("%s serves certificate %s", spec.ServiceFQDN, served)
	}
}

func (c *Client) servedCertificate(ctx context.Context, fqdn string) (certs.Thumbprint, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	dial := c.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	raw, err := dial(ctx, "tcp", net.JoinHostPort(fqdn, "443"))
	if err != nil {
		return certs.Thumbprint{}, err
	}
	conn := tls.Client(raw, &tls.Config{ServerName: fqdn, RootCAs: c.Roots, MinVersion: tls.VersionTLS12})
	defer func() { _ = conn.Close() }() // the handshake is all that was wanted
	if err := conn.HandshakeContext(ctx); err != nil {
		return certs.Thumbprint{}, err
	}
	return certs.ThumbprintOf(conn.ConnectionState().PeerCertificates[0]), nil
}

func (c *Client) verifyMessage(ctx context.Context, report *Report, r *Record) error {
	source, ok := c.Messages.(statusmsg.Source)
	if !ok {
		report.skip("message %d: Client.Messages is no statusmsg.Source", statusmsg.CloudDPReady)
		return nil
	}
	query := statusmsg.Query{
		IDs: []statusmsg.ID{statusmsg.CloudDPReady}, Component: statusmsg.CloudServicesManager, Since: r.Created,
		Attribute: &statusmsg.Attribute{ID: statusmsg.AttributeDistributionPoint, Value: r.NALPath()},
	}
	for m, err := range source.Messages(ctx, query) {
		if err != nil {
			return fmt.Errorf("clouddp: status messages: %w", err)
		}
		report.pass("message %d arrived at %s", m.ID, m.Time.Format(time.RFC3339))
		return nil
	}
	report.add(Finding{
		ID: "message.missing", Severity: slog.LevelWarn, Subject: r.Name(),
		Evidence: fmt.Sprintf("no message %d since %s", statusmsg.CloudDPReady, r.Created.Format(time.RFC3339)),
		Remedy:   "converge again with Client.Resume",
	})
	return nil
}
