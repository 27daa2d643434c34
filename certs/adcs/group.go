package adcs

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs/template"
)

// GroupSID implements [template.Directory]. The group is one of the domain of the domain controller, known by its name
// before Windows 2000 (sAMAccountName) or its common name; a name that fits two groups is [ErrConflict].
func (d *Directory) GroupSID(ctx context.Context, name string) (template.SID, error) {
	var sid template.SID
	err := d.call(ctx, fmt.Sprintf("find group %q", name), func(ctx context.Context, s *session) error {
		if name == "" {
			return ErrNotFound
		}
		entry, err := s.one(ctx, &ldap.SearchRequest{
			BaseDN: s.domain, Scope: ldap.ScopeWholeSubtree,
			Filter:     "(&(objectClass=group)(|" + equals("sAMAccountName", name) + equals("cn", name) + "))",
			Attributes: []string{"objectSid"},
		})
		if err != nil {
			return err
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
