// Package answer reads what Active Directory Certificate Services says to people, in whatever language: the result codes in
// it are known, its words are only handed on.
package answer

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/clouddp/sdk/certs"
)

// Result codes of winerror.h that come without the authority having refused.
const (
	codeNotReached      certs.HRESULT = 0x800706BA // RPC_S_SERVER_UNAVAILABLE
	codeCallFailed      certs.HRESULT = 0x800706BE // RPC_S_CALL_FAILED
	codeNotExecuted     certs.HRESULT = 0x800706BF // RPC_S_CALL_FAILED_DNE
	codeInvalidArgument certs.HRESULT = 0x80070057 // E_INVALIDARG
	codeNoElement       certs.HRESULT = 0x80070490 // HRESULT_FROM_WIN32(ERROR_NOT_FOUND)
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

// NotReached returns why a code is no refusal: certs.ErrUnavailable if the request did not reach the authority,
// certs.ErrUnknown if the answer was lost; nil for every other code.
func NotReached(code certs.HRESULT) error {
	switch code {
	case codeNotReached, codeNotExecuted:
		return fmt.Errorf("%w: the authority is not reached (%s)", certs.ErrUnavailable, code)
	case codeCallFailed:
		return fmt.Errorf("%w: the authority's answer was lost (%s)", certs.ErrUnknown, code)
	default:
		return nil
	}
}

// NoSuchRequest reports whether the authority says with a code that it does not know an id. No document names the code.
func NoSuchRequest(code certs.HRESULT) bool {
	return code == codeInvalidArgument || code == codeNoElement
}

// Clean makes text fit for an error: one line of at most 500 characters, without control characters.
func Clean(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
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
	const longest = 256
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
