package clientsettingstest_test

import (
	"errors"
	"fmt"
	"testing"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/clientsettings"
	"github.com/clouddp/sdk/clientsettings/clientsettingstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPoliciesIsSource(t *testing.T) {
	clientsettingstest.TestSource(t, clientsettingstest.SourceHarness{
		New: func(_ *testing.T, policies ...clientsettings.Policy) clientsettings.Source {
			return clientsettingstest.Policies(policies)
		},
	})
}

func TestSiteIsSource(t *testing.T) {
	clientsettingstest.TestSource(t, clientsettingstest.SourceHarness{
		New: func(t *testing.T, policies ...clientsettings.Policy) clientsettings.Source {
			t.Helper()
			site := clientsettingstest.NewSite()
			for _, policy := range policies[1:] { // the default policy is there already
				if err := site.Add(policy); err != nil {
					t.Fatal(err)
				}
			}
			return site
		},
		Fail: func(_ *testing.T, source clientsettings.Source, err error) {
			source.(*clientsettingstest.Site).Fail(err)
		},
	})
}

func roaming() clientsettings.Policy {
	return clientsettings.Policy{
		ID: "1", Name: "Roaming", Kind: clientsettings.Device, Priority: 1,
		CloudServices: &clientsettings.CloudServices{AllowCloudDP: clientsettings.Yes},
	}
}

func TestSiteLife(t *testing.T) {
	site := clientsettingstest.NewSite()
	target := clientsettings.Target{Kind: clientsettings.Device, Name: "PC1", Collections: []string{"PS100012"}}
	steps := []struct {
		name string
		do   func() error
		want bool
	}{
		{"default", func() error { return nil }, false},
		{"policy added", func() error { return site.Add(roaming()) }, false},
		{"deployed elsewhere", func() error { return site.Deploy("1", "PS100099") }, false},
		{"deployed", func() error { return site.Deploy("1", "ps100012") }, true},
		{"deployed again", func() error { return site.Deploy("1", "PS100012") }, true},
		{"set to No", func() error { return site.Allow("1", clientsettings.No) }, false},
		{"default set to Yes", func() error { return site.Allow(clientsettingstest.DefaultPolicy, clientsettings.Yes) }, false},
		{"policy removed", func() error { return site.Remove("1") }, true},
		{"added again", func() error { return site.Add(roaming()) }, true},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		resolution, err := clientsettings.Check(t.Context(), site, target)
		if resolution.Allowed() != step.want || errors.Is(err, clientsettings.ErrDenied) == step.want {
			t.Errorf("%s: allowed = %v, error = %v, want %v", step.name, resolution.Allowed(), err, step.want)
		}
	}
}

func TestSiteRefuses(t *testing.T) {
	site := clientsettingstest.NewSite()
	if err := site.Add(roaming()); err != nil {
		t.Fatal(err)
	}
	edited := func(edit func(*clientsettings.Policy)) func() error {
		return func() error {
			policy := clientsettings.Policy{ID: "2", Name: "Other", Kind: clientsettings.User, Priority: 2}
			edit(&policy)
			return site.Add(policy)
		}
	}
	tests := []struct {
		name string
		do   func() error
		want error
	}{
		{"ID taken", edited(func(p *clientsettings.Policy) { p.ID = "1" }), clientsettings.ErrConflict},
		{"name taken", edited(func(p *clientsettings.Policy) { p.Name = "roaming" }), clientsettings.ErrConflict},
		{"priority taken", edited(func(p *clientsettings.Policy) { p.Priority = 1 }), clientsettings.ErrConflict},
		{"second default", edited(func(p *clientsettings.Policy) { p.Kind = clientsettings.Default }), clientsettings.ErrInvalid},
		{"nothing", func() error { return site.Add(clientsettings.Policy{}) }, clientsettings.ErrInvalid},
		{"gateway for users", edited(func(p *clientsettings.Policy) {
			p.CloudServices = &clientsettings.CloudServices{AllowCMG: clientsettings.Yes}
		}), clientsettings.ErrInvalid},
		{"registration for users", edited(func(p *clientsettings.Policy) {
			p.CloudServices = &clientsettings.CloudServices{AutoAADJoin: clientsettings.No}
		}), clientsettings.ErrInvalid},
		{"priority of the default", edited(func(p *clientsettings.Policy) { p.Priority = clientsettings.DefaultPriority }), clientsettings.ErrInvalid},
		{"deploy unknown", func() error { return site.Deploy("7", "C") }, clientsettings.ErrNotFound},
		{"deploy default", func() error { return site.Deploy(clientsettingstest.DefaultPolicy, "C") }, clientsettings.ErrConflict},
		{"remove unknown", func() error { return site.Remove("7") }, clientsettings.ErrNotFound},
		{"remove default", func() error { return site.Remove(clientsettingstest.DefaultPolicy) }, clientsettings.ErrConflict},
		{"set unknown", func() error { return site.Allow("7", clientsettings.Yes) }, clientsettings.ErrNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.do(); !errors.Is(err, tt.want) {
				t.Errorf("error = %v, want %v", err, tt.want)
			}
		})
	}
	count := 0
	for _, err := range site.Policies(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		count++
	}
	if count != 2 {
		t.Errorf("%d policies after refusals, want 2", count)
	}
}

func ExamplePolicies() {
	policies := clientsettingstest.Policies{{
		ID: "16777217", Name: "Roaming devices", Kind: clientsettings.Device, Priority: 1, Collections: []string{"PS100012"},
		CloudServices: &clientsettings.CloudServices{AllowCloudDP: clientsettings.Yes},
	}}
	laptop := clientsettings.Target{Kind: clientsettings.Device, Name: "PC1", Collections: []string{"PS100012"}}
	fmt.Println(clientsettings.Resolve(laptop, policies).Policy)
	// Output: Roaming devices
}
