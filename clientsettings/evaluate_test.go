package clientsettings_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/clouddp/sdk/clientsettings"
	"github.com/clouddp/sdk/clientsettings/clientsettingstest"
)

// randomSite makes policies and targets, with every mistake that a site would not allow.
type randomSite struct{ *rand.Rand }

func newRandomSite(seed uint64) randomSite {
	return randomSite{rand.New(rand.NewPCG(seed, 1))}
}

func (r randomSite) collections() []string {
	var names []string
	for range r.IntN(5) {
		name := fmt.Sprintf("Site%d", r.IntN(12))
		if r.IntN(2) == 0 {
			name = strings.ToUpper(name)
		}
		names = append(names, name)
	}
	return names
}

func (r randomSite) value() clientsettings.Value { return clientsettings.Value(r.IntN(5) - 1) }

func (r randomSite) policy() clientsettings.Policy {
	policy := clientsettings.Policy{
		ID: fmt.Sprint(r.IntN(1000)), Name: fmt.Sprintf("P%d", r.IntN(1000)), Kind: clientsettings.Kind(r.IntN(6) - 1),
		Priority: r.IntN(20), Collections: r.collections(),
	}
	if r.IntN(4) > 0 {
		policy.CloudServices = &clientsettings.CloudServices{AllowCloudDP: r.value(), AllowCMG: r.value(), AutoAADJoin: r.value()}
	}
	return policy
}

func (r randomSite) policies() []clientsettings.Policy {
	policies := make([]clientsettings.Policy, r.IntN(12))
	for i := range policies {
		policies[i] = r.policy()
	}
	return policies
}

func (r randomSite) target() clientsettings.Target {
	return clientsettings.Target{Kind: clientsettings.Kind(r.IntN(6) - 1), Name: "T", Collections: r.collections()}
}

// verdict is what Evaluate must say of a target.
func verdict(target clientsettings.Target, policies []clientsettings.Policy) clientsettings.Verdict {
	resolution := clientsettings.Resolve(target, policies)
	v := clientsettings.Verdict{
		Target: target, AllowCloudDP: clientsettings.Decision{Value: resolution.AllowCloudDP, Policy: resolution.Policy},
	}
	for _, companion := range resolution.Companions {
		decision := clientsettings.Decision{Value: companion.Value, Policy: companion.Policy}
		switch companion.Setting {
		case clientsettings.AllowCMG:
			v.AllowCMG = decision
		case clientsettings.AutoAADJoin:
			v.AutoAADJoin = decision
		case clientsettings.AllowCloudDP:
		}
	}
	return v
}

func TestEvaluateIsResolve(t *testing.T) {
	const sites, targets = 2000, 20
	for seed := range uint64(sites) {
		r := newRandomSite(seed)
		policies := r.policies()
		evaluator := clientsettings.NewEvaluator(policies)
		for range targets {
			target := r.target()
			got, want := evaluator.Verdict(target), verdict(target, policies)
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("site %d, target %+v:\ngot  %+v\nwant %+v", seed, target, got, want)
			}
			if got.Allowed() != (want.AllowCloudDP.Value == clientsettings.Yes) {
				t.Fatalf("site %d: Allowed() = %v", seed, got.Allowed())
			}
		}
	}
}

// sequence yields targets and then err, if there is one.
func sequence(err error, targets ...clientsettings.Target) iter.Seq2[clientsettings.Target, error] {
	return func(yield func(clientsettings.Target, error) bool) {
		for _, target := range targets {
			if !yield(target, nil) {
				return
			}
		}
		if err != nil {
			yield(clientsettings.Target{}, err)
		}
	}
}

func TestEvaluateStreams(t *testing.T) {
	site := clientsettingstest.NewSite()
	endless := func(yield func(clientsettings.Target, error) bool) {
		for yield(laptop(), nil) {
		}
	}
	count := 0
	for v, err := range clientsettings.Evaluate(t.Context(), site, endless) {
		if err != nil || v.Target.Name != "PC1" || v.AllowCloudDP.Policy != "Default Client Settings" {
			t.Fatalf("got %+v, %v", v, err)
		}
		if count++; count == 100 {
			break
		}
	}
	if count != 100 {
		t.Errorf("%d verdicts", count)
	}
}

