package adminservicetest

import (
	"fmt"
	"strconv"
	"time"

	"github.com/clouddp/sdk/clientsettings"
)

// PlantPolicies puts client settings objects into the site, with the groups and assignments that they say. Every custom
// object contains another group too, and its description is "Managed by " and its ID. A policy whose ID is not a number, or
// that a site could not hold, is a [*clientsettings.InvalidError].
func (s *Service) PlantPolicies(policies ...clientsettings.Policy) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range policies {
		if err := p.Validate(); err != nil {
			return err
		}
		id, err := strconv.ParseUint(p.ID, 10, 32)
		if err != nil {
			return fmt.Errorf("adminservicetest: plant policy %q: ID %q is not a number: %w", p.Name, p.ID, clientsettings.ErrInvalid)
		}
		s.putPolicy(uint32(id), p)
	}
	return nil
}

func (s *Service) putPolicy(id uint32, p clientsettings.Policy) {
	row := clientSettings{
		SettingsID: id, Name: p.Name, Description: "Managed by " + p.ID, Enabled: true, FeatureType: featureSettings,
		Priority:        uint32(p.Priority),         //nolint:gosec // It was validated.
		AssignmentCount: uint32(len(p.Collections)), //nolint:gosec // Tests have few.
		CreatedBy:       `CONTOSO\admin`, DateCreated: time.Date(2026, time.January, 5, 8, 0, 0, 0, time.UTC),
		SecuredScopeNames:   []string{"Default"},
		AgentConfigurations: agentsOf(p),
	}
	switch p.Kind {
	case clientsettings.Default:
		s.put(clientSettingsDefault(row))
		return
	case clientsettings.User:
		row.Type = 2
	default:
		row.Type = 1
	}
	s.put(row)
	for _, collection := range p.Collections {
		s.put(settingsAssignment{ClientSettingsID: id, CollectionID: collection, CollectionName: collection})
	}
}

// HideDefaultGroups makes the site not show the groups of its default client settings object: Microsoft's reference does
// not know any.
func (s *Service) HideDefaultGroups() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, value := range s.instances[(clientSettingsDefault{}).class()] {
		value.FieldByName("AgentConfigurations").SetZero()
	}
}

const featureSettings = 2

// agentsOf returns the groups of a policy: one of another kind, and that of the cloud services if p has it.
func agentsOf(p clientsettings.Policy) []agent {
	agents := []agent{{"@odata.type": inventoryAgentType, "AgentID": 15, "Enabled": true, "MaxThirdPartyMIFSize": 250}}
	if p.CloudServices == nil {
		return agents
	}
	cloud := agent{
		"@odata.type": cloudAgentType, "AgentID": 22, "AllowCloudDP": boolean(p.CloudServices.AllowCloudDP),
		"AllowCMG": boolean(p.CloudServices.AllowCMG), "AutoAADJoin": boolean(p.CloudServices.AutoAADJoin),
	}
	if p.Kind == clientsettings.User { // the class has the settings of devices, which mean nothing here
		cloud["AllowCMG"], cloud["AutoAADJoin"] = false, false
	}
	return append(agents, cloud)
}

func boolean(v clientsettings.Value) any {
	if v == clientsettings.Unset {
		return nil
	}
	return v == clientsettings.Yes
}
