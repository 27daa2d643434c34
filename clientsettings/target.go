package clientsettings

import "github.com/clouddp/sdk/internal/errs"

// Target is a device or a user whose resultant setting is asked for.
type Target struct {
	// Kind is [Device] or [User].
	Kind Kind `json:"kind"`
	// Name identifies the target to a reader.
	Name string `json:"name"`
	// Collections are the ids of all collections the target is a member of, compared without regard to case.
	Collections []string `json:"collections,omitempty"`
}

// Validate returns an [*InvalidError] with every reason for which t cannot be resolved: no name, or a Kind that is
// neither [Device] nor [User].
func (t Target) Validate() error {
	invalid := &errs.InvalidError{Subject: "clientsettings: target"}
	t.addProblems(invalid)
	return invalid.Err()
}

func (t Target) addProblems(invalid *errs.InvalidError) {
	if t.Kind != Device && t.Kind != User {
		invalid.Add("Kind", "is %v; use Device or User", t.Kind)
	}
	if t.Name == "" {
		invalid.Add("Name", "is empty; name the device or user")
	}
}
