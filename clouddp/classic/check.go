package classic

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/clouddp/sdk/clouddp"
)

const (
	// manyCertificates is where the list of management certificates is nearly full: Microsoft documents 100 for a
	// subscription.
	manyCertificates = 90
	// expirySoon is how long before its end a management certificate is pointed out.
	expirySoon = 30 * 24 * time.Hour
)

// Check implements [clouddp.Provider]. Its findings are cloud.permission, cloud.subscription, cloud.region, cloud.name.taken,
// cloud.quota.services, cloud.quota.storage, cloud.quota.cores, cloud.management.limit and cloud.management.expiry.
func (s *Subscription) Check(ctx context.Context, spec *clouddp.Spec) ([]clouddp.Finding, error) {
	if err := s.accept(spec); err != nil {
		return nil, err
	}
	c := &check{Subscription: s, spec: spec}
	for _, look := range []func(context.Context) error{c.account, c.region, c.names, c.quota, c.management} {
		err := look(ctx)
		switch {
		case errors.Is(err, clouddp.ErrDenied):
			c.fail("cloud.permission", s.ID, err.Error(), "upload the management certificate to this subscription, or sign in as its co-administrator")
			return c.findings, nil
		case errors.Is(err, errNoSubscription):
			c.fail("cloud.subscription", s.ID, "there is no such subscription", "check the subscription id")
			return c.findings, nil
		case err != nil:
			return c.findings, err
		}
	}
	return c.findings, nil
}

// errNoSubscription ends a check: nothing more can be asked.
var errNoSubscription = errors.New("classic: no such subscription")

// check gathers the findings on one Spec.
type check struct {
	*Subscription
	spec     *clouddp.Spec
	findings []clouddp.Finding

	limits subscriptionReply
	// what exists already needs no room
	haveAccount, haveService, haveDeployment bool
}

func (c *check) fail(id, subject, evidence, remedy string) {
	c.report(slog.LevelError, id, subject, evidence, remedy)
}

func (c *check) report(severity slog.Level, id, subject, evidence, remedy string) {
	c.findings = append(c.findings, clouddp.Finding{ID: id, Severity: severity, Subject: subject, Evidence: evidence, Remedy: remedy})
}

func (c *check) account(ctx context.Context) error {
	err := c.get(ctx, "read subscription", &c.limits)
	if errors.Is(err, clouddp.ErrNotFound) {
		return errNoSubscription
	}
	if err != nil {
		return err
	}
	switch status := c.limits.Status; status {
	case "Active":
	case "Warned", "PastDue":
		c.report(slog.LevelWarn, "cloud.subscription", c.ID, "its status is "+status, "settle the subscription's account")
	default:
		c.fail("cloud.subscription", c.ID, fmt.Sprintf("its status is %q, not Active", printable(status)), "use an active subscription")
	}
	return nil
}

func (c *check) region(ctx context.Context) error {
	var list locationsReply
	if err := c.get(ctx, "list locations", &list, "locations"); err != nil {
		return err
	}
	var names []string
	for _, location := range list.Locations {
		names = append(names, printable(location.Name))
		if location.Name != c.spec.Region {
			continue
		}
		for _, needed := range []string{"Compute", "Storage"} {
			if !slices.Contains(location.Services, needed) {
				c.fail("cloud.region", c.spec.Region, "offers no "+needed, "choose another region")
			}
		}
		return nil
	}
	c.fail("cloud.region", c.spec.Region, "is not offered to the subscription", "choose one of "+strings.Join(names, ", "))
	return nil
}

// names looks whether both names are free or ours, and in the right region.
func (c *check) names(ctx context.Context) error {
	names := c.spec.Names()
	at := place{subscription: c.Subscription, spec: c.spec, names: names}
	account, service := &storageAccount{place: at}, &cloudService{place: at}
	var err error
	if c.haveAccount, err = c.name(ctx, account, names.StorageAccount, "storageservices"); err != nil {
		return err
	}
	if c.haveService, err = c.name(ctx, service, names.Service, "hostedservices"); err != nil {
		return err
	}
	if c.haveAccount {
		c.location(kindStorage, names.StorageAccount, account.found.Properties.Location)
	}
	if c.haveService {
		c.location(kindService, names.Service, service.found.Properties.Location)
	}
	_, err = (&deployment{place: at}).read(ctx)
	c.haveDeployment = err == nil
	return ignoreNotFound(err)
}

func (c *check) name(ctx context.Context, r resource, name, collection string) (exists bool, err error) {
	component, err := r.read(ctx)
	switch {
	case errors.Is(err, clouddp.ErrNotFound):
		return false, c.available(ctx, name, collection)
	case err != nil:
		return false, err
	case component.Owner != c.spec.OwnerMark():
		c.fail("cloud.name.taken", name, fmt.Sprintf("exists in this subscription with the owner mark %q", printable(component.Owner)),
			"choose another first label for the service FQDN, or adopt what is there")
	}
	return true, nil
}

func (c *check) available(ctx context.Context, name, collection string) error {
	var reply availabilityReply
	if err := c.get(ctx, "look up the name "+name, &reply, "services", collection, "operations", "isavailable", name); err != nil {
		return err
	}
	if !reply.Result {
		c.fail("cloud.name.taken", name, orDefault(printable(reply.Reason), "the name belongs to another subscription"), "choose another first label for the service FQDN")
	}
	return nil
}

func (c *check) location(kind, name, location string) {
	if location != c.spec.Region {
		c.fail("cloud.region", name, fmt.Sprintf("the %s lies in %q", kind, printable(location)), "a resource cannot move: use its region, or delete it first")
	}
}

func (c *check) quota(context.Context) error {
	limits := &c.limits
	if !c.haveService {
		c.room("services", limits.CurrentHostedServices, 1, limits.MaxHostedServices)
	}
	if !c.haveAccount {
		c.room("storage", limits.CurrentStorageAccounts, 1, limits.MaxStorageAccounts)
	}
	if !c.haveDeployment {
		c.room("cores", limits.CurrentCores, c.spec.InstanceCount(), limits.MaxCores)
	}
	return nil
}

// room compares with a limit; a subscription that names none is taken at its word.
func (c *check) room(what string, current, more, limit int) {
	if limit > 0 && current+more > limit {
		c.fail("cloud.quota."+what, c.ID, fmt.Sprintf("%d of %d used, %d more needed", current, limit, more), "ask for a higher quota, or delete what is no longer needed")
	}
}

func (c *check) management(ctx context.Context) error {
	now := time.Now()
	count := 0
	for entry, err := range c.ManagementCertificates().Certificates(ctx) {
		if err != nil {
			return err
		}
		count++
		if entry.Certificate != nil && entry.Certificate.NotAfter.Before(now.Add(expirySoon)) {
			c.report(slog.LevelWarn, "cloud.management.expiry", entry.Thumbprint.String(),
				"ends on "+entry.Certificate.NotAfter.UTC().Format(time.DateOnly), "upload its successor, then delete it: the cloud may go on accepting it")
		}
	}
	if count >= manyCertificates {
		c.report(slog.LevelWarn, "cloud.management.limit", c.ID, fmt.Sprintf("%d management certificates", count), "delete those that nobody uses")
	}
	return nil
}

func ignoreNotFound(err error) error {
	if errors.Is(err, clouddp.ErrNotFound) {
		return nil
	}
	return err
}
