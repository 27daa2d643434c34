package content

import (
	"crypto/rand"
	"log/slog"
)

// Key returns a secret of 32 bytes when it is needed: the point key, under which everything in a store is encrypted, or
// the package key of a [Grant]. Being a function it prints as nothing but a placeholder, whatever formats, logs or
// encodes it. What it returns is only read, and not kept longer than the call that asked for it.
//
// Whoever loses the point key loses the content; keep it in a vault or in a file of mode 0600:
//
//	key := content.Key(func() ([]byte, error) { return os.ReadFile("point.key") })
type Key func() ([]byte, error)

const redacted = "[redacted]"

// GenerateKey returns a new random Key. Store what it yields: nothing else does.
func GenerateKey() (Key, error) {
	secret := make([]byte, keySize)
	if _, err := rand.Read(secret); err != nil {
		return nil, opError("generate", "key", err)
	}
	return staticKey(secret), nil
}

// String returns a placeholder.
func (Key) String() string { return redacted }

// GoString returns a placeholder.
func (Key) GoString() string { return redacted }

// LogValue implements [slog.LogValuer] with a placeholder.
func (Key) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements [encoding.TextMarshaler] with a placeholder.
func (Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// staticKey returns a Key that yields a copy of secret.
func staticKey(secret []byte) Key {
	return func() ([]byte, error) { return append([]byte(nil), secret...), nil }
}

// bytes asks for the secret and checks its length.
func (k Key) bytes() ([]byte, error) {
	if k == nil {
		return nil, invalid("Key", "is nil: see GenerateKey")
	}
	secret, err := k()
	if err != nil {
		return nil, opError("read", "key", err)
	}
	if len(secret) != keySize {
		return nil, invalid("Key", "yields %d bytes, want %d", len(secret), keySize)
	}
	return secret, nil
}
