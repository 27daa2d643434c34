package clientsettings

import (
	"context"
	"iter"

	"github.com/clouddp/sdk/internal/errs"
)

// DefaultPriority is the priority of the default policy, behind every custom one.
const DefaultPriority = 10000

// CloudServices is the "Cloud Services" group of a settings object (SMS_CloudAgentConfig, AgentID 22).
type CloudServices struct {
	// AllowCloudDP is the value of [AllowCloudDP].
	AllowCloudDP Value `json:"allowCloudDP"`
	// AllowCMG and AutoAADJoin are the values of [AllowCMG] and [AutoAADJoin]; a user policy has neither.
	AllowCMG    Value `json:"allowCMG,omitzero"`
	AutoAADJoin Value `json:"autoAADJoin,omitzero"`
}

// Policy is one client settings object of a site.
type Policy struct {
	// ID identifies the object at its site; Name is what the console shows.
	ID   string `json:"id"`
	Name string `json:"name"`
	// Kind is what the object applies to.
	Kind Kind `json:"kind"`
	// Priority orders custom objects: the lowest number wins. The default object has [DefaultPriority].
	Priority int `json:"priority"`
	// CloudServices is nil where the object does not contain the group, and so does not take part.
	CloudServices *CloudServices `json:"cloudServices,omitempty"`
	// Collections are the collection ids the object is deployed to, compared without regard to case; ignored for the
	// default object.
	Collections []string `json:"collections,omitempty"`
}

// Validate returns an [*InvalidError] with every reason for which a site would not hold p: no ID or name, an unknown
// Kind, a custom policy whose priority is not 1 to 9999, or a user policy with a setting of devices.
func (p Policy) Validate() error {
	invalid := &errs.InvalidError{Subject: "clientsettings: policy"}
	if p.ID == "" {
		invalid.Add("ID", "is empty; give the SettingsID of the object")
	}
	if p.Name == "" {
		invalid.Add("Name", "is empty; give what the console shows")
	}
	if p.Kind != Default && p.Kind != Device && p.Kind != User {
		invalid.Add("Kind", "is %v; use Default, Device or User", p.Kind)
	}
	if p.Kind != Default && (p.Priority < 1 || p.Priority >= DefaultPriority) {
		invalid.Add("Priority", "is %d; use 1 to %d", p.Priority, DefaultPriority-1)
	}
	if p.Kind == User {
		for _, setting := range []Setting{AllowCMG, AutoAADJoin} {
			if value := setting.of(&p); value != Unset {
				invalid.Add("CloudServices."+setting.String(), "is %v; a user policy does not have it", value)
			}
		}
	}
	return invalid.Err()
}

// Source lists the client settings objects of a site, each once, in any order. It yields the error, if any, as the
// last pair. Implementations are safe for concurrent use, and the sequence may be ranged over again for a fresh
// reading. The policies are the caller's to change.
type Source interface {
	Policies(ctx context.Context) iter.Seq2[Policy, error]
}
