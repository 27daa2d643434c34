package content

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// keyring derives everything that comes from one point key; see format.go.
type keyring struct {
	point, names, wrap []byte
}

func newKeyring(key Key) (*keyring, error) {
	point, err := key.bytes()
	if err != nil {
		return nil, err
	}
	ring := &keyring{point: point}
	if ring.names, err = derive(point, nil, "clouddp content v1 names"); err != nil {
		return nil, err
	}
	ring.wrap, err = derive(point, nil, "clouddp content v1 wrap")
	return ring, err
}

// chunkKey is the key of the chunk whose plain bytes and sealed plaintext have these hashes.
func (r *keyring) chunkKey(plain, encoded Hash) ([]byte, error) {
	return derive(r.point, nil, "clouddp content v1 chunk"+string(plain[:])+string(encoded[:]))
}

// packName is the name of the blob that holds pack.
func (r *keyring) packName(pack []byte) string {
	hash := sha256.Sum256(pack)
	return packPrefix + hex.EncodeToString(r.mac("pack", hash[:]))
}

// manifestName is the name of the blob that holds the manifest of the package id.
func (r *keyring) manifestName(id string) string {
	return manifestPrefix + hex.EncodeToString(r.mac("manifest", []byte(id)))
}

func (r *keyring) mac(kind string, message []byte) []byte {
	mac := hmac.New(sha256.New, r.names)
	mac.Write(append([]byte(kind), 0))
	mac.Write(message)
	return mac.Sum(nil)
}

func derive(secret, salt []byte, info string) ([]byte, error) {
	return hkdf.Key(sha256.New, secret, salt, info, keySize)
}
