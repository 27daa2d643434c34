package clientsettings_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/clouddp/sdk/clientsettings"
	"github.com/clouddp/sdk/clientsettings/clientsettingstest"
)

const (
	notDeployed = "is not deployed to a collection of the target"
	noGroup     = `does not contain the group "Cloud Services"`
	notSet      = "does not set the value"
	lowest      = "has the lowest priority number of those that take part"
	disputed    = "no policy says anything, so no is taken; of Microsoft's articles, use-a-cloud-based-distribution-point " +
		"(2017 to 2020) says no, install-cloud-based-distribution-points-in-microsoft-azure (2018 to 2021) says yes"
)

func group(value clientsettings.Value) *clientsettings.CloudServices {
	return &clientsettings.CloudServices{AllowCloudDP: value}
}

func defaultPolicy(g *clientsettings.CloudServices) clientsettings.Policy {
	return clientsettings.Policy{ID: "0", Name: "Default", Kind: clientsettings.Default, Priority: clientsettings.DefaultPriority, CloudServices: g}
}

func custom(kind clientsettings.Kind, id string, priority int, g *clientsettings.CloudServices, collections ...string) clientsettings.Policy {
	return clientsettings.Policy{ID: id, Name: "P" + id, Kind: kind, Priority: priority, CloudServices: g, Collections: collections}
}

func TestResolve(t *testing.T) {
	const device, user = clientsettings.Device, clientsettings.User
	yes, no, unset := group(clientsettings.Yes), group(clientsettings.No), group(clientsettings.Unset)
	tests := []struct {
		name     string
		kind     clientsettings.Kind
		policies []clientsettings.Policy
		want     clientsettings.Value
		steps    []string // "policy: reason", "*" in front of the one that decided
	}{
		{"nothing", device, nil, clientsettings.No, []string{"*documented default: " + disputed}},
		{
			"default says No", device,
			[]clientsettings.Policy{defaultPolicy(no)},
			clientsettings.No,
			[]string{"*Default: says no; no custom policy takes part"},
		},
		{
			"default says Yes", user,
			[]clientsettings.Policy{defaultPolicy(yes)},
			clientsettings.Yes,
			[]string{"*Default: says yes; no custom policy takes part"},
		},
		{
			"default says nothing", device,
			[]clientsettings.Policy{defaultPolicy(unset), defaultPolicy(nil)},
			clientsettings.No,
			[]string{"Default: " + notSet, "Default: " + noGroup, "*documented default: " + disputed},
		},
		{
			"custom overrides default", device,
			[]clientsettings.Policy{defaultPolicy(no), custom(device, "1", 1, yes, "A")},
			clientsettings.Yes,
			[]string{"*P1: says yes and " + lowest, `Default: "P1" comes first`},
		},
		{
			"lowest number wins", device,
			[]clientsettings.Policy{custom(device, "1", 20, yes, "A"), custom(device, "2", 3, no, "A"), defaultPolicy(yes)},
			clientsettings.No,
			[]string{"*P2: says no and " + lowest, `P1: "P2" comes first`, `Default: "P2" comes first`},
		},
		{
			"those that take no part", device,
			[]clientsettings.Policy{
				custom(device, "1", 1, yes, "Z"), custom(device, "2", 2, nil, "A"), custom(device, "3", 3, unset, "A"),
				custom(device, "4", 4, yes), custom(device, "5", 5, group(9), "A"), custom(device, "6", 6, yes, "Z", "b"), defaultPolicy(no),
			},
			clientsettings.Yes,
			[]string{
				"P1: " + notDeployed, "P2: " + noGroup, "P3: " + notSet, "P4: " + notDeployed, "P5: " + notSet,
				"*P6: says yes and " + lowest, `Default: "P6" comes first`,
			},
		},
		{
			"a user policy is not for devices", device,
			[]clientsettings.Policy{custom(user, "1", 1, yes, "A"), defaultPolicy(no)},
			clientsettings.No,
			[]string{"*Default: says no; no custom policy takes part", "P1: is for a user, the target is a device"},
		},
		{
			"a device policy is not for users", user,
			[]clientsettings.Policy{custom(device, "1", 1, no, "A"), custom(user, "2", 2, yes, "A")},
			clientsettings.Yes,
			[]string{"*P2: says yes and " + lowest, "P1: is for a device, the target is a user"},
		},
		{
			"same number", device,
			[]clientsettings.Policy{custom(device, "2", 1, yes, "A"), custom(device, "1", 1, no, "A")},
			clientsettings.No,
			[]string{"*P1: says no and " + lowest, `P2: has the priority of "P1", which no site allows; the lower ID decides`},
		},
		{
			"no kind", clientsettings.KindUnknown,
			[]clientsettings.Policy{custom(clientsettings.KindUnknown, "1", 1, yes, "A")},
			clientsettings.No,
			[]string{"P1: the target is neither a device nor a user", "*documented default: " + disputed},
		},
		{
			"kind of the default", clientsettings.Default,
			[]clientsettings.Policy{defaultPolicy(yes)},
			clientsettings.No,
			[]string{"Default: the target is neither a device nor a user", "*documented default: " + disputed},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			target := clientsettings.Target{Kind: tt.kind, Name: "T", Collections: []string{"A", "B"}}
			for range 2 { // the order in which a source yields must not matter
				got := clientsettings.Resolve(target, tt.policies)
				checkResolution(t, got, tt.want, tt.steps)
				slices.Reverse(tt.policies)
				if len(tt.policies) > 1 && tt.policies[0].ID == tt.policies[1].ID {
					break
				}
			}
		})
	}
}

