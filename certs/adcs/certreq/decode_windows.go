package certreq

import (
	"strings"
	"unicode/utf16"

	"golang.org/x/sys/windows"
)

// decodeConsole returns text in the code page of the console, in which programs write to a pipe.
func decodeConsole(output []byte) string {
	const oem = 1                // CP_OEMCP
	length := int32(len(output)) //nolint:gosec // at most maxOutput, and not empty
	units := make([]uint16, len(output))
	n, err := windows.MultiByteToWideChar(oem, 0, &output[0], length, &units[0], length)
	if err != nil {
		return strings.ToValidUTF8(string(output), "\uFFFD")
	}
	return string(utf16.Decode(units[:n]))
}
