package content

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Offsets in the header of a manifest blob; see format.go.
const (
	headerName    = 8
	headerNonce   = 40
	headerKey     = 52
	headerSize    = 100
	manifestLabel = "clouddp content v1 manifest"
)

// sealManifest returns the manifest blob of d under a package key made for it.
func (r *keyring) sealManifest(d *document) ([]byte, error) {
	body, err := d.encode()
	if err != nil {
		return nil, err
	}
	packageKey := make([]byte, keySize)
	if _, err := rand.Read(packageKey); err != nil {
		return nil, err
	}
	blob, err := r.sealHeader(r.manifestName(d.ID), packageKey)
	if err != nil {
		return nil, err
	}
	bodyKey, err := derive(packageKey, blob, manifestLabel)
	if err != nil {
		return nil, err
	}
	if blob, err = seal(blob, bodyKey, body); err != nil {
		return nil, err
	}
	if len(blob) > maxBlobSize {
		return nil, fmt.Errorf("a manifest blob of %d bytes, the limit is %d: %w", len(blob), maxBlobSize, ErrLimit)
	}
	return blob, nil
}

func (r *keyring) sealHeader(name string, packageKey []byte) ([]byte, error) {
	tag, err := hex.DecodeString(strings.TrimPrefix(name, manifestPrefix))
	if err != nil {
		return nil, err
	}
	header := make([]byte, headerNonce, headerSize)
	copy(header, magic)
	header[len(magic)] = formatVersion
	copy(header[headerName:], tag)
	nonce := make([]byte, nonceSize)
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	aead, err := newAEAD(r.wrap)
	if err != nil {
		return nil, err
	}
	return aead.Seal(append(header, nonce...), nonce, packageKey, header), nil
}

// packageKey unwraps the package key of a manifest blob, or of its first headerSize bytes.
func (r *keyring) packageKey(name string, blob []byte) ([]byte, error) {
	if err := checkHeader(name, blob); err != nil {
		return nil, err
	}
	aead, err := newAEAD(r.wrap)
	if err != nil {
		return nil, err
	}
	key, err := aead.Open(nil, blob[headerNonce:headerKey], blob[headerKey:headerSize], blob[:headerNonce])
	if err != nil {
		return nil, &IntegrityError{Blob: name, Reason: "the package key does not unwrap: wrong point key or damaged"}
	}
	return key, nil
}

// openManifest decrypts and checks a manifest blob with its package key.
func openManifest(name, id string, packageKey, blob []byte) (*document, error) {
	if err := checkHeader(name, blob); err != nil {
		return nil, err
	}
	bodyKey, err := derive(packageKey, blob[:headerSize], manifestLabel)
	if err != nil {
		return nil, err
	}
	body, err := unseal(nil, bodyKey, blob[headerSize:])
	if err != nil {
		return nil, &IntegrityError{Blob: name, Reason: "the manifest does not decrypt: wrong key or damaged"}
	}
	d, err := decodeDocument(body)
	if err != nil {
		if errors.Is(err, ErrIntegrity) {
			return nil, &IntegrityError{Blob: name, Reason: err.Error()}
		}
		return nil, opError("read", name, err)
	}
	if id != "" && d.ID != id {
		return nil, &IntegrityError{Blob: name, Reason: fmt.Sprintf("manifest is of package %s, want %s", d.ID, id)}
	}
	return d, nil
}

// checkHeader checks the parts of a manifest's header that need no key.
func checkHeader(name string, blob []byte) error {
	switch {
	case len(blob) < headerSize || string(blob[:len(magic)]) != magic:
		return &IntegrityError{Blob: name, Reason: "is no manifest"}
	case blob[len(magic)] != formatVersion:
		return opError("read", name, fmt.Errorf("manifest of format %d, want %d: %w",
			blob[len(magic)], formatVersion, ErrUnsupported))
	case manifestPrefix+hex.EncodeToString(blob[headerName:headerNonce]) != name:
		return &IntegrityError{Blob: name, Reason: "is the manifest of another package"}
	}
	return nil
}
