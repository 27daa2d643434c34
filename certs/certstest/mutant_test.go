package certstest_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

// mutant is a directory that breaks one part of the contract.
type mutant struct {
	*certstest.CA

	flaw string
	lose atomic.Bool
	// crowd lets nobody write before everybody in it has looked.
	crowd sync.WaitGroup
}

// crowdSize is how many the clauses set upon a directory at once.
const crowdSize = 4

func (m *mutant) waitForAll() {
	m.crowd.Done()
	m.crowd.Wait()
}

// mutants are the flaws, each with the clauses of TestDirectory that it breaks.
var mutants = map[string][]string{
	"does not say whose an OID is":        {"tells_whose_an_OID_is,_if_it_can"},
	"publishes by replacing the list":     {"loses_no_publication"},
	"publishes whatever the context says": {"writes_all_or_nothing,_and_says_so"},
	"hides a lost publication":            {"writes_all_or_nothing,_and_says_so"},
	"registers whatever the context says": {"writes_all_or_nothing,_and_says_so"},
	"hides a lost registration":           {"writes_all_or_nothing,_and_says_so"},
	"renames nothing":                     {"renames_an_object_identifier", "renames_a_template"},
	"takes foreign object identifiers":    {"yields_to_foreign_object_identifiers"},
	"puts whatever the context says":      {"writes_all_or_nothing,_and_says_so"},
	"hides a lost template":               {"writes_all_or_nothing,_and_says_so"},
	"half a template is put":              {"writes_all_or_nothing,_and_says_so"},
	"loses purposes of signers":           {"keeps_every_attribute"},
	"loses key properties":                {"keeps_every_attribute"},
	"puts without looking":                {"replaces_what_it_was_told,_or_not", "keeps_what_others_change_meanwhile"},
	"looks, and then puts":                {"lets_one_of_many_writers_win"},
	"does not say where access is from":   {"keeps_a_template_as_it_was_put"},
}

func (m *mutant) has(flaw string) bool { return m.flaw == flaw }

// lostIf consumes a lost answer if the flaw hides it.
func (m *mutant) lostIf(flaw string) bool { return m.has(flaw) && m.lose.Swap(false) }

func (m *mutant) after(err error) error {
	if err == nil && m.lose.Swap(false) {
		return template.ErrUnknown
	}
	return err
}

