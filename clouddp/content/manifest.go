package content

import (
	"encoding/hex"
	"slices"
)

// Hash is a SHA-256. It prints, and encodes in JSON, as 64 hexadecimal digits.
type Hash [32]byte

// String returns the hash as hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText implements [encoding.TextMarshaler].
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(h)) {
		return invalid("Hash", "has %d digits, want 64", len(text))
	}
	if _, err := hex.Decode(h[:], text); err != nil {
		return invalid("Hash", "is not hexadecimal")
	}
	return nil
}

// File describes one file of a package. A package keeps names and bytes; modes, times, links and empty folders it does
// not.
type File struct {
	// Path is relative, separated by '/'.
	Path string `json:"path"`
	// Size is in bytes.
	Size int64 `json:"size"`
	// SHA256 is the hash of the whole file.
	SHA256 Hash `json:"sha256"`
}

// Manifest says what one version of a package holds. It holds no secret: keys and places stay in the store.
type Manifest struct {
	// ID is the package's.
	ID string `json:"id"`
	// Version is 1 or higher.
	Version int `json:"version"`
	// Files are in order of Path.
	Files []File `json:"files"`
}

// Size returns the size of all files together, in bytes.
func (m *Manifest) Size() int64 {
	var total int64
	for _, file := range m.Files {
		total += file.Size
	}
	return total
}

// sameFiles reports whether two manifests hold the same names and bytes.
func (m *Manifest) sameFiles(other *Manifest) bool { return slices.Equal(m.Files, other.Files) }
