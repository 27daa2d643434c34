package clientsettings

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// Decision is the resultant value of one setting.
type Decision struct {
	// Value is the value, Policy the name of the policy that decided it; empty where [Setting.Default] stands.
	Value  Value  `json:"value"`
	Policy string `json:"policy,omitempty"`
}

// Verdict is the resultant settings of one target, without the explanation that [Resolve] gives.
type Verdict struct {
	// Target is what was asked for.
	Target Target `json:"target"`
	// AllowCloudDP decides whether Target may use cloud distribution points.
	AllowCloudDP Decision `json:"allowCloudDP"`
	// AllowCMG and AutoAADJoin are zero for a user, who does not have them.
	AllowCMG    Decision `json:"allowCMG,omitzero"`
	AutoAADJoin Decision `json:"autoAADJoin,omitzero"`
}

// Allowed reports whether the target may use cloud distribution points.
func (v Verdict) Allowed() bool { return v.AllowCloudDP.Value == Yes }

// Evaluate yields the [Verdict] for each of targets among the policies of source, which are read once, when the ranging
// begins. Targets are taken one by one and not kept, so that a whole site can stream through.
//
// An error is the last pair: that of ctx when it is done, an [*InvalidError] for nil arguments, and otherwise
// [ErrUnavailable] with the error of source or targets.
func Evaluate(ctx context.Context, source Source, targets iter.Seq2[Target, error]) iter.Seq2[Verdict, error] {
	return func(yield func(Verdict, error) bool) {
		fail := func(err error) { yield(Verdict{}, fmt.Errorf("clientsettings: evaluate: %w", err)) }
		if err := validateEvaluation(source, targets); err != nil {
			yield(Verdict{}, err)
			return
		}
		policies, err := read(ctx, source)
		if err != nil {
			fail(err)
			return
		}
		evaluator := NewEvaluator(policies)
		for target, err := range targets {
			if err := unusable(ctx, err); err != nil {
				fail(err)
				return
			}
			if !yield(evaluator.Verdict(target), nil) {
				return
			}
		}
	}
}

func validateEvaluation(source Source, targets iter.Seq2[Target, error]) error {
	invalid := &errs.InvalidError{Subject: "clientsettings: evaluate"}
	if source == nil {
		invalid.Add("source", "is nil; give where to read policies")
	}
	if targets == nil {
		invalid.Add("targets", "is nil; give devices and users")
	}
	return invalid.Err()
}

// unusable returns why the target that came with err is none.
func unusable(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("targets: %w: %w", ErrUnavailable, err)
	}
	return nil
}

// Evaluator resolves many targets among the same policies: it knows for each collection which policy decides there, so
// that the number of policies does not matter. It is safe for concurrent use.
type Evaluator struct {
	devices, users stream
}

// NewEvaluator returns an Evaluator for the policies of a site, which it does not keep.
func NewEvaluator(policies []Policy) *Evaluator {
	return &Evaluator{devices: newStream(Device, policies), users: newStream(User, policies)}
}

// Verdict returns the values and policies that [Resolve] finds for target.
func (e *Evaluator) Verdict(target Target) Verdict {
	v := Verdict{Target: target, AllowCloudDP: Decision{Value: AllowCloudDP.Default()}}
	switch {
	case target.Kind == Device:
		decided := e.devices.decide(target.Collections)
		v.AllowCloudDP, v.AllowCMG, v.AutoAADJoin = decided[AllowCloudDP], decided[AllowCMG], decided[AutoAADJoin]
	case target.Kind == User:
		v.AllowCloudDP = e.users.decide(target.Collections)[AllowCloudDP]
	}
	return v
}

// stream is the policies that apply to devices, or to users.
type stream struct {
	// decisions has, for each setting, what every policy that gives it a value says, in order of precedence; the one
	// that stands where no custom policy does comes last.
	decisions [settingCount][]Decision
	// best has, by collection id in upper case, the first of the decisions that are deployed there.
	best map[string]places
}

// places has an index into the decisions of each setting.
type places [settingCount]int32

func newStream(kind Kind, policies []Policy) stream {
	s := stream{best: map[string]places{}}
	for setting := range Setting(settingCount) {
		s.fill(setting, kind, inPrecedence(kind, policies))
	}
	return s
}

// fill takes the decisions on one setting, up to the first that always stands.
func (s *stream) fill(setting Setting, kind Kind, ordered []*Policy) {
	standing := Decision{Value: setting.Default()}
	for _, p := range ordered {
		value := setting.of(p)
		if value == Unset {
			continue
		}
		if p.Kind != kind {
			if p.Kind == Default {
				standing = Decision{value, p.Name}
			}
			break
		}
		s.deploy(setting, p.Collections)
		s.decisions[setting] = append(s.decisions[setting], Decision{value, p.Name})
	}
	s.decisions[setting] = append(s.decisions[setting], standing)
}

// deploy makes the decision that is taken next the best one of those collections that have none.
func (s *stream) deploy(setting Setting, collections []string) {
	for _, collection := range collections {
		name := strings.ToUpper(collection)
		best, known := s.best[name]
		if !known {
			best = nowhere()
		}
		best[setting] = min(best[setting], int32(len(s.decisions[setting]))) //nolint:gosec // No site has 2^31 policies.
		s.best[name] = best
	}
}

// nowhere is behind every decision.
func nowhere() places {
	var all places
	for setting := range all {
		all[setting] = 1<<31 - 1
	}
	return all
}

// decide returns what stands for a member of collections, by setting.
func (s *stream) decide(collections []string) [settingCount]Decision {
	best := nowhere()
	for _, collection := range collections {
		if here, known := s.best[strings.ToUpper(collection)]; known {
			for setting := range best {
				best[setting] = min(best[setting], here[setting])
			}
		}
	}
	var decided [settingCount]Decision
	for setting, decisions := range s.decisions {
		decided[setting] = decisions[min(int(best[setting]), len(decisions)-1)]
	}
	return decided
}
