package template

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// Desired is a template as it should be and the one authority that should issue it.
type Desired struct {
	// Template is as [CloudDP] returns it. Its OID may be empty: it is allotted. Built-in templates cannot be desired.
	Template Template
	// CA is the name of the authority. Required.
	CA string
}

// Validate returns an [*InvalidError] listing everything wrong with d, or nil.
func (d Desired) Validate() error {
	e := &errs.InvalidError{Subject: "template: desired", Problems: d.problems()}
	return e.Err()
}

func (d Desired) problems() []errs.Problem {
	e := &errs.InvalidError{Problems: d.Template.problems()}
	if d.Template.isBuiltIn() {
		e.Add("Template", "is a built-in template, which cannot be edited; use Duplicate")
	}
	if !isName(d.CA, 256) {
		e.Add("CA", "%.300q is not the name of the one authority that should issue the template", d.CA)
	}
	return e.Problems
}

// Plan reads directory and returns what [Apply] would change, in order; nothing if all is as desired. It writes nothing.
// Errors: [*InvalidError] for a bad Desired, [ErrForeign] if a built-in template has the name, [ErrConflict] if the
// template exists with another OID, [ErrNotFound] for an unknown authority, and those of [Directory].
func Plan(ctx context.Context, directory Directory, desired Desired) ([]Change, error) {
	steps, err := observe(ctx, directory, desired)
	if err != nil {
		return nil, err
	}
	var changes []Change
	for _, s := range steps {
		changes = append(changes, s.changes...)
	}
	return changes, nil
}

// step is one write, and the changes that it makes.
type step struct {
	stage   Action
	changes []Change
	write   func(context.Context) error
}

// observe returns the writes that are missing, in their safe order.
func observe(ctx context.Context, directory Directory, desired Desired) ([]step, error) {
	if directory == nil {
		return nil, errs.Invalid("template: plan", "directory", "is nil")
	}
	if err := desired.Validate(); err != nil {
		return nil, err
	}
	o := observer{directory, desired}
	steps, err := o.steps(ctx)
	if err != nil {
		return nil, fmt.Errorf("template: read %s: %w", desired.Template.Name, err)
	}
	return steps, nil
}

type observer struct {
	directory Directory
	desired   Desired
}

func (o observer) steps(ctx context.Context) ([]step, error) {
	published, err := o.directory.Published(ctx, o.desired.CA)
	if err != nil {
		return nil, err
	}
	existing, err := o.directory.Template(ctx, o.desired.Template.Name)
	var steps []step
	switch {
	case errors.Is(err, ErrNotFound):
		steps, err = o.create(ctx)
	case err == nil:
		steps, err = o.change(ctx, existing)
	}
	if err != nil {
		return nil, err
	}
	sameName := func(name string) bool { return strings.EqualFold(name, o.desired.Template.Name) }
	if !slices.ContainsFunc(published, sameName) {
		steps = append(steps, o.publish())
	}
	return steps, nil
}

// create plans a template that is not there.
func (o observer) create(ctx context.Context) ([]step, error) {
	t := o.desired.Template.Clone()
	var steps []step
	if t.OID == "" {
		id, registered, err := allotOID(ctx, o.directory, t)
		if err != nil {
			return nil, err
		}
		t.OID = id.OID
		if !registered {
			steps = append(steps, o.register(t))
		}
	} else if s, err := o.registerIfMissing(ctx, t); err != nil {
		return nil, err
	} else if s != nil {
		steps = append(steps, *s)
	}
	grants, _ := accessChanges(Template{Name: t.Name}, t)
	changes := append([]Change{{CreateTemplate, t.Name, "", "", t.DisplayName}}, grants...)
	return append(steps, o.put(t, changes)), nil
}

// change plans what an existing template lacks.
func (o observer) change(ctx context.Context, existing Template) ([]step, error) {
	t := o.desired.Template.Clone()
	if existing.isBuiltIn() {
		return nil, fmt.Errorf("%q is Windows' own template; choose another name: %w", existing.Name, ErrForeign)
	}
	if t.OID != "" && t.OID != existing.OID {
		return nil, fmt.Errorf("it exists with object identifier %s: %w", existing.OID, ErrConflict)
	}
	t.Name, t.OID = existing.Name, existing.OID
	t.Revision, t.MinorRevision = existing.Revision, existing.MinorRevision+1
	missing, err := o.registerIfMissing(ctx, t)
	if err != nil {
		return nil, err
	}
	var steps []step
	if missing != nil {
		steps = append(steps, *missing)
	}
	changes := attributeChanges(existing, t)
	grants, access := accessChanges(existing, t)
	if changes = append(changes, grants...); len(changes) > 0 {
		t.Access = access
		steps = append(steps, o.put(t, changes))
	}
	return steps, nil
}

func (o observer) registerIfMissing(ctx context.Context, t Template) (*step, error) {
	_, err := o.directory.OID(ctx, t.OID)
	if !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	s := o.register(t)
	return &s, nil
}

func (o observer) register(t Template) step {
	return step{RegisterOID, []Change{{RegisterOID, t.Name, "", "", t.OID}}, func(ctx context.Context) error {
		return o.directory.PutOID(ctx, ObjectIdentifier{t.OID, t.DisplayName})
	}}
}

func (o observer) put(t Template, changes []Change) step {
	return step{CreateTemplate, changes, func(ctx context.Context) error { return o.directory.PutTemplate(ctx, t) }}
}

func (o observer) publish() step {
	name, ca := o.desired.Template.Name, o.desired.CA
	return step{PublishTemplate, []Change{{PublishTemplate, name, "", "", ca}}, func(ctx context.Context) error {
		return o.directory.Publish(ctx, ca, name)
	}}
}
