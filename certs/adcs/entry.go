package adcs

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// Parts of a security descriptor, LDAP_SERVER_SD_FLAGS_OID in [MS-ADTS] section 3.1.1.3.4.1.11. Asking for the system's
// audit list (8) as well, as a client does that says nothing, makes Active Directory leave out the attribute.
//
// [MS-ADTS]: https://learn.microsoft.com/openspecs/windows_protocols/ms-adts
const (
	daclPart  = 4
	readParts = 1 | 2 | daclPart // owner, group, access
)

// securityParts returns the control that limits a request to parts of the security descriptor.
func securityParts(parts int32) []ldap.Control {
	return []ldap.Control{&ldap.ControlMicrosoftSDFlags{Criticality: true, ControlValue: parts}}
}

// container returns the distinguished name of a container of public key services.
func (s *session) container(name string) string {
	return "CN=" + name + ",CN=Public Key Services,CN=Services," + s.config
}

// child returns the distinguished name of an object below parent.
func child(name, parent string) string { return "CN=" + ldap.EscapeDN(name) + "," + parent }

// equals returns a filter for objects with one of the values as attribute.
func equals(attribute, value string) string {
	return "(" + attribute + "=" + ldap.EscapeFilter(value) + ")"
}

// search returns the entries asked for; of more than two it asks for two, because whoever gets two has found something
// ambiguous. A base that is not there, or whose name cannot be one, has no entries. References to other servers are not
// followed.
func (s *session) search(ctx context.Context, request *ldap.SearchRequest) ([]*ldap.Entry, error) {
	request.SizeLimit = 2
	return s.searchAll(ctx, request)
}

// searchAll returns every entry asked for, or as many as the request and the server let through.
func (s *session) searchAll(ctx context.Context, request *ldap.SearchRequest) ([]*ldap.Entry, error) {
	s.raw.allow()
	found, err := s.conn.Search(request)
	_, answered := refused(err)
	switch {
	case err == nil, hasCode(err, ldap.LDAPResultSizeLimitExceeded) && len(found.Entries) > 1:
		return found.Entries, nil
	case hasCode(err, ldap.LDAPResultNoSuchObject, ldap.LDAPResultInvalidDNSyntax):
		return nil, nil
	case answered:
		return nil, failure(ctx, err)
	}
	s.broken = true
	return nil, failure(ctx, s.raw.explain(err))
}

// one returns the single entry of a search: what is looked for, or ErrNotFound, or ErrConflict if there are more.
func (s *session) one(ctx context.Context, request *ldap.SearchRequest) (*ldap.Entry, error) {
	found, err := s.search(ctx, request)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, ErrNotFound
	case len(found) > 1:
		return nil, fmt.Errorf("there is %q, and %q besides: %w", found[0].DN, found[1].DN, ErrConflict)
	}
	return found[0], nil
}

// oneNamed returns the single entry of a search that has name as one of attributes. Active Directory compares without
// regard to accents ([MS-ADTS], "Unicode String Comparison"): what it finds may be called something else, and that is
// not what was asked for.
//
// [MS-ADTS]: https://learn.microsoft.com/openspecs/windows_protocols/ms-adts
func (s *session) oneNamed(
	ctx context.Context, name string, attributes []string, request *ldap.SearchRequest,
) (*ldap.Entry, error) {
	entry, err := s.one(ctx, request)
	if err != nil {
		return nil, err
	}
	for _, a := range attributes {
		if strings.EqualFold(entry.GetEqualFoldAttributeValue(a), name) {
			return entry, nil
		}
	}
	return nil, fmt.Errorf("%q is called differently: %w", entry.DN, ErrNotFound)
}

// add makes an entry.
func (s *session) add(ctx context.Context, request *ldap.AddRequest) error {
	return s.write(ctx, func() error { return s.conn.Add(request) })
}

// modify changes an entry.
func (s *session) modify(ctx context.Context, request *ldap.ModifyRequest) error {
	return s.write(ctx, func() error { return s.conn.Modify(request) })
}

func (s *session) write(ctx context.Context, send func() error) error {
	if ctx.Err() != nil {
		return failure(ctx, nil) // nothing was sent
	}
	if !s.mayWrite(s) {
		s.broken = true
		return fmt.Errorf("another domain controller takes the writes: %w", errStale)
	}
	s.raw.allow()
	s.wrote = true
	err := send()
	if err == nil {
		return nil
	}
	if _, answered := refused(err); !answered {
		s.broken, err = true, s.raw.explain(err)
	}
	return writeFailure(ctx, err)
}

// values returns those of an attribute. Active Directory hands out a very long list in ranges, which no template or
// authority has: one is refused rather than taken for the whole.
func values(entry *ldap.Entry, attribute string) ([]string, error) {
	for _, a := range entry.Attributes {
		if len(a.Name) > len(attribute) && strings.EqualFold(a.Name[:len(attribute)+1], attribute+";") {
			return nil, fmt.Errorf("%q has more values of %s than one answer holds: %w", entry.DN, attribute, ErrLimit)
		}
	}
	return entry.GetEqualFoldAttributeValues(attribute), nil
}
