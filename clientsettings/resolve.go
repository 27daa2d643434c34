package clientsettings

import (
	"context"

	"github.com/clouddp/sdk/internal/errs"
)

// Target is a device or a user whose resultant setting is asked for.
type Target struct {
	// Kind is [Device] or [User].
	Kind Kind
	// Name identifies the target to a reader.
	Name string
	// Collections are the ids of all collections the target is a member of.
	Collections []string
}

// Step is one policy that was considered, and why it did or did not decide.
type Step struct {
	// Policy is the name of the policy, Priority its order number.
	Policy   string
	Priority int
	// Decided is true for the one policy that supplied the value.
	Decided bool
	// Reason is a short sentence.
	Reason string
}

// Resolution is a resultant client setting with its explanation.
type Resolution struct {
	// Target is what was asked for.
	Target Target
	// AllowCloudDP is the resultant value, [Yes] or [No].
	AllowCloudDP Value
	// Policy is the name of the policy that decided; empty if none said anything and the documented default, No, stands.
	Policy string
	// Steps are the policies considered, in order of precedence.
	Steps []Step
}

// Resolve returns the resultant "Allow access to cloud distribution points" for target among policies.
func Resolve(target Target, policies []Policy) Resolution { return Resolution{} }

// Check reads the policies of source and resolves them for target. A resultant No is a [*NotAllowedError] beside the
// Resolution.
func Check(ctx context.Context, source Source, target Target) (Resolution, error) {
	return Resolution{}, errs.ErrUnsupported
}
