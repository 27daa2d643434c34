package certstest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs/template"
)

// DirectoryHarness is one fresh directory for one subtest of [TestDirectory].
type DirectoryHarness struct {
	// Directory is under test. It holds the built-in template WebServer.
	Directory template.Directory
	// CA is the name of an authority in it.
	CA string
	// Group is the name of a group in it.
	Group string
	// Fail makes the next call return an error that matches [template.ErrUnavailable]; nil if it cannot be made to.
	Fail func()
	// LoseAnswer makes the next write happen and lose its answer; nil if it cannot be made to.
	LoseAnswer func()
}

// TestDirectory holds a directory to the contract of [template.Directory].
func TestDirectory(t *testing.T, newHarness func(t *testing.T) DirectoryHarness) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, DirectoryHarness){
		"knows nothing that is not there":      testAbsent,
		"keeps a template as it was put":       testTemplateRoundTrip,
		"keeps every attribute":                testEveryAttribute,
		"keeps the object identifier":          testTemplateOID,
		"keeps administrators":                 testAdministrators,
		"changes access to a built-in one":     testBuiltInAccess,
		"refuses an impossible template":       testImpossibleTemplate,
		"registers an object identifier once":  testObjectIdentifier,
		"publishes once, beside the others":    testPublish,
		"finds a group":                        testGroup,
		"converges, and then changes nothing":  testConverges,
		"repairs what somebody changed":        testRepairs,
		"leaves the built-in templates alone":  testBuiltIn,
		"goes on after a failure":              testGoesOn,
		"sees a write whose answer was lost":   testLostWrite,
		"stops when the context is done":       testDirectoryCancelled,
		"hands out copies, not its own memory": testCopies,
	} {
		t.Run(name, func(t *testing.T) { test(t, newHarness(t)) })
	}
}

func (h DirectoryHarness) desired(t *testing.T) template.Desired {
	t.Helper()
	group, err := h.Directory.GroupSID(t.Context(), h.Group)
	if err != nil {
		t.Fatalf("GroupSID: %v", err)
	}
	return template.Desired{Template: template.CloudDP(group), CA: h.CA}
}

// template returns one that can be put as it is.
func (h DirectoryHarness) template(t *testing.T) template.Template {
	t.Helper()
	desired := h.desired(t).Template
	desired.OID = h.oid(t, "10000001.10000002")
	return desired
}

func (h DirectoryHarness) oid(t *testing.T, suffix string) string {
	t.Helper()
	base, err := h.Directory.ForestOID(t.Context())
	if err != nil || !strings.HasPrefix(base, "1.3.6.1.4.1.311.21.8.") {
		t.Fatalf("ForestOID: %q, %v", base, err)
	}
	return base + "." + suffix
}

func wantError(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got %v, want %v", what, err, want)
	}
}

func testAbsent(t *testing.T, h DirectoryHarness) {
	t.Helper()
	ctx := t.Context()
	_, err := h.Directory.Template(ctx, "Absent")
	wantError(t, "Template", err, template.ErrNotFound)
	_, err = h.Directory.OID(ctx, h.oid(t, "1.2"))
	wantError(t, "OID", err, template.ErrNotFound)
	_, err = h.Directory.Published(ctx, "Absent CA")
	wantError(t, "Published", err, template.ErrNotFound)
	wantError(t, "Publish on an unknown authority", h.Directory.Publish(ctx, "Absent CA", "WebServer"), template.ErrNotFound)
	wantError(t, "Publish of an unknown template", h.Directory.Publish(ctx, h.CA, "Absent"), template.ErrNotFound)
	_, err = h.Directory.GroupSID(ctx, "Absent Group")
	wantError(t, "GroupSID", err, template.ErrNotFound)
}

func testTemplateRoundTrip(t *testing.T, h DirectoryHarness) {
	t.Helper()
	put := h.template(t)
	for _, size := range []int{2048, 4096} { // made, then changed
		put.MinimalKeySize = size
		if err := h.Directory.PutTemplate(t.Context(), put); err != nil {
			t.Fatalf("PutTemplate: %v", err)
		}
		got, err := h.Directory.Template(t.Context(), strings.ToUpper(put.Name))
		if err != nil {
			t.Fatalf("Template: %v", err)
		}
		for _, a := range put.Access { // a directory may list administrators besides
			if got.Granted(a.SID) != a.Rights {
				t.Errorf("%s has %s, want %s", a.SID, got.Granted(a.SID), a.Rights)
			}
		}
		got.Access = put.Access
		if want := fmt.Sprintf("%+v", put); fmt.Sprintf("%+v", got) != want {
			t.Errorf("got  %+v\nwant %s", got, want)
		}
	}
}

