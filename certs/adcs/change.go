package adcs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs/template"
)

// addTemplate makes a template that those administer who administer the container.
func (s *session) addTemplate(ctx context.Context, t template.Template) error {
	if err := s.freeOID(ctx, t.OID); err != nil {
		return err
	}
	administrators, err := s.administrators(ctx)
	if err != nil {
		return err
	}
	access := slices.Clone(t.Access)
	for _, a := range administrators {
		if t.Granted(a.SID) == 0 {
			access = append(access, a)
		}
	}
	descriptor, err := template.SecurityDescriptor{}.WithAccess(access)
	if err != nil {
		return err
	}
	attributes, err := t.Attributes()
	if err != nil {
		return err
	}
	attributes = append(attributes, template.Attribute{Name: securityAttribute, Values: [][]byte{descriptor.Encode()}})
	request := newEntry(child(t.Name, s.container(templateContainer)), templateClass, attributes)
	request.Controls = securityParts(daclPart)
	return s.add(ctx, request)
}

// freeOID returns ErrConflict if another template has the object identifier.
func (s *session) freeOID(ctx context.Context, oid string) error {
	others, err := s.holders(ctx, oid)
	if err == nil && len(others) > 0 {
		err = fmt.Errorf("object identifier %s is that of %q: %w", oid, others[0].DN, ErrConflict)
	}
	return err
}

// administrators returns who may change the container of the templates, but for everybody, and lets them read and write
// but not enroll.
func (s *session) administrators(ctx context.Context) ([]template.Access, error) {
	container, err := s.one(ctx, &ldap.SearchRequest{
		BaseDN: s.container(templateContainer), Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)",
		Attributes: []string{securityAttribute}, Controls: securityParts(readParts),
	})
	if err != nil {
		return nil, fmt.Errorf("container of the templates: %w", err)
	}
	descriptor, err := template.ParseSecurityDescriptor(container.GetEqualFoldRawAttributeValue(securityAttribute))
	if err != nil {
		return nil, fmt.Errorf("container of the templates: %w", err)
	}
	var administrators []template.Access
	for _, a := range descriptor.Access() {
		if a.Rights&template.Write != 0 && !a.SID.IsBroad() {
			administrators = append(administrators, template.Access{SID: a.SID, Rights: template.Read | template.Write})
		}
	}
	return administrators, nil
}

// changeTemplate writes what differs between an entry, which must be old, and t.
func (s *session) changeTemplate(ctx context.Context, entry *ldap.Entry, old, t template.Template) error {
	existing, err := parseTemplate(entry)
	if err != nil {
		return err
	}
	if err := s.mayReplace(ctx, existing, old, t); err != nil {
		return err
	}
	changed, err := existing.Security.WithAccess(t.Access)
	if err != nil {
		return err
	}
	request := ldap.NewModifyRequest(entry.DN, nil)
	if err := addDifferences(request, entry, existing, t); err != nil {
		return err
	}
	if existing.SchemaVersion == 1 && len(request.Changes) > 0 {
		return fmt.Errorf("templates of schema version 1 cannot be edited, but for access: %w", ErrDenied)
	}
	if dacl := changed.Encode(); !bytes.Equal(dacl, existing.Security.Encode()) {
		request.Replace(securityAttribute, []string{string(dacl)})
		request.Controls = securityParts(daclPart)
	}
	if len(request.Changes) == 0 {
		return nil
	}
	err = s.modify(ctx, request)
	if hasCode(err, ldap.LDAPResultNoSuchAttribute, ldap.LDAPResultAttributeOrValueExists) {
		return fmt.Errorf("somebody else changed it meanwhile: %w", err)
	}
	return err
}

// mayReplace returns ErrConflict if existing is not old, or if its object identifier cannot become that of t.
func (s *session) mayReplace(ctx context.Context, existing, old, t template.Template) error {
	switch {
	case !existing.Equal(old):
		return fmt.Errorf("somebody else has changed it: %w", ErrConflict)
	case existing.OID == "":
		return s.freeOID(ctx, t.OID)
	case existing.OID != t.OID:
		return fmt.Errorf("it has object identifier %s: %w", existing.OID, ErrConflict)
	}
	return nil
}

// addDifferences asks for the values that are too many to be deleted and those that are missing to be added. A value
// that somebody has changed meanwhile cannot be deleted, and then the server does nothing.
func addDifferences(request *ldap.ModifyRequest, entry *ldap.Entry, existing, desired template.Template) error {
	had, err := existing.Attributes()
	if err != nil {
		return err
	}
	want, err := desired.Attributes()
	if err != nil {
		return err
	}
	for _, name := range attributeNames(had, want) {
		before, after := entry.GetEqualFoldRawAttributeValues(name), valuesOf(want, name)
		if isEqualSet(valuesOf(had, name), after) {
			continue
		}
		if surplus := without(before, after); len(surplus) > 0 {
			request.Delete(name, surplus)
		}
		if missing := without(after, before); len(missing) > 0 {
			request.Add(name, missing)
		}
	}
	return nil
}

func attributeNames(lists ...[]template.Attribute) []string {
	var names []string
	for _, a := range slices.Concat(lists...) {
		if !slices.Contains(names, a.Name) {
			names = append(names, a.Name)
		}
	}
	return names
}

func valuesOf(attributes []template.Attribute, name string) [][]byte {
	for _, a := range attributes {
		if strings.EqualFold(a.Name, name) {
			return a.Values
		}
	}
	return nil
}

func isEqualSet(a, b [][]byte) bool { return len(without(a, b)) == 0 && len(without(b, a)) == 0 }

// without returns the values of list that are not in others.
func without(list, others [][]byte) []string {
	var rest []string
	for _, v := range list {
		if !slices.ContainsFunc(others, func(o []byte) bool { return bytes.Equal(o, v) }) {
			rest = append(rest, string(v))
		}
	}
	return rest
}

// attributesOf returns an entry as package template reads it.
func attributesOf(entry *ldap.Entry) []template.Attribute {
	var attributes []template.Attribute
	for _, a := range entry.Attributes {
		attributes = append(attributes, template.Attribute{Name: a.Name, Values: a.ByteValues})
	}
	return attributes
}

func newEntry(dn, class string, attributes []template.Attribute) *ldap.AddRequest {
	request := ldap.NewAddRequest(dn, nil)
	request.Attribute("objectClass", []string{class})
	for _, a := range attributes {
		request.Attribute(a.Name, without(a.Values, nil))
	}
	return request
}

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }
