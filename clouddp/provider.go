package clouddp

import (
	"context"
	"crypto/x509"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/dns"
)

// Provider creates, reads and deletes the resources of a cloud distribution point in one kind of cloud. It holds
// primitives only: order, retries, reading back and waiting are done by [Client], once, for every provider.
//
// Implementations are safe for concurrent use and never wait for the cloud to finish. A write is never sent twice
// by the provider: after a lost answer it returns [ErrUnknown] and lets Read decide. A request that the cloud asks to
// repeat later is [ErrUnavailable], refused credentials [ErrDenied], an exhausted quota [ErrLimit], a name that belongs
// to another subscription [ErrConflict]. Run clouddptest.TestProvider against an implementation.
type Provider interface {
	// Check looks, without changing anything, for what would keep spec from being created: subscription, region, quota,
	// permissions, names that are taken.
	Check(ctx context.Context, spec *Spec) ([]Finding, error)
	// Parts returns what spec takes, in order of creation. It does no I/O.
	Parts(spec *Spec) ([]Part, error)
	// Read returns the present state of part. An absent part is a Component in [StateAbsent], not an error.
	Read(ctx context.Context, spec *Spec, part Part) (Component, error)
	// Apply starts what makes part match spec: creation, change, start or stop. The bundle is non-nil where
	// [Part.Certificate] is set and the part is absent. A change that is already complete returns an empty Ticket.
	Apply(ctx context.Context, spec *Spec, part Part, service *certs.Bundle) (Ticket, error)
	// Delete starts the removal of part. A part that is absent is [ErrNotFound].
	Delete(ctx context.Context, spec *Spec, part Part) (Ticket, error)
	// Outcome returns how a started operation stands: [StateWorking], [StateReady] or, with an error that tells why,
	// [StateFailed]. An operation the cloud no longer remembers is [ErrNotFound]: Read decides.
	Outcome(ctx context.Context, ticket Ticket) (State, error)
}

// Meter is an optional second interface of a [Provider]: it tells how much a service stores and sends.
type Meter interface {
	Usage(ctx context.Context, spec *Spec) (Usage, error)
}

// Adopter is an optional second interface of a [Provider]: it marks an existing, unmarked or foreign part as belonging to
// spec. It is only ever called for [Client.Adopt].
type Adopter interface {
	Adopt(ctx context.Context, spec *Spec, part Part) error
}

// Ticket names an operation that a cloud has started. It is opaque, never persisted, and empty for one that is done.
type Ticket string

// Part is one resource that a cloud distribution point consists of.
type Part struct {
	// Kind is what it is, in words: "storage account". No two parts of a Spec share Kind and Name.
	Kind string
	// Name is its name in the cloud.
	Name string
	// After lists the kinds of the parts that must be ready before this one is started.
	After []string
	// Certificate is set if creating the part takes the service certificate.
	Certificate bool
}

// State is the condition of a part, of an operation or of a whole service.
type State int

const (
	// StateUnknown is the zero value: the cloud said something this library does not know. It is never success.
	StateUnknown State = iota
	// StateAbsent means that it does not exist.
	StateAbsent
	// StateWorking means that the cloud is at it: creating, changing, starting, stopping.
	StateWorking
	// StateReady means that it exists and serves, or that an operation has succeeded.
	StateReady
	// StateStopped means that it exists and was stopped.
	StateStopped
	// StateFailed means that it will not become ready by waiting.
	StateFailed
	// StateDeleting means that the cloud is removing it.
	StateDeleting
)

// String returns the state in words.
func (s State) String() string {
	switch s {
	case StateAbsent:
		return "absent"
	case StateWorking:
		return "working"
	case StateReady:
		return "ready"
	case StateStopped:
		return "stopped"
	case StateFailed:
		return "failed"
	case StateDeleting:
		return "deleting"
	case StateUnknown:
	}
	return "unknown"
}

// Component is the present state of a part, as read from the cloud.
type Component struct {
	// Part is the part that was read.
	Part Part
	// State is its condition.
	State State
	// Owner is the ownership mark it bears. A part that has room for none, such as a certificate, repeats the Spec's.
	Owner string
	// Drift lists what differs from the Spec, a short phrase each; Apply mends it.
	Drift []string
	// Reason is the cloud's own wording of the state, such as "BusyRole".
	Reason string
	// Host is the name under which the cloud serves the part, such as clouddp.cloudapp.net; empty if it has none.
	Host string
	// Certificate is the service certificate as the cloud holds it, on the part that has one.
	Certificate *x509.Certificate
	// Needs are DNS records that must exist before the cloud goes on with this part, such as a proof of domain.
	Needs []dns.Record
}
