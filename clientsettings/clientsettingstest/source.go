package clientsettingstest

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/clouddp/sdk/clientsettings"
)

// SourceHarness connects [TestSource] to an implementation.
type SourceHarness struct {
	// New returns a fresh source at whose site there are these policies; it is called once a subtest. Required.
	New func(t *testing.T, policies ...clientsettings.Policy) clientsettings.Source
	// Fail makes the next reading of source fail with an error that matches err. Nil leaves that subtest out.
	Fail func(t *testing.T, source clientsettings.Source, err error)
}

// TestSource proves that an implementation keeps the contract of [clientsettings.Source].
func TestSource(t *testing.T, h SourceHarness) {
	t.Helper()
	t.Run("Fields", func(t *testing.T) { checkPolicies(t, h.New(t, samples()...), samples()) })
	t.Run("DefaultOnly", func(t *testing.T) { checkPolicies(t, h.New(t, samples()[0]), samples()[:1]) })
	t.Run("RangeAgain", h.testRangeAgain)
	t.Run("Break", h.testBreak)
	t.Run("OwnCopy", h.testOwnCopy)
	t.Run("Resolve", h.testResolve)
	t.Run("Cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		checkLastError(t, h.New(t, samples()...).Policies(ctx), context.Canceled)
	})
	t.Run("Concurrent", h.testConcurrent)
	if h.Fail != nil {
		t.Run("Fault", h.testFault)
	}
}

// samples are the policies of a small site, the default one first.
func samples() []clientsettings.Policy {
	return []clientsettings.Policy{
		{
			ID: "0", Name: "Default Client Settings", Kind: clientsettings.Default, Priority: clientsettings.DefaultPriority,
			CloudServices: &clientsettings.CloudServices{AllowCloudDP: clientsettings.No, AllowCMG: clientsettings.Yes, AutoAADJoin: clientsettings.Yes},
		},
		{
			ID: "16777217", Name: "Roaming devices", Kind: clientsettings.Device, Priority: 1, Collections: []string{"PS100012", "SMS00001"},
			CloudServices: &clientsettings.CloudServices{AllowCloudDP: clientsettings.Yes, AllowCMG: clientsettings.No, AutoAADJoin: clientsettings.No},
		},
		{ID: "16777218", Name: "Power plan", Kind: clientsettings.Device, Priority: 2, Collections: []string{"SMS00001"}},
		{
			ID: "16777219", Name: "Sales", Kind: clientsettings.User, Priority: 3, Collections: []string{"PS100013"},
			CloudServices: &clientsettings.CloudServices{AllowCloudDP: clientsettings.Yes},
		},
		{
			ID: "16777220", Name: "Not deployed", Kind: clientsettings.User, Priority: 4,
			CloudServices: &clientsettings.CloudServices{AllowCloudDP: clientsettings.No},
		},
	}
}

func (h SourceHarness) testRangeAgain(t *testing.T) {
	source := h.New(t, samples()...)
	checkPolicies(t, source, samples())
	checkPolicies(t, source, samples())
}

func (h SourceHarness) testBreak(t *testing.T) {
	source := h.New(t, samples()...)
	for _, err := range source.Policies(t.Context()) {
		if err != nil {
			t.Errorf("Policies: %v", err)
		}
		break
	}
	checkPolicies(t, source, samples())
}

func (h SourceHarness) testOwnCopy(t *testing.T) {
	source := h.New(t, samples()...)
	for policy, err := range source.Policies(t.Context()) {
		if err != nil {
			t.Fatalf("Policies: %v", err)
		}
		if policy.CloudServices != nil {
			policy.CloudServices.AllowCloudDP = clientsettings.Unset
		}
		clear(policy.Collections)
	}
	checkPolicies(t, source, samples())
}

func (h SourceHarness) testResolve(t *testing.T) {
	source := h.New(t, samples()...)
	tests := []struct {
		target clientsettings.Target
		policy string
	}{
		{clientsettings.Target{Kind: clientsettings.Device, Name: "PC1", Collections: []string{"SMS00001"}}, "Roaming devices"},
		{clientsettings.Target{Kind: clientsettings.Device, Name: "PC2", Collections: []string{"PS100013"}}, "Default Client Settings"},
		{clientsettings.Target{Kind: clientsettings.User, Name: "ada", Collections: []string{"PS100013", "SMS00001"}}, "Sales"},
	}
	for _, tt := range tests {
		resolution, err := clientsettings.Check(t.Context(), source, tt.target)
		if denied := errors.Is(err, clientsettings.ErrDenied); err != nil && !denied || denied == resolution.Allowed() {
			t.Errorf("%s: error = %v, allowed = %v", tt.target.Name, err, resolution.Allowed())
		}
		if resolution.Policy != tt.policy {
			t.Errorf("%s: %q decided, want %q", tt.target.Name, resolution.Policy, tt.policy)
		}
		for _, companion := range resolution.Companions {
			if companion.Policy != tt.policy {
				t.Errorf("%s: %q decided %v, want %q", tt.target.Name, companion.Policy, companion.Setting, tt.policy)
			}
		}
	}
}

func (h SourceHarness) testConcurrent(t *testing.T) {
	source := h.New(t, samples()...)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { checkPolicies(t, source, samples()) })
	}
	group.Wait()
}

func (h SourceHarness) testFault(t *testing.T) {
	source := h.New(t, samples()...)
	fault := errors.New("injected fault")
	h.Fail(t, source, fault)
	checkLastError(t, source.Policies(t.Context()), fault)
	checkPolicies(t, source, samples())
}

// checkPolicies compares the policies of source, in any order, with want.
func checkPolicies(t *testing.T, source clientsettings.Source, want []clientsettings.Policy) {
	t.Helper()
	var got []clientsettings.Policy
	for policy, err := range source.Policies(t.Context()) {
		if err != nil {
			t.Errorf("Policies: %v", err)
			return
		}
		got = append(got, normal(policy))
	}
	for i := range want {
		want[i] = normal(want[i])
	}
	byID := func(a, b clientsettings.Policy) int { return cmp.Compare(a.ID, b.ID) }
	slices.SortFunc(got, byID)
	slices.SortFunc(want, byID)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("policies:\ngot  %+v\nwant %+v", got, want)
	}
}

// normal orders the collections and makes none and nil the same.
func normal(policy clientsettings.Policy) clientsettings.Policy {
	policy.Collections = append([]string{}, policy.Collections...)
	slices.Sort(policy.Collections)
	return policy
}

// checkLastError fails unless sequence ends with an error that matches want.
func checkLastError(t *testing.T, sequence iter.Seq2[clientsettings.Policy, error], want error) {
	t.Helper()
	var last error
	for _, err := range sequence {
		if last != nil {
			t.Error("the sequence goes on after an error")
		}
		last = err
	}
	if !errors.Is(last, want) {
		t.Errorf("last error = %v, want %v", last, want)
	}
}
