// Package answer reads what Active Directory Certificate Services says to people, in whatever language: the result codes in
// it are known, its words are only handed on.
package answer

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/clouddp/sdk/certs"
)

// maxReason bounds in characters what is handed on.
const maxReason = 500

// failure is a result code of a failure: its highest bit is set.
var failure = regexp.MustCompile(`\b0[xX][89a-fA-F][0-9a-fA-F]{7}\b`)

// Code returns the first result code of a failure in a text, or 0.
func Code(text string) certs.HRESULT {
	found := failure.FindString(text)
	if found == "" {
		return 0
	}
	code, err := strconv.ParseUint(found[2:], 16, 32)
	if err != nil {
		return 0
	}
	return certs.HRESULT(code)
}

// Clean makes text fit for an error: one line of at most 500 characters, all of them visible.
func Clean(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsGraphic(r)
	}), " ")
	if runes := []rune(text); len(runes) > maxReason {
		return string(runes[:maxReason]) + "…"
	}
	return text
}

// IsID reports whether a request can have the id: it is a number that does not begin with zero.
func IsID(id string) bool {
	const digits = 10 // of a number of 32 bits
	return id != "" && len(id) <= digits && id[0] != '0' && strings.Trim(id, "0123456789") == ""
}

// CheckTemplate adds what keeps a request from naming a template in an attribute: attributes are lines of text, with a
// colon behind their names, and certreq takes a backslash for the beginning of the next line.
func CheckTemplate(problems *certs.InvalidError, name string) {
	const longest = 64 // of a common name in Active Directory
	odd := func(r rune) bool { return r < ' ' || r > '~' || strings.ContainsRune(`:\"`, r) }
	if len(name) > longest || strings.TrimSpace(name) != name || strings.ContainsFunc(name, odd) {
		problems.Add("template", "%q cannot be put into a request; use the name (CN) of a template, in printable ASCII without colons, quotes and backslashes", name)
	}
}

// CheckCSR adds what keeps a certificate request from being sent.
func CheckCSR(problems *certs.InvalidError, csr []byte) {
	const longest = 64 << 10
	if len(csr) == 0 || len(csr) > longest {
		problems.Add("csr", "has %d bytes; a request has at least one and at most %d", len(csr), longest)
	}
}