func testTemplateOID(t *testing.T, h DirectoryHarness) {
	t.Helper()
	put := h.template(t)
	if err := h.Directory.PutTemplate(t.Context(), put); err != nil {
		t.Fatalf("PutTemplate: %v", err)
	}
	put.OID = h.oid(t, "10000001.10000003")
	wantError(t, "PutTemplate with another OID", h.Directory.PutTemplate(t.Context(), put), template.ErrConflict)
	other := h.template(t)
	other.Name += "2"
	wantError(t, "PutTemplate with the OID of another", h.Directory.PutTemplate(t.Context(), other), template.ErrConflict)
}

func testImpossibleTemplate(t *testing.T, h DirectoryHarness) {
	t.Helper()
	for what, spoil := range map[string]func(*template.Template){
		"no name":      func(p *template.Template) { p.Name = "" },
		"no OID":       func(p *template.Template) { p.OID = "" },
		"no life":      func(p *template.Template) { p.Validity = 0 },
		"bad SID":      func(p *template.Template) { p.Access = []template.Access{{SID: "Admins", Rights: template.Enroll}} },
		"bad purposes": func(p *template.Template) { p.ExtKeyUsage = []string{"serverAuth"} },
	} {
		spoiled := h.template(t)
		spoil(&spoiled)
		wantError(t, what, h.Directory.PutTemplate(t.Context(), spoiled), template.ErrInvalid)
	}
}

func testObjectIdentifier(t *testing.T, h DirectoryHarness) {
	t.Helper()
	o := template.ObjectIdentifier{OID: h.oid(t, "10000001.10000002"), DisplayName: "Cloud DP Cert"}
	for range 2 {
		if err := h.Directory.PutOID(t.Context(), o); err != nil {
			t.Fatalf("PutOID: %v", err)
		}
	}
	if got, err := h.Directory.OID(t.Context(), o.OID); err != nil || got != o {
		t.Errorf("OID: got %v, %v, want %v", got, err, o)
	}
	o.DisplayName = "Somebody Else's"
	wantError(t, "PutOID of a taken one", h.Directory.PutOID(t.Context(), o), template.ErrConflict)
}

func testPublish(t *testing.T, h DirectoryHarness) {
	t.Helper()
	put := h.template(t)
	if err := h.Directory.PutTemplate(t.Context(), put); err != nil {
		t.Fatalf("PutTemplate: %v", err)
	}
	before, err := h.Directory.Published(t.Context(), h.CA)
	if err != nil {
		t.Fatalf("Published: %v", err)
	}
	for _, name := range []string{put.Name, put.Name, strings.ToLower(put.Name)} {
		if err := h.Directory.Publish(t.Context(), h.CA, name); err != nil {
			t.Fatalf("Publish: %v", err)
		}
	}
	after, err := h.Directory.Published(t.Context(), h.CA)
	want := append(slices.Clone(before), put.Name)
	slices.Sort(want)
	if slices.Sort(after); err != nil || !slices.Equal(after, want) {
		t.Errorf("Published: got %v, %v, want %v", after, err, want)
	}
}

func testGroup(t *testing.T, h DirectoryHarness) {
	t.Helper()
	for _, name := range []string{h.Group, strings.ToUpper(h.Group)} {
		sid, err := h.Directory.GroupSID(t.Context(), name)
		if err != nil || sid.Validate() != nil {
			t.Errorf("GroupSID(%q): %q, %v", name, sid, err)
		}
	}
}

func testConverges(t *testing.T, h DirectoryHarness) {
	t.Helper()
	desired := h.desired(t)
	planned, err := template.Plan(t.Context(), h.Directory, desired)
	if err != nil || len(planned) == 0 {
		t.Fatalf("Plan: %v, %v", planned, err)
	}
	applied, err := template.Apply(t.Context(), h.Directory, desired)
	if err != nil || !slices.Equal(applied, planned) {
		t.Fatalf("Apply: %v, %v\nwant what was planned: %v", applied, err, planned)
	}
	wantConverged(t, h, desired)
}

func wantConverged(t *testing.T, h DirectoryHarness, desired template.Desired) {
	t.Helper()
	if planned, err := template.Plan(t.Context(), h.Directory, desired); err != nil || len(planned) > 0 {
		t.Errorf("Plan after Apply: %v, %v, want nothing", planned, err)
	}
	if applied, err := template.Apply(t.Context(), h.Directory, desired); err != nil || len(applied) > 0 {
		t.Errorf("Apply after Apply: %v, %v, want nothing", applied, err)
	}
}

