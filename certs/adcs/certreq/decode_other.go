//go:build !windows

package certreq

import "strings"

// decodeConsole returns text in the code page of the console, which no other system than Windows has.
func decodeConsole(output []byte) string { return strings.ToValidUTF8(string(output), "\uFFFD") }
