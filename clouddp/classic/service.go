package classic

import (
	"context"
	"fmt"
	"net/http"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
)

// cloudService is the part that reserves the host name and holds certificates and deployment.
type cloudService struct {
	place
	found cloudServiceReply
}

func (c *cloudService) what(verb string) string { return verb + " cloud service " + c.names.Service }

// servicePath leads to the cloud service and on to what is in it.
func (p *place) servicePath(rest ...string) []string {
	return append([]string{"services", "hostedservices", p.names.Service}, rest...)
}

func (p *place) host() string { return p.names.Service + "." + p.subscription.serviceSuffix() }

func (c *cloudService) read(ctx context.Context) (clouddp.Component, error) {
	if err := c.subscription.get(ctx, c.what("read"), &c.found, c.servicePath()...); err != nil {
		return clouddp.Component{}, err
	}
	found := &c.found.Properties
	if found.Status == statusDeleted {
		return clouddp.Component{}, fmt.Errorf("classic: %s: %w", c.what("read"), clouddp.ErrNotFound)
	}
	component := clouddp.Component{
		State:  resourceState(found.Status),
		Owner:  found.Extended.owner(),
		Reason: printable(found.Status),
		Drift:  found.Extended.drift(c.spec),
		Host:   c.host(),
	}
	if found.Description != c.spec.Description {
		component.Drift = append(component.Drift, "description differs")
	}
	return component, nil
}

func (c *cloudService) create(ctx context.Context, _ *certs.Bundle) (clouddp.Ticket, error) {
	return c.subscription.start(ctx, &call{
		what:   c.what("create"),
		method: http.MethodPost,
		path:   []string{"services", "hostedservices"},
		body: &createCloudService{
			ServiceName:        c.names.Service,
			Label:              encoded(c.names.Service),
			Description:        c.spec.Description,
			Location:           c.spec.Region,
			ExtendedProperties: (&properties{}).marked(c.spec),
		},
	})
}

func (c *cloudService) change(ctx context.Context) (clouddp.Ticket, error) {
	return c.subscription.start(ctx, &call{
		what:   c.what("update"),
		method: http.MethodPut,
		path:   c.servicePath(),
		body: &updateCloudService{
			Label:              encoded(c.names.Service),
			Description:        c.spec.Description,
			ReverseDNS:         c.found.Properties.ReverseDNS,
			ExtendedProperties: c.found.Properties.Extended.marked(c.spec),
		},
	})
}

func (c *cloudService) remove(ctx context.Context) (clouddp.Ticket, error) {
	return c.subscription.start(ctx, &call{what: c.what("delete"), method: http.MethodDelete, path: c.servicePath()})
}
