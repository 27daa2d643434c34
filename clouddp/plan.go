package clouddp

import (
	"context"
	"crypto/x509"
	"fmt"
	"strings"
)

// Change is one thing that an operation would do.
type Change struct {
	// Action is "create", "change", "wait", "adopt" or, for the alias, "set".
	Action string
	// Part is what it concerns; for the alias its Kind is "alias". A certificate that is not known yet has no Name.
	Part Part
	// Reasons say why, a short phrase each.
	Reasons []string
}

// String returns the change as a line a person reads.
func (c Change) String() string {
	line := strings.TrimSpace(fmt.Sprintf("%s %s %s", c.Action, c.Part.Kind, c.Part.Name))
	if len(c.Reasons) > 0 {
		line += ": " + strings.Join(c.Reasons, ", ")
	}
	return line
}

// Plan returns what Create or Update with spec would do, in order, without doing it. An empty plan means that all is as
// wanted. If neither spec nor the registry knows the certificate, the plan assumes a new one.
func (c *Client) Plan(ctx context.Context, spec *Spec) ([]Change, error) {
	spec, err := c.accept(spec)
	if err != nil {
		return nil, err
	}
	if r, err := c.registry().Get(ctx, spec.ServiceFQDN); err == nil && spec.Thumbprint.IsZero() {
		spec.Thumbprint = r.Spec.Thumbprint
	}
	components, err := c.components(ctx, spec)
	if err != nil {
		return nil, err
	}
	var plan []Change
	host := ""
	for _, component := range components {
		if change, needed := planPart(spec, component); needed {
			plan = append(plan, change)
		}
		if component.Host != "" {
			host = component.Host
		}
	}
	return c.planAlias(ctx, spec, host, plan)
}

func planPart(spec *Spec, c Component) (change Change, needed bool) {
	switch {
	case c.State == StateAbsent:
		return Change{Action: "create", Part: c.Part}, true
	case c.Owner != spec.OwnerMark():
		return Change{Action: "adopt", Part: c.Part, Reasons: []string{(&ForeignError{Part: c.Part, Owner: c.Owner}).Error()}}, true
	case len(c.Drift) > 0:
		return Change{Action: "change", Part: c.Part, Reasons: c.Drift}, true
	case c.State != StateReady && c.State != StateStopped:
		return Change{Action: "wait", Part: c.Part, Reasons: []string{describe(c)}}, true
	}
	return Change{}, false
}

func (c *Client) planAlias(ctx context.Context, spec *Spec, host string, plan []Change) ([]Change, error) {
	if c.Zone == nil {
		return plan, nil
	}
	records, err := c.Zone.Lookup(ctx, spec.ServiceFQDN)
	if err != nil {
		return nil, fmt.Errorf("clouddp: alias %s: %w", spec.ServiceFQDN, err)
	}
	change := Change{Action: "set", Part: Part{Kind: "alias", Name: spec.ServiceFQDN}}
	for _, r := range records {
		if r.Type == "CNAME" && normalName(r.Value) == normalName(host) {
			return plan, nil
		}
		change.Reasons = append(change.Reasons, "now "+r.Type+" "+r.Value)
	}
	return append(plan, change), nil
}

// components reads every part of spec.
func (c *Client) components(ctx context.Context, spec *Spec) ([]Component, error) {
	parts, err := c.Provider.Parts(spec)
	if err != nil {
		return nil, err
	}
	components := make([]Component, 0, len(parts))
	for _, part := range parts {
		component := Component{Part: part, State: StateAbsent}
		if part.Name != "" {
			if component, err = c.Provider.Read(ctx, spec, part); err != nil {
				return nil, fmt.Errorf("clouddp: read %s %s: %w", part.Kind, part.Name, err)
			}
		}
		components = append(components, component)
	}
	return components, nil
}

// heldCertificate returns the service certificate that the cloud holds for spec, nil if it holds none.
func (c *Client) heldCertificate(ctx context.Context, spec *Spec) (*x509.Certificate, error) {
	components, err := c.components(ctx, spec)
	if err != nil {
		return nil, err
	}
	for _, component := range components {
		if component.Certificate != nil {
			return component.Certificate, nil
		}
	}
	return nil, nil
}
