package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
	"github.com/clouddp/sdk/clientsettings/clientsettingstest"
	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/classic"
	"github.com/clouddp/sdk/clouddp/classic/classictest"
	"github.com/clouddp/sdk/clouddp/clouddptest"
	"github.com/clouddp/sdk/clouddp/content"
	"github.com/clouddp/sdk/clouddp/content/contenttest"
	"github.com/clouddp/sdk/clouddp/content/point"
	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
	"github.com/clouddp/sdk/examples/internal/keep"
	"github.com/clouddp/sdk/statusmsg/cmlog"
	"github.com/clouddp/sdk/statusmsg/statusmsgtest"
)

// The enterprise of the journey.
const (
	domain       = "contoso.com"
	cloudDomain  = "cloudapp.net"
	fqdn         = "clouddp." + domain
	cloudHost    = "clouddp." + cloudDomain
	subscription = "00000000-0000-0000-0000-000000000001"
	packageID    = "PS100001"
)

// provisionTime stands for the half hour that a real deployment takes.
const provisionTime = 600 * time.Millisecond

// world is an enterprise and a cloud on loopback sockets, and what the steps hand on to each other.
type world struct {
	options
	folder  *keep.Folder // where files are written: -keep, or a temporary one
	scratch string       // where packages lie, at the publisher's and at the client's
	stop    context.CancelFunc

	ca       *certstest.CA
	template template.Desired
	azure    *classictest.Service
	endpoint *classictest.Server
	dns      *dnstest.Server
	zone     *dnstest.Zone
	resolver *dns.Resolver
	front    string // address at which the running service answers
	storage  *contenttest.Store
	messages *statusmsgtest.Log
	policies *clientsettingstest.Site
	logFile  *os.File

	service    *certs.Bundle // the service certificate that clouddp.Client is given
	management *certs.Bundle
	token      string // the co-administrator's
	client     *clouddp.Client
	spec       *clouddp.Spec
	tokens     *point.Issuer
	pointKey   content.Key
	manifest   *content.Manifest

	wrote       func(path string) // called after a file was written, for a fault to spoil it
	distributed func()            // called after the package was distributed, likewise
	audience    string            // the collection that the policy for devices is deployed to
}

// newWorld opens every socket of the journey: the Azure endpoint over mutual TLS, DNS over UDP and TCP, and HTTPS for
// the service itself.
func newWorld(ctx context.Context, o options) (_ *world, err error) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	w := &world{
		options:     o,
		stop:        stop,
		ca:          certstest.NewCA("Contoso Issuing CA"),
		azure:       &classictest.Service{Subscription: subscription, ProvisionTime: provisionTime, OperationTime: provisionTime / 8},
		dns:         dnstest.NewServer(),
		storage:     contenttest.NewStore(),
		messages:    &statusmsgtest.Log{},
		policies:    clientsettingstest.NewSite(),
		token:       rand.Text(),
		wrote:       func(string) {},
		distributed: func() {},
		audience:    "PS100014",
	}
	defer func() {
		if err != nil {
			w.close()
			w.discard()
		}
	}()
	if err := w.openFolders(); err != nil {
		return nil, err
	}
	w.azure.AddToken(w.token)
	if w.endpoint, err = w.azure.Serve(ctx, nil); err != nil {
		return nil, err
	}
	return w, errors.Join(w.serveDNS(ctx), w.servePoint(ctx))
}

func (w *world) close() {
	w.stop()
	if w.endpoint != nil {
		_ = w.endpoint.Close() // the journey is over
	}
	if w.logFile != nil {
		_ = w.logFile.Close()
	}
	if w.keep == "" {
		w.discard()
	}
	_ = os.RemoveAll(w.scratch)
}

func (w *world) discard() {
	if w.folder != nil {
		_ = w.folder.Discard()
	}
}

// keptFiles are those that -keep promises.
func keptFiles() []string {
	return []string{
		"CloudDP.cer", "CloudDP.pfx", "CloudDP.pfx.password", "Management.cer", "Management.pfx", "Management.pfx.password",
		"CloudMgr.log", "manifest.json",
	}
}

