package certstest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/clouddp/sdk/certs/template"
)

// write is a call that changes something, and how to see whether it did.
type write struct {
	name string
	call func(context.Context) error
	done func() bool
}

// writes returns every kind of write, each of which builds on those before it.
func (h DirectoryHarness) writes(t *testing.T) []write {
	t.Helper()
	d, put := h.Directory, h.template(t)
	changed := put.Clone()
	changed.DisplayName, changed.MinimalKeySize, changed.Access = "Größe & Co", 4096, put.Access[:1]
	was := template.ObjectIdentifier{OID: put.OID, DisplayName: put.DisplayName}
	is := template.ObjectIdentifier{OID: put.OID, DisplayName: changed.DisplayName}
	isRegistered := func(want template.ObjectIdentifier) bool {
		o, err := d.OID(t.Context(), want.OID)
		if err != nil && !errors.Is(err, template.ErrNotFound) {
			t.Fatalf("OID: %v", err)
		}
		return o == want
	}
	isStored := func(want template.Template) bool {
		got := h.stored(t, want.Name)
		return got != nil && got.MinimalKeySize == want.MinimalKeySize && got.DisplayName == want.DisplayName &&
			got.Granted(put.Access[1].SID) == want.Granted(put.Access[1].SID)
	}
	old := func() *template.Template { return h.stored(t, put.Name) }
	return []write{
		{
			"PutOID of a new one", func(ctx context.Context) error { return d.PutOID(ctx, nil, was) },
			func() bool { return isRegistered(was) },
		},
		{
			"PutTemplate of a new one", func(ctx context.Context) error { return d.PutTemplate(ctx, nil, put) },
			func() bool { return isStored(put) },
		},
		{
			"PutOID with another name", func(ctx context.Context) error { return d.PutOID(ctx, &was, is) },
			func() bool { return isRegistered(is) },
		},
		{
			"PutTemplate of a changed one", swapFrom(old, func(ctx context.Context, old *template.Template) error {
				return d.PutTemplate(ctx, old, changed)
			}), func() bool { return isStored(changed) },
		},
		{
			"Publish", func(ctx context.Context) error { return d.Publish(ctx, h.CA, put.Name) },
			func() bool { return slices.Contains(h.published(t), put.Name) },
		},
	}
}

// swapFrom reads what is there before anything goes wrong.
func swapFrom(read func() *template.Template, swap func(context.Context, *template.Template) error) func(context.Context) error {
	var old *template.Template
	return func(ctx context.Context) error {
		if old == nil {
			old = read()
		}
		return swap(ctx, old)
	}
}

// testFaults holds that a write happens as a whole or not at all, and that the error says what is known.
func testFaults(t *testing.T, h DirectoryHarness) {
	t.Helper()
	ended, end := context.WithCancel(t.Context())
	end()
	for _, w := range h.writes(t) {
		wantError(t, w.name+" after the context has ended", w.call(ended), context.Canceled)
		if w.done() {
			t.Errorf("%s: written although the context had ended", w.name)
		}
		if h.Fail != nil {
			h.Fail()
			err := w.call(t.Context())
			wantError(t, w.name+" refused", err, template.ErrUnavailable)
			if errors.Is(err, template.ErrUnknown) || w.done() {
				t.Errorf("%s: %v, and it has happened: %t", w.name, err, w.done())
			}
		}
		if h.LoseAnswer != nil {
			h.LoseAnswer()
			wantError(t, w.name+" with its answer lost", w.call(t.Context()), template.ErrUnknown)
		} else if err := w.call(t.Context()); err != nil {
			t.Fatalf("%s: %v", w.name, err)
		}
		if !w.done() {
			t.Fatalf("%s: has not happened", w.name)
		}
	}
}

// tripped is a directory in which something happens right before one of the writes.
type tripped struct {
	template.Directory

	before int // so many writes come first
	trip   func()
}

func (d *tripped) step() {
	if d.before == 0 {
		d.trip()
	}
	d.before--
}

// PutOID implements [template.Directory].
func (d *tripped) PutOID(ctx context.Context, old *template.ObjectIdentifier, o template.ObjectIdentifier) error {
	d.step()
	return d.Directory.PutOID(ctx, old, o)
}

// PutTemplate implements [template.Directory].
func (d *tripped) PutTemplate(ctx context.Context, old *template.Template, t template.Template) error {
	d.step()
	return d.Directory.PutTemplate(ctx, old, t)
}

// Publish implements [template.Directory].
func (d *tripped) Publish(ctx context.Context, ca, name string) error {
	d.step()
	return d.Directory.Publish(ctx, ca, name)
}

// testWriteRefused holds that Apply stops at a write that is refused, and that the next one does the rest, no more.
func testWriteRefused(t *testing.T, h DirectoryHarness, before int) {
	t.Helper()
	if h.Fail == nil {
		return
	}
	desired := h.desired(t)
	planned := h.plan(t, desired)
	done, err := template.Apply(t.Context(), &tripped{h.Directory, before, h.Fail}, desired)
	wantError(t, "Apply", err, template.ErrUnavailable)
	rest, err := template.Apply(t.Context(), h.Directory, desired)
	if err != nil || !slices.Equal(slices.Concat(done, rest), planned) {
		t.Errorf("first %v\nthen %v, %v\nwant %v", done, rest, err, planned)
	}
	wantConverged(t, h, desired)
}

// testWriteLost holds that Apply reads back what it wrote, so that a lost answer is no error.
func testWriteLost(t *testing.T, h DirectoryHarness, before int) {
	t.Helper()
	if h.LoseAnswer == nil {
		return
	}
	desired := h.desired(t)
	planned := h.plan(t, desired)
	done, err := template.Apply(t.Context(), &tripped{h.Directory, before, h.LoseAnswer}, desired)
	if err != nil || !slices.Equal(done, planned) {
		t.Errorf("done %v, %v\nwant %v", done, err, planned)
	}
	wantConverged(t, h, desired)
}

func testGoesOn(t *testing.T, h DirectoryHarness) {
	t.Helper()
	desired := h.desired(t)
	ended, end := context.WithCancel(t.Context())
	end()
	_, err := template.Plan(ended, h.Directory, desired)
	wantError(t, "Plan", err, context.Canceled)
	if h.Fail != nil {
		h.Fail()
		_, err := template.Apply(t.Context(), h.Directory, desired)
		wantError(t, "Apply", err, template.ErrUnavailable)
	}
	h.apply(t, desired)
	wantConverged(t, h, desired)
}
