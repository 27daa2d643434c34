package certstest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/clouddp/sdk/certs/template"
)

func testPublish(t *testing.T, h DirectoryHarness) {
	t.Helper()
	put := h.put(t, h.template(t))
	want := append(h.published(t), put.Name)
	slices.Sort(want)
	for _, name := range []string{put.Name, put.Name, strings.ToLower(put.Name)} {
		if err := h.Directory.Publish(t.Context(), h.CA, name); err != nil {
			t.Fatalf("Publish: %v", err)
		}
	}
	if got := h.published(t); !slices.Equal(got, want) {
		t.Errorf("Published: got %v, want %v", got, want)
	}
}

// testPublishTogether holds that administrators who publish at the same moment do not undo each other's work.
func testPublishTogether(t *testing.T, h DirectoryHarness) {
	t.Helper()
	want := h.published(t)
	const administrators = 4
	for i := range administrators {
		put := h.template(t)
		put.Name, put.OID = fmt.Sprintf("Together%d", i), fmt.Sprintf("%s%d", put.OID, i)
		want = append(want, h.put(t, put).Name)
	}
	var group sync.WaitGroup
	for i := range administrators {
		group.Go(func() {
			if err := h.Directory.Publish(t.Context(), h.CA, fmt.Sprintf("Together%d", i)); err != nil {
				t.Errorf("Publish: %v", err)
			}
		})
	}
	group.Wait()
	slices.Sort(want)
	if got := h.published(t); !slices.Equal(got, want) {
		t.Errorf("published together, there are %v, want %v", got, want)
	}
}

// testAuthorities holds a directory that can list authorities to it, and an error about an unknown one to naming them.
func testAuthorities(t *testing.T, h DirectoryHarness) {
	t.Helper()
	lister, can := h.Directory.(interface {
		Authorities(ctx context.Context) ([]template.Authority, error)
	})
	if !can {
		return
	}
	found, err := lister.Authorities(t.Context())
	i := slices.IndexFunc(found, func(a template.Authority) bool { return a.Name == h.CA })
	if err != nil || i < 0 || found[i].Host == "" {
		t.Fatalf("Authorities: %+v, %v, want %q on a host", found, err, h.CA)
	}
	if got := slices.Sorted(slices.Values(found[i].Published)); !slices.Equal(got, h.published(t)) {
		t.Errorf("%s publishes %v, want %v", h.CA, got, h.published(t))
	}
	desired := h.desired(t)
	desired.CA = "Absent CA"
	_, err = template.Plan(t.Context(), h.Directory, desired)
	wantError(t, "Plan", err, template.ErrNotFound)
	if err != nil && !strings.Contains(err.Error(), fmt.Sprintf("%q on %s", h.CA, found[i].Host)) {
		t.Errorf("Plan: %v, want it to say which authorities there are", err)
	}
}
