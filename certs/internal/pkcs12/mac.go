package pkcs12

import (
	"crypto"
	"crypto/hmac"
	"crypto/pbkdf2"
	"fmt"

	"github.com/clouddp/sdk/internal/errs"
)

// The key lengths that PBMAC1 may ask for: RFC 9579 section 6 wants 20 bytes at least, and no digest is longer than 64.
const (
	minMACKey = 20
	maxMACKey = 64
)

// MAC is how a file is authenticated.
type MAC struct {
	// Name says what it is made of; the object identifier of what is unknown.
	Name string
	// Digest is 0 for what cannot be verified here.
	Digest crypto.Hash
	// PBMAC1 tells the MAC of RFC 9579 from that of RFC 7292.
	PBMAC1 bool
	// Iterations is the count of the key derivation.
	Iterations int

	kdf       *kdf
	salt, sum []byte
}

// parseMAC returns nil if there is none.
func parseMAC(d macData) (*MAC, error) {
	id := d.MAC.Algorithm.Algorithm.String()
	switch id {
	case "":
		return nil, nil //nolint:nilnil // a file may have none
	case schemePBMAC1:
		return parsePBMAC1(d)
	}
	iterations, err := iterationCount(d.Iterations)
	if err != nil {
		return nil, err
	}
	m := &MAC{Name: "algorithm " + id, Digest: digestOf(id), Iterations: iterations, salt: d.Salt, sum: d.MAC.Digest}
	if m.Digest != 0 {
		m.Name = "HMAC " + m.Digest.String()
	}
	return m, nil
}

func parsePBMAC1(d macData) (*MAC, error) {
	var params pbes2Params
	if err := unmarshal(d.MAC.Algorithm.Parameters.FullBytes, &params); err != nil {
		return nil, err
	}
	k, err := parsePBKDF2(params.Derivation)
	if err != nil {
		return nil, err
	}
	id := params.Scheme.Algorithm.String()
	m := &MAC{PBMAC1: true, Digest: hmacOf(id), Iterations: k.iterations, kdf: k, sum: d.MAC.Digest}
	switch {
	case k.unknown != "":
		m.Name, m.Digest = "PBMAC1 with "+k.unknown, 0
	case m.Digest == 0:
		m.Name = "PBMAC1 with algorithm " + id
	case k.keyLength < minMACKey || k.keyLength > maxMACKey:
		return nil, damaged("a key of %d bytes for PBMAC1", k.keyLength)
	default:
		m.Name = fmt.Sprintf("PBMAC1 HMAC %s, PBKDF2 HMAC %s", m.Digest, k.prf)
	}
	return m, nil
}

// blocks is how many digests one iteration takes.
func (m *MAC) blocks() int {
	if m.PBMAC1 && m.Digest != 0 {
		return (m.kdf.keyLength + m.kdf.prf.Size() - 1) / m.kdf.prf.Size()
	}
	return 1
}

// verify reports whether the sum over content is right for the password.
func (m *MAC) verify(content []byte, s secret) (bool, error) {
	if m.Digest == 0 {
		return false, unsupported("authentication by %s", m.Name)
	}
	sum, err := m.compute(content, s)
	return err == nil && hmac.Equal(sum, m.sum), err
}

func (m *MAC) compute(content []byte, s secret) ([]byte, error) {
	var key []byte
	if m.PBMAC1 {
		var err error
		if key, err = pbkdf2.Key(maker(m.kdf.prf), s.utf8, m.kdf.salt, m.Iterations, m.kdf.keyLength); err != nil {
			return nil, fmt.Errorf("key derivation: %w: %w", err, errs.ErrUnsupported)
		}
	} else {
		key = derive(m.Digest, forMAC, s.utf16, m.salt, m.Iterations, m.Digest.Size())
	}
	h := hmac.New(maker(m.Digest), key)
	h.Write(content)
	return h.Sum(nil), nil
}
