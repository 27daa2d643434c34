package clientsettingstest

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/clouddp/sdk/clientsettings"
)

// Policies is a literal [clientsettings.Source].
type Policies []clientsettings.Policy

var _ clientsettings.Source = Policies(nil)

// Policies yields the elements of p.
func (p Policies) Policies(ctx context.Context) iter.Seq2[clientsettings.Policy, error] {
	return func(yield func(clientsettings.Policy, error) bool) {
		for _, policy := range p {
			if ctx.Err() != nil {
				break
			}
			if !yield(clone(policy), nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(clientsettings.Policy{}, fmt.Errorf("clientsettingstest: read policies: %w", err))
		}
	}
}

// clone returns policy with a group and collections of its own.
func clone(policy clientsettings.Policy) clientsettings.Policy {
	policy.Collections = slices.Clone(policy.Collections)
	if policy.CloudServices != nil {
		group := *policy.CloudServices
		policy.CloudServices = &group
	}
	return policy
}
