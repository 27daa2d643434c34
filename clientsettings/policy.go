package clientsettings

import (
	"context"
	"iter"
)

// Value is a yes-or-no client setting that may also be absent.
type Value int

const (
	// Unset means that nothing was said.
	Unset Value = iota
	// No refuses.
	No
	// Yes allows.
	Yes
)

// Kind tells the three kinds of client settings apart.
type Kind int

const (
	// KindUnknown is the zero value.
	KindUnknown Kind = iota
	// Default is the one settings object that applies to everything no other object decides.
	Default
	// Device is a custom settings object for devices.
	Device
	// User is a custom settings object for users.
	User
)

// CloudServices is the "Cloud Services" group of a settings object (SMS_CloudAgentConfig, AgentID 22).
type CloudServices struct {
	// AllowCloudDP is "Allow access to cloud distribution points".
	AllowCloudDP Value
	// AllowCMG is "Enable clients to use a cloud management gateway"; device settings only.
	AllowCMG Value
}

// Policy is one client settings object of a site.
type Policy struct {
	// ID identifies the object at its site; Name is what the console shows.
	ID, Name string
	// Kind is what the object applies to.
	Kind Kind
	// Priority orders custom objects: the lowest number wins. The default object has 10000.
	Priority int
	// CloudServices is nil where the object does not contain the group, and so does not take part.
	CloudServices *CloudServices
	// Collections are the collection ids the object is deployed to; ignored for the default object.
	Collections []string
}

// Source lists the client settings objects of a site, each once, in any order. It yields the error, if any, as the
// last pair. Implementations are safe for concurrent use, and the sequence may be ranged over again for a fresh reading.
type Source interface {
	Policies(ctx context.Context) iter.Seq2[Policy, error]
}