func checkResolution(t *testing.T, got clientsettings.Resolution, want clientsettings.Value, steps []string) {
	t.Helper()
	if got.AllowCloudDP != want || got.Allowed() != (want == clientsettings.Yes) {
		t.Errorf("AllowCloudDP = %v, Allowed = %v, want %v", got.AllowCloudDP, got.Allowed(), want)
	}
	var lines []string
	for _, step := range got.Steps {
		line := step.Policy + ": " + step.Reason
		if step.Decided {
			line = "*" + line
			if step.Policy != got.Policy && got.Policy != "" {
				t.Errorf("Policy = %q, but the step of %q decided", got.Policy, step.Policy)
			}
		}
		lines = append(lines, line)
	}
	if !slices.Equal(lines, steps) {
		t.Errorf("steps:\n%s\nwant:\n%s", strings.Join(lines, "\n"), strings.Join(steps, "\n"))
	}
}

func TestResolveChangesNothing(t *testing.T) {
	policies := clientsettingstest.Policies{
		custom(clientsettings.Device, "2", 2, group(clientsettings.Yes), "a"), custom(clientsettings.Device, "1", 1, nil, "a"),
	}
	clientsettings.Resolve(clientsettings.Target{Kind: clientsettings.Device, Collections: []string{"A"}}, policies)
	if policies[0].ID != "2" || policies[0].Collections[0] != "a" {
		t.Errorf("policies were changed: %+v", policies)
	}
}

func BenchmarkResolve(b *testing.B) {
	var policies []clientsettings.Policy
	for i := range 500 {
		policies = append(policies, custom(clientsettings.Device, strconv.Itoa(i), 500-i, group(clientsettings.Yes), "C"+strconv.Itoa(i)))
	}
	target := clientsettings.Target{Kind: clientsettings.Device, Name: "PC1", Collections: []string{"C250", "C7", "SMS00001"}}
	b.ReportAllocs()
	for b.Loop() {
		clientsettings.Resolve(target, policies)
	}
}

func ExampleResolve() {
	policies := []clientsettings.Policy{
		{
			ID: "0", Name: "Default Client Settings", Kind: clientsettings.Default, Priority: clientsettings.DefaultPriority,
			CloudServices: &clientsettings.CloudServices{AllowCloudDP: clientsettings.No},
		},
		{
			ID: "16777217", Name: "Roaming devices", Kind: clientsettings.Device, Priority: 1, Collections: []string{"PS100012"},
			CloudServices: &clientsettings.CloudServices{AllowCloudDP: clientsettings.Yes},
		},
	}
	laptop := clientsettings.Target{Kind: clientsettings.Device, Name: "PC1", Collections: []string{"SMS00001", "PS100012"}}
	resolution := clientsettings.Resolve(laptop, policies)
	fmt.Println(resolution.AllowCloudDP)
	for _, step := range resolution.Steps {
		fmt.Println(step.Policy, step.Reason)
	}
	// Output:
	// yes
	// Roaming devices says yes and has the lowest priority number of those that take part
	// Default Client Settings "Roaming devices" comes first
}
