package certsrv

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/internal/answer"
)

func TestParsePage(t *testing.T) {
	for name, c := range map[string]struct {
		html    string
		issued  string
		denied  bool
		code    certs.HRESULT
		reason  string
		numbers []uint64
	}{
		"nothing":                {},
		"no HTML":                {html: "\x00\xff<<>&#0;", numbers: nil},
		"issued":                 {html: `<A HREF='CertNew.CER?reqid=7&amp;Enc=b64'>x</A>`, issued: "7"},
		"issued, end of address": {html: `<a href="/certsrv/certnew.cer?ReqID=70">`, issued: "70"},
		"a link in a script":     {html: `<script>location="certnew.cer?ReqID=7&Enc=b64"</script>`, issued: "7"},
		"a link yet to be made":  {html: `<script>location="certnew.cer?ReqID="+nItem</script>`},
		"a comment":              {html: `<!-- 0x80094012 12 <p id=locDenied> -->`},
		"a chain only":           {html: `<a href="certnew.p7b?ReqID=7&Enc=b64">`},
		"no id":                  {html: `<a href="certnew.cer?ReqID=CACert&Renewal=0">`},
		"an id too long":         {html: `<a href="certnew.cer?ReqID=12345678901&">`},
		"denied":                 {html: `<P ID=LOCDENIED>nein`, denied: true},
		"code":                   {html: `<b>0x80094800 and 0x80094012</b>`, code: certs.CodeNotPublished, reason: "0x80094800 and 0x80094012"},
		"success":                {html: `0x0 0x00000000 0x12345678`, numbers: nil},
		"not quite a code":       {html: `0x8009480 0x800948000 x80094800`},
		"status": {
			html: "Meldung:\t\tVerweigert \x07 von\x00 Hand<br>Stand:\t\t0x80094014 (WIN32: 13)", code: certs.CodeAdminDenied,
			reason: "Verweigert von Hand",
		},
		"numbers": {
			html:    `<p>id 5. Id: 6, "7" (8) &#57; 5 9:30 10/11/2019 1.2.3 1,000 v12 13th -14 15% 要求16です 0 4294967296 <b>17</b>`,
			numbers: []uint64{17, 16, 9, 8, 7, 6, 5},
		},
		"Shift JIS": {html: "\x97\x76\x8b\x81\x94\xd4\x8d\x86\x82\xcd5\x82\xc5\x82\xb7\x81\x42", numbers: []uint64{5}},
		"hidden":    {html: `<title>1</title><style>2</style><textarea>3</textarea><select><option>4<option>6</select><b>5`, numbers: []uint64{5}},
	} {
		t.Run(name, func(t *testing.T) {
			p := parsePage([]byte(c.html))
			numbers, _ := p.numbers("")
			if p.issued != c.issued || p.denied != c.denied || p.code() != c.code || p.reason() != c.reason || !slices.Equal(numbers, c.numbers) {
				t.Errorf("got issued %q, denied %t, code %s, reason %q, numbers %d", p.issued, p.denied, p.code(), p.reason(), numbers)
			}
		})
	}
}

func FuzzParsePage(f *testing.F) {
	f.Add([]byte(`<h1>CA 2</h1><P ID=locDenied>Nummer 5. "0x80094012"`))
	f.Add([]byte(`<a href="certnew.cer?ReqID=7&amp;Enc=b64">here</a>`))
	f.Add([]byte("<body>Stand:\t\tangenommen<br>Letzter:\t\t0x0"))
	f.Add([]byte("<script>var nRenewals=0;</script><p>\xff\xfe 10 日以内に"))
	f.Fuzz(func(t *testing.T, content []byte) {
		p := parsePage(content)
		reason := p.reason()
		if len([]rune(reason)) > 501 || strings.ContainsFunc(reason, unicode.IsControl) {
			t.Errorf("reason %q", reason)
		}
		numbers, _ := p.numbers("CA 2")
		if p.issued != "" && !answer.IsID(p.issued) || len(numbers) > maxNumbers || slices.Contains(numbers, 0) {
			t.Errorf("issued %q, numbers %d", p.issued, numbers)
		}
		if err := p.status("1"); err == nil {
			t.Error("a page in place of a certificate is no error")
		}
	})
}

func TestNumbersBesideTheName(t *testing.T) {
	p := parsePage([]byte("<h1>Dienste&nbsp;-- contoso  Issuing CA&nbsp;2 &nbsp;</h1><p>Nummer 5 bis 17 Uhr <p>5"))
	for authority, want := range map[string]struct {
		numbers []uint64
		named   bool
	}{
		"Contoso Issuing CA 2": {[]uint64{17, 5}, true},
		"Contoso Issuing CA":   {[]uint64{17, 5}, true},
		"Fabrikam CA":          {[]uint64{17, 5, 2}, false},
		"":                     {[]uint64{17, 5, 2}, false},
	} {
		if numbers, named := p.numbers(authority); !slices.Equal(numbers, want.numbers) || named != want.named {
			t.Errorf("%q: got %d, %t", authority, numbers, named)
		}
	}
	if numbers, _ := parsePage([]byte(strings.Repeat("1 2 3 4 5 6 7 8<br>", maxNumbers))).numbers(""); numbers != nil {
		t.Errorf("a page of numbers: %d", numbers)
	}
}

// Tabs alone are an indentation.
func TestStatusLines(t *testing.T) {
	for html, want := range map[string]bool{
		"Meldung:\t\tAngenommen<br>Stand:\t\t0x0":       true,
		"Meldung :\t\tAngenommen\n Stand :\t\t 0x0":     true,
		"処理の内容：\t\t審査中<br>最後の状態：\t\t0x0":                true,
		"Meldung:\t\tAngenommen":                        false,
		"\n\t\t<p>\n\t\tClosed.\n\t\tCome again.\n\t\t": false,
		":\t\tx<br>:\t\ty":                              false,
		"a\t\tx<br>b\t\ty":                              false,
		"a:\t\t<br>b:\t\t":                              false,
		"a:\tx<br>b:\ty":                                false,
		"a:\t\t1<br>b:\t\t2<br>c:\t\t3":                 false,
	} {
		err := parsePage([]byte(html)).status("1")
		if _, pending := errors.AsType[*certs.PendingError](err); pending != want {
			t.Errorf("%q: got %v", html, err)
		}
	}
}
