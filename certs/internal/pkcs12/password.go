package pkcs12

import (
	"encoding/binary"
	"unicode/utf16"
)

// secret is a password in the forms that the algorithms take.
type secret struct {
	// utf8 is for PBKDF2.
	utf8 string
	// utf16 is for the derivation of RFC 7292: big-endian, with a terminator of two zeros.
	utf16 []byte
}

// secrets returns the forms to try: an empty password is either a terminator alone or nothing at all.
func secrets(password string) []secret {
	terminated := secret{password, append(utf16BE(password), 0, 0)}
	if password == "" {
		return []secret{terminated, {}}
	}
	return []secret{terminated}
}

// utf16BE returns s as in a BMPString; what lies beyond the Basic Multilingual Plane becomes a pair of surrogates, as
// OpenSSL and Windows write it.
func utf16BE(s string) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		out = binary.BigEndian.AppendUint16(out, unit)
	}
	return out
}

// fromUTF16BE returns what utf16BE was given; the last byte of an odd number is dropped.
func fromUTF16BE(b []byte) string {
	var units []uint16
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, binary.BigEndian.Uint16(b))
	}
	return string(utf16.Decode(units))
}
