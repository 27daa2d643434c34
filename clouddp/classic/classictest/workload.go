package classictest

import (
	"crypto/tls"
	"fmt"
	"time"

	"github.com/clouddp/sdk/clouddp"
)

// Workload returns the certificate, with the key from the uploaded .pfx, that the running deployment of a cloud service
// serves with; a front end of the test can answer in its stead. A cloud service or deployment that is absent is
// clouddp.ErrNotFound, one that is stopped or not ready yet clouddp.ErrUnavailable.
func (s *Service) Workload(service string) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.advance(now)
	hosted := s.hosted(service)
	if hosted == nil {
		return nil, fmt.Errorf("classictest: cloud service %s: %w", service, clouddp.ErrNotFound)
	}
	for _, d := range hosted.deployments {
		if d.slot == "Production" {
			return d.workload(hosted, now)
		}
	}
	return nil, fmt.Errorf("classictest: deployment of %s: %w", service, clouddp.ErrNotFound)
}

func (d *deployment) workload(hosted *hostedService, now time.Time) (*tls.Certificate, error) {
	serving := d.started && d.transition != "Deploying" && d.transition != "Deleting" && !now.Before(d.ready) && d.override == ""
	if !serving {
		return nil, fmt.Errorf("classictest: deployment of %s is %s, its instances %s: %w", hosted.name, d.status(), d.instanceStatus(now), clouddp.ErrUnavailable)
	}
	for _, thumbprint := range d.configuration.thumbprints() {
		if certificate := hosted.certificate(thumbprint); certificate != nil && certificate.tls != nil {
			pair := *certificate.tls
			return &pair, nil
		}
	}
	return nil, fmt.Errorf("classictest: deployment of %s binds no certificate: %w", hosted.name, clouddp.ErrNotFound)
}
