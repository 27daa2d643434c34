package template

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// attribute is one attribute of a template in the words of a plan.
type attribute struct{ name, value string }

// attributes lists what Plan compares: everything but identity, revision and access.
func (t Template) attributes() []attribute {
	return []attribute{
		{"displayName", t.DisplayName},
		{"msPKI-Template-Schema-Version", strconv.Itoa(t.SchemaVersion)},
		{"flags", t.Flags.String()},
		{"msPKI-Enrollment-Flag", t.EnrollmentFlags.String()},
		{"msPKI-Private-Key-Flag", t.PrivateKeyFlags.String()},
		{"msPKI-Certificate-Name-Flag", t.NameFlags.String()},
		{"pKIDefaultKeySpec", strconv.Itoa(int(t.KeySpec))},
		{"pKIKeyUsage", fmt.Sprintf("%#x", int(t.KeyUsage))},
		{"msPKI-Minimal-Key-Size", strconv.Itoa(t.MinimalKeySize)},
		{"pKIExpirationPeriod", days(t.Validity)},
		{"pKIOverlapPeriod", days(t.Renewal)},
		{"pKIExtendedKeyUsage", set(t.ExtKeyUsage)},
		{"msPKI-Certificate-Application-Policy", set(t.ApplicationPolicies)},
		{"pKICriticalExtensions", set(t.CriticalExtensions)},
		{"pKIDefaultCSPs", strings.Join(t.CSPs, ", ")},
		{"msPKI-RA-Signature", strconv.Itoa(t.RASignatures)},
		{"msPKI-RA-Application-Policies", set(t.RAPolicies)},
	}
}

func days(d time.Duration) string {
	if d%day != 0 {
		return d.String()
	}
	return fmt.Sprintf("%d days", d/day)
}

// set joins values whose order a directory does not keep.
func set(values []string) string { return strings.Join(slices.Sorted(slices.Values(values)), ", ") }

func attributeChanges(existing, desired Template) []Change {
	var changes []Change
	was := existing.attributes()
	for i, want := range desired.attributes() {
		if was[i] != want {
			changes = append(changes, Change{SetAttribute, existing.Name, want.name, was[i].value, want.value})
		}
	}
	return changes
}

// accessChanges grants what is missing and revokes the enrollment rights of everybody who is not desired. Other rights of
// others stay.
func accessChanges(existing, desired Template) ([]Change, []Access) {
	var changes []Change
	var access []Access
	for _, a := range existing.Access {
		if extra := a.Rights & enrollment &^ desired.Granted(a.SID); extra != 0 {
			changes = append(changes, Change{Revoke, desired.Name, string(a.SID), "", extra.String()})
			a.Rights &^= extra
		}
		access = append(access, a)
	}
	for _, a := range desired.Access {
		if missing := a.Rights &^ existing.Granted(a.SID); missing != 0 {
			changes = append(changes, Change{Grant, desired.Name, string(a.SID), "", missing.String()})
			access = append(access, Access{a.SID, missing})
		}
	}
	return changes, mergeAccess(access)
}

// mergeAccess joins the entries of each principal and drops those without rights.
func mergeAccess(entries []Access) []Access {
	var merged []Access
	for _, e := range entries {
		i := slices.IndexFunc(merged, func(m Access) bool { return m.SID == e.SID })
		switch {
		case i >= 0:
			merged[i].Rights |= e.Rights
		case e.Rights != 0:
			merged = append(merged, e)
		}
	}
	return merged
}
