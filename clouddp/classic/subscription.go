package classic

import (
	"context"
	"crypto/x509"
	"net/http"
	"net/url"
	"regexp"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/internal/errs"
)

// The defaults of a [Subscription] are those of the public Azure cloud.
const (
	// DefaultEndpoint is the management endpoint.
	DefaultEndpoint = "https://management.core.windows.net"
	// DefaultServiceSuffix is the domain of the cloud services.
	DefaultServiceSuffix = "cloudapp.net"
	// DefaultStorageSuffix is the domain of the storage accounts.
	DefaultStorageSuffix = "core.windows.net"
	// DefaultVersion is the version of the protocol, sent as x-ms-version.
	DefaultVersion = "2014-10-01"
)

// Subscription is an Azure subscription behind the classic Service Management API. It implements clouddp.Provider and
// clouddp.Adopter.
//
// Set the fields before the first call and leave them alone after it; a Subscription must not be copied. It is then safe
// for concurrent use.
type Subscription struct {
	// ID is the subscription id, a GUID. Required.
	ID string
	// Certificate is the management certificate, presented as TLS client certificate. Either Certificate or Credential
	// is required, not both.
	Certificate *certs.Bundle
	// Credential is that of a co-administrator; its token is sent as bearer. The classic API never accepted service
	// principals. It serves to upload the first management certificate, as the portal did.
	Credential azcore.TokenCredential
	// Package is what the instances run.
	Package Package

	// Endpoint is the https URL of the management endpoint; empty means [DefaultEndpoint].
	Endpoint string
	// ServiceSuffix is the domain of the cloud services; empty means [DefaultServiceSuffix].
	ServiceSuffix string
	// StorageSuffix is the domain of the storage accounts; empty means [DefaultStorageSuffix].
	StorageSuffix string
	// Version is the version of the protocol; empty means [DefaultVersion].
	Version string
	// Roots verify the endpoint; nil means the system's.
	Roots *x509.CertPool
	// Transport replaces the connection, for tests without sockets; nil connects over TLS 1.2 and HTTP/1.1 with
	// Certificate and Roots. A replacement does its own authentication by certificate.
	Transport http.RoundTripper

	once      sync.Once
	invalid   error
	transport http.RoundTripper
	pipeline  runtime.Pipeline
}

// CloseIdleConnections closes connections that are kept for the next request.
func (s *Subscription) CloseIdleConnections() {
	if s.connect() != nil {
		return
	}
	if transport, ok := s.transport.(interface{ CloseIdleConnections() }); ok {
		transport.CloseIdleConnections()
	}
}

// connect checks the fields and makes the pipeline, once.
func (s *Subscription) connect() error {
	s.once.Do(func() {
		if s.invalid = s.validate(); s.invalid != nil {
			return
		}
		if s.transport = s.Transport; s.transport == nil {
			s.transport = s.newTransport()
		}
		s.pipeline = s.newPipeline()
	})
	return s.invalid
}

func (s *Subscription) validate() error {
	e := &errs.InvalidError{Subject: "classic: subscription"}
	if !guid.MatchString(s.ID) {
		e.Add("ID", "%q is not a GUID such as 00000000-0000-0000-0000-000000000000", s.ID)
	}
	if (s.Certificate == nil) == (s.Credential == nil) {
		e.Add("Certificate", "set either a management certificate or a co-administrator's Credential")
	}
	if s.Certificate != nil && s.Certificate.Leaf == nil {
		e.Add("Certificate", "has no leaf")
	}
	endpoint, err := url.Parse(s.endpoint())
	if err != nil || endpoint.Scheme != "https" || endpoint.Host == "" || endpoint.RawQuery != "" || endpoint.User != nil {
		e.Add("Endpoint", "is not a plain https URL")
	}
	if !versionForm.MatchString(s.version()) {
		e.Add("Version", "%q is not a date such as %s", s.Version, DefaultVersion)
	}
	s.Package.validate(e)
	return e.Err()
}

func (s *Subscription) endpoint() string { return orDefault(s.Endpoint, DefaultEndpoint) }
func (s *Subscription) serviceSuffix() string {
	return orDefault(s.ServiceSuffix, DefaultServiceSuffix)
}

func (s *Subscription) storageSuffix() string {
	return orDefault(s.StorageSuffix, DefaultStorageSuffix)
}
func (s *Subscription) version() string { return orDefault(s.Version, DefaultVersion) }

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

// packageURL returns where the package of the deployment lies.
func (s *Subscription) packageURL(ctx context.Context, account string) (string, error) {
	if s.Package.URL == nil {
		return "https://" + account + ".blob." + s.storageSuffix() + "/packages/clouddp.cspkg", nil
	}
	return s.Package.URL(ctx, account)
}

var (
	guid        = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	versionForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
)
