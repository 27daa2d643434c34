package dns

import (
	"fmt"
	"strings"
)

const (
	// maxName is the longest name in text form without its trailing dot (RFC 1035, section 2.3.4).
	maxName = 253
	// maxLabel is the longest label (RFC 1035, section 2.3.4).
	maxLabel = 63
)

// CanonicalName returns name as this package compares and reports it: lower case and without a trailing dot. Only
// A-labels are accepted: letters, digits, hyphens inside a label, underscores, and "*" as the whole leftmost label.
// A label has at most 63 bytes, a name at most 253. Anything else is an [*InvalidError].
func CanonicalName(name string) (string, error) {
	problems := &InvalidError{Subject: "dns: name"}
	canonical := checkName(problems, "Name", name)
	return canonical, problems.Err()
}

// Within reports whether name is zone or lies below it. It compares whole labels, so that "notcontoso.com" is not
// within "contoso.com"; case and a trailing dot make no difference.
func Within(name, zone string) bool {
	name, zone = fold(name), fold(zone)
	return name == zone || strings.HasSuffix(name, "."+zone)
}

// checkName returns the canonical form of name, and adds to problems what makes it invalid.
func checkName(problems *InvalidError, field, name string) string {
	if reason := nameProblem(strings.TrimSuffix(name, ".")); reason != "" {
		problems.Add(field, "%s", reason)
		return ""
	}
	return fold(name)
}

// nameProblem says what keeps name from being a sequence of A-labels; empty means nothing does.
func nameProblem(name string) string {
	if name == "" {
		return "is empty; give a fully qualified name"
	}
	if len(name) > maxName {
		return fmt.Sprintf("has %d bytes; a name has at most %d", len(name), maxName)
	}
	first := true
	for label := range strings.SplitSeq(name, ".") {
		wildcard := first && label == "*"
		if first = false; wildcard {
			continue
		}
		if reason := labelProblem(label); reason != "" {
			return fmt.Sprintf("label %q %s", label, reason)
		}
	}
	return ""
}

func labelProblem(label string) string {
	switch {
	case label == "":
		return "is empty; remove the extra dot"
	case len(label) > maxLabel:
		return fmt.Sprintf("has %d bytes; a label has at most %d", len(label), maxLabel)
	case label[0] == '-' || label[len(label)-1] == '-':
		return "begins or ends with a hyphen"
	}
	for _, b := range []byte(label) {
		switch {
		case b >= 0x80:
			return "is not ASCII; use its A-label (xn--...)"
		case !isNameByte(b):
			return fmt.Sprintf("contains %q; letters, digits, hyphens and underscores are allowed", b)
		}
	}
	return ""
}

func isNameByte(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '-' || b == '_'
}

// fold lowers ASCII letters only and drops one trailing dot, so that names from anywhere can be compared.
func fold(name string) string {
	name = strings.TrimSuffix(name, ".")
	for i := range len(name) {
		if isUpper(name[i]) {
			return lower(name)
		}
	}
	return name
}

func lower(name string) string {
	lowered := []byte(name)
	for i, b := range lowered {
		if isUpper(b) {
			lowered[i] = b + 'a' - 'A'
		}
	}
	return string(lowered)
}

func isUpper(b byte) bool { return 'A' <= b && b <= 'Z' }

// parent returns name without its first label; the parent of a single label is empty.
func parent(name string) string {
	_, rest, _ := strings.Cut(name, ".")
	return rest
}
