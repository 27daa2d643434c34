package certreq

import (
	"encoding/binary"
	"io/fs"
	"os"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/clouddp/sdk/certs/adcs/internal/answer"
)

// A program that writes without an end is read to its end, and little of it is kept.
func TestOutputIsBounded(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("CERTREQ_SCRIPT", "shouts")
	output, exitCode, err := runProgram(t.Context(), self, nil)
	if err != nil || exitCode != 0 || len(output) != maxOutput || cap(output) > 2*maxOutput {
		t.Errorf("%d of %d bytes are kept, exit code %d, %v", len(output), cap(output), exitCode, err)
	}
}

func TestDecode(t *testing.T) {
	const text = "Anforderungs-ID: 7\r\n要求: \"7\"\r\n"
	wide := func(order binary.AppendByteOrder) string {
		var b []byte
		for _, unit := range utf16.Encode([]rune(text)) {
			b = order.AppendUint16(b, unit)
		}
		return string(b)
	}
	for name, c := range map[string]struct{ output, want string }{
		"nothing":                   {"", ""},
		"UTF-8":                     {text, text},
		"UTF-8 with a mark":         {"\xef\xbb\xbf" + text, text},
		"UTF-16":                    {wide(binary.LittleEndian), text},
		"UTF-16 with a mark":        {"\xff\xfe" + wide(binary.LittleEndian), text},
		"UTF-16, the other way":     {"\xfe\xff" + wide(binary.BigEndian), text},
		"UTF-16, broken off":        {wide(binary.LittleEndian) + "x", text},
		"a mark alone":              {"\xff\xfe", ""},
		"nothing that anyone knows": {"Zertifikat gew\x81hlt", decodeConsole([]byte("Zertifikat gew\x81hlt"))},
	} {
		if got := decode([]byte(c.output)); got != c.want || !utf8.ValidString(got) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func FuzzOutcome(f *testing.F) {
	f.Add("Anforderungs-ID: 7\r\nRequestId: \"7\"\r\nwartet (0)\r\n", 0)
	f.Add("RequestId: 7\r\nnein 0x80094012 (-2146877422)\r\n", -2146877422)
	f.Add("\xff\xfe\x00: 7", 1)
	f.Fuzz(func(t *testing.T, output string, exitCode int) {
		if id := requestID(decode([]byte(output)), exitCode); id != "" && !answer.IsID(id) {
			t.Errorf("id %q", id)
		}
		for _, c := range []*call{{writes: true}, {id: "5"}} {
			err := c.outcome(decode([]byte(output)), exitCode, fs.ErrNotExist)
			if err == nil || strings.ContainsFunc(err.Error(), unicode.IsControl) {
				t.Errorf("got %v", err)
			}
		}
	})
}
