package classic

import (
	"context"
	"net/http"
	"net/url"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/internal/errs"
)

// deployment is what runs in the production slot of the cloud service.
type deployment struct {
	place
	found deploymentReply
}

func (d *deployment) what(verb string) string { return verb + " deployment of " + d.names.Service }

func (d *deployment) path() []string { return d.servicePath("deploymentslots", "production") }

func (d *deployment) read(ctx context.Context) (clouddp.Component, error) {
	if err := d.subscription.get(ctx, d.what("read"), &d.found, d.path()...); err != nil {
		return clouddp.Component{}, err
	}
	component := clouddp.Component{Owner: d.found.Extended.owner(), Host: d.host()}
	component.State, component.Reason = deploymentState(&d.found)
	component.Drift = append(d.configurationDrift(), d.statusDrift()...)
	return component, nil
}

func (d *deployment) configurationDrift() []string {
	wanted := d.subscription.Package.configure(d.spec)
	drift := parseConfiguration(d.found.Configuration).drift(wanted, d.spec.Thumbprint)
	return append(drift, d.found.Extended.drift(d.spec)...)
}

func (d *deployment) statusDrift() []string {
	switch {
	case d.spec.Stopped && d.found.Status == statusRunning:
		return []string{"running, wanted stopped"}
	case !d.spec.Stopped && d.found.Status == statusSuspended:
		return []string{"stopped, wanted running"}
	}
	return nil
}

func (d *deployment) create(ctx context.Context, _ *certs.Bundle) (clouddp.Ticket, error) {
	configuration, err := d.configuration()
	if err != nil {
		return "", err
	}
	location, err := d.subscription.packageURL(ctx, d.names.StorageAccount)
	if err != nil {
		return "", err
	}
	return d.subscription.start(ctx, &call{
		what:   d.what("create"),
		method: http.MethodPost,
		path:   d.path(),
		body: &createDeployment{
			Name:               d.names.Service,
			PackageURL:         location,
			Label:              encoded(d.names.Service),
			Configuration:      configuration,
			StartDeployment:    !d.spec.Stopped,
			ExtendedProperties: (&properties{}).marked(d.spec),
		},
		secret: []byte(location),
	})
}

// change sends the configuration if it differs, and starts or stops otherwise.
func (d *deployment) change(ctx context.Context) (clouddp.Ticket, error) {
	if len(d.configurationDrift()) == 0 && d.found.Extended.owner() == d.spec.OwnerMark() {
		return d.startOrStop(ctx)
	}
	configuration, err := d.configuration()
	if err != nil {
		return "", err
	}
	return d.subscription.start(ctx, &call{
		what:   d.what("configure"),
		method: http.MethodPost,
		path:   d.path(),
		query:  url.Values{"comp": {"config"}},
		body: &changeConfiguration{
			Configuration:      configuration,
			Mode:               "Auto",
			ExtendedProperties: d.found.Extended.marked(d.spec),
		},
	})
}

func (d *deployment) startOrStop(ctx context.Context) (clouddp.Ticket, error) {
	verb, status := "start", statusRunning
	if d.spec.Stopped {
		verb, status = "stop", statusSuspended
	}
	return d.subscription.start(ctx, &call{
		what:   d.what(verb),
		method: http.MethodPost,
		path:   d.path(),
		query:  url.Values{"comp": {"status"}},
		body:   &updateDeploymentStatus{Status: status},
	})
}

func (d *deployment) configuration() (encoded, error) {
	if d.spec.Thumbprint.IsZero() {
		return nil, errs.Invalid("classic: "+d.what("configure"), "Thumbprint", "a deployment binds a service certificate: name it")
	}
	return d.subscription.Package.configure(d.spec).encode()
}

func (d *deployment) remove(ctx context.Context) (clouddp.Ticket, error) {
	return d.subscription.start(ctx, &call{what: d.what("delete"), method: http.MethodDelete, path: d.path()})
}
