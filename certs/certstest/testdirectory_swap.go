package certstest

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/clouddp/sdk/certs/template"
)

// testSwap holds that a template is replaced only if it is what the caller takes it for.
func testSwap(t *testing.T, h DirectoryHarness) {
	t.Helper()
	put := h.template(t)
	wantError(t, "in the place of one that is not there", h.Directory.PutTemplate(t.Context(), &put, put), template.ErrConflict)
	if h.stored(t, put.Name) != nil {
		t.Error("a template was made in the place of one that is not there")
	}
	made := h.put(t, put)
	wantError(t, "as if it were new", h.Directory.PutTemplate(t.Context(), nil, put), template.ErrConflict)
	for what, edit := range map[string]func(*template.Template){
		"an attribute":    func(e *template.Template) { e.MinimalKeySize /= 2 },
		"an empty list":   func(e *template.Template) { e.CertificatePolicies = []string{"1.2.3"} },
		"the revision":    func(e *template.Template) { e.MinorRevision++ },
		"who may do what": func(e *template.Template) { e.Access = append(e.Access, auditors()) },
		"who may not": func(e *template.Template) {
			e.Access = slices.DeleteFunc(e.Access, func(a template.Access) bool { return a.SID == put.Access[1].SID })
		},
		"the display name":  func(e *template.Template) { e.DisplayName += " 2" },
		"the key providers": func(e *template.Template) { e.CSPs = nil },
	} {
		edited := made.Clone()
		edit(&edited)
		stale := made
		made = h.put(t, edited)
		mine := stale.Clone()
		mine.Supersedes = []string{"WebServer"}
		wantError(t, what+" was changed meanwhile", h.Directory.PutTemplate(t.Context(), &stale, mine), template.ErrConflict)
		if after := h.stored(t, put.Name); after == nil || !after.Equal(made) {
			t.Errorf("%s: a refused write changed the template to %+v", what, after)
		}
		if err := h.Directory.PutTemplate(t.Context(), &made, mine); err != nil {
			t.Errorf("%s: in the place of what is there: %v", what, err)
		}
		made = h.put(t, stale)
	}
}

// auditors returns access for somebody that no desired template speaks of.
func auditors() template.Access {
	return template.Access{SID: "S-1-5-21-1-2-3-4444", Rights: template.Read}
}

// testOneWriterWins holds that of several writers with the same old template one wins, and the others know that they
// did not.
func testOneWriterWins(t *testing.T, h DirectoryHarness) {
	t.Helper()
	const writers = 4
	var old *template.Template
	for _, what := range []string{"new", "changed"} {
		outcomes := make([]error, writers)
		put := h.template(t)
		var group sync.WaitGroup
		for i := range writers {
			mine := put.Clone()
			if old != nil {
				mine.MinorRevision, mine.MinimalKeySize = old.MinorRevision+1, 4096+i
			}
			group.Go(func() { outcomes[i] = h.Directory.PutTemplate(t.Context(), old, mine) })
		}
		group.Wait()
		stored := h.stored(t, put.Name)
		if stored == nil {
			t.Fatalf("%s: nobody won: %v", what, outcomes)
		}
		won := 0
		for i, err := range outcomes {
			if err == nil {
				won++
			} else if !errors.Is(err, template.ErrConflict) {
				t.Errorf("%s: got %v, want ErrConflict", what, err)
			}
			if old != nil && (err == nil) != (stored.MinimalKeySize == 4096+i) {
				t.Errorf("%s: writer %d was told %v, and there are %d bits", what, i, err, stored.MinimalKeySize)
			}
		}
		if won != 1 {
			t.Errorf("%s: %d writers won: %v", what, won, outcomes)
		}
		old = stored
	}
}
