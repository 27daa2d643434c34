package template_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

// blind is a directory that cannot tell which templates have an object identifier.
type blind struct{ template.Directory }

// seers are directories that can tell, and that cannot.
var seers = map[string]func(*certstest.CA) template.Directory{
	"seeing": func(ca *certstest.CA) template.Directory { return ca },
	"blind":  func(ca *certstest.CA) template.Directory { return blind{ca} },
}

func named(displayName string, change func(*template.Desired)) template.Desired {
	d := desired()
	d.Template.DisplayName = displayName
	if change != nil {
		change(&d)
	}
	return d
}

// copied returns a forest in which CloudDPCert has the object identifier of Other.
func copied(t *testing.T, displayName string) *certstest.CA {
	t.Helper()
	ca := certstest.NewCA(authority)
	if _, err := template.Apply(t.Context(), ca, named("Other", func(d *template.Desired) { d.Template.Name = "Other" })); err != nil {
		t.Fatal(err)
	}
	other, err := ca.Template(t.Context(), "Other")
	if err != nil {
		t.Fatal(err)
	}
	other.DisplayName = displayName
	attributes, err := other.Attributes()
	if err != nil {
		t.Fatal(err)
	}
	f := ca.Forest()
	f.Templates = append(f.Templates, certstest.StoredTemplate{Name: "CloudDPCert", Attributes: attributes, Security: other.Security})
	ca.SetForest(f)
	return ca
}

// TestTheObjectIdentifierOfAnotherTemplateIsLeftAlone begins with two templates that share one.
func TestTheObjectIdentifierOfAnotherTemplateIsLeftAlone(t *testing.T) {
	adopted := named("Cloud DP Cert", func(d *template.Desired) { d.Adopt = true })
	for _, test := range []struct {
		directory, displayName string
		registered             bool
	}{
		{"seeing", "Other", true},
		{"seeing", "Copy", true},
		{"seeing", "Copy", false},
		{"seeing", "Cloud DP Cert", true},
		{"blind", "Copy", true},
		{"blind", "Cloud DP Cert", true},
	} {
		ca := copied(t, test.displayName)
		if !test.registered {
			f := ca.Forest()
			f.OIDs = nil
			ca.SetForest(f)
		}
		before := fmt.Sprint(ca.Forest())
		done, err := template.Apply(t.Context(), seers[test.directory](ca), adopted)
		if !errors.Is(err, template.ErrConflict) || len(done) > 0 || fmt.Sprint(ca.Forest()) != before {
			t.Errorf("%+v: done %v, %v, want ErrConflict and nothing written", test, done, err)
		}
	}
}

// seeing is a directory that can tell, but for its writes.
type seeing struct {
	*hooked

	ca *certstest.CA
}

func (s *seeing) Holders(ctx context.Context, oid string) ([]string, error) {
	return s.ca.Holders(ctx, oid)
}

// stopAt refuses or loses a write.
func stopAt(ca *certstest.CA, directory, kind string, lost bool) template.Directory {
	h := &hooked{Directory: ca, around: func(k string, write func() error) error {
		if k == kind && !lost {
			return template.ErrUnavailable
		}
		err := write()
		if k == kind {
			ca.Fail(template.ErrUnavailable) // so that Apply does not see it
		}
		return err
	}}
	if directory == "blind" {
		return h
	}
	return &seeing{h, ca}
}

// TestAnInterruptedRenameGoesOn holds wherever it stopped and whose object identifier it is, for the same name again and,
// unless nothing says whose it is, for another.
func TestAnInterruptedRenameGoesOn(t *testing.T) {
	given := func(d *template.Desired) {
		d.Template.OID = certstest.NewCA(authority).Forest().OID + ".20000001.20000002"
	}
	for whose, test := range map[string]struct{ made, later func(*template.Desired) }{
		"allotted": {nil, nil}, "given": {given, given}, "adopted": {given, func(d *template.Desired) { d.Adopt = true }},
	} {
		for i := range 24 {
			directory := []string{"seeing", "blind"}[i%2]
			kind := []string{"oid", "template"}[i/2%2]
			lost := i/4%2 == 1
			next := []string{"B", "C", "Cloud DP Cert"}[i/8]
			what := fmt.Sprintf("%s, %s, stopped at the %s, written %t, then %s", whose, directory, kind, lost, next)
			ca := certstest.NewCA(authority)
			if _, err := template.Apply(t.Context(), ca, named("Cloud DP Cert", test.made)); err != nil {
				t.Fatal(err)
			}
			if _, err := template.Apply(t.Context(), stopAt(ca, directory, kind, lost), named("B", test.later)); err == nil {
				t.Fatalf("%s: was not stopped", what)
			}
			before := fmt.Sprint(ca.Forest())
			_, err := template.Apply(t.Context(), seers[directory](ca), named(next, test.later))
			isHalf := (kind == "oid") == lost
			if isHalf && directory == "blind" && whose != "allotted" && next != "B" {
				if !errors.Is(err, template.ErrConflict) || fmt.Sprint(ca.Forest()) != before {
					t.Errorf("%s: got %v, want ErrConflict and nothing written", what, err)
				}
				continue
			}
			wantOne(t, what, ca, err, next)
		}
	}
}

// wantOne wants CloudDPCert and the only registered object identifier to have the display name.
func wantOne(t *testing.T, what string, ca *certstest.CA, err error, displayName string) {
	t.Helper()
	made, failed := ca.Template(t.Context(), "CloudDPCert")
	want := []template.ObjectIdentifier{{OID: made.OID, DisplayName: displayName}}
	if err != nil || failed != nil || made.DisplayName != displayName || !slices.Equal(registeredByUs(ca), want) {
		t.Errorf("%s: %v, %v: %q has %v, want %v", what, err, failed, made.DisplayName, registeredByUs(ca), want)
	}
}

// registeredByUs returns what was not there to begin with.
func registeredByUs(ca *certstest.CA) []template.ObjectIdentifier {
	return slices.DeleteFunc(ca.Forest().OIDs, func(o template.ObjectIdentifier) bool { return o.DisplayName == "Web Server" })
}

// TestAnInterruptedCreationUnderAnotherDisplayName orphans nothing where the directory can tell, and takes nothing else.
func TestAnInterruptedCreationUnderAnotherDisplayName(t *testing.T) {
	for _, directory := range []string{"seeing", "blind"} {
		ca := certstest.NewCA(authority)
		d := seers[directory](ca)
		if _, err := template.Apply(t.Context(), stopAt(ca, directory, "template", false), desired()); !errors.Is(err, template.ErrUnavailable) {
			t.Fatal(err)
		}
		renamed := named("B", nil)
		for _, stop := range []string{"oid", "template"} { // and once more on the way
			if _, err := template.Apply(t.Context(), stopAt(ca, directory, stop, true), renamed); err == nil {
				t.Fatalf("%s: was not stopped", directory)
			}
		}
		_, err := template.Apply(t.Context(), d, renamed)
		if directory == "seeing" {
			wantOne(t, directory, ca, err, "B")
			continue
		}
		made, failed := ca.Template(t.Context(), "CloudDPCert")
		first := template.ObjectIdentifier{OID: desired().Template.DeriveOID(ca.Forest().OID), DisplayName: "Cloud DP Cert"}
		if err != nil || failed != nil || made.OID == first.OID || !slices.Contains(registeredByUs(ca), first) || len(registeredByUs(ca)) != 2 {
			t.Errorf("%s: %v, %v: %s, %v, want another than %v", directory, err, failed, made.OID, registeredByUs(ca), first)
		}
	}
}
