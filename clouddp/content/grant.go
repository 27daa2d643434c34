package content

import (
	"context"
	"fmt"
	"io"
)

// Grant is what lets a client read one version of a package without the point key.
type Grant struct {
	// ID is the package's.
	ID string
	// Manifest is the name of the blob that holds the manifest.
	Manifest string
	// Key is the package key; it opens the manifest, which holds the keys of the chunks.
	Key Key
}

// Granter is an optional second interface of a [Reader] that hands out grants: a [Remote] asks its point for them.
type Granter interface {
	Grant(ctx context.Context, id string) (*Grant, error)
}

// NewGrant makes the grant for the current version of the package id: what a point does for a client it trusts.
//
// Errors: [ErrNotFound] if there is no such package, [ErrIntegrity] if its manifest is under another point key.
func NewGrant(ctx context.Context, reader Reader, key Key, id string) (*Grant, error) {
	if err := checkReading(reader, key, id); err != nil {
		return nil, err
	}
	ring, err := newKeyring(key)
	if err != nil {
		return nil, err
	}
	name := ring.manifestName(id)
	var header []byte
	err = retry(ctx, func() (err error) {
		header, err = readHeader(ctx, reader, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	packageKey, err := ring.packageKey(name, header)
	if err != nil {
		return nil, err
	}
	return &Grant{ID: id, Manifest: name, Key: staticKey(packageKey)}, nil
}

func readHeader(ctx context.Context, reader Reader, name string) ([]byte, error) {
	body, _, err := reader.Open(ctx, name, 0, headerSize)
	if err != nil {
		return nil, opError("read", name, err)
	}
	defer func() { _ = body.Close() }()
	header := make([]byte, headerSize)
	if n, err := io.ReadFull(body, header); err != nil {
		return nil, fmt.Errorf("%w after %d bytes", bodyError(name, err), n)
	}
	return header, nil
}

// checkReading checks the arguments that all reading functions share.
func checkReading(reader Reader, key Key, id string) error {
	problems := &InvalidError{Subject: "content"}
	if reader == nil {
		problems.Add("Reader", "is nil")
	}
	if _, ok := reader.(Granter); key == nil && !ok {
		problems.Add("Key", "is nil, and the reader hands out no package key as a Remote does")
	}
	if CheckID(id) != nil {
		problems.Add("ID", "%q is no package id: want 1 to 128 letters, digits, '.', '_', '-'", clip(id))
	}
	return problems.Err()
}
