package httpauth

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
)

// challenge is one scheme that a server asks for, with what follows it in the header (RFC 9110, section 11.6.1).
type challenge struct{ scheme, rest string }

// challenges returns what a server asks for. Several may share a header field, separated by commas that also separate
// their parameters.
func challenges(header http.Header) []challenge {
	var asked []challenge
	for _, field := range header.Values("Www-Authenticate") {
		for _, part := range splitUnquoted(field) {
			word, rest, _ := strings.Cut(strings.TrimSpace(part), " ")
			if word == "" || strings.Contains(word, "=") { // a parameter of the challenge before
				continue
			}
			asked = append(asked, challenge{word, strings.TrimSpace(rest)})
		}
	}
	return asked
}

// splitUnquoted splits at commas outside of quoted strings.
func splitUnquoted(s string) []string {
	quoted, escaped := false, false
	return strings.FieldsFunc(s, func(r rune) bool {
		switch {
		case escaped:
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case r == '"':
			quoted = !quoted
		}
		return r == ',' && !quoted
	})
}

// offered returns the schemes that a server asks for, each once.
func offered(header http.Header) []string {
	var schemes []string
	for _, c := range challenges(header) {
		known := func(s string) bool { return strings.EqualFold(s, c.scheme) }
		if !slices.ContainsFunc(schemes, known) {
			schemes = append(schemes, c.scheme)
		}
	}
	return schemes
}

// challengeToken returns the token of a server that goes on with a scheme, nil if it does not.
func challengeToken(header http.Header, scheme string) []byte {
	for _, c := range challenges(header) {
		if !strings.EqualFold(c.scheme, scheme) || c.rest == "" {
			continue
		}
		if token, err := base64.StdEncoding.DecodeString(c.rest); err == nil {
			return token
		}
	}
	return nil
}

// authorization returns the header field with a token.
func authorization(scheme string, token []byte) string {
	return scheme + " " + base64.StdEncoding.EncodeToString(token)
}
