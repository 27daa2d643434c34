package template

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// SID is a Windows security identifier in its string form, for example S-1-5-21-1004336348-1177238915-682003330-1104.
// Its zero value names nobody.
type SID string

// Everyone and AuthenticatedUsers are the same in every domain.
const (
	Everyone           SID = "S-1-1-0"
	AuthenticatedUsers SID = "S-1-5-11"
)

var sidForm = regexp.MustCompile(`^S-1-(0|[1-9]\d{0,14})((?:-(?:0|[1-9]\d{0,9})){1,15})$`)

// Validate returns an [*InvalidError] unless s has the form of [MS-DTYP] section 2.4.2.1: S-1, a 48-bit authority in
// decimal and one to fifteen 32-bit numbers.
//
// [MS-DTYP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp
func (s SID) Validate() error {
	if problem := s.problem(); problem != "" {
		return errs.Invalid("template: SID", "SID", "%s", problem)
	}
	return nil
}

func (s SID) problem() string {
	match := sidForm.FindStringSubmatch(string(s))
	if match == nil {
		return fmt.Sprintf("%.300q does not look like S-1-5-21-1-2-3-1104", string(s))
	}
	if _, err := strconv.ParseUint(match[1], 10, 48); err != nil {
		return fmt.Sprintf("%.300q: the authority does not fit 48 bits", string(s))
	}
	for number := range strings.SplitSeq(match[2][1:], "-") {
		if _, err := strconv.ParseUint(number, 10, 32); err != nil {
			return fmt.Sprintf("%.300q: %s does not fit 32 bits", string(s), number)
		}
	}
	return ""
}

// IsBroad reports whether s stands for everybody in a domain, or more, rather than for a chosen group: Domain Users and
// Domain Computers do, Domain Admins do not.
func (s SID) IsBroad() bool {
	switch s {
	case Everyone, AuthenticatedUsers,
		"S-1-5-2",      // Network, which every logon over the network has
		"S-1-5-4",      // Interactive
		"S-1-5-7",      // Anonymous
		"S-1-5-15",     // This Organization
		"S-1-5-32-545", // BUILTIN\Users
		"S-1-5-32-546", // BUILTIN\Guests
		"S-1-5-32-554": // BUILTIN\Pre-Windows 2000 Compatible Access, which commonly holds Authenticated Users
		return true
	}
	switch s.inDomain() {
	case "513", "514", "515": // Domain Users, Domain Guests, Domain Computers
		return true
	}
	return false
}