func (w *world) openFolders() (err error) {
	if w.folder, err = keep.Open("-keep", w.keep, keptFiles()...); err != nil {
		return err
	}
	if w.scratch, err = os.MkdirTemp("", "quickstart-"); err != nil {
		return err
	}
	w.logFile, err = w.folder.Create("CloudMgr.log", 0o644)
	return err
}

// serveDNS serves the enterprise's zone and the cloud's own, in which a host appears and vanishes with its service.
func (w *world) serveDNS(ctx context.Context) error {
	w.zone = w.dns.AddZone(domain)
	hosts := w.dns.AddZone(cloudDomain)
	w.azure.Publish = func(service string, up bool) {
		address := dns.Record{Name: service + "." + cloudDomain, Type: "A", Value: "127.0.0.1"}
		if up {
			_ = hosts.Add(address) // the cloud's own names are good ones
		} else {
			_ = hosts.Remove(address)
		}
	}
	address, err := w.dns.Serve(ctx)
	if err != nil {
		return err
	}
	w.resolver = dnstest.ResolverFor(address)
	return nil
}

// servePoint lets the running cloud service answer over HTTPS with a content point, under the certificate that the cloud
// was given.
func (w *world) servePoint(ctx context.Context) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	if w.pointKey, err = content.GenerateKey(); err != nil {
		return err
	}
	w.tokens = &point.Issuer{Key: key, Audience: fqdn}
	front := &clouddptest.Front{
		Workload: func() (*tls.Certificate, error) { return w.azure.Workload("clouddp") },
		Handler: &point.Point{
			Content: w.storage, Key: w.pointKey,
			Tokens: &point.Verifier{Audience: fqdn, Keys: []crypto.PublicKey{key.Public()}},
		},
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	w.front = listener.Addr().String()
	go func() { _ = front.Serve(ctx, listener) }() // ends with ctx
	return nil
}

// dial connects as a client does: it follows the alias over UDP and goes to the address at its end. The one thing that
// loopback changes is the port.
func (w *world) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	chain, err := dns.Check(ctx, w.resolver, host, cloudHost)
	if err != nil {
		return nil, err
	}
	if !chain.OK() {
		return nil, fmt.Errorf("%s does not lead to the service: %s", host, strings.TrimSpace(chain.String()))
	}
	return new(net.Dialer).DialContext(ctx, network, w.front)
}

// httpClient returns a client that trusts the enterprise's root alone and finds its way by the alias.
func (w *world) httpClient() *http.Client {
	return &http.Client{Timeout: time.Minute, Transport: &http.Transport{
		DialContext:       w.dial,
		TLSClientConfig:   &tls.Config{RootCAs: w.ca.Pool(), MinVersion: tls.VersionTLS12},
		DisableKeepAlives: true,
	}}
}

// subscription returns the driver for the classic API, which authenticates by the management certificate.
func (w *world) subscription() *classic.Subscription {
	return &classic.Subscription{ID: subscription, Certificate: w.management, Endpoint: w.endpoint.URL, Roots: w.endpoint.Pool()}
}

// metered is the subscription with the figures of the storage it pays for: the classic API itself has none.
type metered struct {
	*classic.Subscription
	storage *contenttest.Store
}

// Usage implements [clouddp.Meter].
func (m metered) Usage(context.Context, *clouddp.Spec) (clouddp.Usage, error) {
	return clouddp.Usage{StoredBytes: m.storage.Stored(), SentBytes: m.storage.Sent(), Time: time.Now().UTC()}, nil
}

// newClient wires everything that the steps have made so far.
func (w *world) newClient() *clouddp.Client {
	subscription := w.subscription()
	return &clouddp.Client{
		Provider:               metered{subscription, w.storage},
		Certificate:            func(context.Context, string) (*certs.Bundle, error) { return w.service, nil },
		ManagementCertificates: subscription.ManagementCertificates(),
		Zone:                   w.zone,
		Resolver:               w.resolver,
		Policies:               w.policies,
		Messages:               w.messages,
		Log:                    &cmlog.Writer{W: w.logFile},
		Dial:                   w.dial,
		Roots:                  w.ca.Pool(),
		PollInterval:           20 * time.Millisecond,
		WatchInterval:          20 * time.Millisecond,
		Deadline:               time.Minute,
	}
}