func testRepairs(t *testing.T, h DirectoryHarness) {
	t.Helper()
	desired := h.desired(t)
	if _, err := template.Apply(t.Context(), h.Directory, desired); err != nil {
		t.Fatalf("Apply: %v", err)
	}
	changed, err := h.Directory.Template(t.Context(), desired.Template.Name)
	if err != nil {
		t.Fatalf("Template: %v", err)
	}
	changed.MinimalKeySize = 1024
	changed.Access = []template.Access{{SID: template.AuthenticatedUsers, Rights: template.Read | template.Enroll}}
	if err := h.Directory.PutTemplate(t.Context(), changed); err != nil {
		t.Fatalf("PutTemplate: %v", err)
	}
	if _, err := template.Apply(t.Context(), h.Directory, desired); err != nil {
		t.Fatalf("Apply: %v", err)
	}
	repaired, err := h.Directory.Template(t.Context(), desired.Template.Name)
	if err != nil || repaired.MinimalKeySize != desired.Template.MinimalKeySize || repaired.MinorRevision != changed.MinorRevision+1 {
		t.Errorf("repaired to %d bits, revision %d.%d, %v", repaired.MinimalKeySize, repaired.Revision, repaired.MinorRevision, err)
	}
	if granted := repaired.Granted(template.AuthenticatedUsers); granted != template.Read {
		t.Errorf("Authenticated Users still have %s", granted)
	}
	wantConverged(t, h, desired)
}

func testBuiltIn(t *testing.T, h DirectoryHarness) {
	t.Helper()
	desired := h.desired(t)
	desired.Template.Name = "WebServer"
	before, err := h.Directory.Template(t.Context(), "WebServer")
	if err != nil {
		t.Fatalf("Template: %v", err)
	}
	_, err = template.Apply(t.Context(), h.Directory, desired)
	wantError(t, "Apply", err, template.ErrForeign)
	after, err := h.Directory.Template(t.Context(), "WebServer")
	if err != nil || fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("WebServer is now %+v, %v", after, err)
	}
}

func testGoesOn(t *testing.T, h DirectoryHarness) {
	t.Helper()
	if h.Fail == nil {
		return
	}
	desired := h.desired(t)
	h.Fail()
	_, err := template.Apply(t.Context(), h.Directory, desired)
	wantError(t, "Apply", err, template.ErrUnavailable)
	if _, err := template.Apply(t.Context(), h.Directory, desired); err != nil {
		t.Errorf("Apply again: %v", err)
	}
	wantConverged(t, h, desired)
}

func testLostWrite(t *testing.T, h DirectoryHarness) {
	t.Helper()
	if h.LoseAnswer == nil {
		return
	}
	desired := h.desired(t)
	h.LoseAnswer()
	if _, err := template.Apply(t.Context(), h.Directory, desired); err != nil {
		t.Errorf("Apply reads back what it wrote, so a lost answer is no error: %v", err)
	}
	wantConverged(t, h, desired)
}

func testDirectoryCancelled(t *testing.T, h DirectoryHarness) {
	t.Helper()
	desired, put := h.desired(t), h.template(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := template.Plan(ctx, h.Directory, desired)
	wantError(t, "Plan", err, context.Canceled)
	wantError(t, "PutTemplate", h.Directory.PutTemplate(ctx, put), context.Canceled)
	wantError(t, "Publish", h.Directory.Publish(ctx, h.CA, "WebServer"), context.Canceled)
	if _, err := h.Directory.Template(t.Context(), put.Name); !errors.Is(err, template.ErrNotFound) {
		t.Errorf("a cancelled write left a template: %v", err)
	}
}

func testCopies(t *testing.T, h DirectoryHarness) {
	t.Helper()
	put := h.template(t)
	if err := h.Directory.PutTemplate(t.Context(), put); err != nil {
		t.Fatalf("PutTemplate: %v", err)
	}
	got, err := h.Directory.Template(t.Context(), put.Name)
	if err != nil {
		t.Fatalf("Template: %v", err)
	}
	put.ExtKeyUsage[0], got.ExtKeyUsage[0] = template.ClientAuth, template.ClientAuth
	again, err := h.Directory.Template(t.Context(), put.Name)
	if err != nil || again.ExtKeyUsage[0] != template.ServerAuth {
		t.Errorf("purposes changed behind the directory's back: %v, %v", again.ExtKeyUsage, err)
	}
}
