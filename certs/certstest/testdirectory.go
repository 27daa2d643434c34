package certstest

import (
	"errors"
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
	// Fail makes the next call return an error that matches [template.ErrUnavailable] and write nothing; nil if it cannot
	// be made to.
	Fail func()
	// LoseAnswer makes the next write happen and lose its answer; nil if it cannot be made to.
	LoseAnswer func()
	// Plant registers an object identifier once more behind the directory's back: for a template if kind is 1, for an
	// issuance policy if it is 2 (the attribute flags of msPKI-Enterprise-Oid); nil if that cannot be done.
	Plant func(t *testing.T, o template.ObjectIdentifier, kind int)
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
		"replaces what it was told, or not":    testSwap,
		"lets one of many writers win":         testOneWriterWins,
		"registers an object identifier once":  testObjectIdentifier,
		"renames an object identifier":         testRenameOID,
		"yields to foreign object identifiers": testForeignOID,
		"tells whose an OID is, if it can":     testHolders,
		"publishes once, beside the others":    testPublish,
		"loses no publication":                 testPublishTogether,
		"lists authorities, if it can":         testAuthorities,
		"finds a group":                        testGroup,
		"converges, and then changes nothing":  testConverges,
		"repairs what somebody changed":        testRepairs,
		"renames a template":                   testRenames,
		"keeps what others change meanwhile":   testMeanwhile,
		"leaves the built-in templates alone":  testBuiltIn,
		"writes all or nothing, and says so":   testFaults,
		"goes on after a failure":              testGoesOn,
		"hands out copies, not its own memory": testCopies,
	} {
		t.Run(name, func(t *testing.T) { test(t, newHarness(t)) })
	}
	for i, part := range []string{"object identifier", "template", "publication"} {
		t.Run("goes on when the "+part+" is refused", func(t *testing.T) { testWriteRefused(t, newHarness(t), i) })
		t.Run("sees when the answer about the "+part+" is lost", func(t *testing.T) { testWriteLost(t, newHarness(t), i) })
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

// stored returns the template called name, nil if there is none.
func (h DirectoryHarness) stored(t *testing.T, name string) *template.Template {
	t.Helper()
	found, err := h.Directory.Template(t.Context(), name)
	switch {
	case errors.Is(err, template.ErrNotFound):
		return nil
	case err != nil:
		t.Fatalf("Template: %v", err)
	}
	return &found
}

// put makes a template what it is to be, whatever it is now, and returns it as it is stored.
func (h DirectoryHarness) put(t *testing.T, put template.Template) template.Template {
	t.Helper()
	if err := h.Directory.PutTemplate(t.Context(), h.stored(t, put.Name), put); err != nil {
		t.Fatalf("PutTemplate: %v", err)
	}
	got := h.stored(t, put.Name)
	if got == nil {
		t.Fatalf("%s was put and is not there", put.Name)
	}
	return *got
}

// published returns what the authority issues, in ascending order.
func (h DirectoryHarness) published(t *testing.T) []string {
	t.Helper()
	names, err := h.Directory.Published(t.Context(), h.CA)
	if err != nil {
		t.Fatalf("Published: %v", err)
	}
	return slices.Sorted(slices.Values(names))
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

func testGroup(t *testing.T, h DirectoryHarness) {
	t.Helper()
	for _, name := range []string{h.Group, strings.ToUpper(h.Group)} {
		sid, err := h.Directory.GroupSID(t.Context(), name)
		if err != nil || sid.Validate() != nil {
			t.Errorf("GroupSID(%q): %q, %v", name, sid, err)
		}
	}
}
