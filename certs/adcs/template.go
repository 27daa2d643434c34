package adcs

import (
	"context"
	"fmt"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs/template"
	"github.com/clouddp/sdk/internal/errs"
)

const (
	templateClass     = "pKICertificateTemplate"
	templateContainer = "Certificate Templates"
	securityAttribute = "nTSecurityDescriptor"
)

// Template implements [template.Directory]. A template whose security descriptor the account may not read is
// [ErrDenied].
func (d *Directory) Template(ctx context.Context, name string) (template.Template, error) {
	var found template.Template
	err := d.call(ctx, fmt.Sprintf("read template %q", name), func(ctx context.Context, s *session) error {
		entry, err := s.template(ctx, name, "*", securityAttribute)
		if err != nil {
			return err
		}
		found, _, err = parseTemplate(entry)
		return err
	})
	return found, err
}

// template returns the entry of a template with some of its attributes.
func (s *session) template(ctx context.Context, name string, attributes ...string) (*ldap.Entry, error) {
	if name == "" {
		return nil, ErrNotFound
	}
	return s.oneNamed(ctx, name, []string{"cn"}, &ldap.SearchRequest{
		BaseDN: child(name, s.container(templateContainer)), Scope: ldap.ScopeBaseObject,
		Filter: "(objectClass=" + templateClass + ")", Attributes: attributes, Controls: securityParts(readParts),
	})
}

func parseTemplate(entry *ldap.Entry) (template.Template, template.SecurityDescriptor, error) {
	var none template.SecurityDescriptor
	t, err := template.ParseAttributes(entry.GetEqualFoldAttributeValue("cn"), attributesOf(entry))
	if err != nil {
		return t, none, err
	}
	raw := entry.GetEqualFoldRawAttributeValue(securityAttribute)
	if len(raw) == 0 {
		return t, none, fmt.Errorf("its security descriptor is hidden: %w", ErrDenied)
	}
	descriptor, err := template.ParseSecurityDescriptor(raw)
	if err != nil {
		return t, none, err
	}
	t.Access = descriptor.Access()
	return t, descriptor, nil
}

// PutTemplate implements [template.Directory]. It writes what differs and nothing else, all in one request; attributes
// that are no part of t stay. A template that somebody else changes at the same moment is [ErrConflict].
func (d *Directory) PutTemplate(ctx context.Context, t template.Template) error {
	if err := t.Validate(); err != nil {
		return err
	}
	if t.OID == "" {
		return errs.Invalid("adcs: template "+t.Name, "OID", "is empty")
	}
	return d.call(ctx, fmt.Sprintf("write template %q", t.Name), func(ctx context.Context, s *session) error {
		entry, err := s.template(ctx, t.Name, "*", securityAttribute)
		switch {
		case isNotFound(err):
			err = s.addTemplate(ctx, t)
		case err == nil:
			err = s.changeTemplate(ctx, entry, t)
		}
		if err == nil && s.wrote {
			d.log().InfoContext(ctx, "wrote a template", "template", t.Name, "revision", t.Revision, "minor", t.MinorRevision)
		}
		return err
	})
}