func TestEvaluateErrors(t *testing.T) {
	down := errors.New("site server is down")
	failing := clientsettingstest.NewSite()
	failing.Fail(down)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name    string
		ctx     context.Context
		source  clientsettings.Source
		targets iter.Seq2[clientsettings.Target, error]
		count   int
		want    []error
		text    string
	}{
		{
			"nothing", t.Context(), nil, nil, 0,
			[]error{clientsettings.ErrInvalid},
			"clientsettings: evaluate: source: is nil; give where to read policies; targets: is nil; give devices and users",
		},
		{
			"source fails", t.Context(), failing, sequence(nil, laptop()), 0,
			[]error{clientsettings.ErrUnavailable, down},
			"clientsettings: evaluate: unavailable: clientsettingstest: read policies: site server is down",
		},
		{
			"targets fail", t.Context(), clientsettingstest.NewSite(), sequence(down, laptop(), laptop()), 2,
			[]error{clientsettings.ErrUnavailable, down},
			"clientsettings: evaluate: targets: unavailable: site server is down",
		},
		{
			"cancelled", cancelled, clientsettingstest.NewSite(), sequence(nil, laptop()), 0,
			[]error{context.Canceled},
			"clientsettings: evaluate: context canceled",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var last error
			count := 0
			for _, err := range clientsettings.Evaluate(tt.ctx, tt.source, tt.targets) {
				if err == nil {
					count++
				}
				last = err
			}
			for _, want := range tt.want {
				if !errors.Is(last, want) {
					t.Errorf("last error = %v, want %v", last, want)
				}
			}
			if count != tt.count || last == nil || last.Error() != tt.text {
				t.Errorf("%d verdicts and then %v, want %d and %s", count, last, tt.count, tt.text)
			}
		})
	}
}

func TestEvaluateStopsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range clientsettings.Evaluate(ctx, clientsettingstest.NewSite(), sequence(nil, laptop(), laptop())) {
		last = err
		cancel()
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("last error = %v", last)
	}
}

// bigSite has policies deployed to three of 2000 collections each and yields devices that are in 20 of them.
type bigSite struct{ policies, devices int }

func (s bigSite) source() clientsettingstest.Policies {
	list := clientsettingstest.Policies{defaultPolicy(group(clientsettings.No))}
	for i := range s.policies {
		value := group(clientsettings.Value(i%2 + 1))
		list = append(list, custom(clientsettings.Device, fmt.Sprint(i), i+1, value, collection(i), collection(i+700), collection(i+1300)))
	}
	return list
}

func collection(i int) string { return fmt.Sprintf("PS1%05X", i%2000) }

func (s bigSite) targets() iter.Seq2[clientsettings.Target, error] {
	names := make([]string, 2000)
	for i := range names {
		names[i] = collection(i * 7919)
	}
	return func(yield func(clientsettings.Target, error) bool) {
		for i := range s.devices {
			first := i % (len(names) - 20)
			target := clientsettings.Target{Kind: clientsettings.Device, Name: "PC", Collections: names[first : first+20]}
			if !yield(target, nil) {
				return
			}
		}
	}
}

func BenchmarkEvaluate(b *testing.B) {
	site := bigSite{policies: 500, devices: 1_000_000}
	source, allowed := site.source(), 0
	b.ReportAllocs()
	for b.Loop() {
		allowed = 0
		for v, err := range clientsettings.Evaluate(b.Context(), source, site.targets()) {
			if err != nil {
				b.Fatal(err)
			}
			if v.Allowed() {
				allowed++
			}
		}
	}
	if allowed == 0 || allowed == site.devices {
		b.Errorf("%d of %d devices are allowed", allowed, site.devices)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.ReportMetric(float64(site.devices)*float64(b.N)/b.Elapsed().Seconds(), "devices/s")
	b.ReportMetric(float64(memory.Sys)/1e6, "MB")
}

func ExampleEvaluate() {
	policies := clientsettingstest.Policies{
		{
			ID: "0", Name: "Default Client Settings", Kind: clientsettings.Default, Priority: clientsettings.DefaultPriority,
			CloudServices: &clientsettings.CloudServices{AllowCloudDP: clientsettings.No},
		},
		{
			ID: "16777217", Name: "Roaming devices", Kind: clientsettings.Device, Priority: 1, Collections: []string{"PS100012"},
			CloudServices: &clientsettings.CloudServices{AllowCloudDP: clientsettings.Yes},
		},
	}
	targets := func(yield func(clientsettings.Target, error) bool) {
		for i, collection := range []string{"PS100012", "PS100013"} {
			name := fmt.Sprintf("PC%d", i+1)
			if !yield(clientsettings.Target{Kind: clientsettings.Device, Name: name, Collections: []string{collection}}, nil) {
				return
			}
		}
	}
	for verdict, err := range clientsettings.Evaluate(context.Background(), policies, targets) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(verdict.Target.Name, verdict.AllowCloudDP.Value, "by", verdict.AllowCloudDP.Policy)
	}
	// Output:
	// PC1 yes by Roaming devices
	// PC2 no by Default Client Settings
}
