package clientsettings

import (
	"context"
	"fmt"

	"github.com/clouddp/sdk/internal/errs"
)

// Check reads the policies of source and resolves them for target. A resultant No is a [*NotAllowedError] beside the
// Resolution. A source that fails is [ErrUnavailable] and its own error, a bad target an [*InvalidError]; there is then
// no Resolution.
func Check(ctx context.Context, source Source, target Target) (Resolution, error) {
	if err := validate(source, target); err != nil {
		return Resolution{}, err
	}
	policies, err := read(ctx, source)
	if err != nil {
		return Resolution{}, fmt.Errorf("clientsettings: check %v %q: %w", target.Kind, target.Name, err)
	}
	resolution := Resolve(target, policies)
	if !resolution.Allowed() {
		return resolution, &NotAllowedError{Resolution: resolution}
	}
	return resolution, nil
}

func validate(source Source, target Target) error {
	invalid := &errs.InvalidError{Subject: "clientsettings: check"}
	if source == nil {
		invalid.Add("source", "is nil; give where to read policies")
	}
	target.addProblems(invalid)
	return invalid.Err()
}

func read(ctx context.Context, source Source) ([]Policy, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var policies []Policy
	for policy, err := range source.Policies(ctx) {
		switch {
		case err == nil:
			policies = append(policies, policy)
		case ctx.Err() != nil:
			return nil, err
		default:
			return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
	}
	return policies, nil
}
