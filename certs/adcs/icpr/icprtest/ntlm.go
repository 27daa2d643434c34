package icprtest

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // NTLM has nothing better
	"crypto/rand"
	"crypto/rc4" //nolint:gosec // NTLM has nothing better
	"encoding/binary"
	"errors"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/oiweiwei/go-msrpc/ssp/crypto"
)

// flags of NTLM, [MS-NLMP] section 2.2.2.5.
//
// [MS-NLMP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-nlmp
const (
	ntlmUnicode     = 1 << 0
	ntlmTarget      = 1 << 2
	ntlmSign        = 1 << 4
	ntlmSeal        = 1 << 5
	ntlmNTLM        = 1 << 9
	ntlmAlwaysSign  = 1 << 15
	ntlmDomain      = 1 << 16
	ntlmExtended    = 1 << 19
	ntlmTargetInfo  = 1 << 23
	ntlm128         = 1 << 29
	ntlmKeyExchange = 1 << 30

	ntlmRequired = ntlmUnicode | ntlmSign | ntlmSeal | ntlmNTLM | ntlmExtended | ntlm128 | ntlmKeyExchange
)

// attributes of a challenge, section 2.2.2.1.
const (
	avEnd = iota
	avComputer
	avDomain
	avDNSComputer
	avDNSDomain
	avForest
	avFlags
	avTimestamp

	avFlagMIC = 2 // in avFlags: the client has signed the negotiation
)

const ntlmMIC = 72 // where it stands in the last message

var errNTLM = errors.New("malformed NTLM message")

// acceptor is the server's side of NTLM version 2. It believes nothing but what is proven with the account's password.
type acceptor struct {
	negotiate, challenge []byte
	nonce                [8]byte

	in, out *sealer
}

// greet takes the first token and returns the challenge.
func (a *acceptor) greet(token []byte) ([]byte, error) {
	if len(token) < 16 || string(token[:8]) != "NTLMSSP\x00" || binary.LittleEndian.Uint32(token[8:]) != 1 ||
		binary.LittleEndian.Uint32(token[12:])&ntlmRequired != ntlmRequired {
		return nil, errNTLM
	}
	a.negotiate = bytes.Clone(token)
	_, _ = rand.Read(a.nonce[:])
	target, info := encode("CONTOSO"), targetInfo()
	const fixed = 56
	c := append([]byte("NTLMSSP\x00"), 2, 0, 0, 0)
	c = appendField(c, len(target), fixed)
	c = binary.LittleEndian.AppendUint32(c, ntlmRequired|ntlmTarget|ntlmAlwaysSign|ntlmDomain|ntlmTargetInfo)
	c = append(c, a.nonce[:]...)
	c = append(c, make([]byte, 8)...)
	c = appendField(c, len(info), fixed+len(target))
	c = append(c, 10, 0, 0x63, 0x45, 0, 0, 0, 15) // a version, for people who debug
	a.challenge = append(append(c, target...), info...)
	return a.challenge, nil
}

func targetInfo() []byte {
	var info []byte
	add := func(id uint16, value []byte) {
		info = binary.LittleEndian.AppendUint16(info, id)
		info = binary.LittleEndian.AppendUint16(info, uint16(len(value))) //nolint:gosec // short
		info = append(info, value...)
	}
	add(avDomain, encode("CONTOSO"))
	add(avComputer, encode("CA1"))
	add(avDNSDomain, encode("contoso.com"))
	add(avDNSComputer, encode("ca1.contoso.com"))
	since1601 := time.Now().Unix() + 11_644_473_600
	add(avTimestamp, binary.LittleEndian.AppendUint64(nil, uint64(since1601)*10_000_000)) //nolint:gosec // after 1601
	add(avEnd, nil)
	return info
}

func appendField(message []byte, length, offset int) []byte {
	message = binary.LittleEndian.AppendUint16(message, uint16(length)) //nolint:gosec // short
	message = binary.LittleEndian.AppendUint16(message, uint16(length)) //nolint:gosec // short
	return binary.LittleEndian.AppendUint32(message, uint32(offset))    //nolint:gosec // short
}

