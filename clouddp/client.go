package clouddp

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clientsettings"
	"github.com/clouddp/sdk/clouddp/mgmtcert"
	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/internal/errs"
	"github.com/clouddp/sdk/statusmsg"
	"github.com/clouddp/sdk/statusmsg/cmlog"
)

// Client puts cloud distribution points into service and keeps them there. Set the fields before first use and do not
// copy a Client afterwards; its methods are safe for concurrent use. Only Provider is required: what a nil field
// would have done is left out, and reports say so.
//
// Every changing method converges: it reads what the cloud holds, starts what is missing or different, and reads again.
// Called again after a crash at any point it reaches the same end. For one service name the newest operation of a
// Client has the word; an older one ends with [ErrConflict].
type Client struct {
	// Provider is the cloud.
	Provider Provider
	// Certificate returns the service certificate for a service FQDN. It is asked when the cloud lacks the certificate,
	// by Preflight and by Renew, and should return the same bundle until a renewal is due.
	Certificate func(ctx context.Context, fqdn string) (*certs.Bundle, error)
	// ManagementCertificates are those of the subscription, for Preflight and Watch to look at.
	ManagementCertificates mgmtcert.Store
	// Zone holds the alias. Nil leaves the alias to somebody else.
	Zone dns.Zone
	// Resolver confirms the alias at the authoritative servers and walks its chain.
	Resolver *dns.Resolver
	// Policies are the client settings of the site.
	Policies clientsettings.Source
	// Messages receives status message 9409 when a service is ready and 9425 when its certificate has expired. If it is
	// a [statusmsg.Source] too, Verify looks the message up.
	Messages statusmsg.Sink
	// Log receives the lines of a CloudMgr.log.
	Log *cmlog.Writer
	// Registry remembers the Specs. Nil means a [MemoryRegistry] of the Client's own.
	Registry Registry
	// Dial connects Verify to the service. Nil means a [net.Dialer].
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Roots are the authorities that clients trust; nil means those of the system.
	Roots *x509.CertPool
	// Logger receives progress at Info and retries at Warn. Nil is silent.
	Logger *slog.Logger
	// PollInterval is the pause between two readings of the cloud; 0 means 10 s, as Configuration Manager waits.
	PollInterval time.Duration
	// WatchInterval is the pause between two rounds of Watch; 0 means 1 h.
	WatchInterval time.Duration
	// Deadline bounds one operation; 0 means 2 h. An operation that runs out of it can be resumed.
	Deadline time.Duration

	mu    sync.Mutex
	own   MemoryRegistry
	lines map[string]*line
}

// line is where the operations on one service name queue up.
type line struct {
	turn   chan struct{} // holds a token while somebody has the turn
	latest *Operation
}

const (
	defaultPollInterval  = 10 * time.Second
	defaultWatchInterval = time.Hour
	defaultDeadline      = 2 * time.Hour
)

func (c *Client) pollInterval() time.Duration {
	if c.PollInterval > 0 {
		return c.PollInterval
	}
	return defaultPollInterval
}

func (c *Client) watchInterval() time.Duration {
	if c.WatchInterval > 0 {
		return c.WatchInterval
	}
	return defaultWatchInterval
}

func (c *Client) deadline() time.Duration {
	if c.Deadline > 0 {
		return c.Deadline
	}
	return defaultDeadline
}

func (c *Client) registry() Registry {
	if c.Registry != nil {
		return c.Registry
	}
	return &c.own
}

func (c *Client) logger() *slog.Logger {
	if c.Logger != nil {
		return c.Logger
	}
	return slog.New(slog.DiscardHandler)
}

// lineFor returns the line of name, made at first use.
func (c *Client) lineFor(name string) *line {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lines == nil {
		c.lines = map[string]*line{}
	}
	if c.lines[name] == nil {
		c.lines[name] = &line{turn: make(chan struct{}, 1)}
	}
	return c.lines[name]
}

// takeTurn waits for the turn on l and returns what ends it.
func (l *line) takeTurn(ctx context.Context) (done func(), err error) {
	select {
	case l.turn <- struct{}{}:
		return func() { <-l.turn }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// certificate asks for the service certificate of spec and checks that it will serve.
func (c *Client) certificate(ctx context.Context, spec *Spec) (*certs.Bundle, error) {
	need := &NeedCertificateError{ServiceFQDN: spec.ServiceFQDN, Thumbprint: spec.Thumbprint}
	if c.Certificate == nil {
		return nil, need
	}
	bundle, err := c.Certificate(ctx, spec.ServiceFQDN)
	switch {
	case err != nil:
		return nil, fmt.Errorf("clouddp: certificate %s: %w", spec.ServiceFQDN, err)
	case bundle.PrivateKey() == nil:
		return nil, need
	case !spec.Thumbprint.IsZero() && bundle.Thumbprint() != spec.Thumbprint:
		return nil, fmt.Errorf("%w, and Client.Certificate returned %s", need, bundle.Thumbprint())
	}
	return bundle, checkError(fromCerts(certs.CheckService(bundle, spec.ServiceFQDN, time.Now())))
}

// accept returns the canonical form of a Spec that a caller passed.
func (c *Client) accept(spec *Spec) (*Spec, error) {
	if c.Provider == nil {
		return nil, errs.Invalid("clouddp: client", "Provider", "is nil")
	}
	if spec == nil {
		return nil, errs.Invalid("clouddp: client", "spec", "is nil")
	}
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	return spec.normalised(), nil
}

// record returns what the registry remembers of name.
func (c *Client) record(ctx context.Context, name string) (*Record, error) {
	if c.Provider == nil {
		return nil, errs.Invalid("clouddp: client", "Provider", "is nil")
	}
	r, err := c.registry().Get(ctx, normalName(name))
	if err != nil {
		return nil, fmt.Errorf("clouddp: registry %s: %w", name, err)
	}
	return r, nil
}
