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
	t.Access = o.security.Access()
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
func (ca *CA) PutTemplate(ctx context.Context, t template.Template) error {
	attributes, err := t.Attributes()
	if err != nil {
		return err
	}
	if t.OID == "" {
		return errs.Invalid("certstest: template "+t.Name, "OID", "is empty")
	}
	return ca.write(ctx, func() error {
		o, err := ca.stored(t, attributes)
		if err != nil {
			return fmt.Errorf("certstest: template %s: %w", t.Name, err)
		}
		if o.security, err = o.security.WithAccess(t.Access); err != nil {
			return fmt.Errorf("certstest: template %s: %w", t.Name, err)
		}
		ca.templates[strings.ToLower(t.Name)] = o
		return nil
	})
}

// stored returns t as it would be stored, with the access that it has now, or to begin with.
func (ca *CA) stored(t template.Template, attributes []template.Attribute) (*object, error) {
	key := strings.ToLower(t.Name)
	for other, o := range ca.templates {
		if other != key && o.template().OID == t.OID {
			return nil, fmt.Errorf("object identifier %s is that of %s: %w", t.OID, o.name, template.ErrConflict)
		}
	}
	existing, ok := ca.templates[key]
	if !ok {
		security, err := template.SecurityDescriptor{}.WithAccess([]template.Access{
			{SID: ca.groups["domain admins"], Rights: template.Read | template.Write},
			{SID: ca.groups["enterprise admins"], Rights: template.Read | template.Write},
		})
		return &object{t.Name, attributes, security}, err
	}
	was := existing.template()
	switch {
	case was.OID != t.OID:
		return nil, fmt.Errorf("it has object identifier %s: %w", was.OID, template.ErrConflict)
	case was.SchemaVersion == 1 && !reflect.DeepEqual(existing.attributes, attributes):
		return nil, fmt.Errorf("templates of schema version 1 cannot be edited: %w", template.ErrDenied)
	}
	return &object{existing.name, attributes, existing.security}, nil
}

// ForestOID implements [template.Directory].
func (ca *CA) ForestOID(ctx context.Context) (string, error) {
	if err := ca.read(ctx, func() error { return nil }); err != nil {
		return "", err
	}
	return ca.base, nil
}

// OID implements [template.Directory].
func (ca *CA) OID(ctx context.Context, oid string) (template.ObjectIdentifier, error) {
	var found template.ObjectIdentifier
	err := ca.read(ctx, func() error {
		o, ok := ca.oids[oid]
		if !ok {
			return fmt.Errorf("certstest: object identifier %q: %w", oid, template.ErrNotFound)
		}
		found = o
		return nil
	})
	return found, err
}

// PutOID implements [template.Directory].
func (ca *CA) PutOID(ctx context.Context, o template.ObjectIdentifier) error {
	if !strings.HasPrefix(o.OID, ca.base+".") {
		return errs.Invalid("certstest: object identifier", "OID", "%q is not below that of the forest, %s", o.OID, ca.base)
	}
	if _, err := o.Attributes(); err != nil {
		return err
	}
	return ca.write(ctx, func() error {
		if existing, ok := ca.oids[o.OID]; ok && existing != o {
			return fmt.Errorf("certstest: object identifier %s is registered for %q: %w", o.OID, existing.DisplayName, template.ErrConflict)
		}
		ca.oids[o.OID] = o
		return nil
	})
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
