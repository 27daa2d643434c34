package classictest

import (
	"fmt"
	"time"

	"github.com/clouddp/sdk/clouddp"
)

// Plant puts a finished part into the cloud that bears another owner's mark, or none if owner is empty; one of that name
// is replaced. A deployment brings its cloud service along. A service certificate bears no mark and cannot be planted:
// it is clouddp.ErrUnsupported.
func (s *Service) Plant(part clouddp.Part, owner string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	marked := description{label: part.Name}
	if owner != "" {
		marked.properties = []property{{"Owner", owner}}
	}
	switch part.Kind {
	case "storage account":
		s.removeAccount(s.account(part.Name))
		s.accounts = append(s.accounts, &storageAccount{
			description: marked, name: part.Name, location: s.locations()[0], accountType: "Standard_GRS", status: statusCreated,
		})
	case "cloud service":
		s.plantService(part.Name, marked)
	case "deployment":
		s.plantDeployment(s.plantService(part.Name, marked), marked)
	default:
		return fmt.Errorf("classictest: plant %s: %w", part.Kind, clouddp.ErrUnsupported)
	}
	return nil
}

func (s *Service) plantService(name string, marked description) *hostedService {
	hosted := s.hosted(name)
	if hosted == nil {
		hosted = &hostedService{name: name, location: s.locations()[0], created: time.Now()}
		s.services = append(s.services, hosted)
	}
	hosted.description, hosted.modified = marked, time.Now()
	return hosted
}

func (s *Service) plantDeployment(hosted *hostedService, marked description) {
	hosted.deployments = []*deployment{{
		name: hosted.name, slot: "Production", label: marked.label, properties: marked.properties,
		configuration: &configuration{}, created: time.Now(), ready: time.Now(), started: true,
	}}
}
