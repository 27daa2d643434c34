package certstest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/clouddp/sdk/certs/template"
	"github.com/clouddp/sdk/internal/errs"
)

// Template implements [template.Directory].
func (ca *CA) Template(ctx context.Context, name string) (template.Template, error) {
	var found template.Template
	err := ca.read(ctx, func() error {
		t, ok := ca.templates[strings.ToLower(name)]
		if !ok {
			return fmt.Errorf("certstest: template %q: %w", name, template.ErrNotFound)
		}
		found = t.Clone()
		return nil
	})
	return found, err
}

// PutTemplate implements [template.Directory].
func (ca *CA) PutTemplate(ctx context.Context, t template.Template) error {
	if err := t.Validate(); err != nil {
		return err
	}
	if t.OID == "" {
		return errs.Invalid("certstest: template "+t.Name, "OID", "is empty")
	}
	return ca.write(ctx, func() error {
		key := strings.ToLower(t.Name)
		existing, ok := ca.templates[key]
		switch {
		case ok && existing.SchemaVersion == 1:
			return fmt.Errorf("certstest: template %s: templates of schema version 1 cannot be edited: %w", t.Name, template.ErrDenied)
		case ok && existing.OID != t.OID:
			return fmt.Errorf("certstest: template %s has object identifier %s: %w", t.Name, existing.OID, template.ErrConflict)
		}
		for other, o := range ca.templates {
			if other != key && o.OID == t.OID {
				return fmt.Errorf("certstest: object identifier %s is that of %s: %w", t.OID, o.Name, template.ErrConflict)
			}
		}
		ca.templates[key] = t.Clone()
		return nil
	})
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
			ca.published = append(ca.published, t.Name)
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
