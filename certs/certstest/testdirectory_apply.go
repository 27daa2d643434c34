package certstest

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/clouddp/sdk/certs/template"
)

func testConverges(t *testing.T, h DirectoryHarness) {
	t.Helper()
	desired := h.desired(t)
	planned := h.plan(t, desired)
	applied, err := template.Apply(t.Context(), h.Directory, desired)
	if err != nil || !slices.Equal(applied, planned) {
		t.Fatalf("Apply: %v, %v\nwant what was planned: %v", applied, err, planned)
	}
	wantConverged(t, h, desired)
}

// plan returns what is planned, which is something.
func (h DirectoryHarness) plan(t *testing.T, desired template.Desired) []template.Change {
	t.Helper()
	planned, err := template.Plan(t.Context(), h.Directory, desired)
	if err != nil || len(planned) == 0 {
		t.Fatalf("Plan: %v, %v", planned, err)
	}
	return planned
}

// apply makes the directory hold what is desired.
func (h DirectoryHarness) apply(t *testing.T, desired template.Desired) {
	t.Helper()
	if _, err := template.Apply(t.Context(), h.Directory, desired); err != nil {
		t.Fatalf("Apply: %v", err)
	}
}

func wantConverged(t *testing.T, h DirectoryHarness, desired template.Desired) {
	t.Helper()
	if planned, err := template.Plan(t.Context(), h.Directory, desired); err != nil || len(planned) > 0 {
		t.Errorf("Plan after Apply: %v, %v, want nothing", planned, err)
	}
	if applied, err := template.Apply(t.Context(), h.Directory, desired); err != nil || len(applied) > 0 {
		t.Errorf("Apply after Apply: %v, %v, want nothing", applied, err)
	}
	if findings, err := template.Check(t.Context(), h.Directory, desired.CA, desired.Template.Name); err != nil || len(findings) > 0 {
		t.Errorf("Check after Apply: %v, %v, want nothing", findings, err)
	}
}

func testRepairs(t *testing.T, h DirectoryHarness) {
	t.Helper()
	desired := h.desired(t)
	h.apply(t, desired)
	changed := h.stored(t, desired.Template.Name).Clone()
	changed.MinimalKeySize = 1024
	changed.Access = []template.Access{{SID: template.AuthenticatedUsers, Rights: template.Read | template.Enroll}}
	h.put(t, changed)
	h.apply(t, desired)
	repaired := h.stored(t, desired.Template.Name)
	if repaired.MinimalKeySize != desired.Template.MinimalKeySize || repaired.MinorRevision != changed.MinorRevision+1 {
		t.Errorf("repaired to %d bits, revision %d.%d", repaired.MinimalKeySize, repaired.Revision, repaired.MinorRevision)
	}
	if granted := repaired.Granted(template.AuthenticatedUsers); granted != template.Read {
		t.Errorf("Authenticated Users still have %s", granted)
	}
	wantConverged(t, h, desired)
}

// testRenames holds that a template and its object identifier are renamed together.
func testRenames(t *testing.T, h DirectoryHarness) {
	t.Helper()
	desired := h.desired(t)
	h.apply(t, desired)
	desired.Template.DisplayName = "Größe & Co"
	planned := h.plan(t, desired)
	applied, err := template.Apply(t.Context(), h.Directory, desired)
	if err != nil || !slices.Equal(applied, planned) {
		t.Errorf("Apply: %v, %v\nwant what was planned: %v", applied, err, planned)
	}
	renamed := h.stored(t, desired.Template.Name)
	if o, err := h.Directory.OID(t.Context(), renamed.OID); err != nil || o.DisplayName != desired.Template.DisplayName {
		t.Errorf("OID: got %v, %v", o, err)
	}
	wantConverged(t, h, desired)
}

// crowded is a directory in which somebody else edits a template between the first look at it and the first write.
type crowded struct {
	template.Directory

	edit func()
	done atomic.Bool
}

// Template implements [template.Directory].
func (c *crowded) Template(ctx context.Context, name string) (template.Template, error) {
	found, err := c.Directory.Template(ctx, name)
	if !c.done.Swap(true) {
		c.edit()
	}
	return found, err
}

func testMeanwhile(t *testing.T, h DirectoryHarness) {
	t.Helper()
	desired := h.desired(t)
	h.apply(t, desired)
	desired.Template.MinimalKeySize = 4096
	between := &crowded{Directory: h.Directory, edit: func() {
		edited := h.stored(t, desired.Template.Name).Clone()
		edited.Access = append(edited.Access, auditors())
		h.put(t, edited)
	}}
	if applied, err := template.Apply(t.Context(), between, desired); err != nil || len(applied) != 1 {
		t.Errorf("Apply: %v, %v, want the key size alone", applied, err)
	}
	if after := h.stored(t, desired.Template.Name); after.Granted(auditors().SID) != auditors().Rights || after.MinimalKeySize != 4096 {
		t.Errorf("what somebody else granted was lost: %v, %d bits", after.Access, after.MinimalKeySize)
	}
	wantConverged(t, h, desired)
}

func testBuiltIn(t *testing.T, h DirectoryHarness) {
	t.Helper()
	desired := h.desired(t)
	desired.Template.Name, desired.Adopt = "WebServer", true
	before := h.stored(t, "WebServer")
	_, err := template.Apply(t.Context(), h.Directory, desired)
	wantError(t, "Apply", err, template.ErrForeign)
	if after := h.stored(t, "WebServer"); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("WebServer is now %+v", after)
	}
}
