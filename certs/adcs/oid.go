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
		found, err = s.oid(ctx, oid)
		return err
	})
	return found, err
}

func (s *session) oid(ctx context.Context, oid string) (template.ObjectIdentifier, error) {
	if oid == "" {
		return template.ObjectIdentifier{}, ErrNotFound
	}
	entry, err := s.one(ctx, &ldap.SearchRequest{
		BaseDN: s.container("OID"), Scope: ldap.ScopeSingleLevel,
		Filter: "(&(objectClass=" + oidClass + ")" + equals(oidAttribute, oid) + ")",
	})
	if err != nil {
		return template.ObjectIdentifier{}, err
	}
	found, err := template.ParseObjectIdentifier(attributesOf(entry))
	if err != nil { // registered for a policy, or by hand
		return found, fmt.Errorf("%w: %q: %w", ErrConflict, entry.DN, err)
	}
	return found, nil
}

// PutOID implements [template.Directory]. The object is named after the OID, so that two calls never make two of them.
func (d *Directory) PutOID(ctx context.Context, o template.ObjectIdentifier) error {
	attributes, err := o.Attributes()
	if err != nil {
		return err
	}
	return d.call(ctx, fmt.Sprintf("register object identifier %s", o.OID), func(ctx context.Context, s *session) error {
		base, err := s.forestOID(ctx)
		if err != nil {
			return fmt.Errorf("read that of the forest: %w", err)
		}
		if !strings.HasPrefix(o.OID, base+".") {
			return errs.Invalid("object identifier", "OID", "%q is not below that of the forest, %s", o.OID, base)
		}
		if done, err := s.registered(ctx, o); done || err != nil {
			return err
		}
		request := newEntry(child(o.CN(), s.container("OID")), oidClass, attributes)
		err = s.add(ctx, request)
		if hasCode(err, ldap.LDAPResultEntryAlreadyExists) { // by somebody else, since we looked
			if done, err := s.registered(ctx, o); done || err != nil {
				return err
			}
		}
		if err == nil {
			d.log().InfoContext(ctx, "registered an object identifier", "object", request.DN, "oid", o.OID)
		}
		return err
	})
}

// registered reports whether o is there. If it is there for another template, that is ErrConflict.
func (s *session) registered(ctx context.Context, o template.ObjectIdentifier) (bool, error) {
	existing, err := s.oid(ctx, o.OID)
	switch {
	case isNotFound(err):
		return false, nil
	case err != nil:
		return false, err
	case existing != o:
		return false, fmt.Errorf("it is registered for %q: %w", existing.DisplayName, ErrConflict)
	}
	return true, nil
}
