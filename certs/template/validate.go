package template

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clouddp/sdk/internal/errs"
)

var oidForm = regexp.MustCompile(`^([0-2])\.(0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))*$`)

// isOID reports whether s is a dotted object identifier that every ASN.1 library can encode: arcs of 31 bits.
func isOID(s string) bool {
	match := oidForm.FindStringSubmatch(s)
	if match == nil || len(s) > 256 {
		return false
	}
	for arc := range strings.SplitSeq(s, ".") {
		if _, err := strconv.ParseUint(arc, 10, 31); err != nil {
			return false
		}
	}
	return match[1] == "2" || len(match[2]) == 1 || (len(match[2]) == 2 && match[2] < "40")
}

// Validate returns an [*InvalidError] listing everything in t that a directory could not hold, or nil. What it could
// hold but should not is for [Template.Check].
func (t Template) Validate() error {
	e := &errs.InvalidError{Subject: fmt.Sprintf("template: %q", t.Name)}
	t.validateNames(e)
	t.validateNumbers(e)
	t.validateLists(e)
	t.validateAccess(e)
	return e.Err()
}

func (t Template) validateNames(e *errs.InvalidError) {
	if !isName(t.Name, 64) || strings.ContainsAny(t.Name, `\/"[]:;|=,+*?<>`) {
		e.Add("Name", "%q is not 1 to 64 printable characters without punctuation such as / or =", t.Name)
	}
	if !isName(t.DisplayName, 256) {
		e.Add("DisplayName", "%q is not 1 to 256 printable characters", t.DisplayName)
	}
	if t.OID != "" && !isOID(t.OID) {
		e.Add("OID", "%q is not a dotted object identifier", t.OID)
	}
}

func isName(name string, most int) bool {
	notPrintable := func(r rune) bool { return !unicode.IsPrint(r) }
	return utf8.ValidString(name) && strings.TrimSpace(name) == name && name != "" &&
		utf8.RuneCountInString(name) <= most && !strings.ContainsFunc(name, notPrintable)
}

func (t Template) validateNumbers(e *errs.InvalidError) {
	if t.SchemaVersion < 1 || t.SchemaVersion > 4 {
		e.Add("SchemaVersion", "%d is not 1 to 4", t.SchemaVersion)
	}
	if t.Revision < 0 || t.MinorRevision < 0 {
		e.Add("Revision", "%d.%d is negative", t.Revision, t.MinorRevision)
	}
	if t.KeySpec != KeyExchange && t.KeySpec != Signature {
		e.Add("KeySpec", "%d is neither KeyExchange nor Signature", t.KeySpec)
	}
	if t.MinimalKeySize < 512 || t.MinimalKeySize > 16384 {
		e.Add("MinimalKeySize", "%d bits is not 512 to 16384", t.MinimalKeySize)
	}
	if t.Validity <= 0 {
		e.Add("Validity", "%s is not positive", t.Validity)
	}
	if t.Renewal < 0 || t.Renewal > t.Validity {
		e.Add("Renewal", "%s is not between 0 and the validity of %s", t.Renewal, t.Validity)
	}
	if t.RASignatures < 0 {
		e.Add("RASignatures", "%d is negative", t.RASignatures)
	}
}

func (t Template) validateLists(e *errs.InvalidError) {
	oids := func(field string, list []string) {
		for i, oid := range list {
			if !isOID(oid) {
				e.Add(field, "%q is not a dotted object identifier", oid)
			} else if slices.Contains(list[:i], oid) {
				e.Add(field, "%s is listed twice", oid)
			}
		}
	}
	oids("ExtKeyUsage", t.ExtKeyUsage)
	oids("ApplicationPolicies", t.ApplicationPolicies)
	oids("CriticalExtensions", t.CriticalExtensions)
	oids("RAPolicies", t.RAPolicies)
	for _, csp := range t.CSPs {
		if !isName(csp, 256) || strings.Contains(csp, ",") {
			e.Add("CSPs", "%q is not the name of a provider", csp)
		}
	}
}

func (t Template) validateAccess(e *errs.InvalidError) {
	seen := map[SID]bool{}
	for _, a := range t.Access {
		if problem := a.SID.problem(); problem != "" {
			e.Add("Access", "%s", problem)
		}
		if a.Rights == 0 || a.Rights&^allRights != 0 {
			e.Add("Access", "%s: rights %s are not a choice of Read, Write, Enroll and AutoEnroll", a.SID, a.Rights)
		}
		if seen[a.SID] {
			e.Add("Access", "%s is listed twice", a.SID)
		}
		seen[a.SID] = true
	}
}
