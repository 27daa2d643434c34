package certs

import "log/slog"

// Password returns a secret when it is needed. Being a function it prints as nothing but a placeholder, whatever
// formats, logs or encodes it. A Password is called as late as possible and its result is neither changed nor kept; Go
// strings cannot be wiped, so the package promises redaction, not erasure.
type Password func() ([]byte, error)

const redacted = "[redacted]"

// StaticPassword returns a Password that yields a copy of secret.
func StaticPassword(secret string) Password {
	return func() ([]byte, error) { return []byte(secret), nil }
}

// String returns a placeholder.
func (Password) String() string { return redacted }

// GoString returns a placeholder.
func (Password) GoString() string { return redacted }

// LogValue implements [slog.LogValuer] with a placeholder.
func (Password) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements [encoding.TextMarshaler] with a placeholder.
func (Password) MarshalText() ([]byte, error) { return []byte(redacted), nil }
