package clouddptest

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
	"github.com/clouddp/sdk/clientsettings/clientsettingstest"
	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/content/contenttest"
	"github.com/clouddp/sdk/clouddp/mgmtcert/mgmtcerttest"
	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/dns/dnstest"
	"github.com/clouddp/sdk/statusmsg/statusmsgtest"
)

// The enterprise that a Lab plays.
const (
	labDomain       = "contoso.com"
	labCloudDomain  = "cloudapp.net"
	labSubscription = "00000000-0000-0000-0000-000000000001"
)

// Lab is an enterprise and a cloud in memory, with every fake wired: it opens no socket and works inside a synctest
// bubble. Its fields are there to be looked at and to be broken; set them before the first use of a Client.
type Lab struct {
	// CA is the enterprise certification authority; it publishes the Cloud DP template.
	CA *certstest.CA
	// Cloud is the cloud, and ManagementCertificates those of its subscription.
	Cloud                  *Cloud
	ManagementCertificates *mgmtcerttest.Store
	// DNS serves Zone, contoso.com, and the cloud's own domain, cloudapp.net.
	DNS  *dnstest.Server
	Zone *dnstest.Zone
	// Policies are the client settings of the site.
	Policies *clientsettingstest.Site
	// Messages receives the status messages.
	Messages *statusmsgtest.Log
	// Content is the storage of the service.
	Content *contenttest.Store
	// Registry is shared by the Clients of the Lab, as by restarts of one program.
	Registry *clouddp.MemoryRegistry
	// Handler answers what clients ask of a running service; nil answers 503.
	Handler http.Handler

	mu           sync.Mutex
	broken       error // from setting up; Certificate returns it
	certificates map[string]*certs.Bundle
}

// NewLab returns a Lab in which the certificate template is published, the cloud is empty and every change in it is
// complete at once.
func NewLab() *Lab {
	lab := &Lab{
		CA:                     certstest.NewCA("Contoso Issuing CA"),
		Cloud:                  &Cloud{Subscription: labSubscription},
		ManagementCertificates: &mgmtcerttest.Store{},
		DNS:                    dnstest.NewServer(),
		Policies:               clientsettingstest.NewSite(),
		Messages:               &statusmsgtest.Log{},
		Content:                contenttest.NewStore(),
		Registry:               &clouddp.MemoryRegistry{},
		certificates:           map[string]*certs.Bundle{},
	}
	lab.Zone = lab.DNS.AddZone(labDomain)
	hosts := lab.DNS.AddZone(labCloudDomain)
	lab.Cloud.Publish = func(service string, up bool) { publishHost(hosts, service+"."+labCloudDomain, up) }
	lab.broken = lab.publishTemplate()
	return lab
}

// publishTemplate does what an administrator does first.
func (l *Lab) publishTemplate() error {
	servers := l.CA.AddGroup("ConfigMgr Site Servers")
	l.CA.JoinGroup(servers)
	_, err := template.Apply(context.Background(), l.CA, template.Desired{Template: template.CloudDP(servers), CA: l.CA.Name()})
	return err
}

func publishHost(zone *dnstest.Zone, host string, up bool) {
	address := dns.Record{Name: host, Type: "A", Value: "127.0.0.1"}
	if up {
		_ = zone.Add(address) // a host name the cloud made up is a good one
		return
	}
	_ = zone.Remove(address)
}

// Client returns a new Client with every field set to the Lab's. It reads the cloud a hundred times during the cloud's
// ProvisionTime as it is now, and at most every 10 ms.
func (l *Lab) Client() *clouddp.Client {
	return &clouddp.Client{
		Provider:               l.Cloud,
		Certificate:            l.Certificate,
		ManagementCertificates: l.ManagementCertificates,
		Zone:                   l.Zone,
		Resolver:               l.DNS.Resolver(),
		Policies:               l.Policies,
		Messages:               l.Messages,
		Registry:               l.Registry,
		Dial:                   l.Dial,
		Roots:                  l.CA.Pool(),
		PollInterval:           max(10*time.Millisecond, l.Cloud.ProvisionTime/100),
	}
}

// Spec returns a valid Spec for service.contoso.com.
func (l *Lab) Spec(service string) *clouddp.Spec {
	return &clouddp.Spec{
		ServiceFQDN:  service + "." + labDomain,
		Subscription: labSubscription,
		Region:       "West Europe",
		SiteCode:     "PS1",
	}
}

// Certificate enrols the service certificate of fqdn at the Lab's CA and returns the same one until [Lab.Renew].
func (l *Lab) Certificate(ctx context.Context, fqdn string) (*certs.Bundle, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return nil, l.broken
	}
	if held := l.certificates[fqdn]; held != nil {
		return held, nil
	}
	enrolled, err := l.enroll(ctx, fqdn)
	if err == nil {
		l.certificates[fqdn] = enrolled
	}
	return enrolled, err
}

// Renew enrols a new certificate for fqdn, which Certificate returns from now on.
func (l *Lab) Renew(ctx context.Context, fqdn string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	enrolled, err := l.enroll(ctx, fqdn)
	if err == nil {
		l.certificates[fqdn] = enrolled
	}
	return err
}

// enroll asks the CA for a certificate. All of them share one key, because making RSA keys takes a while.
func (l *Lab) enroll(ctx context.Context, fqdn string) (*certs.Bundle, error) {
	return certs.Enroll(ctx, l.CA, &certs.Request{CommonName: fqdn, Template: template.CloudDP("").Name, Key: certstest.Key()})
}

// Dial connects to a host and port as a client does: through the alias in DNS to the running service. A name that
// leads nowhere is [clouddp.ErrNotFound].
func (l *Lab) Dial(ctx context.Context, _, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("clouddptest: dial: %w", err)
	}
	target, err := l.target(ctx, host)
	if err != nil {
		return nil, err
	}
	service := strings.TrimSuffix(target, "."+labCloudDomain)
	if !l.Cloud.answersFor(service) {
		return nil, fmt.Errorf("clouddptest: dial %s: no such host %s: %w", host, target, clouddp.ErrNotFound)
	}
	front := &Front{
		Workload: func() (*tls.Certificate, error) { return l.Cloud.Workload(service) },
		Handler:  l.Handler,
	}
	return front.Pipe(), nil
}

// target follows the alias of host, if it has one.
func (l *Lab) target(ctx context.Context, host string) (string, error) {
	if dns.Within(host, labCloudDomain) {
		return host, nil
	}
	records, err := l.Zone.Lookup(ctx, host)
	if err != nil {
		return "", fmt.Errorf("clouddptest: dial %s: %w", host, err)
	}
	for _, r := range records {
		if r.Type == "CNAME" {
			return r.Value, nil
		}
	}
	return "", fmt.Errorf("clouddptest: dial %s: no such host: %w", host, clouddp.ErrNotFound)
}

// HTTPClient returns a client in the network that trusts the Lab's CA alone. It keeps no connection open.
func (l *Lab) HTTPClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext:       l.Dial,
		TLSClientConfig:   &tls.Config{RootCAs: l.CA.Pool(), MinVersion: tls.VersionTLS12},
		DisableKeepAlives: true,
	}}
}