// verify takes the last token. It reports whether password is that of the account the token names, with everything that
// was negotiated intact.
func (a *acceptor) verify(token []byte, password func(user string) (string, bool)) bool {
	if len(token) < ntlmMIC+16 || string(token[:8]) != "NTLMSSP\x00" || token[8] != 3 {
		return false
	}
	response, domain, user, key := field(token, 20), field(token, 28), field(token, 36), field(token, 52)
	secret, known := password(decode(user))
	if !known || len(response) < 44 || len(key) != 16 {
		return false
	}
	hash, err := crypto.MD4(encode(secret))
	if err != nil {
		return false
	}
	owner := mac(hash, encode(strings.ToUpper(decode(user))), domain)
	proof := mac(owner, a.nonce[:], response[16:])
	if !hmac.Equal(proof, response[:16]) || !a.signedFlag(response[44:]) {
		return false
	}
	exported := make([]byte, 16)
	newRC4(mac(owner, proof)).XORKeyStream(exported, key)
	unsigned := bytes.Clone(token)
	clear(unsigned[ntlmMIC : ntlmMIC+16])
	if !hmac.Equal(mac(exported, a.negotiate, a.challenge, unsigned), token[ntlmMIC:ntlmMIC+16]) {
		return false
	}
	a.in = newSealer(exported, "client-to-server")
	a.out = newSealer(exported, "server-to-client")
	return true
}

// signedFlag reports whether the attributes of a response promise the MIC, as they must if the challenge has the time.
func (a *acceptor) signedFlag(attributes []byte) bool {
	for len(attributes) >= 4 {
		id, length := binary.LittleEndian.Uint16(attributes), int(binary.LittleEndian.Uint16(attributes[2:]))
		if attributes = attributes[4:]; length > len(attributes) {
			return false
		}
		if id == avFlags && length == 4 {
			return binary.LittleEndian.Uint32(attributes)&avFlagMIC != 0
		}
		attributes = attributes[length:]
	}
	return false
}

// field returns a part of a message that the field at offset points to, nil if it points outside.
func field(message []byte, at int) []byte {
	length := int(binary.LittleEndian.Uint16(message[at:]))
	begin := int(binary.LittleEndian.Uint32(message[at+4:]))
	if begin < 0 || begin > len(message) || length > len(message)-begin {
		return nil
	}
	return message[begin : begin+length]
}

// sealer signs and encrypts in one direction, section 3.4.4.2.
type sealer struct {
	key      []byte
	cipher   *rc4.Cipher
	sequence uint32
}

func newSealer(exported []byte, direction string) *sealer {
	derive := func(use string) []byte {
		constant := "session key to " + direction + " " + use + " key magic constant\x00"
		sum := md5.Sum(append(bytes.Clone(exported), constant...)) //nolint:gosec // NTLM has nothing better
		return sum[:]
	}
	return &sealer{key: derive("signing"), cipher: newRC4(derive("sealing"))}
}

// seal encrypts stub and returns the signature.
func (s *sealer) seal(header, stub, trailer []byte) []byte {
	sum := s.sum(header, stub, trailer)
	s.cipher.XORKeyStream(stub, stub)
	return s.signature(sum)
}

// open decrypts stub and reports whether the signature is right.
func (s *sealer) open(header, stub, trailer, signature []byte) bool {
	s.cipher.XORKeyStream(stub, stub)
	return hmac.Equal(s.signature(s.sum(header, stub, trailer)), signature)
}

func (s *sealer) sum(header, stub, trailer []byte) []byte {
	return mac(s.key, binary.LittleEndian.AppendUint32(nil, s.sequence), header, stub, trailer)[:8]
}

func (s *sealer) signature(sum []byte) []byte {
	s.cipher.XORKeyStream(sum, sum)
	signature := binary.LittleEndian.AppendUint32(append([]byte{1, 0, 0, 0}, sum...), s.sequence)
	s.sequence++
	return signature
}

func newRC4(key []byte) *rc4.Cipher {
	cipher, _ := rc4.NewCipher(key) //nolint:gosec // NTLM; the key has 16 bytes
	return cipher
}

func mac(key []byte, parts ...[]byte) []byte {
	hash := hmac.New(md5.New, key)
	for _, part := range parts {
		_, _ = hash.Write(part)
	}
	return hash.Sum(nil)
}

// encode returns text in UTF-16, little-endian.
func encode(text string) []byte {
	var encoded []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		encoded = binary.LittleEndian.AppendUint16(encoded, unit)
	}
	return encoded
}

func decode(encoded []byte) string {
	var units []uint16
	for ; len(encoded) > 1; encoded = encoded[2:] {
		units = append(units, binary.LittleEndian.Uint16(encoded))
	}
	return string(utf16.Decode(units))
}
