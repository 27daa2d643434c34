package clouddp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clouddp/sdk/certs"
)

// The verbs an Operation is named by.
const (
	verbCreate = "create"
	verbAdopt  = "adopt"
	verbStart  = "start"
	verbStop   = "stop"
	verbUpdate = "update"
	verbRenew  = "renew"
	verbResume = "resume"
	verbDelete = "delete"
)

// Create puts the cloud distribution point that spec describes into service: its parts in the cloud, then the alias,
// then message 9409. It remembers the Spec and returns at once; poll the [Operation]. What exists already and is ours
// is kept, so the same Create again creates nothing twice. A bad Spec is an [*InvalidError], a missing certificate a
// [*NeedCertificateError], one that would not serve a [*CheckError]; later errors come from the Operation.
func (c *Client) Create(ctx context.Context, spec *Spec) (*Operation, error) {
	return c.introduce(ctx, spec, verbCreate)
}

// Adopt is Create for a service whose parts exist but bear another mark or none: it marks them as spec's. The
// provider must be an [Adopter].
func (c *Client) Adopt(ctx context.Context, spec *Spec) (*Operation, error) {
	return c.introduce(ctx, spec, verbAdopt)
}

// Update makes an existing cloud distribution point match spec. Subscription, Region and StorageAccount cannot change:
// that takes a new service. An unknown name is [ErrNotFound].
func (c *Client) Update(ctx context.Context, spec *Spec) (*Operation, error) {
	spec, err := c.accept(spec)
	if err != nil {
		return nil, err
	}
	return c.edit(ctx, spec.ServiceFQDN, verbUpdate, func(r *Record) error {
		if err := sameHome(&r.Spec, spec); err != nil {
			return err
		}
		if spec.Thumbprint.IsZero() {
			spec.Thumbprint = r.Spec.Thumbprint
		}
		r.Spec = *spec
		return nil
	})
}

// Resume goes on with whatever was last asked of name, for example after a restart of the program. An unknown name is
// [ErrNotFound].
func (c *Client) Resume(ctx context.Context, name string) (*Operation, error) {
	return c.edit(ctx, name, verbResume, func(*Record) error { return nil })
}

// Start lets a stopped service serve again. An unknown name is [ErrNotFound].
func (c *Client) Start(ctx context.Context, name string) (*Operation, error) {
	return c.edit(ctx, name, verbStart, func(r *Record) error { r.Spec.Stopped = false; return nil })
}

// Stop makes a service refuse clients at once. Its content stays. An unknown name is [ErrNotFound].
func (c *Client) Stop(ctx context.Context, name string) (*Operation, error) {
	return c.edit(ctx, name, verbStop, func(r *Record) error { r.Spec.Stopped = true; return nil })
}

// Renew replaces the service certificate by the one that [Client.Certificate] now returns. It must bear the same
// common name, letter case included; otherwise the error is a [*CheckError]. An unknown name is [ErrNotFound].
func (c *Client) Renew(ctx context.Context, name string) (*Operation, error) {
	var service *certs.Bundle
	op, err := c.edit(ctx, name, verbRenew, func(r *Record) (err error) {
		service, err = c.renewal(ctx, &r.Spec)
		if err == nil {
			r.Spec.Thumbprint = service.Thumbprint()
		}
		return err
	})
	if err == nil {
		op.service = service
	}
	return op, err
}

// Delete removes the alias, then the parts, their content with them, and forgets the name. An unknown name is
// [ErrNotFound]; something foreign among the parts ends the Operation with [ErrForeign] before anything is touched.
func (c *Client) Delete(ctx context.Context, name string) (*Operation, error) {
	return c.edit(ctx, name, verbDelete, func(*Record) error { return nil })
}

// introduce begins an operation on a Spec that the registry need not know.
func (c *Client) introduce(ctx context.Context, spec *Spec, verb string) (*Operation, error) {
	spec, err := c.accept(spec)
	if err != nil {
		return nil, err
	}
	r, err := c.registry().Get(ctx, spec.ServiceFQDN)
	switch {
	case errors.Is(err, ErrNotFound):
		r = &Record{Created: time.Now().UTC()}
	case err != nil:
		return nil, fmt.Errorf("clouddp: registry %s: %w", spec.ServiceFQDN, err)
	default:
		if err := sameHome(&r.Spec, spec); err != nil {
			return nil, err
		}
	}
	if spec.Thumbprint.IsZero() {
		spec.Thumbprint = r.Spec.Thumbprint
	}
	var service *certs.Bundle
	if spec.Thumbprint.IsZero() {
		if service, err = c.certificate(ctx, spec); err != nil {
			return nil, err
		}
		spec.Thumbprint = service.Thumbprint()
	}
	r.Spec = *spec
	op, err := c.begin(ctx, r, verb)
	if err == nil {
		op.service = service
	}
	return op, err
}

// edit begins an operation on a Spec that the registry knows, after change has been made to its record.
func (c *Client) edit(ctx context.Context, name, verb string, change func(*Record) error) (*Operation, error) {
	r, err := c.record(ctx, name)
	if err != nil {
		return nil, err
	}
	if err := change(r); err != nil {
		return nil, err
	}
	return c.begin(ctx, r, verb)
}

// begin remembers r and makes a new Operation the latest on its line.
func (c *Client) begin(ctx context.Context, r *Record, verb string) (*Operation, error) {
	spec := r.Spec.clone()
	parts, err := c.Provider.Parts(spec)
	if err != nil {
		return nil, err
	}
	if err := c.registry().Put(ctx, r); err != nil {
		return nil, fmt.Errorf("clouddp: registry %s: %w", spec.ServiceFQDN, err)
	}
	op := &Operation{
		client: c, line: c.lineFor(spec.ServiceFQDN), record: r, spec: spec, verb: verb, adopt: verb == verbAdopt,
		parts: parts, attempts: map[string]*attempt{},
		status: Status{Name: spec.ServiceFQDN, Operation: verb, Host: r.Host, Started: time.Now().UTC()},
	}
	endTurn, err := op.line.takeTurn(ctx)
	if err != nil {
		return nil, err
	}
	defer endTurn()
	op.line.latest = op
	c.logBegin(op)
	return op, nil
}

// renewal returns the certificate that is to replace the one in spec.
func (c *Client) renewal(ctx context.Context, spec *Spec) (*certs.Bundle, error) {
	wanted := spec.clone()
	wanted.Thumbprint = certs.Thumbprint{}
	renewed, err := c.certificate(ctx, wanted)
	if err != nil {
		return nil, err
	}
	held, err := c.heldCertificate(ctx, spec)
	if err != nil || held == nil {
		return renewed, err
	}
	return renewed, checkError(fromCerts(certs.CheckRenewal(held, renewed)))
}

// sameHome refuses a change of what a service cannot change.
func sameHome(have, want *Spec) error {
	e := &InvalidError{Subject: "clouddp: spec " + want.ServiceFQDN}
	if have.Subscription != want.Subscription {
		e.Add("Subscription", "was %s and cannot change; delete the service and create it anew", have.Subscription)
	}
	if have.Region != want.Region {
		e.Add("Region", "was %s and cannot change; delete the service and create it anew", have.Region)
	}
	if have.Names().StorageAccount != want.Names().StorageAccount {
		e.Add("StorageAccount", "was %s and cannot change; delete the service and create it anew", have.Names().StorageAccount)
	}
	return e.Err()
}
