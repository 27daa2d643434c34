package httpauth

import (
	"net/http"
	"slices"
	"testing"
)

func TestOffered(t *testing.T) {
	for _, c := range []struct{ fields, want []string }{
		{nil, nil},
		{[]string{"Negotiate", "NTLM"}, []string{"Negotiate", "NTLM"}},
		{[]string{`Negotiate, NTLM, Basic realm="ca1, say \"hello\"", charset="UTF-8"`}, []string{"Negotiate", "NTLM", "Basic"}},
		{[]string{"NTLM TlRMTVNTUAACAAAA", "ntlm"}, []string{"NTLM"}},
		{[]string{" , ,", `realm="nobody"`, `Basic realm="open`}, []string{"Basic"}},
	} {
		if got := offered(http.Header{"Www-Authenticate": c.fields}); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.fields, got, c.want)
		}
	}
}

func FuzzOffered(f *testing.F) {
	f.Add("Negotiate oYG2MIGzoAMKAQE=", `Basic realm="a, b", charset="UTF-8"`)
	f.Add(`Digest realm="x\"", qop="auth,auth-int", NTLM`, "")
	f.Fuzz(func(t *testing.T, a, b string) {
		header := http.Header{"Www-Authenticate": {a, b}}
		if schemes := offered(header); len(schemes) > len(a)+len(b) {
			t.Errorf("%d schemes in %q and %q", len(schemes), a, b)
		}
	})
}
