package adcs

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// stream is a connection that hands out its content in pieces of a size.
type stream struct {
	net.Conn

	content *bytes.Reader
	piece   int
}

func (s stream) Read(p []byte) (int, error) { return s.content.Read(p[:min(len(p), s.piece)]) }

func readShaped(content []byte, piece int) ([]byte, error) {
	m := &meter{}
	m.allow()
	return io.ReadAll(&shaped{Conn: stream{content: bytes.NewReader(content), piece: piece}, meter: m})
}

// nested returns empty values, each in the next.
func nested(depth int) []byte {
	message := []byte{}
	for range depth {
		length := len(message)
		head := []byte{0x30, 0x84, byte(length >> 24), byte(length >> 16), byte(length >> 8), byte(length)}
		message = append(head, message...)
	}
	return message
}

func TestShape(t *testing.T) {
	entry := ber.NewSequence("") // as Active Directory encodes: every length in four octets
	honest := "0\x84\x00\x00\x00\x10\x02\x01\x01x\x84\x00\x00\x00\x07\x0a\x01\x00\x04\x00\x04\x00"
	for range 3 {
		inner := ber.NewSequence("")
		inner.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, strings.Repeat("0\x80", 300), ""))
		entry.AppendChild(inner)
	}
	for name, c := range map[string]struct {
		content string
		good    bool
	}{
		"nothing":             {"", true},
		"an answer":           {honest, true},
		"two":                 {honest + honest, true},
		"long strings":        {string(entry.Bytes()) + honest, true},
		"half an answer":      {honest[:11], true},
		"as deep as may be":   {string(nested(maxDepth)) + honest, true},
		"deeper":              {string(nested(maxDepth + 1)), false},
		"very deep":           {string(nested(10_000)), false},
		"no length":           {"0\x80\x02\x01\x02\x00\x00", false},
		"a length of 9 bytes": {"0\x89\x00\x00\x00\x00\x00\x00\x00\x00\x01", false},
		"2 GiB and more":      {"0\x84\xff\xff\xff\xff\x02", false},
		"a tag of many bytes": {"\x3f\x81\x01\x02", false},
		"longer than its own": {"0\x03\x04\x05hello", false},
		"as many as may be":   {strings.Repeat("\x05\x00", maxValues), true},
		"too many":            {strings.Repeat("\x05\x00", maxValues+1), false},
	} {
		for _, piece := range []int{1, 7, 4096} {
			got, err := readShaped([]byte(c.content), piece)
			if c.good && (err != nil || string(got) != c.content) || !c.good && !errors.Is(err, ErrLimit) {
				t.Errorf("%s, in pieces of %d: got %d of %d bytes, %v", name, piece, len(got), len(c.content), err)
			}
		}
	}
}

// FuzzShape holds that what passes is what came, and is a tree that is not deep.
func FuzzShape(f *testing.F) {
	f.Add([]byte("0\x84\x00\x00\x00\x10\x02\x01\x01x\x84\x00\x00\x00\x07\x0a\x01\x00\x04\x00\x04\x00"), 3)
	f.Add(nested(20), 1)
	f.Fuzz(func(t *testing.T, content []byte, piece int) {
		if piece < 1 {
			piece = 1
		}
		got, err := readShaped(content, piece)
		if !bytes.HasPrefix(content, got) || err == nil && len(got) != len(content) {
			t.Fatalf("%d of %d bytes, %v", len(got), len(content), err)
		}
		if err != nil {
			return
		}
		for rest := bytes.NewReader(content); rest.Len() > 0; {
			packet, err := ber.ReadPacket(rest)
			if err != nil {
				return
			}
			if d := depth(packet); d > maxDepth+1 {
				t.Fatalf("%d deep", d)
			}
		}
	})
}

func depth(p *ber.Packet) int {
	deepest := 0
	for _, child := range p.Children {
		deepest = max(deepest, depth(child))
	}
	return deepest + 1
}

// The table of the package comment is what category does.
func TestDocumentedCodes(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]error{
		"ErrDenied": ErrDenied, "ErrNotFound": ErrNotFound, "ErrConflict": ErrConflict, "ErrInvalid": ErrInvalid, "ErrLimit": ErrLimit,
		"ErrUnsupported": ErrUnsupported, "ErrUnavailable": ErrUnavailable,
	}
	documented := map[uint16]error{}
	for _, line := range regexp.MustCompile(`(?m)^//\t([0-9, ]+)(?:and others)? +(Err\w+) `).FindAllStringSubmatch(string(text), -1) {
		for number := range strings.SplitSeq(line[1], ",") {
			code, err := strconv.ParseUint(strings.TrimSpace(number), 10, 16)
			if err != nil {
				t.Fatal(err)
			}
			documented[uint16(code)] = names[line[2]]
		}
	}
	if len(documented) < 20 {
		t.Fatalf("the table has %d codes", len(documented))
	}
	for code := range uint16(firstClientCode) {
		want := documented[code]
		if want == nil {
			want = ErrUnavailable
		}
		if got := category(&ldap.Error{ResultCode: code}); !errors.Is(got, want) {
			t.Errorf("%d: the table has %v, category %v", code, want, got)
		}
	}
}
