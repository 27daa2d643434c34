package clientsettings

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

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
	// Policy is the name of the policy that decided; empty if none said anything and [Setting.Default], which is No,
	// stands.
	Policy string `json:"policy,omitempty"`
	// Steps are all policies of the site in order of precedence; those for another kind of target come last. One step
	// has Decided set.
	Steps []Step `json:"steps"`
	// Companions are the settings of devices that came with the cloud management gateway, [AllowCMG] and [AutoAADJoin];
	// none for a user. They do not change AllowCloudDP, but a device that roams reaches a content-enabled gateway only
	// if AllowCMG is Yes as well.
	Companions []Companion `json:"companions,omitempty"`
}

// Companion is the resultant value of a setting beside [AllowCloudDP], with its explanation as in [Resolution].
type Companion struct {
	// Setting is which one.
	Setting Setting `json:"setting"`
	// Value is the resultant value; [Unset] if no policy says anything and no default is documented.
	Value Value `json:"value"`
	// Policy and Steps are those of the Setting.
	Policy string `json:"policy,omitempty"`
	Steps  []Step `json:"steps"`
}

// Allowed reports whether the target may use cloud distribution points.
func (r Resolution) Allowed() bool { return r.AllowCloudDP == Yes }

// Resolve returns the resultant client settings for target among policies, as the package comment describes. A target
// that is neither a device nor a user gets No.
//
// A site gives every custom policy a priority of its own and has one default policy. Where policies contradict that,
// the lower ID decides, and the steps say so.
func Resolve(target Target, policies []Policy) Resolution {
	r := resolver{kind: target.Kind, member: members(target), ordered: inPrecedence(target.Kind, policies)}
	allow := r.resolve(AllowCloudDP)
	resolution := Resolution{Target: target, AllowCloudDP: allow.Value, Policy: allow.Policy, Steps: allow.Steps}
	for _, setting := range []Setting{AllowCMG, AutoAADJoin} {
		if setting.appliesTo(target.Kind) {
			resolution.Companions = append(resolution.Companions, r.resolve(setting))
		}
	}
	return resolution
}

// resolver knows what the settings of one target have in common.
type resolver struct {
	kind    Kind
	member  map[string]bool // collection ids in upper case
	ordered []*Policy
}

func members(target Target) map[string]bool {
	member := make(map[string]bool, len(target.Collections))
	for _, collection := range target.Collections {
		member[strings.ToUpper(collection)] = true
	}
	return member
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

// resolve asks one policy after the other for a setting.
func (r *resolver) resolve(setting Setting) Companion {
	result := Companion{Setting: setting, Steps: make([]Step, 0, len(r.ordered)+1)}
	var decider *Policy
	for _, p := range r.ordered {
		step := Step{Policy: p.Name, Priority: p.Priority, Reason: r.objection(setting, p, decider)}
		if step.Reason == "" {
			decider = p
			step.Decided = true
			step.Reason = decides(setting, p)
			result.Value, result.Policy = setting.of(p), p.Name
		}
		result.Steps = append(result.Steps, step)
	}
	if decider == nil {
		result.Value = setting.Default()
		result.Steps = append(result.Steps, documentedDefault(setting))
	}
	return result
}

// objection returns why p does not decide a setting, which decider may have done already; empty if it does.
func (r *resolver) objection(setting Setting, p, decider *Policy) string {
	switch {
	case r.kind != Device && r.kind != User:
		return "the target is neither a device nor a user"
	case p.Kind != r.kind && p.Kind != Default:
		return fmt.Sprintf("is for a %v, the target is a %v", p.Kind, r.kind)
	case p.Kind != Default && !r.deployed(p):
		return "is not deployed to a collection of the target"
	case p.CloudServices == nil:
		return `does not contain the group "Cloud Services"`
	case setting.of(p) == Unset:
		return "does not set the value"
	case decider == nil:
		return ""
	case p.Kind == decider.Kind && p.Priority == decider.Priority:
		return fmt.Sprintf("has the priority of %q, which no site allows; the lower ID decides", decider.Name)
	}
	return fmt.Sprintf("%q comes first", decider.Name)
}

func (r *resolver) deployed(p *Policy) bool {
	return slices.ContainsFunc(p.Collections, func(collection string) bool { return r.member[strings.ToUpper(collection)] })
}

// decides returns why p, which sets the value and comes first, decides.
func decides(setting Setting, p *Policy) string {
	if p.Kind == Default {
		return fmt.Sprintf("says %v; no custom policy takes part", setting.of(p))
	}
	return fmt.Sprintf("says %v and has the lowest priority number of those that take part", setting.of(p))
}

// documentedDefault is the step that decides where no policy does.
func documentedDefault(setting Setting) Step {
	return Step{Policy: "documented default", Priority: DefaultPriority, Decided: true, Reason: setting.defaultReason()}
}
