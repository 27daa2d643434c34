package clientsettings

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Target is a device or a user whose resultant setting is asked for.
type Target struct {
	// Kind is [Device] or [User].
	Kind Kind `json:"kind"`
	// Name identifies the target to a reader.
	Name string `json:"name"`
	// Collections are the ids of all collections the target is a member of, compared without regard to case.
	Collections []string `json:"collections,omitempty"`
}

// Step is one policy that was considered, and why it did or did not decide.
type Step struct {
	// Policy is the name of the policy, or "documented default" for the value that stands where no policy says
	// anything; Priority is its order number.
	Policy   string `json:"policy"`
	Priority int    `json:"priority"`
	// Decided is true for the one policy that supplied the value.
	Decided bool `json:"decided"`
	// Reason is a short sentence.
	Reason string `json:"reason"`
}

// Resolution is a resultant client setting with its explanation.
type Resolution struct {
	// Target is what was asked for.
	Target Target `json:"target"`
	// AllowCloudDP is the resultant value, [Yes] or [No].
	AllowCloudDP Value `json:"allowCloudDP"`
	// Policy is the name of the policy that decided; empty if none said anything and the documented default, No,
	// stands.
	Policy string `json:"policy,omitempty"`
	// Steps are all policies of the site in order of precedence; those for another kind of target come last. One step
	// has Decided set.
	Steps []Step `json:"steps"`
}

// Allowed reports whether the target may use cloud distribution points.
func (r Resolution) Allowed() bool { return r.AllowCloudDP == Yes }

// Resolve returns the resultant "Allow access to cloud distribution points" for target among policies, as the package
// comment describes. A target that is neither a device nor a user gets No.
//
// A site gives every custom policy a priority of its own and has one default policy. Where policies contradict that,
// the lower ID decides, and the steps say so.
func Resolve(target Target, policies []Policy) Resolution {
	member := make(map[string]bool, len(target.Collections))
	for _, collection := range target.Collections {
		member[strings.ToUpper(collection)] = true
	}
	r := resolver{member: member, result: Resolution{Target: target}}
	r.result.Steps = make([]Step, 0, len(policies)+1)
	for _, policy := range inPrecedence(target.Kind, policies) {
		r.consider(policy)
	}
	if r.decider == nil {
		r.documentedDefault()
	}
	return r.result
}

// resolver builds a Resolution policy by policy.
type resolver struct {
	member  map[string]bool // collection ids in upper case
	result  Resolution
	decider *Policy // the policy that decided, nil so far
}

// inPrecedence returns the custom policies of one kind by priority, then the default policy, then all others.
func inPrecedence(kind Kind, policies []Policy) []*Policy {
	rank := func(p *Policy) int {
		switch p.Kind {
		case kind:
			return 0
		case Default:
			return 1
		default:
			return 2
		}
	}
	ordered := make([]*Policy, len(policies))
	for i := range policies {
		ordered[i] = &policies[i]
	}
	slices.SortStableFunc(ordered, func(a, b *Policy) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Priority, b.Priority), strings.Compare(a.ID, b.ID))
	})
	return ordered
}

// consider adds the step of p.
func (r *resolver) consider(p *Policy) {
	step := Step{Policy: p.Name, Priority: p.Priority, Reason: r.objection(p)}
	if step.Reason == "" {
		step.Decided = true
		step.Reason = decides(p)
		r.decider = p
		r.result.AllowCloudDP, r.result.Policy = p.CloudServices.AllowCloudDP, p.Name
	}
	r.result.Steps = append(r.result.Steps, step)
}

// objection returns why p does not decide; empty if it does.
func (r *resolver) objection(p *Policy) string {
	switch target := r.result.Target.Kind; {
	case target != Device && target != User:
		return "the target is neither a device nor a user"
	case p.Kind != target && p.Kind != Default:
		return fmt.Sprintf("is for a %v, the target is a %v", p.Kind, target)
	case p.Kind != Default && !r.deployed(p):
		return "is not deployed to a collection of the target"
	case p.CloudServices == nil:
		return `does not contain the group "Cloud Services"`
	case p.CloudServices.AllowCloudDP != Yes && p.CloudServices.AllowCloudDP != No:
		return "does not set the value"
	case r.decider == nil:
		return ""
	case p.Kind == r.decider.Kind && p.Priority == r.decider.Priority:
		return fmt.Sprintf("has the priority of %q, which no site allows; the lower ID decides", r.decider.Name)
	}
	return fmt.Sprintf("%q comes first", r.decider.Name)
}

func (r *resolver) deployed(p *Policy) bool {
	return slices.ContainsFunc(p.Collections, func(collection string) bool { return r.member[strings.ToUpper(collection)] })
}

// decides returns why p, which sets the value and comes first, decides.
func decides(p *Policy) string {
	if p.Kind == Default {
		return fmt.Sprintf("says %v; no custom policy takes part", p.CloudServices.AllowCloudDP)
	}
	return fmt.Sprintf("says %v and has the lowest priority number of those that take part", p.CloudServices.AllowCloudDP)
}

// documentedDefault decides where no policy does.
func (r *resolver) documentedDefault() {
	r.result.AllowCloudDP = No
	r.result.Steps = append(r.result.Steps, Step{
		Policy:   "documented default",
		Priority: DefaultPriority,
		Decided:  true,
		Reason: "no policy says anything, so No is taken; Microsoft's planning articles give No as the default, " +
			"the installation article of the time of version 1806 gives Yes",
	})
}
