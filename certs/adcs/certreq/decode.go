package certreq

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// decode returns the text of what a program wrote, in whatever encoding its console has.
func decode(output []byte) string {
	switch {
	case bytes.HasPrefix(output, []byte("\xef\xbb\xbf")):
		return string(output[3:])
	case bytes.HasPrefix(output, []byte("\xff\xfe")):
		return decodeUTF16(output[2:], binary.LittleEndian)
	case bytes.HasPrefix(output, []byte("\xfe\xff")):
		return decodeUTF16(output[2:], binary.BigEndian)
	case bytes.IndexByte(output, 0) >= 0: // as the digits of an id have it, in any language
		return decodeUTF16(output, binary.LittleEndian)
	case utf8.Valid(output):
		return string(output)
	}
	return decodeConsole(output)
}

func decodeUTF16(content []byte, order binary.ByteOrder) string {
	units := make([]uint16, 0, len(content)/2)
	for ; len(content) > 1; content = content[2:] {
		units = append(units, order.Uint16(content))
	}
	return string(utf16.Decode(units))
}
