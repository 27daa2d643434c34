package answer_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/internal/answer"
)

func TestCode(t *testing.T) {
	for text, want := range map[string]certs.HRESULT{
		"":                           0,
		"0x0 0x00000000 0x12345678":  0,
		"0x8009480 0x800948000":      0,
		"x80094800":                  0,
		"verweigert 0x80094800, und": certs.CodeNotPublished,
		"(0X8009480a)":               certs.CodeSignatureCount,
		"0x80094800 0x80094012":      certs.CodeNotPublished,
	} {
		if got := answer.Code(text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func TestIsID(t *testing.T) {
	for _, id := range []string{"1", "42", "4294967295"} {
		if !answer.IsID(id) {
			t.Errorf("%q is refused", id)
		}
	}
	for _, id := range []string{"", "0", "01", "-1", "+1", "1 ", "1\r\n", "0x1", "12345678901", "١"} {
		if answer.IsID(id) {
			t.Errorf("%q is taken", id)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("Vom Richtlinienmodul\r\n\tverweigert \x1b[31m \u202e")
	f.Add("\xff\xfe")
	f.Fuzz(func(t *testing.T, text string) {
		if got := answer.Clean(text); strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsGraphic(r) }) || len([]rune(got)) > 501 {
			t.Errorf("%q became %q", text, got)
		}
	})
}

func TestChecks(t *testing.T) {
	for template, good := range map[string]bool{
		"": true, "CloudDPCert": true, "Cloud DP": true, strings.Repeat("x", 64): true,
		strings.Repeat("x", 65): false, "a:b": false, `a\nb`: false, "a\nb": false, " a": false, "ä": false, `"`: false,
	} {
		problems := &certs.InvalidError{}
		answer.CheckTemplate(problems, template)
		if (problems.Err() == nil) != good {
			t.Errorf("%q: %v", template, problems)
		}
	}
	for length, good := range map[int]bool{0: false, 1: true, 64 << 10: true, 64<<10 + 1: false} {
		problems := &certs.InvalidError{}
		answer.CheckCSR(problems, make([]byte, length))
		if (problems.Err() == nil) != good {
			t.Errorf("%d bytes: %v", length, problems)
		}
	}
}
