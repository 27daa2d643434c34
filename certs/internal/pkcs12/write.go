package pkcs12

import (
	"bytes"
	"crypto"
	"crypto/cipher"
	"crypto/sha1" //nolint:gosec // names a key; it protects nothing
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"math/bits"
)

// Writer says what goes into a file, and how.
type Writer struct {
	// Key is PKCS #8.
	Key []byte
	// KeyName, Provider, Machine and KeySpec become attributes of the key; their zero values none.
	KeyName, Provider string
	Machine           bool
	KeySpec           byte
	// Leaf is the certificate of the key, FriendlyName its name; Chain are its issuers. All are DER.
	Leaf         []byte
	FriendlyName string
	Chain        [][]byte
	// Modern is AES-256 with SHA-256 instead of 3DES with SHA-1.
	Modern bool
	// Iterations is the count of every key derivation.
	Iterations int
	// Rand gives salts and initialisation vectors; with equal bytes, files are equal.
	Rand io.Reader

	password secret
}

// Write returns the file.
func (w *Writer) Write(password string) ([]byte, error) {
	w.password = secrets(password)[0]
	certificates, err := w.certificates()
	if err != nil {
		return nil, err
	}
	key, err := w.key()
	if err != nil {
		return nil, err
	}
	content, err := asn1.Marshal([]contentInfo{certificates, key})
	if err != nil {
		return nil, err
	}
	mac, err := w.mac(content)
	if err != nil {
		return nil, err
	}
	safe, err := data(content)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(pfx{Version: 3, AuthSafe: safe, MAC: mac})
}

// certificates is a part encrypted as a whole.
func (w *Writer) certificates() (contentInfo, error) {
	bags, err := w.certificateBags()
	if err != nil {
		return contentInfo{}, err
	}
	contents, err := asn1.Marshal(bags)
	if err != nil {
		return contentInfo{}, err
	}
	algorithm, sealed, err := w.encrypt(contents)
	if err != nil {
		return contentInfo{}, err
	}
	content := asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, Bytes: sealed}
	encrypted, err := asn1.Marshal(encryptedData{0, encryptedContentInfo{object(typeData), algorithm, content}})
	return contentInfo{object(typeEncryptedData), explicit(encrypted)}, err
}

// key is an open part with an encrypted key, so that everybody can see what it is meant for.
func (w *Writer) key() (contentInfo, error) {
	bags, err := w.keyBags()
	if err != nil {
		return contentInfo{}, err
	}
	contents, err := asn1.Marshal(bags)
	if err != nil {
		return contentInfo{}, err
	}
	return data(contents)
}

func data(content []byte) (contentInfo, error) {
	der, err := asn1.Marshal(content)
	return contentInfo{object(typeData), explicit(der)}, err
}

func (w *Writer) certificateBags() ([]safeBag, error) {
	var bags []safeBag
	for i, der := range append([][]byte{w.Leaf}, w.Chain...) {
		value, err := asn1.Marshal(certBag{object(certX509), der})
		if err != nil {
			return nil, err
		}
		bag := safeBag{ID: object(bagCert), Value: explicit(value)}
		if i == 0 {
			bag.Attributes = w.attributes(w.FriendlyName)
		}
		bags = append(bags, bag)
	}
	return bags, nil
}

func (w *Writer) keyBags() ([]safeBag, error) {
	key, err := w.withKeySpec()
	if err != nil {
		return nil, err
	}
	defer clear(key)
	algorithm, sealed, err := w.encrypt(key)
	if err != nil {
		return nil, err
	}
	value, err := asn1.Marshal(shroudedKey{algorithm, sealed})
	if err != nil {
		return nil, err
	}
	attributes := w.attributes(w.KeyName)
	if w.Provider != "" {
		attributes = append(attributes, bagAttribute{object(attrProvider), []asn1.RawValue{bmpString(w.Provider)}})
	}
	if w.Machine {
		attributes = append(attributes, bagAttribute{ID: object(attrMachineKey)})
	}
	return []safeBag{{object(bagShroudedKey), explicit(value), attributes}}, nil
}

