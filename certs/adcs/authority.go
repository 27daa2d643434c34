package adcs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs/template"
)

const publishedAttribute = "certificateTemplates"

// Published implements [template.Directory]. The authority is known by its common name, which the directory shortens
// and escapes, or by its display name.
func (d *Directory) Published(ctx context.Context, ca string) ([]string, error) {
	var published []string
	err := d.call(ctx, fmt.Sprintf("read what %q publishes", ca), func(ctx context.Context, s *session) error {
		entry, err := s.authority(ctx, ca)
		if err != nil {
			return err
		}
		published, err = values(entry, publishedAttribute)
		return err
	})
	if err != nil {
		return nil, err
	}
	return slices.Clone(published), nil
}

// Publish implements [template.Directory]. The authority sees it when it next reads its configuration, minutes later.
func (d *Directory) Publish(ctx context.Context, ca, name string) error {
	return d.call(ctx, fmt.Sprintf("publish template %q on %q", name, ca), func(ctx context.Context, s *session) error {
		authority, err := s.authority(ctx, ca)
		if err != nil {
			return fmt.Errorf("authority: %w", err)
		}
		found, err := s.template(ctx, name, "cn")
		if err != nil {
			return fmt.Errorf("template: %w", err)
		}
		published, err := values(authority, publishedAttribute)
		if err != nil {
			return err
		}
		canonical := found.GetEqualFoldAttributeValue("cn")
		if slices.ContainsFunc(published, func(p string) bool { return strings.EqualFold(p, canonical) }) {
			return nil
		}
		// The value alone: replacing the list would undo what other administrators do at the same time.
		request := ldap.NewModifyRequest(authority.DN, nil)
		request.Add(publishedAttribute, []string{canonical})
		err = s.modify(ctx, request)
		if hasCode(err, ldap.LDAPResultAttributeOrValueExists) {
			return nil
		}
		if err == nil {
			d.log().InfoContext(ctx, "published", "template", canonical, "authority", authority.DN)
		}
		return err
	})
}

// maxAuthorities is how many of them Authorities lists; the largest forests have some dozens.
const maxAuthorities = 1000

// Authorities returns the enterprise authorities of the forest, for [template.Plan] and [template.Check] to name them, and
// for a program that fills the fields of package icpr. Name is the common name.
func (d *Directory) Authorities(ctx context.Context) ([]template.Authority, error) {
	var authorities []template.Authority
	err := d.call(ctx, "list the authorities", func(ctx context.Context, s *session) error {
		entries, err := s.searchAll(ctx, &ldap.SearchRequest{
			BaseDN: s.container("Enrollment Services"), Scope: ldap.ScopeSingleLevel, SizeLimit: maxAuthorities,
			Filter: "(objectClass=pKIEnrollmentService)", Attributes: []string{"cn", "dNSHostName", publishedAttribute},
		})
		authorities = nil // of an attempt before
		for _, entry := range entries {
			published, err := values(entry, publishedAttribute)
			if err != nil {
				return err
			}
			authorities = append(authorities, template.Authority{
				Name: entry.GetEqualFoldAttributeValue("cn"), Host: entry.GetEqualFoldAttributeValue("dNSHostName"),
				Published: slices.Clone(published),
			})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return authorities, nil
}

// authority finds an enrollment service, by name first and then as people call it.
func (s *session) authority(ctx context.Context, ca string) (*ldap.Entry, error) {
	if ca == "" {
		return nil, ErrNotFound
	}
	find := func(attribute string) (*ldap.Entry, error) {
		return s.oneNamed(ctx, ca, []string{attribute}, &ldap.SearchRequest{
			BaseDN: s.container("Enrollment Services"), Scope: ldap.ScopeSingleLevel,
			Filter:     "(&(objectClass=pKIEnrollmentService)" + equals(attribute, ca) + ")",
			Attributes: []string{attribute, publishedAttribute},
		})
	}
	entry, err := find("cn")
	if errors.Is(err, ErrNotFound) {
		return find("displayName")
	}
	return entry, err
}
