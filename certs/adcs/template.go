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
		found, err = parseTemplate(entry)
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

func parseTemplate(entry *ldap.Entry) (template.Template, error) {
	t, err := template.ParseAttributes(entry.GetEqualFoldAttributeValue("cn"), attributesOf(entry))
	if err != nil {
		return t, err
	}
	raw := entry.GetEqualFoldRawAttributeValue(securityAttribute)
	if len(raw) == 0 {
		return t, fmt.Errorf("its security descriptor is hidden: %w", ErrDenied)
	}
	descriptor, err := template.ParseSecurityDescriptor(raw)
	if err != nil {
		return t, err
	}
	t.Access, t.Security = descriptor.Access(), descriptor
	return t, nil
}

// PutTemplate implements [template.Directory]. It reads the template, compares it with old, writes what differs and
// nothing else, all in one request, and reads it back; attributes that are no part of t stay. LDAP knows no condition on
// a write, so between reading and writing, some milliseconds, somebody else can still come first. A change to an
// attribute that is written too makes the server refuse, which is [ErrConflict]: every editor counts up the minor
// revision, and so does package template. What is not noticed is a change in that moment to nothing but attributes that
// are not written, which then stays, or to nothing but access by a program that leaves the revision alone, which is
// overwritten if access is written. A template that was written and is not seen as it was written is [ErrUnknown].
func (d *Directory) PutTemplate(ctx context.Context, old *template.Template, t template.Template) error {
	if err := t.Validate(); err != nil {
		return err
	}
	if t.OID == "" {
		return errs.Invalid("adcs: template "+t.Name, "OID", "is empty")
	}
	if old != nil && !strings.EqualFold(old.Name, t.Name) {
		return errs.Invalid("adcs: template "+t.Name, "Name", "is not that of the old one, %q", old.Name)
	}
	return d.call(ctx, fmt.Sprintf("write template %q", t.Name), func(ctx context.Context, s *session) error {
		if err := s.swapTemplate(ctx, old, t); err != nil || !s.wrote {
			return err
		}
		d.log().InfoContext(ctx, "wrote a template", "template", t.Name, "revision", t.Revision, "minor", t.MinorRevision)
		return s.readBack(ctx, t)
	})
}

func (s *session) swapTemplate(ctx context.Context, old *template.Template, t template.Template) error {
	entry, err := s.template(ctx, t.Name, "*", securityAttribute)
	switch {
	case isNotFound(err) && old == nil:
		return s.addTemplate(ctx, t)
	case isNotFound(err):
		return fmt.Errorf("it is not there any more: %w", ErrConflict)
	case err != nil:
		return err
	case old == nil:
		return fmt.Errorf("it is there already, as %q: %w", entry.DN, ErrConflict)
	}
	return s.changeTemplate(ctx, entry, *old, t)
}

// readBack returns an error unless the directory holds t, as just written.
func (s *session) readBack(ctx context.Context, t template.Template) error {
	entry, err := s.template(ctx, t.Name, "*", securityAttribute)
	if err != nil {
		return fmt.Errorf("written, but not read back: %w: %w", ErrUnknown, err)
	}
	stored, err := parseTemplate(entry)
	if err != nil {
		return fmt.Errorf("written, but not read back: %w: %w", ErrUnknown, err)
	}
	for _, a := range t.Access {
		if stored.Granted(a.SID) != a.Rights {
			return fmt.Errorf("written, but %s has %s: %w", a.SID, stored.Granted(a.SID), ErrUnknown)
		}
	}
	stored.Access, stored.Security = t.Access, t.Security
	if !stored.Equal(t) {
		return fmt.Errorf("written, but somebody else has changed it since: %w", ErrUnknown)
	}
	return nil
}
