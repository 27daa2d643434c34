package pkcs12

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" //nolint:gosec // what old importers understand
	"crypto/pbkdf2"
	"crypto/x509/pkix"
	"fmt"

	"github.com/clouddp/sdk/internal/errs"
)

// Cipher is the block cipher of a part, always in CBC mode.
type Cipher int

// The ciphers that files are encrypted with.
const (
	UnknownCipher Cipher = iota
	RC2With40Bits
	RC2With128Bits
	TripleDESWith2Keys
	TripleDES
	AES128
	AES192
	AES256
)

// Encryption is how a part is encrypted.
type Encryption struct {
	// Name is that of RFC 7292, or says what PBES2 is made of; the object identifier of what is unknown.
	Name string
	// Cipher is UnknownCipher for what cannot be decrypted here.
	Cipher Cipher
	// PBES2 tells the encryption of RFC 8018 from that of RFC 7292.
	PBES2 bool
	// Digest is that of the key derivation; 0 for what cannot be derived here.
	Digest crypto.Hash
	// Iterations is the count of the key derivation.
	Iterations int

	salt, iv []byte
}

// parseEncryption reads an algorithm; one that is unknown is no error until it is to be decrypted.
func parseEncryption(a pkix.AlgorithmIdentifier) (*Encryption, error) {
	id := a.Algorithm.String()
	if id == schemePBES2 {
		return parsePBES2(a)
	}
	e := &Encryption{Digest: crypto.SHA1}
	switch id {
	case pbeRC240:
		e.Name, e.Cipher = "pbeWithSHA1And40BitRC2-CBC", RC2With40Bits
	case pbeRC2128:
		e.Name, e.Cipher = "pbeWithSHA1And128BitRC2-CBC", RC2With128Bits
	case pbe3DES3:
		e.Name, e.Cipher = "pbeWithSHA1And3-KeyTripleDES-CBC", TripleDES
	case pbe3DES2:
		e.Name, e.Cipher = "pbeWithSHA1And2-KeyTripleDES-CBC", TripleDESWith2Keys
	default:
		e.Name = "algorithm " + id
		return e, nil
	}
	var parameter pbeParameter
	if err := unmarshal(a.Parameters.FullBytes, &parameter); err != nil {
		return nil, err
	}
	var err error
	e.salt = parameter.Salt
	e.Iterations, err = iterationCount(parameter.Iterations)
	return e, err
}

func parsePBES2(a pkix.AlgorithmIdentifier) (*Encryption, error) {
	var params pbes2Params
	if err := unmarshal(a.Parameters.FullBytes, &params); err != nil {
		return nil, err
	}
	kdf, err := parsePBKDF2(params.Derivation)
	if err != nil {
		return nil, err
	}
	id := params.Scheme.Algorithm.String()
	e := &Encryption{PBES2: true, Cipher: pbes2Cipher(id), Iterations: kdf.iterations, Digest: kdf.prf, salt: kdf.salt}
	switch {
	case kdf.unknown != "":
		e.Name, e.Cipher = "PBES2 with "+kdf.unknown, UnknownCipher
	case e.Cipher == UnknownCipher:
		e.Name = "PBES2 with algorithm " + id
	default:
		e.Name = fmt.Sprintf("PBES2 %s, PBKDF2 HMAC %s", e.Cipher, e.Digest)
		err = unmarshal(params.Scheme.Parameters.FullBytes, &e.iv)
	}
	if err == nil && e.Cipher != UnknownCipher && kdf.keyLength != 0 && kdf.keyLength != e.Cipher.keyLength() {
		err = damaged("a key of %d bytes for %s", kdf.keyLength, e.Cipher)
	}
	return e, err
}

func pbes2Cipher(id string) Cipher {
	switch id {
	case cipher3DES:
		return TripleDES
	case cipherAES128:
		return AES128
	case cipherAES192:
		return AES192
	case cipherAES256:
		return AES256
	default:
		return UnknownCipher
	}
}

// kdf is PBKDF2 with its parameters.
type kdf struct {
	prf                   crypto.Hash
	salt                  []byte
	iterations, keyLength int
	// unknown names a derivation that cannot be done here.
	unknown string
}

