package classictest

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clouddp/sdk/certs"
)

// Service is one subscription behind the Service Management API. The zero value is ready, empty and instantaneous. Set
// the fields before the first request; the methods are safe for concurrent use.
type Service struct {
	// Subscription is the id served; empty means any.
	Subscription string
	// Status is the subscription's; empty means Active.
	Status string
	// Locations are the regions offered; empty means West Europe, North Europe and East US.
	Locations []string
	// OperationTime is how long an accepted operation takes.
	OperationTime time.Duration
	// ProvisionTime is how long the instances of a new deployment take until they are ReadyRole.
	ProvisionTime time.Duration
	// Publish, if not nil, is told when a cloud service comes to exist and when it is gone, as the cloud's DNS would be.
	Publish func(service string, up bool)
	// MaxHostedServices, MaxStorageAccounts, MaxCores and MaxManagementCertificates are quotas; 0 means 20, 100, 20 and
	// 100.
	MaxHostedServices, MaxStorageAccounts, MaxCores, MaxManagementCertificates int

	mu         sync.Mutex
	serial     int
	writes     int
	faults     []Fault
	redirect   string
	redirects  int
	tokens     []string
	taken      []string
	management []managementCertificate
	accounts   []*storageAccount
	services   []*hostedService
	operations []*operation
}

// managementCertificate is an entry of the list that authenticates callers.
type managementCertificate struct {
	certificate *x509.Certificate
	created     time.Time
}

// AddToken makes token known as that of a co-administrator.
func (s *Service) AddToken(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = append(s.tokens, token)
}

// AddManagementCertificate puts a certificate on the list, as if it had been uploaded by hand.
func (s *Service) AddManagementCertificate(certificate *x509.Certificate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.management = append(s.management, managementCertificate{certificate, time.Now()})
}

// TakeName makes name, of a cloud service or a storage account, belong to another subscription.
func (s *Service) TakeName(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = append(s.taken, name)
}

// Writes returns how many requests have changed the service so far.
func (s *Service) Writes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writes
}

// Empty reports whether there is neither a storage account nor a cloud service. Management certificates do not count.
func (s *Service) Empty() bool { return len(s.Inventory()) == 0 }

// Inventory lists what the service holds, a line each: "storage account clouddp", "cloud service clouddp", "service
// certificate sha1-… of clouddp", "deployment of clouddp (Running)".
func (s *Service) Inventory() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance(time.Now())
	var lines []string
	for _, a := range s.accounts {
		lines = append(lines, "storage account "+a.name)
	}
	for _, h := range s.services {
		lines = append(lines, "cloud service "+h.name)
		for _, c := range h.certificates {
			lines = append(lines, fmt.Sprintf("service certificate %s of %s", c.name(), h.name))
		}
		for _, d := range h.deployments {
			lines = append(lines, fmt.Sprintf("deployment of %s (%s)", h.name, d.status()))
		}
	}
	return lines
}

// StorageAccount reports whether there is a storage account of that name, ready to hold blobs.
func (s *Service) StorageAccount(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance(time.Now())
	account := s.account(name)
	return account != nil && account.status == statusCreated
}

func (s *Service) account(name string) *storageAccount {
	i := slices.IndexFunc(s.accounts, func(a *storageAccount) bool { return strings.EqualFold(a.name, name) })
	if i < 0 {
		return nil
	}
	return s.accounts[i]
}

func (s *Service) hosted(name string) *hostedService {
	i := slices.IndexFunc(s.services, func(h *hostedService) bool { return strings.EqualFold(h.name, name) })
	if i < 0 {
		return nil
	}
	return s.services[i]
}

func (s *Service) managementIndex(thumbprint certs.Thumbprint) int {
	return slices.IndexFunc(s.management, func(m managementCertificate) bool { return certs.ThumbprintOf(m.certificate) == thumbprint })
}

func (s *Service) isTaken(name string) bool {
	return slices.ContainsFunc(s.taken, func(t string) bool { return strings.EqualFold(t, name) })
}

func (s *Service) locations() []string {
	if len(s.Locations) == 0 {
		return []string{"West Europe", "North Europe", "East US"}
	}
	return s.Locations
}

func (s *Service) publish(service string, up bool) {
	if s.Publish != nil {
		s.Publish(service, up)
	}
}

func orDefault(value, fallback int) int {
	if value == 0 {
		return fallback
	}
	return value
}

func (s *Service) maxHostedServices() int  { return orDefault(s.MaxHostedServices, 20) }
func (s *Service) maxStorageAccounts() int { return orDefault(s.MaxStorageAccounts, 100) }
func (s *Service) maxCores() int           { return orDefault(s.MaxCores, 20) }
func (s *Service) maxManagement() int      { return orDefault(s.MaxManagementCertificates, 100) }

// cores counts one for each instance of each deployment.
func (s *Service) cores() int {
	total := 0
	for _, h := range s.services {
		for _, d := range h.deployments {
			total += d.configuration.instances()
		}
	}
	return total
}
