package template

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// Plan reads directory and returns what [Apply] would change, in order; nothing if all is as desired. It writes nothing.
// Errors: [*InvalidError] for a bad Desired, an OID outside the forest among it; [ErrForeign] for the name of a built-in
// template, and for a template that somebody else made (see [Desired.Adopt]); [ErrConflict] if the template exists with
// another OID or a newer schema version, if the OID is registered for something else or another template has it (see
// [Desired.Template]), or if an entry denies what is desired; [ErrLimit] if an existing template has the last revision
// that there is; [ErrNotFound] for an unknown authority, listing those that there are; and those of [Directory].
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
	if hasBuiltInName(desired.Template.Name) {
		return nil, fmt.Errorf("template: %q is the name of Windows' own template; choose another: %w", desired.Template.Name, ErrForeign)
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
	published, err := published(ctx, o.directory, o.desired.CA)
	if err != nil {
		return nil, err
	}
	forest, err := o.directory.ForestOID(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkOID(o.desired.Template.OID, forest); err != nil {
		return nil, err
	}
	existing, err := o.directory.Template(ctx, o.desired.Template.Name)
	var steps []step
	switch {
	case errors.Is(err, ErrNotFound):
		steps, err = o.create(ctx, forest)
	case err == nil:
		steps, err = o.change(ctx, existing, forest)
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
func (o observer) create(ctx context.Context, forest string) ([]step, error) {
	t := o.desired.Template.Clone()
	steps, err := o.registration(ctx, &t, forest)
	if err != nil {
		return nil, err
	}
	grants, _ := accessChanges(Template{Name: t.Name}, t)
	creation := Change{Action: CreateTemplate, Template: t.Name, To: t.DisplayName}
	changes := slices.Concat([]Change{creation}, everyAttribute(t), grants)
	return append(steps, o.put(nil, t, changes)), nil
}

// change plans what an existing template lacks.
func (o observer) change(ctx context.Context, existing Template, forest string) ([]step, error) {
	if err := o.desired.checkExisting(existing, forest); err != nil {
		return nil, err
	}
	t := o.desired.Template.Clone()
	t.Name = existing.Name
	var changes []Change
	var steps []step
	var err error
	if existing.OID == "" {
		if steps, err = o.registration(ctx, &t, forest); err == nil {
			changes = append(changes, setting(t.Name, oidAttribute, "", t.OID))
		}
	} else {
		t.OID = existing.OID
		steps, err = o.claim(ctx, t, &existing, forest)
	}
	if err != nil {
		return nil, err
	}
	changes = append(changes, attributeChanges(existing, t)...)
	grants, access := accessChanges(existing, t)
	if changes = append(changes, grants...); len(changes) > 0 {
		if t.Revision, t.MinorRevision, err = existing.nextRevision(); err != nil {
			return nil, err
		}
		t.Access = access
		steps = append(steps, o.put(&existing, t, changes))
	}
	_, err = existing.Security.WithAccess(access) // what is denied is said before anything is written
	return steps, err
}

// nextRevision returns the revision of t after a change.
func (t Template) nextRevision() (major, minor int, err error) {
	switch {
	case t.MinorRevision < math.MaxInt32:
		return t.Revision, t.MinorRevision + 1, nil
	case t.Revision < math.MaxInt32:
		return t.Revision + 1, 0, nil
	}
	return 0, 0, fmt.Errorf("revision %d.%d is the last that there is; set a lower one by hand: %w", t.Revision, t.MinorRevision, ErrLimit)
}

func (o observer) register(t Template) step {
	change := Change{Action: RegisterOID, Template: t.Name, OID: t.OID, To: t.DisplayName}
	return step{RegisterOID, []Change{change}, func(ctx context.Context) error {
		return o.directory.PutOID(ctx, nil, ObjectIdentifier{t.OID, t.DisplayName})
	}}
}

func (o observer) rename(t Template, old ObjectIdentifier) step {
	change := Change{Action: RenameOID, Template: t.Name, OID: t.OID, From: old.DisplayName, To: t.DisplayName}
	return step{RenameOID, []Change{change}, func(ctx context.Context) error {
		return o.directory.PutOID(ctx, &old, ObjectIdentifier{t.OID, t.DisplayName})
	}}
}

func (o observer) put(old *Template, t Template, changes []Change) step {
	return step{CreateTemplate, changes, func(ctx context.Context) error { return o.directory.PutTemplate(ctx, old, t) }}
}

func (o observer) publish() step {
	name, ca := o.desired.Template.Name, o.desired.CA
	change := Change{Action: PublishTemplate, Template: name, CA: ca}
	return step{PublishTemplate, []Change{change}, func(ctx context.Context) error {
		return o.directory.Publish(ctx, ca, name)
	}}
}
