package httpauth_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"io"
	"log"
	"strings"
	"unicode/utf16"

	"github.com/oiweiwei/gokrb5.fork/v9/crypto/rfc4757"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// ntlmChallenge is a CHALLENGE_MESSAGE, [MS-NLMP] section 2.2.1.2, with an empty list of target information.
func ntlmChallenge(challenge []byte) []byte {
	const flags = 0x00000001 | 0x00000200 | 0x00080000 | 0x00800000 // Unicode, NTLM, extended session security, target info
	m := []byte("NTLMSSP\x00")
	m = binary.LittleEndian.AppendUint32(m, 2)
	m = append(m, 0, 0, 0, 0, 48, 0, 0, 0) // no target name
	m = binary.LittleEndian.AppendUint32(m, flags)
	m = append(m, challenge...)
	m = append(m, make([]byte, 8)...)
	return append(m, 4, 0, 4, 0, 48, 0, 0, 0, 0, 0, 0, 0)
}

// ntlmUser returns the user of an AUTHENTICATE_MESSAGE, section 2.2.1.3, if it proves the password by NTLMv2, section 3.3.2.
func ntlmUser(m, challenge []byte) string {
	field := func(at int) []byte {
		length, offset := binary.LittleEndian.Uint16(m[at:]), binary.LittleEndian.Uint32(m[at+4:])
		return m[offset:][:length]
	}
	response, domain, user := field(20), text(field(28)), text(field(36))
	hash, err := rfc4757.StringToKey(password) // that of NTLM too
	if err != nil {
		return ""
	}
	key := sum(hash, utf16le(strings.ToUpper(user)+domain))
	if len(response) < 16 || !bytes.Equal(response[:16], sum(key, append(bytes.Clone(challenge), response[16:]...))) {
		return ""
	}
	return domain + `\` + user
}

func sum(key, message []byte) []byte {
	mac := hmac.New(md5.New, key)
	_, _ = mac.Write(message)
	return mac.Sum(nil)
}

func utf16le(s string) (b []byte) {
	for _, unit := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return b
}

func text(b []byte) string {
	var units []uint16
	for ; len(b) > 1; b = b[2:] {
		units = append(units, binary.LittleEndian.Uint16(b))
	}
	return string(utf16.Decode(units))
}