func parsePBKDF2(a pkix.AlgorithmIdentifier) (*kdf, error) {
	if id := a.Algorithm.String(); id != schemePBKDF2 {
		return &kdf{unknown: "key derivation " + id}, nil
	}
	var params pbkdf2Params
	if err := unmarshal(a.Parameters.FullBytes, &params); err != nil {
		return nil, err
	}
	iterations, err := iterationCount(params.Iterations)
	if err != nil {
		return nil, err
	}
	k := &kdf{prf: crypto.SHA1, salt: params.Salt, iterations: iterations, keyLength: params.KeyLength}
	if id := params.PRF.Algorithm.String(); id != "" {
		if k.prf = hmacOf(id); k.prf == 0 {
			k.unknown = "pseudo-random function " + id
		}
	}
	return k, nil
}

// String returns the usual name.
func (c Cipher) String() string {
	switch c {
	case RC2With40Bits:
		return "RC2-40-CBC"
	case RC2With128Bits:
		return "RC2-128-CBC"
	case TripleDESWith2Keys:
		return "2-key 3DES-CBC"
	case TripleDES:
		return "3DES-CBC"
	case AES128:
		return "AES-128-CBC"
	case AES192:
		return "AES-192-CBC"
	case AES256:
		return "AES-256-CBC"
	default:
		return "unknown"
	}
}

// keyLength is in bytes.
func (c Cipher) keyLength() int {
	switch c {
	case RC2With40Bits:
		return 5
	case TripleDES, AES192:
		return 24
	case AES256:
		return 32
	default:
		return 16
	}
}

func (c Cipher) block(key []byte) (cipher.Block, error) {
	switch c {
	case RC2With40Bits, RC2With128Bits:
		return newRC2(key), nil
	case TripleDESWith2Keys:
		return des.NewTripleDESCipher(append(key[:16:16], key[:8]...)) //nolint:gosec // see the import
	case TripleDES:
		return des.NewTripleDESCipher(key) //nolint:gosec // see the import
	default:
		return aes.NewCipher(key)
	}
}

// blocks is how many digests one iteration takes: those of the key and, outside PBES2, that of the IV.
func (e *Encryption) blocks() int {
	if e.Cipher == UnknownCipher {
		return 0
	}
	blocks := (e.Cipher.keyLength() + e.Digest.Size() - 1) / e.Digest.Size()
	if !e.PBES2 {
		blocks++
	}
	return blocks
}

// mode returns the cipher keyed by the password, and the IV.
func (e *Encryption) mode(s secret) (block cipher.Block, iv []byte, err error) {
	if e.Cipher == UnknownCipher {
		return nil, nil, unsupported("encryption by %s", e.Name)
	}
	var key []byte
	if e.PBES2 {
		iv = e.iv
		if key, err = pbkdf2.Key(maker(e.Digest), s.utf8, e.salt, e.Iterations, e.Cipher.keyLength()); err != nil {
			return nil, nil, fmt.Errorf("key derivation: %w: %w", err, errs.ErrUnsupported)
		}
	} else {
		key = derive(e.Digest, forKey, s.utf16, e.salt, e.Iterations, e.Cipher.keyLength())
		iv = derive(e.Digest, forIV, s.utf16, e.salt, e.Iterations, rc2BlockSize) // which is that of 3DES too
	}
	if block, err = e.Cipher.block(key); err != nil {
		return nil, nil, fmt.Errorf("%s: %w: %w", e.Cipher, err, errs.ErrUnsupported)
	}
	if len(iv) != block.BlockSize() {
		return nil, nil, damaged("an initialisation vector of %d bytes", len(iv))
	}
	return block, iv, nil
}

// decrypt returns the plain text, with the padding (RFC 8018 section 6.1.1) taken off.
func (e *Encryption) decrypt(data []byte, s secret) ([]byte, error) {
	block, iv, err := e.mode(s)
	if err != nil {
		return nil, err
	}
	if len(data) == 0 || len(data)%block.BlockSize() != 0 {
		return nil, damaged("%d encrypted bytes", len(data))
	}
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, data)
	padding := int(plain[len(plain)-1])
	if padding == 0 || padding > block.BlockSize() {
		return nil, wrongPassword()
	}
	for _, b := range plain[len(plain)-padding:] {
		if int(b) != padding {
			return nil, wrongPassword()
		}
	}
	return plain[:len(plain)-padding], nil
}

func wrongPassword() error {
	return fmt.Errorf("wrong password or damaged file: %w", errs.ErrIntegrity)
}
