package clouddptest

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/internal/errs"
)

// The kinds of parts this cloud has, in order of creation.
const (
	kindStorage     = "storage account"
	kindService     = "cloud service"
	kindCertificate = "service certificate"
	kindDeployment  = "deployment"
)

const (
	changeCreating = "creating"
	changeUpdating = "updating"
	changeDeleting = "deleting"
)

// Check implements [clouddp.Provider].
func (c *Cloud) Check(ctx context.Context, spec *clouddp.Spec) ([]clouddp.Finding, error) {
	if err := begin(ctx, spec); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.take(FaultUnreachable) {
		return nil, unreachable("check")
	}
	var findings []clouddp.Finding
	problem := func(id, subject, evidence, remedy string) {
		findings = append(findings, clouddp.Finding{ID: id, Severity: slog.LevelError, Subject: subject, Evidence: evidence, Remedy: remedy})
	}
	if !c.hasSubscription(spec) {
		problem("cloud.subscription", spec.Subscription, "there is no such subscription", "check the subscription id")
	}
	if !c.hasRegion(spec) {
		problem("cloud.region", spec.Region, "the subscription does not offer this region", "choose one of its regions")
	}
	names := spec.Names()
	for _, name := range slices.Compact([]string{names.Service, names.StorageAccount}) {
		if c.taken[name] {
			problem("cloud.name.taken", name, "the name belongs to another subscription", "choose another first label for the service FQDN")
		}
	}
	return findings, nil
}

// Parts implements [clouddp.Provider].
func (c *Cloud) Parts(spec *clouddp.Spec) ([]clouddp.Part, error) {
	if spec == nil {
		return nil, errs.Invalid("clouddptest: parts", "spec", "is nil")
	}
	names := spec.Names()
	return []clouddp.Part{
		{Kind: kindStorage, Name: names.StorageAccount},
		{Kind: kindService, Name: names.Service},
		{Kind: kindCertificate, Name: spec.Thumbprint.String(), After: []string{kindService}, Certificate: true},
		{Kind: kindDeployment, Name: names.Service, After: []string{kindStorage, kindService, kindCertificate}},
	}, nil
}

