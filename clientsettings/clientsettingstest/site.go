package clientsettingstest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/clouddp/sdk/clientsettings"
	"github.com/clouddp/sdk/internal/errs"
)

// DefaultPolicy is the ID of the default policy of a [Site].
const DefaultPolicy = "0"

// Site is an in-memory site whose policies can be changed, as strict as a real one. It is safe for concurrent use and
// must not be copied. Use [NewSite].
type Site struct {
	mu       sync.Mutex
	policies Policies
	fault    error
}

var _ clientsettings.Source = (*Site)(nil)

// NewSite returns a site with the default policy alone, which says No to cloud distribution points and Yes to the
// settings of the gateway.
func NewSite() *Site {
	return &Site{policies: Policies{{
		ID:            DefaultPolicy,
		Name:          "Default Client Settings",
		Kind:          clientsettings.Default,
		Priority:      clientsettings.DefaultPriority,
		CloudServices: &clientsettings.CloudServices{AllowCloudDP: clientsettings.No, AllowCMG: clientsettings.Yes, AutoAADJoin: clientsettings.Yes},
	}}}
}

// Add creates a custom policy. One that a site cannot hold is a [*clientsettings.InvalidError], one whose ID, name or
// priority is taken [clientsettings.ErrConflict].
func (s *Site) Add(policy clientsettings.Policy) error {
	if policy.Kind == clientsettings.Default {
		return errs.Invalid("clientsettingstest: add policy", "Kind", "is %v; a site has one default policy", policy.Kind)
	}
	if err := policy.Validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range s.policies {
		if taken := overlap(policy, other); taken != "" {
			return fmt.Errorf("clientsettingstest: add policy %q: the %s is that of %q: %w",
				policy.Name, taken, other.Name, clientsettings.ErrConflict)
		}
	}
	s.policies = append(s.policies, clone(policy))
	return nil
}

// overlap names what two policies of a site must not share but do; empty for nothing.
func overlap(a, b clientsettings.Policy) string {
	switch {
	case a.ID == b.ID:
		return "ID"
	case strings.EqualFold(a.Name, b.Name):
		return "name"
	case a.Priority == b.Priority:
		return "priority"
	}
	return ""
}

// Deploy deploys the custom policy with an ID to a collection; deploying it again changes nothing. An unknown ID is
// [clientsettings.ErrNotFound], the default policy [clientsettings.ErrConflict] because it applies everywhere.
func (s *Site) Deploy(id, collection string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	policy, err := s.custom(id)
	if err != nil {
		return fmt.Errorf("clientsettingstest: deploy policy %q: %w", id, err)
	}
	same := func(other string) bool { return strings.EqualFold(other, collection) }
	if !slices.ContainsFunc(policy.Collections, same) {
		policy.Collections = append(policy.Collections, collection)
	}
	return nil
}

// Remove deletes the custom policy with an ID. An unknown ID is [clientsettings.ErrNotFound], the default policy
// [clientsettings.ErrConflict].
func (s *Site) Remove(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.custom(id); err != nil {
		return fmt.Errorf("clientsettingstest: remove policy %q: %w", id, err)
	}
	s.policies = slices.DeleteFunc(s.policies, func(policy clientsettings.Policy) bool { return policy.ID == id })
	return nil
}

// Allow sets "Allow access to cloud distribution points" of the policy with an ID, be it custom or, as
// [DefaultPolicy], the default one. An unknown ID is [clientsettings.ErrNotFound].
func (s *Site) Allow(id string, value clientsettings.Value) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	policy := s.find(id)
	if policy == nil {
		return fmt.Errorf("clientsettingstest: set policy %q: %w", id, clientsettings.ErrNotFound)
	}
	if policy.CloudServices == nil {
		policy.CloudServices = &clientsettings.CloudServices{}
	}
	policy.CloudServices.AllowCloudDP = value
	return nil
}

// custom returns the custom policy with an ID.
func (s *Site) custom(id string) (*clientsettings.Policy, error) {
	policy := s.find(id)
	switch {
	case policy == nil:
		return nil, clientsettings.ErrNotFound
	case policy.Kind == clientsettings.Default:
		return nil, fmt.Errorf("it is the default policy, which always applies everywhere: %w", clientsettings.ErrConflict)
	}
	return policy, nil
}

// find returns the policy with an ID, or nil.
func (s *Site) find(id string) *clientsettings.Policy {
	for i := range s.policies {
		if s.policies[i].ID == id {
			return &s.policies[i]
		}
	}
	return nil
}

// Fail makes the next reading fail with err; nil takes an earlier Fail back.
func (s *Site) Fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = err
}

// Policies yields the policies that the site has at the time of ranging.
func (s *Site) Policies(ctx context.Context) iter.Seq2[clientsettings.Policy, error] {
	return func(yield func(clientsettings.Policy, error) bool) {
		policies, err := s.snapshot()
		if err != nil {
			yield(clientsettings.Policy{}, fmt.Errorf("clientsettingstest: read policies: %w", err))
			return
		}
		policies.Policies(ctx)(yield)
	}
}

// snapshot copies the policies; a fault serves once.
func (s *Site) snapshot() (Policies, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fault := s.fault; fault != nil {
		s.fault = nil
		return nil, fault
	}
	policies := make(Policies, len(s.policies))
	for i, policy := range s.policies {
		policies[i] = clone(policy)
	}
	return policies, nil
}
