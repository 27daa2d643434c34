package content

// What the tests of the format need to reach.
var (
	Seal           = seal
	Unseal         = unseal
	DecodeDocument = func(b []byte) error { _, err := decodeDocument(b); return err }
	EncodeDocument = func(json []byte) []byte {
		encoder, err := newEncoder()
		if err != nil {
			return nil
		}
		defer func() { _ = encoder.Close() }()
		return encoder.EncodeAll(json, nil)
	}
	PathProblem = pathProblem
	FoldCase    = foldCase
	OpenForged  = func(name, id string, key, blob []byte) error { _, err := openManifest(name, id, key, blob); return err }
)

const (
	SegmentSize = segmentSize
	ChunkSize   = chunkSize
	MaxPackSize = maxPackSize
)

// Collision returns the spelling that one of paths collides with, empty if none does.
func Collision(paths ...string) string {
	names := collisions{seen: map[string]string{}}
	for _, path := range paths {
		if other := names.add(path); other != "" {
			return other
		}
	}
	return ""
}

// ForgeManifest writes the manifest of a package, with this JSON inside, as somebody who holds the point key could.
func ForgeManifest(key Key, id string, json []byte) (name string, blob []byte, err error) {
	ring, err := newKeyring(key)
	if err != nil {
		return "", nil, err
	}
	packageKey := make([]byte, keySize)
	name = ring.manifestName(id)
	if blob, err = ring.sealHeader(name, packageKey); err != nil {
		return "", nil, err
	}
	bodyKey, err := derive(packageKey, blob, manifestLabel)
	if err != nil {
		return "", nil, err
	}
	blob, err = seal(blob, bodyKey, EncodeDocument(json))
	return name, blob, err
}

// StaticKey returns a Key that yields secret.
func StaticKey(secret []byte) Key { return staticKey(secret) }
