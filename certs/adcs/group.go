package adcs

import (
	"context"
	"fmt"
	"strconv"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs/template"
)

// securityGroup is the bit of groupType by which members carry the group in their logon token, [MS-ADTS] section
// 2.2.12.
//
// [MS-ADTS]: https://learn.microsoft.com/openspecs/windows_protocols/ms-adts
const securityGroup = 0x80000000

// GroupSID implements [template.Directory]. The group is one of the domain of the domain controller, known by its name
// before Windows 2000 (sAMAccountName) or its common name; a name that fits two groups is [ErrConflict], and one of a
// distribution list [ErrInvalid].
func (d *Directory) GroupSID(ctx context.Context, name string) (template.SID, error) {
	var sid template.SID
	err := d.call(ctx, fmt.Sprintf("find group %q", name), func(ctx context.Context, s *session) error {
		if name == "" {
			return ErrNotFound
		}
		entry, err := s.oneNamed(ctx, name, []string{"sAMAccountName", "cn"}, &ldap.SearchRequest{
			BaseDN: s.domain, Scope: ldap.ScopeWholeSubtree,
			Filter:     "(&(objectClass=group)(|" + equals("sAMAccountName", name) + equals("cn", name) + "))",
			Attributes: []string{"objectSid", "groupType", "sAMAccountName", "cn"},
		})
		if err != nil {
			return err
		}
		kind := entry.GetEqualFoldAttributeValue("groupType")
		if bits, err := strconv.ParseInt(kind, 10, 32); err != nil || bits&securityGroup == 0 {
			return fmt.Errorf("%q of type %q is a distribution list, which gets no access: %w", entry.DN, kind, ErrInvalid)
		}
		sid, err = template.ParseSID(entry.GetEqualFoldRawAttributeValue("objectSid"))
		return err
	})
	return sid, err
}
