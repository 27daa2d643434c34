package certstest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs/template"
)

func testObjectIdentifier(t *testing.T, h DirectoryHarness) {
	t.Helper()
	o := template.ObjectIdentifier{OID: h.oid(t, "10000001.10000002"), DisplayName: "Cloud DP Cert"}
	for range 2 {
		if err := h.Directory.PutOID(t.Context(), nil, o); err != nil {
			t.Fatalf("PutOID: %v", err)
		}
	}
	if got, err := h.Directory.OID(t.Context(), o.OID); err != nil || got != o {
		t.Errorf("OID: got %v, %v, want %v", got, err, o)
	}
	taken := template.ObjectIdentifier{OID: o.OID, DisplayName: "Somebody Else's"}
	wantError(t, "PutOID of a taken one", h.Directory.PutOID(t.Context(), nil, taken), template.ErrConflict)
	for _, outside := range []string{"1.2.3.4", h.oid(t, "")[:len(h.oid(t, ""))-1], h.oid(t, "")[:len(h.oid(t, ""))-1] + "1.2"} {
		err := h.Directory.PutOID(t.Context(), nil, template.ObjectIdentifier{OID: outside, DisplayName: "Cloud DP Cert"})
		wantError(t, "PutOID of "+outside+", which is not below that of the forest", err, template.ErrInvalid)
	}
}

func testRenameOID(t *testing.T, h DirectoryHarness) {
	t.Helper()
	was := template.ObjectIdentifier{OID: h.oid(t, "10000001.10000002"), DisplayName: "Cloud DP Cert"}
	is := template.ObjectIdentifier{OID: was.OID, DisplayName: "Größe & Co"}
	other := template.ObjectIdentifier{OID: was.OID, DisplayName: "Another"}
	wantError(t, "in the place of one that is not there", h.Directory.PutOID(t.Context(), &was, is), template.ErrConflict)
	if err := h.Directory.PutOID(t.Context(), nil, was); err != nil {
		t.Fatalf("PutOID: %v", err)
	}
	wantError(t, "in the place of another name", h.Directory.PutOID(t.Context(), &other, is), template.ErrConflict)
	moved := template.ObjectIdentifier{OID: h.oid(t, "10000001.10000003"), DisplayName: was.DisplayName}
	wantError(t, "in the place of another OID", h.Directory.PutOID(t.Context(), &was, moved), template.ErrInvalid)
	for range 2 { // the second time there is nothing to do
		if err := h.Directory.PutOID(t.Context(), &was, is); err != nil {
			t.Fatalf("PutOID: %v", err)
		}
	}
	if got, err := h.Directory.OID(t.Context(), was.OID); err != nil || got != is {
		t.Errorf("OID: got %v, %v, want %v", got, err, is)
	}
	wantError(t, "in the place of the old name", h.Directory.PutOID(t.Context(), &was, other), template.ErrConflict)
}

// testForeignOID holds that an object identifier which somebody has registered twice, or for something other than a
// template, is left alone.
func testForeignOID(t *testing.T, h DirectoryHarness) {
	t.Helper()
	if h.Plant == nil {
		return
	}
	desired := h.desired(t)
	first := desired.Template.DeriveOID(h.oid(t, "")[:len(h.oid(t, ""))-1])
	for what, plant := range map[string]struct {
		oid   string
		kinds []int
	}{
		"a policy":            {h.oid(t, "10000001.10000003"), []int{2}},
		"two templates":       {h.oid(t, "10000001.10000004"), []int{1, 1}},
		"template and policy": {first, []int{1, 2}},
	} {
		o := template.ObjectIdentifier{OID: plant.oid, DisplayName: desired.Template.DisplayName}
		for _, kind := range plant.kinds {
			h.Plant(t, o, kind)
		}
		_, err := h.Directory.OID(t.Context(), o.OID)
		wantError(t, "OID of "+what, err, template.ErrConflict)
		wantError(t, "PutOID of "+what, h.Directory.PutOID(t.Context(), nil, o), template.ErrConflict)
		given := desired
		given.Template.OID = o.OID
		_, err = template.Apply(t.Context(), h.Directory, given)
		wantError(t, "Apply with that of "+what, err, template.ErrConflict)
	}
	if _, err := template.Apply(t.Context(), h.Directory, desired); err != nil {
		t.Fatalf("Apply: %v", err)
	}
	if made := h.stored(t, desired.Template.Name); made == nil || made.OID == first {
		t.Errorf("made %+v, want another object identifier than %s", made, first)
	}
}

// testHolders holds a directory that can tell who has an object identifier to it, and [template.Apply] to what it tells:
// what an interrupted one has registered is used under another display name, unless another template has it.
func testHolders(t *testing.T, h DirectoryHarness) {
	t.Helper()
	teller, can := h.Directory.(interface {
		Holders(ctx context.Context, oid string) ([]string, error)
	})
	if !can {
		return
	}
	desired := h.desired(t)
	first := desired.Template.DeriveOID(strings.TrimSuffix(h.oid(t, ""), "."))
	registered := template.ObjectIdentifier{OID: first, DisplayName: "Another"}
	if err := h.Directory.PutOID(t.Context(), nil, registered); err != nil {
		t.Fatalf("PutOID: %v", err)
	}
	if names, err := teller.Holders(t.Context(), first); err != nil || len(names) > 0 {
		t.Errorf("Holders: %v, %v, want none", names, err)
	}
	if planned := h.plan(t, desired); planned[0].Action != template.RenameOID || planned[0].OID != first {
		t.Errorf("Plan: %v, want the OID renamed", planned[0])
	}
	other := h.template(t)
	other.Name, other.DisplayName, other.OID = "Another", registered.DisplayName, first
	h.put(t, other)
	if names, err := teller.Holders(t.Context(), first); err != nil || !slices.Equal(names, []string{other.Name}) {
		t.Errorf("Holders: %v, %v, want %s", names, err, other.Name)
	}
	h.apply(t, desired)
	wantConverged(t, h, desired)
	if got, err := h.Directory.OID(t.Context(), first); err != nil || got != registered {
		t.Errorf("OID: %v, %v, want %v left alone", got, err, registered)
	}
}