func (m *mutant) context(ctx context.Context, flaw string) context.Context {
	if m.has(flaw) {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

func (m *mutant) Publish(ctx context.Context, ca, name string) error {
	if m.lostIf("hides a lost publication") {
		return template.ErrUnavailable
	}
	if m.has("publishes by replacing the list") && strings.HasPrefix(name, "Together") {
		forest := m.Forest()
		forest.Published = append(forest.Published, name)
		m.waitForAll()
		m.SetForest(forest)
		return nil
	}
	err := m.CA.Publish(m.context(ctx, "publishes whatever the context says"), ca, name)
	return m.after(errors.Join(err, ctx.Err()))
}

func (m *mutant) OID(ctx context.Context, oid string) (template.ObjectIdentifier, error) {
	o, err := m.CA.OID(ctx, oid)
	if m.has("takes foreign object identifiers") && errors.Is(err, template.ErrConflict) {
		return template.ObjectIdentifier{OID: oid, DisplayName: "Cloud DP Cert"}, nil
	}
	return o, err
}

func (m *mutant) Holders(ctx context.Context, oid string) ([]string, error) {
	if m.has("does not say whose an OID is") {
		return nil, nil
	}
	return m.CA.Holders(ctx, oid)
}

func (m *mutant) PutOID(ctx context.Context, old *template.ObjectIdentifier, o template.ObjectIdentifier) error {
	if old != nil && m.has("renames nothing") {
		return m.after(ctx.Err())
	}
	err := m.CA.PutOID(m.context(ctx, "registers whatever the context says"), old, o)
	if m.lostIf("hides a lost registration") {
		return nil
	}
	return m.after(errors.Join(err, ctx.Err()))
}

func (m *mutant) PutTemplate(ctx context.Context, old *template.Template, t template.Template) error {
	if m.has("loses purposes of signers") {
		t.RAApplicationPolicies = nil
	}
	if m.has("loses key properties") {
		t.KeyProperties = nil
	}
	switch {
	case m.has("puts without looking") && m.holds(ctx, t.Name, nil):
		return m.overwrite(ctx, t)
	case old != nil && m.has("looks, and then puts") && m.holds(ctx, t.Name, old):
		m.waitForAll()
		return m.overwrite(ctx, t)
	}
	err := m.CA.PutTemplate(m.context(ctx, "puts whatever the context says"), old, t)
	if err != nil && m.has("half a template is put") && errors.Is(err, template.ErrUnavailable) {
		return errors.Join(err, m.CA.PutTemplate(ctx, old, t))
	}
	if m.lostIf("hides a lost template") {
		return nil
	}
	return m.after(errors.Join(err, ctx.Err()))
}

// holds reports whether there is a template of that name: old, if it is given.
func (m *mutant) holds(ctx context.Context, name string, old *template.Template) bool {
	current, err := m.CA.Template(ctx, name)
	return err == nil && (old == nil || old.Equal(current))
}

// overwrite puts t in the place of whatever is there at that moment.
func (m *mutant) overwrite(ctx context.Context, t template.Template) error {
	for {
		current, err := m.CA.Template(ctx, t.Name)
		if err == nil {
			err = m.CA.PutTemplate(ctx, &current, t)
		}
		if !errors.Is(err, template.ErrConflict) {
			return m.after(err)
		}
	}
}

func (m *mutant) Template(ctx context.Context, name string) (template.Template, error) {
	t, err := m.CA.Template(ctx, name)
	if m.has("does not say where access is from") {
		t.Security = template.SecurityDescriptor{}
	}
	return t, err
}

// flawVariable tells a copy of this program which mutant to hold to the contract.
const flawVariable = "CERTSTEST_FLAW"

// TestMutant runs the suite against the mutant that the environment names; without a flaw it is a sound directory.
func TestMutant(t *testing.T) {
	certstest.TestDirectory(t, func(*testing.T) certstest.DirectoryHarness {
		m := &mutant{CA: certstest.NewCA(authority), flaw: os.Getenv(flawVariable)}
		m.AddGroup("ConfigMgr Site Servers")
		m.crowd.Add(crowdSize)
		return certstest.DirectoryHarness{
			Directory: m, CA: authority, Group: "ConfigMgr Site Servers",
			Fail:       func() { m.Fail(template.ErrUnavailable) },
			LoseAnswer: func() { m.lose.Store(true) },
			Plant:      func(_ *testing.T, o template.ObjectIdentifier, kind int) { m.PlantOID(o, kind) },
		}
	})
}

// TestDirectoryCatchesEveryMutant runs the clauses that each flaw breaks in a program of its own, and wants them to fail.
func TestDirectoryCatchesEveryMutant(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, flaw := range slices.Sorted(maps.Keys(mutants)) {
		t.Run(flaw, func(t *testing.T) {
			clauses := strings.Join(mutants[flaw], "|")
			cmd := exec.CommandContext(t.Context(), program, "-test.run=^TestMutant$/^("+clauses+")$", "-test.timeout=1m")
			cmd.Env = append(os.Environ(), flawVariable+"="+flaw)
			output, err := cmd.CombinedOutput()
			if _, failed := errors.AsType[*exec.ExitError](err); !failed {
				t.Fatalf("the suite passes: %v\n%s", err, output)
			}
			for _, clause := range mutants[flaw] {
				if !strings.Contains(string(output), "--- FAIL: TestMutant/"+clause+" ") {
					t.Errorf("%q does not fail:\n%s", clause, output)
				}
			}
		})
	}
}
