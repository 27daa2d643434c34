package template

import (
	"fmt"
	"math"
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

// Validate returns an [*InvalidError] listing everything in t that a directory could not hold or that contradicts itself,
// or nil. What a directory may hold but should not is for [Template.Check].
func (t Template) Validate() error {
	e := &errs.InvalidError{Subject: fmt.Sprintf("template: %.300q", t.Name), Problems: t.problems()}
	return e.Err()
}

func (t Template) problems() []errs.Problem {
	e := &errs.InvalidError{Problems: t.unreadable()}
	if field, problem := t.wrongForm(); problem != "" {
		e.Add(field, "%s", problem)
	}
	return e.Problems
}

// wrongForm says whether msPKI-RA-Application-Policies would have the form of another schema version. Directories hold
// such templates, and authorities misread them.
func (t Template) wrongForm() (field, problem string) {
	switch hasOIDs, hasProperties := len(t.RAApplicationPolicies) > 0, len(t.KeyProperties) > 0; {
	case t.isNewer() && hasOIDs && !hasProperties:
		return "RAApplicationPolicies", "are object identifiers where newer key providers want properties: make them one of KeyProperties, " +
			PropertyRAApplicationPolicies
	case !t.isNewer() && hasProperties && !hasOIDs:
		return "KeyProperties", "are for schema version 3, and 4 without PrivateKeyLegacyProvider"
	}
	return "", ""
}

// unreadable lists what a directory could not hold.
func (t Template) unreadable() []errs.Problem {
	e := &errs.InvalidError{}
	t.validateNames(e)
	t.validateNumbers(e)
	t.validatePeriods(e)
	t.validateLists(e)
	t.validateProviders(e)
	t.validateProperties(e)
	t.validateAccess(e)
	return e.Problems
}

func (t Template) validateNames(e *errs.InvalidError) {
	if !isTemplateName(t.Name) {
		e.Add("Name", "%.300q is not 1 to 64 printable characters without punctuation such as / or =", t.Name)
	}
	if !isName(t.DisplayName, 256) {
		e.Add("DisplayName", "%.300q is not 1 to 256 printable characters", t.DisplayName)
	}
	if t.OID != "" && !isOID(t.OID) {
		e.Add("OID", "%.300q is not a dotted object identifier", t.OID)
	}
}

func isTemplateName(name string) bool {
	return isName(name, 64) && !strings.ContainsAny(name, `\/"[]:;|=,+*?<>`)
}

func isName(name string, most int) bool {
	notPrintable := func(r rune) bool { return !unicode.IsPrint(r) }
	return utf8.ValidString(name) && strings.TrimSpace(name) == name && name != "" &&
		utf8.RuneCountInString(name) <= most && !strings.ContainsFunc(name, notPrintable)
}

func (t Template) validateNumbers(e *errs.InvalidError) {
	number := func(field string, n, least, most int) {
		if n < least || n > most {
			e.Add(field, "%d is not %d to %d", n, least, most)
		}
	}
	number("SchemaVersion", t.SchemaVersion, 1, 4)
	number("Revision", t.Revision, 0, math.MaxInt32)
	number("MinorRevision", t.MinorRevision, 0, math.MaxInt32)
	if t.KeySpec != KeyExchange && t.KeySpec != Signature {
		e.Add("KeySpec", "%d is neither KeyExchange nor Signature", t.KeySpec)
	}
	number("KeyUsage", int(t.KeyUsage), 0, math.MaxUint16)
	number("MinimalKeySize", t.MinimalKeySize, 0, 16384)
	number("MaxIssuingDepth", t.MaxIssuingDepth, -1, math.MaxInt32)
	number("RASignatures", t.RASignatures, 0, math.MaxInt32)
}

func (t Template) validatePeriods(e *errs.InvalidError) {
	if t.Validity <= 0 || t.Validity%tick != 0 {
		e.Add("Validity", "%s is not positive, or no multiple of 100 ns", t.Validity)
	}
	if t.Renewal < 0 || t.Renewal > t.Validity || t.Renewal%tick != 0 {
		e.Add("Renewal", "%s is not between 0 and the validity of %s, or no multiple of 100 ns", t.Renewal, t.Validity)
	}
}

func (t Template) validateLists(e *errs.InvalidError) {
	list := func(field string, values []string, what string, isGood func(string) bool) {
		if len(values) > maxValues {
			e.Add(field, "has %d values, more than %d", len(values), maxValues)
			return
		}
		for i, v := range values {
			if !isGood(v) {
				e.Add(field, "%.300q is not %s", v, what)
			} else if slices.Contains(values[:i], v) {
				e.Add(field, "%s is listed twice", v)
			}
		}
	}
	const oid = "a dotted object identifier"
	list("ExtKeyUsage", t.ExtKeyUsage, oid, isOID)
	list("ApplicationPolicies", t.ApplicationPolicies, oid, isOID)
	list("CriticalExtensions", t.CriticalExtensions, oid, isOID)
	list("CertificatePolicies", t.CertificatePolicies, oid, isOID)
	list("Supersedes", t.Supersedes, "the name of a template", isTemplateName)
	list("RAPolicies", t.RAPolicies, oid, isOID)
	list("RAApplicationPolicies", t.RAApplicationPolicies, oid, isOID)
}

func (t Template) validateProviders(e *errs.InvalidError) {
	if len(t.CSPs) > maxValues {
		e.Add("CSPs", "has %d values, more than %d", len(t.CSPs), maxValues)
		return
	}
	for i, p := range t.CSPs {
		switch {
		case !isName(p.Name, 256) || p.Preference < 0 || p.Preference > math.MaxInt32:
			e.Add("CSPs", "%d, %.300q is not a preference and the name of a provider", p.Preference, p.Name)
		case slices.Contains(t.CSPs[:i], p):
			e.Add("CSPs", "%d, %.300q is listed twice", p.Preference, p.Name)
		}
	}
}

func (t Template) validateProperties(e *errs.InvalidError) {
	if len(t.KeyProperties) > 0 && len(t.RAApplicationPolicies) > 0 {
		e.Add("RAApplicationPolicies", "shares its attribute with KeyProperties: give one of the two")
	}
	if len(t.KeyProperties) >= maxValues {
		e.Add("KeyProperties", "has %d values, more than %d", len(t.KeyProperties), maxValues-1)
		return
	}
	for _, p := range t.KeyProperties {
		whole := p.Name + p.Type + p.Value
		if p.Name == "" || p.Type == "" || strings.Contains(whole, propertyEnd) || !utf8.ValidString(whole) {
			e.Add("KeyProperties", "%.300q is not a name, a type and a value without %s", p, propertyEnd)
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
			e.Add("Access", "%.300s: rights %s are not a choice of Read, Write, Enroll and AutoEnroll", a.SID, a.Rights)
		}
		if seen[a.SID] {
			e.Add("Access", "%.300s is listed twice", a.SID)
		}
		seen[a.SID] = true
	}
}
