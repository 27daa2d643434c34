package adminservice

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/clouddp/sdk/clientsettings"
)

// The classes of client settings objects, and what is documented of them.
const (
	settingsClass        = "SMS_ClientSettings"
	defaultSettingsClass = "SMS_ClientSettingsDefault"
	assignmentClass      = "SMS_ClientSettingsAssignment"
	cloudAgentClass      = "SMS_CloudAgentConfig"

	cloudAgentID = 22
	typeDevice   = 1
	typeUser     = 2
)

var _ clientsettings.Source = (*Site)(nil)

// Policies implements [clientsettings.Source]: the custom objects (SMS_ClientSettings), one by one, because the site
// gives the groups of an object only to those who ask for it by its key, the default object (SMS_ClientSettingsDefault),
// and where they are deployed (SMS_ClientSettingsAssignment).
//
// Microsoft's reference knows no groups of the default object. Where a site shows none its values are Unset, and
// [clientsettings.Setting.Default] stands in.
func (s *Site) Policies(ctx context.Context) iter.Seq2[clientsettings.Policy, error] {
	return func(yield func(clientsettings.Policy, error) bool) {
		err := s.policies(ctx, func(p clientsettings.Policy) bool { return yield(p, nil) })
		if err != nil && !errors.Is(err, errStopped) {
			yield(clientsettings.Policy{}, err)
		}
	}
}

func (s *Site) policies(ctx context.Context, yield func(clientsettings.Policy) bool) error {
	deployed, err := s.assignments(ctx)
	if err != nil {
		return err
	}
	for _, class := range []string{defaultSettingsClass, settingsClass} {
		for listed, err := range s.list(ctx, listing{class: class, keys: []string{"SettingsID"}, by: "SettingsID"}) {
			if err != nil {
				return err
			}
			policy, err := s.policy(ctx, listed)
			if err != nil {
				return err
			}
			if class == settingsClass {
				policy.Collections = deployed[policy.ID]
			}
			if !yield(policy) {
				return errStopped
			}
		}
	}
	return nil
}

// assignments returns the collections to which objects are deployed, by SettingsID.
func (s *Site) assignments(ctx context.Context) (map[string][]string, error) {
	deployed := map[string][]string{}
	for r, err := range s.list(ctx, listing{class: assignmentClass, keys: []string{"ClientSettingsID", "CollectionID"}}) {
		if err != nil {
			return nil, err
		}
		id := r.text("ClientSettingsID")
		deployed[id] = append(deployed[id], r.text("CollectionID"))
		if r.err != nil {
			return nil, fmt.Errorf("adminservice: read assignments: %w", r.err)
		}
	}
	return deployed, nil
}

// policy reads one object with its groups.
func (s *Site) policy(ctx context.Context, listed *row) (clientsettings.Policy, error) {
	class := listed.class
	r, err := s.settings(ctx, class, listed.text("SettingsID"))
	if class == defaultSettingsClass && (errors.Is(err, ErrNotFound) || errors.Is(err, ErrInvalid)) {
		r, err = listed, nil // its key is not documented, and that it has groups neither
	}
	if err != nil {
		return clientsettings.Policy{}, err
	}
	policy := clientsettings.Policy{
		ID: r.text("SettingsID"), Name: r.text("Name"), Kind: kindOf(class, r.bits("Type")), Priority: int(r.bits("Priority")),
	}
	if policy.Kind == clientsettings.Default {
		policy.Priority = clientsettings.DefaultPriority
	}
	policy.CloudServices = cloudServices(r, policy.Kind)
	if r.err != nil {
		return clientsettings.Policy{}, fmt.Errorf("adminservice: read policy %q: %w", policy.Name, r.err)
	}
	return policy, nil
}

// settings returns an object by its key.
func (s *Site) settings(ctx context.Context, class, id string) (*row, error) {
	if _, err := strconv.ParseUint(id, 10, 64); err != nil {
		return nil, fmt.Errorf("adminservice: read %s: SettingsID %.40q is not a number: %w", class, printable(id), ErrIntegrity)
	}
	r, err := s.get(ctx, class, id)
	if err != nil {
		return nil, err
	}
	if got := r.text("SettingsID"); got != id {
		return nil, fmt.Errorf("adminservice: read %s(%s): the answer is about %.40q: %w", class, id, printable(got), ErrIntegrity)
	}
	return r, nil
}

func kindOf(class string, number uint32) clientsettings.Kind {
	switch {
	case class == defaultSettingsClass:
		return clientsettings.Default
	case number == typeDevice:
		return clientsettings.Device
	case number == typeUser:
		return clientsettings.User
	}
	return clientsettings.KindUnknown
}

// cloudServices returns the group "Cloud Services" of an object, nil if it does not contain it. Settings of devices mean
// nothing in an object for users, though the group has room for them.
func cloudServices(r *row, kind clientsettings.Kind) *clientsettings.CloudServices {
	if r.value("AgentConfigurations") == nil {
		if kind == clientsettings.Default {
			return &clientsettings.CloudServices{}
		}
		r.require("AgentConfigurations") // null does not say that the object has no groups
		return nil
	}
	agent := cloudAgent(r)
	if agent == nil {
		return nil
	}
	group := &clientsettings.CloudServices{AllowCloudDP: agent.answer("AllowCloudDP")}
	if kind != clientsettings.User {
		group.AllowCMG, group.AutoAADJoin = agent.answer("AllowCMG"), agent.answer("AutoAADJoin")
	}
	if agent.err != nil && r.err == nil {
		r.err = agent.err
	}
	return group
}

// cloudAgent returns the group itself, nil if there is none.
func cloudAgent(r *row) *row {
	for _, agent := range r.rows("AgentConfigurations") {
		_, class, typed := strings.Cut(agent.text("@odata.type"), ".")
		if typed && strings.EqualFold(class, cloudAgentClass) || !typed && agent.bits("AgentID") == cloudAgentID {
			return agent
		}
	}
	return nil
}
