package certs

import (
	"crypto"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"unicode"
)

// sealedRequest and sealedOptions are shown in place of what holds a caller's key.
type (
	sealedRequest Request
	sealedOptions SelfSignedOptions
)

func (r Request) sealed() sealedRequest {
	r.Key = sealOrNil(r.Key)
	return sealedRequest(r)
}

// Format implements [fmt.Formatter]; the key is not shown.
func (r Request) Format(s fmt.State, verb rune) {
	_, _ = fmt.Fprintf(s, fmt.FormatString(s, verb), r.sealed())
}

// LogValue implements [slog.LogValuer]; the key is not shown.
func (r Request) LogValue() slog.Value { return slog.AnyValue(r.sealed()) }

// MarshalJSON implements [json.Marshaler]; the key is not shown.
func (r Request) MarshalJSON() ([]byte, error) { return json.Marshal(r.sealed()) }

func (o SelfSignedOptions) sealed() sealedOptions {
	o.Key = sealOrNil(o.Key)
	return sealedOptions(o)
}

// Format implements [fmt.Formatter]; the key is not shown.
func (o SelfSignedOptions) Format(s fmt.State, verb rune) {
	_, _ = fmt.Fprintf(s, fmt.FormatString(s, verb), o.sealed())
}

// LogValue implements [slog.LogValuer]; the key is not shown.
func (o SelfSignedOptions) LogValue() slog.Value { return slog.AnyValue(o.sealed()) }

// MarshalJSON implements [json.Marshaler]; the key is not shown.
func (o SelfSignedOptions) MarshalJSON() ([]byte, error) { return json.Marshal(o.sealed()) }

func sealOrNil(key crypto.Signer) crypto.Signer {
	if isNil(key) {
		return nil
	}
	return seal(key)
}

// printable quotes a text out of a file if it would break out of a line or out of a terminal.
func printable(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}
