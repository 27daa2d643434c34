package adcs

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs/template"
	"github.com/clouddp/sdk/internal/errs"
)

const (
	oidAttribute = "msPKI-Cert-Template-OID"
	oidClass     = "msPKI-Enterprise-Oid"

	displayNameAttribute = "displayName"
)

// ForestOID implements [template.Directory]. A forest in which no enterprise authority was ever installed has none:
// [ErrNotFound].
func (d *Directory) ForestOID(ctx context.Context) (string, error) {
	var base string
	err := d.call(ctx, "read the object identifier of the forest", func(ctx context.Context, s *session) error {
		var err error
		base, err = s.forestOID(ctx)
		return err
	})
	return base, err
}

func (s *session) forestOID(ctx context.Context) (string, error) {
	entry, err := s.one(ctx, &ldap.SearchRequest{
		BaseDN: s.container("OID"), Scope: ldap.ScopeBaseObject,
		Filter: "(objectClass=*)", Attributes: []string{oidAttribute},
	})
	if err != nil {
		return "", err
	}
	base := entry.GetEqualFoldAttributeValue(oidAttribute)
	if base == "" {
		return "", ErrNotFound
	}
	return base, nil
}

// OID implements [template.Directory].
func (d *Directory) OID(ctx context.Context, oid string) (template.ObjectIdentifier, error) {
	var found template.ObjectIdentifier
	err := d.call(ctx, fmt.Sprintf("read object identifier %q", oid), func(ctx context.Context, s *session) error {
		var err error
		found, _, err = s.oid(ctx, oid)
		return err
	})
	return found, err
}

// Holders returns the names of the templates that have oid, of more than two two, for [template.Plan] to see whose it is.
// A template that the account may not read is not among them.
func (d *Directory) Holders(ctx context.Context, oid string) ([]string, error) {
	var names []string
	err := d.call(ctx, fmt.Sprintf("find the templates with object identifier %q", oid), func(ctx context.Context, s *session) error {
		entries, err := s.holders(ctx, oid)
		names = nil // of an attempt before
		for _, entry := range entries {
			names = append(names, entry.GetEqualFoldAttributeValue("cn"))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return names, nil
}

func (s *session) holders(ctx context.Context, oid string) ([]*ldap.Entry, error) {
	if oid == "" {
		return nil, nil
	}
	return s.search(ctx, &ldap.SearchRequest{
		BaseDN: s.container(templateContainer), Scope: ldap.ScopeSingleLevel,
		Filter: equals(oidAttribute, oid), Attributes: []string{"cn"},
	})
}

// oid returns what registers oid, and the name of that object.
func (s *session) oid(ctx context.Context, oid string) (found template.ObjectIdentifier, dn string, err error) {
	if oid == "" {
		return found, "", ErrNotFound
	}
	entry, err := s.one(ctx, &ldap.SearchRequest{
		BaseDN: s.container("OID"), Scope: ldap.ScopeSingleLevel,
		Filter: "(&(objectClass=" + oidClass + ")" + equals(oidAttribute, oid) + ")",
	})
	if err != nil {
		return found, "", err
	}
	found, err = template.ParseObjectIdentifier(attributesOf(entry))
	if err != nil { // registered for a policy, or by hand
		return found, "", fmt.Errorf("%w: %q: %w", ErrConflict, entry.DN, err)
	}
	return found, entry.DN, nil
}

// PutOID implements [template.Directory]. A new object is named after the OID, so that two calls never make two of them.
func (d *Directory) PutOID(ctx context.Context, old *template.ObjectIdentifier, o template.ObjectIdentifier) error {
	attributes, err := o.Attributes()
	if err != nil {
		return err
	}
	if old != nil && old.OID != o.OID {
		return errs.Invalid("adcs: object identifier", "OID", "%q is not that of the old one, %q", o.OID, old.OID)
	}
	return d.call(ctx, fmt.Sprintf("register object identifier %s", o.OID), func(ctx context.Context, s *session) error {
		base, err := s.forestOID(ctx)
		if err != nil {
			return fmt.Errorf("read that of the forest: %w", err)
		}
		if !strings.HasPrefix(o.OID, base+".") {
			return errs.Invalid("object identifier", "OID", "%q is not below that of the forest, %s", o.OID, base)
		}
		if err := s.swapOID(ctx, old, o, attributes); err != nil || !s.wrote {
			return err
		}
		d.log().InfoContext(ctx, "registered an object identifier", "oid", o.OID, "name", o.DisplayName)
		return nil
	})
}

func (s *session) swapOID(ctx context.Context, old *template.ObjectIdentifier, o template.ObjectIdentifier, attributes []template.Attribute) error {
	existing, dn, err := s.oid(ctx, o.OID)
	switch {
	case isNotFound(err) && old == nil:
		return s.addOID(ctx, o, attributes)
	case isNotFound(err):
		return fmt.Errorf("it is not registered any more: %w", ErrConflict)
	case err != nil || existing == o:
		return err
	case old == nil || existing != *old:
		return fmt.Errorf("it is registered for %q: %w", existing.DisplayName, ErrConflict)
	}
	request := ldap.NewModifyRequest(dn, nil)
	request.Delete(displayNameAttribute, []string{old.DisplayName}) // refused if somebody else was faster
	request.Add(displayNameAttribute, []string{o.DisplayName})
	return s.modify(ctx, request)
}

func (s *session) addOID(ctx context.Context, o template.ObjectIdentifier, attributes []template.Attribute) error {
	err := s.add(ctx, newEntry(child(o.CN(), s.container("OID")), oidClass, attributes))
	if !hasCode(err, ldap.LDAPResultEntryAlreadyExists) {
		return err
	}
	if existing, _, failed := s.oid(ctx, o.OID); failed == nil && existing == o { // by somebody else, since we looked
		return nil
	}
	return err
}
