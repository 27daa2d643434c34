package clouddptest

import (
	"crypto/tls"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
)

// Cloud is an in-memory cloud that implements [clouddp.Provider], [clouddp.Meter] and [clouddp.Adopter]. It has the
// shape of the classic one: a storage account, a cloud service, its certificate and a deployment that takes its time.
// Time is the clock's, so inside a synctest bubble half an hour passes at once. Set the fields before first use; the
// methods are safe for concurrent use.
type Cloud struct {
	// Subscription is the only subscription there is; empty accepts any.
	Subscription string
	// Regions are the regions on offer; empty offers every region.
	Regions []string
	// Suffix is appended to the service name to form its host name; empty means cloudapp.net.
	Suffix string
	// ProvisionTime is how long a deployment takes until it serves; 0 means at once.
	ProvisionTime time.Duration
	// OperationTime is how long any other change takes.
	OperationTime time.Duration
	// Publish, if not nil, is told when a cloud service comes to exist and when it is gone, as the cloud's DNS would be.
	Publish func(service string, up bool)

	mu         sync.Mutex
	resources  map[string]*resource
	operations map[clouddp.Ticket]*operation
	taken      map[string]bool
	faults     []Fault
	usage      clouddp.Usage
	writes     int
	serial     int
}

// resource is one thing in the cloud. A change in progress is complete at settled.
type resource struct {
	part    clouddp.Part
	service string
	owner   string
	change  string
	began   time.Time
	settled time.Time
	wanted  settings
	bundle  *certs.Bundle
}

// settings are what a Spec can change on an existing resource.
type settings struct {
	description string
	instances   int
	thumbprint  certs.Thumbprint
	stopped     bool
}

type operation struct {
	settled time.Time
	err     error
}

// NewCloud returns an empty cloud in which every change is complete at once.
func NewCloud() *Cloud { return &Cloud{} }

// Plant creates part for spec's service under another owner's mark; an empty owner leaves it unmarked.
func (c *Cloud) Plant(spec *clouddp.Spec, part clouddp.Part, owner string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(spec, part, &resource{owner: owner, wanted: settingsOf(spec)})
}

// Take makes name belong to another subscription, so that neither a service nor an account can have it.
func (c *Cloud) Take(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.taken == nil {
		c.taken = map[string]bool{}
	}
	c.taken[name] = true
}

// SetUsage sets the figures that [Cloud.Usage] reports.
func (c *Cloud) SetUsage(u clouddp.Usage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.usage = u
}

// Inventory lists what exists, "kind name" each, in order.
func (c *Cloud) Inventory() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []string
	for key, r := range c.resources {
		if c.current(key) != nil {
			list = append(list, r.part.Kind+" "+r.part.Name)
		}
	}
	slices.Sort(list)
	return list
}

// Writes counts the requests that have changed the cloud.
func (c *Cloud) Writes() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.writes
}

// Workload returns the certificate, with its key, under which the named service answers clients. A service that is
// absent, stopped or not ready answers nobody: the error is [clouddp.ErrUnavailable].
func (c *Cloud) Workload(service string) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	deployment := c.current(keyOf(service, kindDeployment, service))
	if deployment == nil || c.stateOf(deployment) != clouddp.StateReady {
		return nil, fmt.Errorf("clouddptest: workload %s: %w", service, clouddp.ErrUnavailable)
	}
	held := c.current(keyOf(service, kindCertificate, deployment.wanted.thumbprint.String()))
	if held == nil || held.bundle == nil {
		return nil, fmt.Errorf("clouddptest: workload %s: no certificate: %w", service, clouddp.ErrUnavailable)
	}
	certificate := held.bundle.TLS()
	return &certificate, nil
}

// answersFor reports whether the cloud knows a host for service, running or not.
func (c *Cloud) answersFor(service string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current(keyOf(service, kindService, service)) != nil
}

// put stores r as part of spec's service and settles it at once.
func (c *Cloud) put(spec *clouddp.Spec, part clouddp.Part, r *resource) {
	if c.resources == nil {
		c.resources = map[string]*resource{}
	}
	r.part, r.service = part, spec.Names().Service
	c.publish(part, true)
	r.began = time.Now()
	r.settled = r.began
	c.resources[keyOf(r.service, part.Kind, part.Name)] = r
}

func (c *Cloud) publish(part clouddp.Part, up bool) {
	if c.Publish != nil && part.Kind == kindService {
		c.Publish(part.Name, up)
	}
}

// current returns the resource at key, clearing away one whose deletion is complete.
func (c *Cloud) current(key string) *resource {
	r := c.resources[key]
	if r != nil && r.change == changeDeleting && !time.Now().Before(r.settled) {
		delete(c.resources, key)
		return nil
	}
	return r
}

// stateOf is what a resource looks like now.
func (c *Cloud) stateOf(r *resource) clouddp.State {
	switch {
	case r.change == changeDeleting:
		return clouddp.StateDeleting
	case time.Now().Before(r.settled):
		return clouddp.StateWorking
	case r.part.Kind == kindDeployment && r.wanted.stopped:
		return clouddp.StateStopped
	}
	return clouddp.StateReady
}

// certificatesOf returns the certificates held by service, in order of thumbprint.
func (c *Cloud) certificatesOf(service string) []*resource {
	var held []*resource
	for _, key := range slices.Sorted(maps.Keys(c.resources)) {
		if r := c.current(key); r != nil && r.service == service && r.part.Kind == kindCertificate {
			held = append(held, r)
		}
	}
	return held
}

func keyOf(service, kind, name string) string {
	return strings.Join([]string{service, kind, name}, "\x00")
}

func settingsOf(spec *clouddp.Spec) settings {
	return settings{
		description: spec.Description,
		instances:   spec.InstanceCount(),
		thumbprint:  spec.Thumbprint,
		stopped:     spec.Stopped,
	}
}
