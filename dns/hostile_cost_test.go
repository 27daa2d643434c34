package dns_test

import (
	"bytes"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/clouddp/sdk/dns"
)

// TestHostileAnswersCostLittle lets a server fill 64 KB in the ways that cost a reader most.
func TestHostileAnswersCostLittle(t *testing.T) {
	const size, bound = 60000, 1 << 20
	crowd := func(record ...byte) []byte { return bytes.Repeat(record, size/len(record)) }
	texts := append([]byte{0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0xe0, 0}, bytes.Repeat([]byte{1, 'x'}, 0xe000/2)...)
	lie := []byte{0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff}
	escapes := append(slices.Concat(
		[]byte{63}, bytes.Repeat([]byte{1}, 63), []byte{63}, bytes.Repeat([]byte{2}, 63),
		[]byte{63}, bytes.Repeat([]byte{3}, 63), []byte{61}, bytes.Repeat([]byte{4}, 61)), 0)
	longNames := slices.Concat(
		[]byte{0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 0, 0, byte(len(escapes))}, escapes,
		bytes.Repeat([]byte{0xc0, 12 + 21 + 4 + 12, 0, 5, 0, 1, 0, 0, 0, 0, 0, 2, 0xc0, 12 + 21 + 4 + 12}, 254))
	tests := []struct {
		name     string
		count    uint16
		sections []byte
		text     string
	}{
		{"aliases", 0xffff, crowd(0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 0, 0, 2, 0xc0, 12), "limit exceeded"},
		{"unknown types", 0xffff, crowd(0xc0, 12, 0, 99, 0, 1, 0, 0, 0, 0, 0, 0), "limit exceeded"},
		{"text that is longer than the message", 1, lie, "malformed answer"},
		{"text that is longer than its record", 1, append(lie[:10:10], 0, 1, 9), "longer than its record"},
		{"names that are long to print", 255, longNames, "limit exceeded"},
		{"thousands of texts", 2, texts, "malformed answer"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			resolver := resolverOver(t, overTCP(onceOver(func(query []byte) []byte {
				return answerOf(query, 0x8400, test.count, 0, test.sections)
			})))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := check(t, resolver)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, dns.ErrUnavailable) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("got %v, want %q", err, test.text)
			}
			// The question is tried twice. What the server of the test allocates itself is counted too.
			used := (after.TotalAlloc - before.TotalAlloc) / 2
			t.Logf("%d KB for each answer", used>>10)
			if used > bound {
				t.Errorf("allocated %d KB for each answer", used>>10)
			}
		})
	}
}
