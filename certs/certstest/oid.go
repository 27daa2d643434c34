package certstest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/clouddp/sdk/certs/template"
	"github.com/clouddp/sdk/internal/errs"
)

// templateOID is what an object identifier of a template is registered for.
const templateOID = 1

// registration is an object that registers an object identifier. Nothing keeps a forest from having two for one.
type registration struct {
	template.ObjectIdentifier

	kind int // 1 for a template, 2 for an issuance policy, 3 for an application policy
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
		r, err := ca.registered(oid)
		if err == nil && r == nil {
			err = fmt.Errorf("certstest: object identifier %q: %w", oid, template.ErrNotFound)
		}
		if err == nil {
			found = r.ObjectIdentifier
		}
		return err
	})
	return found, err
}

// Holders returns the names of the templates that have oid, as [template.Directory] describes it.
func (ca *CA) Holders(ctx context.Context, oid string) ([]string, error) {
	var names []string
	err := ca.read(ctx, func() error {
		for _, o := range ca.templates {
			if o.template().OID == oid {
				names = append(names, o.name)
			}
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}

// registered returns the object that registers oid for a template, nil if there is none.
func (ca *CA) registered(oid string) (*registration, error) {
	var found *registration
	for i, r := range ca.oids {
		switch {
		case r.OID != oid:
		case found != nil:
			return nil, fmt.Errorf("certstest: object identifier %s is registered for %q and for %q: %w",
				oid, found.DisplayName, r.DisplayName, template.ErrConflict)
		default:
			found = &ca.oids[i]
		}
	}
	if found != nil && found.kind != templateOID {
		return nil, fmt.Errorf("certstest: object identifier %s is registered for %q, which is no template: %w",
			oid, found.DisplayName, template.ErrConflict)
	}
	return found, nil
}

// PutOID implements [template.Directory].
func (ca *CA) PutOID(ctx context.Context, old *template.ObjectIdentifier, o template.ObjectIdentifier) error {
	if !strings.HasPrefix(o.OID, ca.base+".") {
		return errs.Invalid("certstest: object identifier", "OID", "%q is not below that of the forest, %s", o.OID, ca.base)
	}
	if old != nil && old.OID != o.OID {
		return errs.Invalid("certstest: object identifier", "OID", "%q is not that of the old one, %q", o.OID, old.OID)
	}
	if _, err := o.Attributes(); err != nil {
		return err
	}
	return ca.write(ctx, func() error {
		r, err := ca.registered(o.OID)
		switch {
		case err != nil:
			return err
		case r == nil && old == nil:
			ca.oids = append(ca.oids, registration{o, templateOID})
			return nil
		case r == nil:
			return fmt.Errorf("certstest: object identifier %s is not registered any more: %w", o.OID, template.ErrConflict)
		case r.ObjectIdentifier != o && (old == nil || r.ObjectIdentifier != *old):
			return fmt.Errorf("certstest: object identifier %s is registered for %q: %w", o.OID, r.DisplayName, template.ErrConflict)
		}
		r.DisplayName = o.DisplayName
		return nil
	})
}

// PlantOID registers o once more, as somebody does who does not look whether it is taken: for a template if kind is 1, for
// an issuance policy if it is 2 (the attribute flags of msPKI-Enterprise-Oid).
func (ca *CA) PlantOID(o template.ObjectIdentifier, kind int) {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	ca.oids = append(ca.oids, registration{o, kind})
}

// templateOIDs returns those registered for templates, in ascending order.
func (ca *CA) templateOIDs() []template.ObjectIdentifier {
	var list []template.ObjectIdentifier
	for _, r := range ca.oids {
		if r.kind == templateOID {
			list = append(list, r.ObjectIdentifier)
		}
	}
	slices.SortStableFunc(list, func(a, b template.ObjectIdentifier) int { return strings.Compare(a.OID, b.OID) })
	return list
}

// setTemplateOIDs replaces those registered for templates, and leaves the others.
func (ca *CA) setTemplateOIDs(list []template.ObjectIdentifier) {
	ca.oids = slices.DeleteFunc(ca.oids, func(r registration) bool { return r.kind == templateOID })
	for _, o := range list {
		ca.oids = append(ca.oids, registration{o, templateOID})
	}
}
