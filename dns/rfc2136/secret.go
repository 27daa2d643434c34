package rfc2136

import (
	"encoding/base64"
	"log/slog"
	"slices"
)

// Secret returns the secret of a key when it is needed. Being a function it prints as nothing but a placeholder,
// whatever formats, logs or encodes it.
type Secret func() ([]byte, error)

const redacted = "[redacted]"

// StaticSecret returns a Secret that yields a copy of secret.
func StaticSecret(secret []byte) Secret {
	kept := slices.Clone(secret)
	return func() ([]byte, error) { return slices.Clone(kept), nil }
}

// Base64Secret returns a Secret from the form in which key files hold it. Text that is not base64 is an error of the
// Secret.
func Base64Secret(text string) Secret {
	return func() ([]byte, error) { return base64.StdEncoding.DecodeString(text) }
}

// String returns a placeholder.
func (Secret) String() string { return redacted }

// GoString returns a placeholder.
func (Secret) GoString() string { return redacted }

// LogValue implements [slog.LogValuer] with a placeholder.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements [encoding.TextMarshaler] with a placeholder.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
