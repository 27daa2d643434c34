package adcs

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

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
		sid, err = decodeSID(entry.GetEqualFoldRawAttributeValue("objectSid"))
		return err
	})
	return sid, err
}

// decodeSID reads the binary form of [MS-DTYP] section 2.4.2.2: revision, number of parts, authority big-endian, parts
// little-endian.
//
// [MS-DTYP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp
func decodeSID(b []byte) (template.SID, error) {
	if len(b) < 12 || b[0] != 1 || b[1] < 1 || b[1] > 15 || len(b) != 8+4*int(b[1]) {
		return "", fmt.Errorf("the security identifier %x cannot be read: %w", b, ErrInvalid)
	}
	authority := uint64(binary.BigEndian.Uint16(b[2:]))<<32 | uint64(binary.BigEndian.Uint32(b[4:]))
	var text strings.Builder
	fmt.Fprintf(&text, "S-1-%d", authority)
	for part := b[8:]; len(part) > 0; part = part[4:] {
		fmt.Fprintf(&text, "-%d", binary.LittleEndian.Uint32(part))
	}
	return template.SID(text.String()), nil
}
