package certstest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/clouddp/sdk/certs/template"
	"github.com/clouddp/sdk/internal/errs"
)

// object is a template as the directory stores it.
type object struct {
	name       string
	attributes []template.Attribute
	security   template.SecurityDescriptor
}

func (o *object) template() template.Template {
	t := must(template.ParseAttributes(o.name, o.attributes))
	t.Access, t.Security = o.security.Access(), o.security
	return t
}

// Template implements [template.Directory].
func (ca *CA) Template(ctx context.Context, name string) (template.Template, error) {
	var found template.Template
	err := ca.read(ctx, func() error {
		o, ok := ca.templates[strings.ToLower(name)]
		if !ok {
			return fmt.Errorf("certstest: template %q: %w", name, template.ErrNotFound)
		}
		found = o.template()
		return nil
	})
	return found, err
}

// PutTemplate implements [template.Directory].
func (ca *CA) PutTemplate(ctx context.Context, old *template.Template, t template.Template) error {
	attributes, err := t.Attributes()
	if err != nil {
		return err
	}
	if t.OID == "" {
		return errs.Invalid("certstest: template "+t.Name, "OID", "is empty")
	}
	if old != nil && !strings.EqualFold(old.Name, t.Name) {
		return errs.Invalid("certstest: template "+t.Name, "Name", "is not that of the old one, %q", old.Name)
	}
	return ca.write(ctx, func() error {
		o, err := ca.stored(old, t, attributes)
		if err == nil {
			o.security, err = o.security.WithAccess(t.Access)
		}
		if err != nil {
			return fmt.Errorf("certstest: template %s: %w", t.Name, err)
		}
		ca.templates[strings.ToLower(t.Name)] = o
		return nil
	})
}

// stored returns t as it would be stored, with the access that it has now, or to begin with.
func (ca *CA) stored(old *template.Template, t template.Template, attributes []template.Attribute) (*object, error) {
	key := strings.ToLower(t.Name)
	for other, o := range ca.templates {
		if other != key && o.template().OID == t.OID {
			return nil, fmt.Errorf("object identifier %s is that of %s: %w", t.OID, o.name, template.ErrConflict)
		}
	}
	existing, ok := ca.templates[key]
	switch {
	case ok && old == nil:
		return nil, fmt.Errorf("it is there already: %w", template.ErrConflict)
	case !ok && old != nil:
		return nil, fmt.Errorf("it is not there any more: %w", template.ErrConflict)
	case !ok:
		security, err := template.SecurityDescriptor{}.WithAccess(ca.administrators())
		return &object{t.Name, attributes, security}, err
	}
	was := existing.template()
	switch {
	case !was.Equal(*old):
		return nil, fmt.Errorf("somebody else has changed it: %w", template.ErrConflict)
	case was.OID != "" && was.OID != t.OID:
		return nil, fmt.Errorf("it has object identifier %s: %w", was.OID, template.ErrConflict)
	case was.SchemaVersion == 1 && !reflect.DeepEqual(existing.attributes, attributes):
		return nil, fmt.Errorf("templates of schema version 1 cannot be edited: %w", template.ErrDenied)
	}
	return &object{existing.name, attributes, existing.security}, nil
}

// administrators returns who may change a new template.
func (ca *CA) administrators() []template.Access {
	return []template.Access{
		{SID: ca.groups["domain admins"], Rights: template.Read | template.Write},
		{SID: ca.groups["enterprise admins"], Rights: template.Read | template.Write},
	}
}

// Published implements [template.Directory].
func (ca *CA) Published(ctx context.Context, name string) ([]string, error) {
	var published []string
	err := ca.read(ctx, func() error {
		published = slices.Clone(ca.published)
		return ca.known(name)
	})
	if err != nil {
		return nil, err
	}
	return published, nil
}

// Publish implements [template.Directory].
func (ca *CA) Publish(ctx context.Context, authority, name string) error {
	return ca.write(ctx, func() error {
		if err := ca.known(authority); err != nil {
			return err
		}
		t, ok := ca.templates[strings.ToLower(name)]
		if !ok {
			return fmt.Errorf("certstest: template %q: %w", name, template.ErrNotFound)
		}
		if !ca.isPublished(name) {
			ca.published = append(ca.published, t.name)
		}
		return nil
	})
}

// Authorities returns the one authority that there is, as [template.Directory] describes it.
func (ca *CA) Authorities(ctx context.Context) ([]template.Authority, error) {
	var found []template.Authority
	err := ca.read(ctx, func() error {
		found = []template.Authority{{Name: ca.name, Host: authorityHost, Published: slices.Clone(ca.published)}}
		return nil
	})
	return found, err
}

// authorityHost is the DNS name of the computer on which the authority would run.
const authorityHost = "ca1.contoso.com"

// GroupSID implements [template.Directory].
func (ca *CA) GroupSID(ctx context.Context, name string) (template.SID, error) {
	var sid template.SID
	err := ca.read(ctx, func() error {
		found, ok := ca.groups[strings.ToLower(name)]
		if !ok {
			return fmt.Errorf("certstest: group %q: %w", name, template.ErrNotFound)
		}
		sid = found
		return nil
	})
	return sid, err
}

func (ca *CA) known(name string) error {
	if !strings.EqualFold(name, ca.name) {
		return fmt.Errorf("certstest: authority %q: %w", name, template.ErrNotFound)
	}
	return nil
}

func (ca *CA) isPublished(name string) bool {
	return slices.ContainsFunc(ca.published, func(p string) bool { return strings.EqualFold(p, name) })
}
