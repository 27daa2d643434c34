package libdnszone

import (
	"fmt"
	"strings"
	"testing"
)

func TestZoneFileText(t *testing.T) {
	for data, want := range map[string]string{
		``:                        ``,
		`plain`:                   `plain`,
		`two words`:               `two words`,
		`"quoted"`:                `quoted`,
		`"in two" " strings"`:     `in two strings`,
		`"say \"yes\""`:           `say "yes"`,
		`say \"yes\" \\ no`:       `say "yes" \ no`,
		`\065\066C`:               `ABC`,
		`\999`:                    `999`,
		`\1`:                      `1`,
		`""`:                      ``,
		` "spaced" `:              `spaced`,
		`"unclosed`:               `"unclosed`,
		`"closed" then something`: `"closed" then something`,
		`ends in \`:               `ends in \`,
	} {
		if got := zoneFileText(data); got != want {
			t.Errorf("zoneFileText(%q) = %q, want %q", data, got, want)
		}
	}
}

func FuzzZoneFileText(f *testing.F) {
	for _, seed := range []string{"", `"`, `\`, `\0`, `a"b\c`, "\x00\xff", `"" ""`, `\\\"`, strings.Repeat(`"a" `, 100)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		zoneFileText(text)
		var escaped strings.Builder
		for _, b := range []byte(text) {
			fmt.Fprintf(&escaped, `\%03d`, b)
		}
		if got := zoneFileText(`"` + escaped.String() + `"`); got != text {
			t.Errorf("%q came back as %q", text, got)
		}
		if got := zoneFileText(escaped.String()); got != text {
			t.Errorf("%q came back without quotation marks as %q", text, got)
		}
	})
}

func TestAbsolute(t *testing.T) {
	for _, test := range []struct {
		owner, want string
		ok          bool
	}{
		{"@", "contoso.com", true},
		{"", "contoso.com", true},
		{"clouddp", "clouddp.contoso.com", true},
		{"CloudDP.emea", "clouddp.emea.contoso.com", true},
		{"clouddp.contoso.com", "clouddp.contoso.com", true},
		{"clouddp.Contoso.com.", "clouddp.contoso.com", true},
		{"notcontoso.com", "notcontoso.com.contoso.com", true},
		{"notcontoso.com.", "notcontoso.com", true},
		{"*", "*.contoso.com", true},
		{`a\.b`, "", false},
		{strings.Repeat("a.", 125) + "a", "", false},
	} {
		if got, ok := absolute(test.owner, "contoso.com"); got != test.want || ok != test.ok {
			t.Errorf("absolute(%q) = %q, %v, want %q", test.owner, got, ok, test.want)
		}
	}
}