// Read implements [clouddp.Provider].
func (c *Cloud) Read(ctx context.Context, spec *clouddp.Spec, part clouddp.Part) (clouddp.Component, error) {
	none := clouddp.Component{Part: part, State: clouddp.StateAbsent}
	if err := c.enter(ctx, spec, part); err != nil {
		return none, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.take(FaultUnreachable) {
		return none, unreachable("read " + part.Kind)
	}
	r := c.current(keyOf(spec.Names().Service, part.Kind, part.Name))
	if r == nil {
		return none, nil
	}
	component := clouddp.Component{Part: part, State: c.stateOf(r), Owner: r.owner, Reason: r.reason()}
	switch part.Kind {
	case kindCertificate:
		if r.bundle != nil {
			component.Certificate = r.bundle.Leaf
		}
		if len(c.superseded(r.service, spec)) > 0 {
			component.Drift = []string{"a superseded certificate is still there"}
		}
	case kindService:
		component.Host = part.Name + "." + c.suffix()
	case kindDeployment:
		component.Drift = r.wanted.drift(settingsOf(spec))
	}
	return component, nil
}

// Apply implements [clouddp.Provider].
func (c *Cloud) Apply(ctx context.Context, spec *clouddp.Spec, part clouddp.Part, service *certs.Bundle) (clouddp.Ticket, error) {
	if err := c.enter(ctx, spec, part); err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	existing := c.current(keyOf(spec.Names().Service, part.Kind, part.Name))
	if existing == nil && part.Kind == kindCertificate && service == nil {
		return "", errs.Invalid("clouddptest: apply "+part.Kind, "service", "the certificate is needed and nil")
	}
	if existing == nil && c.taken[part.Name] {
		return "", fmt.Errorf("clouddptest: create %s %s: the name is taken: %w", part.Kind, part.Name, clouddp.ErrConflict)
	}
	return c.write(part, func() time.Time {
		if existing == nil {
			return c.create(spec, part, service)
		}
		return c.update(spec, existing)
	})
}

// Delete implements [clouddp.Provider].
func (c *Cloud) Delete(ctx context.Context, spec *clouddp.Spec, part clouddp.Part) (clouddp.Ticket, error) {
	if err := c.enter(ctx, spec, part); err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.current(keyOf(spec.Names().Service, part.Kind, part.Name))
	if r == nil {
		return "", fmt.Errorf("clouddptest: delete %s %s: %w", part.Kind, part.Name, clouddp.ErrNotFound)
	}
	return c.write(part, func() time.Time {
		r.change, r.began, r.settled = changeDeleting, time.Now(), time.Now().Add(c.OperationTime)
		if part.Kind == kindService {
			c.publish(part, false)
			c.dropCertificates(r.service)
		}
		return r.settled
	})
}

// Outcome implements [clouddp.Provider].
func (c *Cloud) Outcome(ctx context.Context, ticket clouddp.Ticket) (clouddp.State, error) {
	if err := ctx.Err(); err != nil {
		return clouddp.StateUnknown, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	op := c.operations[ticket]
	switch {
	case op == nil:
		return clouddp.StateUnknown, fmt.Errorf("clouddptest: operation %q: %w", ticket, clouddp.ErrNotFound)
	case time.Now().Before(op.settled):
		return clouddp.StateWorking, nil
	case op.err != nil:
		return clouddp.StateFailed, op.err
	}
	return clouddp.StateReady, nil
}

// Usage implements [clouddp.Meter] with the figures of [Cloud.SetUsage].
func (c *Cloud) Usage(ctx context.Context, spec *clouddp.Spec) (clouddp.Usage, error) {
	if err := begin(ctx, spec); err != nil {
		return clouddp.Usage{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	usage := c.usage
	usage.Time = time.Now().UTC()
	return usage, nil
}

// Adopt implements [clouddp.Adopter].
func (c *Cloud) Adopt(ctx context.Context, spec *clouddp.Spec, part clouddp.Part) error {
	if err := c.enter(ctx, spec, part); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.current(keyOf(spec.Names().Service, part.Kind, part.Name))
	if r == nil {
		return fmt.Errorf("clouddptest: adopt %s %s: %w", part.Kind, part.Name, clouddp.ErrNotFound)
	}
	r.owner = spec.OwnerMark()
	c.writes++
	return nil
}

// write carries out change unless a fault stands in the way, and returns a ticket for what takes time.
func (c *Cloud) write(part clouddp.Part, change func() time.Time) (clouddp.Ticket, error) {
	if c.take(FaultBusy) {
		return "", fmt.Errorf("clouddptest: %s %s: busy: %w", part.Kind, part.Name, clouddp.ErrUnavailable)
	}
	c.writes++
	lasting := part.Kind != kindService
	if lasting && c.take(FaultFailed) {
		failure := fmt.Errorf("clouddptest: %s %s: the operation failed: %w", part.Kind, part.Name, clouddp.ErrLimit)
		return c.ticket(operation{settled: time.Now().Add(c.OperationTime), err: failure}), nil
	}
	settled := change()
	switch {
	case c.take(FaultLostAnswer):
		return "", fmt.Errorf("clouddptest: %s %s: the answer was lost: %w", part.Kind, part.Name, clouddp.ErrUnknown)
	case !lasting:
		return "", nil
	case c.take(FaultForgotten):
		return "operation-forgotten", nil
	}
	return c.ticket(operation{settled: settled}), nil
}

func (c *Cloud) ticket(op operation) clouddp.Ticket {
	if c.operations == nil {
		c.operations = map[clouddp.Ticket]*operation{}
	}
	c.serial++
	ticket := clouddp.Ticket("operation-" + strconv.Itoa(c.serial))
	c.operations[ticket] = &op
	return ticket
}

func (c *Cloud) create(spec *clouddp.Spec, part clouddp.Part, service *certs.Bundle) time.Time {
	r := &resource{owner: spec.OwnerMark(), wanted: settingsOf(spec)}
	if part.Kind == kindCertificate {
		r.bundle = service
	}
	c.put(spec, part, r)
	r.change, r.settled = changeCreating, r.began.Add(c.duration(part))
	return r.settled
}

func (c *Cloud) update(spec *clouddp.Spec, r *resource) time.Time {
	if r.part.Kind == kindCertificate {
		for _, old := range c.superseded(r.service, spec) {
			delete(c.resources, keyOf(old.service, old.part.Kind, old.part.Name))
		}
		return time.Now()
	}
	r.wanted = settingsOf(spec)
	r.change, r.began, r.settled = changeUpdating, time.Now(), time.Now().Add(c.OperationTime)
	return r.settled
}

func (c *Cloud) duration(part clouddp.Part) time.Duration {
	switch part.Kind {
	case kindDeployment:
		return c.ProvisionTime
	case kindService:
		return 0
	}
	return c.OperationTime
}

// superseded returns the certificates of the same name that neither spec nor its deployment uses.
func (c *Cloud) superseded(service string, spec *clouddp.Spec) []*resource {
	used := spec.Thumbprint
	if d := c.current(keyOf(service, kindDeployment, service)); d != nil {
		used = d.wanted.thumbprint
	}
	return slices.DeleteFunc(c.certificatesOf(service), func(r *resource) bool {
		predecessor := r.bundle != nil && strings.EqualFold(r.bundle.Leaf.Subject.CommonName, spec.Names().ServiceFQDN)
		return !predecessor || r.part.Name == spec.Thumbprint.String() || r.part.Name == used.String()
	})
}

func (c *Cloud) dropCertificates(service string) {
	for _, r := range c.certificatesOf(service) {
		delete(c.resources, keyOf(service, kindCertificate, r.part.Name))
	}
}

func (c *Cloud) suffix() string {
	if c.Suffix == "" {
		return "cloudapp.net"
	}
	return c.Suffix
}

func (c *Cloud) hasSubscription(spec *clouddp.Spec) bool {
	return c.Subscription == "" || c.Subscription == spec.Subscription
}

func (c *Cloud) hasRegion(spec *clouddp.Spec) bool {
	return len(c.Regions) == 0 || slices.Contains(c.Regions, spec.Region)
}

// enter refuses what no cloud would take.
func (c *Cloud) enter(ctx context.Context, spec *clouddp.Spec, part clouddp.Part) error {
	if err := begin(ctx, spec); err != nil {
		return err
	}
	switch part.Kind {
	case kindStorage, kindService, kindCertificate, kindDeployment:
	default:
		return errs.Invalid("clouddptest: part", "Kind", "there is no %q in this cloud", part.Kind)
	}
	if part.Name == "" {
		return errs.Invalid("clouddptest: part", "Name", "is empty; a service certificate needs Spec.Thumbprint")
	}
	if !c.hasSubscription(spec) {
		return fmt.Errorf("clouddptest: subscription %s: %w", spec.Subscription, clouddp.ErrDenied)
	}
	return nil
}

func begin(ctx context.Context, spec *clouddp.Spec) error {
	if spec == nil {
		return errs.Invalid("clouddptest: request", "spec", "is nil")
	}
	return ctx.Err()
}

func unreachable(what string) error {
	return fmt.Errorf("clouddptest: %s: the cloud cannot be reached: %w", what, clouddp.ErrUnavailable)
}

// reason words the state as the classic cloud does.
func (r *resource) reason() string {
	now := time.Now()
	if r.part.Kind != kindDeployment || !now.Before(r.settled) {
		return ""
	}
	if r.change != changeCreating {
		return r.change
	}
	steps := []string{"CreatingVM", "StartingVM", "StartingRole", "BusyRole"}
	done := float64(now.Sub(r.began)) / float64(r.settled.Sub(r.began))
	return steps[min(int(done*float64(len(steps))), len(steps)-1)]
}

func (have settings) drift(want settings) []string {
	var drift []string
	if have.description != want.description {
		drift = append(drift, "description differs")
	}
	if have.instances != want.instances {
		drift = append(drift, fmt.Sprintf("%d instances, wanted %d", have.instances, want.instances))
	}
	if have.thumbprint != want.thumbprint {
		drift = append(drift, "another certificate is bound")
	}
	switch {
	case have.stopped && !want.stopped:
		drift = append(drift, "stopped, wanted running")
	case !have.stopped && want.stopped:
		drift = append(drift, "running, wanted stopped")
	}
	return drift
}