// attributes returns the local key ID, which joins key and certificate, and the name if there is one.
func (w *Writer) attributes(name string) []bagAttribute {
	sum := sha1.Sum(w.Leaf) //nolint:gosec // see the import
	id := asn1.RawValue{Tag: asn1.TagOctetString, Bytes: sum[:]}
	attributes := []bagAttribute{{object(attrLocalKeyID), []asn1.RawValue{id}}}
	if name != "" {
		attributes = append(attributes, bagAttribute{object(attrFriendlyName), []asn1.RawValue{bmpString(name)}})
	}
	return attributes
}

func bmpString(s string) asn1.RawValue {
	return asn1.RawValue{Tag: asn1.TagBMPString, Bytes: utf16BE(s)}
}

func explicit(der []byte) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: der}
}

// withKeySpec returns the key with the attribute by which Windows tells a key for exchange from one for signatures.
func (w *Writer) withKeySpec() ([]byte, error) {
	if w.KeySpec == 0 {
		return bytes.Clone(w.Key), nil
	}
	var key privateKeyInfo
	if err := unmarshal(w.Key, &key); err != nil {
		return nil, err
	}
	usage, err := asn1.Marshal(asn1.BitString{Bytes: []byte{w.KeySpec}, BitLength: 8 - bits.TrailingZeros8(w.KeySpec)})
	if err != nil {
		return nil, err
	}
	key.Attributes = append(key.Attributes, bagAttribute{object(attrKeyUsage), []asn1.RawValue{{FullBytes: usage}}})
	return asn1.Marshal(key)
}

func (w *Writer) encrypt(plain []byte) (pkix.AlgorithmIdentifier, []byte, error) {
	e, algorithm, err := w.newEncryption()
	if err != nil {
		return algorithm, nil, err
	}
	block, iv, err := e.mode(w.password)
	if err != nil {
		return algorithm, nil, err
	}
	padding := block.BlockSize() - len(plain)%block.BlockSize()
	sealed := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(padding & 0xff)}, padding)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(sealed, sealed)
	return algorithm, sealed, nil
}

func (w *Writer) newEncryption() (*Encryption, pkix.AlgorithmIdentifier, error) {
	if w.Modern {
		return w.newPBES2()
	}
	salt, err := w.random(8)
	if err != nil {
		return nil, pkix.AlgorithmIdentifier{}, err
	}
	parameter, err := asn1.Marshal(pbeParameter{salt, w.iterations()})
	e := &Encryption{Cipher: TripleDES, Iterations: w.Iterations, Digest: crypto.SHA1, salt: salt}
	return e, algorithm(pbe3DES3, parameter), err
}

func (w *Writer) newPBES2() (*Encryption, pkix.AlgorithmIdentifier, error) {
	random, err := w.random(32)
	if err != nil {
		return nil, pkix.AlgorithmIdentifier{}, err
	}
	salt, iv := random[:16], random[16:]
	prf := algorithm(hmacWithSHA256, asn1.NullBytes)
	derivation, err := asn1.Marshal(pbkdf2Params{Salt: salt, Iterations: w.iterations(), PRF: prf})
	if err != nil {
		return nil, pkix.AlgorithmIdentifier{}, err
	}
	vector, err := asn1.Marshal(iv)
	if err != nil {
		return nil, pkix.AlgorithmIdentifier{}, err
	}
	params, err := asn1.Marshal(pbes2Params{algorithm(schemePBKDF2, derivation), algorithm(cipherAES256, vector)})
	e := &Encryption{PBES2: true, Cipher: AES256, Iterations: w.Iterations, Digest: crypto.SHA256, salt: salt, iv: iv}
	return e, algorithm(schemePBES2, params), err
}

func (w *Writer) mac(content []byte) (macData, error) {
	m, id, size := &MAC{Digest: crypto.SHA1, Iterations: w.Iterations}, digestSHA1, 8
	if w.Modern {
		m.Digest, id, size = crypto.SHA256, digestSHA256, 16
	}
	var err error
	if m.salt, err = w.random(size); err != nil {
		return macData{}, err
	}
	sum, err := m.compute(content, w.password)
	return macData{digestInfo{algorithm(id, asn1.NullBytes), sum}, m.salt, w.iterations()}, err
}

func (w *Writer) iterations() *big.Int { return big.NewInt(int64(w.Iterations)) }

func (w *Writer) random(size int) ([]byte, error) {
	b := make([]byte, size)
	if _, err := io.ReadFull(w.Rand, b); err != nil {
		return nil, fmt.Errorf("random bytes: %w", err)
	}
	return b, nil
}
