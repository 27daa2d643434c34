package clientsettings

import (
	"context"
	"iter"
)

// DefaultPriority is the priority of the default policy, behind every custom one.
const DefaultPriority = 10000

// CloudServices is the "Cloud Services" group of a settings object (SMS_CloudAgentConfig, AgentID 22).
type CloudServices struct {
	// AllowCloudDP is "Allow access to cloud distribution points".
	AllowCloudDP Value `json:"allowCloudDP"`
	// AllowCMG is "Enable clients to use a cloud management gateway"; device settings only.
	AllowCMG Value `json:"allowCMG,omitzero"`
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

// Source lists the client settings objects of a site, each once, in any order. It yields the error, if any, as the
// last pair. Implementations are safe for concurrent use, and the sequence may be ranged over again for a fresh
// reading. The policies are the caller's to change.
type Source interface {
	Policies(ctx context.Context) iter.Seq2[Policy, error]
}
