package template_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs/template"
)

const configuration = "CN=Configuration,DC=contoso,DC=com"

func desiredWithOID() template.Desired {
	d := desired()
	d.Template.OID = "1.3.6.1.4.1.311.21.8.4837291.9026315.1529844.7710235.3308176.201.10000001.10000002"
	return d
}

func ldif(t testing.TB, d template.Desired) []byte {
	t.Helper()
	records, err := d.LDIF(configuration, domainAdmins)
	if err != nil {
		t.Fatal(err)
	}
	text, err := template.FormatLDIF(records)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestLDIFOfCloudDP compares with a file that OpenLDAP's and Samba's tools read.
func TestLDIFOfCloudDP(t *testing.T) {
	want, err := os.ReadFile("testdata/clouddp.ldif")
	if err != nil {
		t.Fatal(err)
	}
	if got := ldif(t, desiredWithOID()); !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestLDIFReadsBack(t *testing.T) {
	d := desiredWithOID()
	text := ldif(t, d)
	for what, variant := range map[string]string{
		"as written":   string(text),
		"from Windows": strings.ReplaceAll(string(text), "\n", "\r\n"),
		"annotated":    "# a comment\n # and its end\nversion: 1\n\n\n" + strings.TrimSuffix(string(text), "-\n\n"),
	} {
		records, err := template.ParseLDIF([]byte(variant))
		if err != nil || len(records) != 3 {
			t.Fatalf("%s: %d records, %v", what, len(records), err)
		}
		again, err := template.FormatLDIF(records)
		if err != nil || !bytes.Equal(again, text) {
			t.Errorf("%s: got\n%s\n%v\nwant\n%s", what, again, err, text)
		}
		got, err := records[1].Template()
		want := d.Template.Clone()
		want.Access = append(want.Access, template.Access{SID: domainAdmins, Rights: template.Read | template.Write})
		if err != nil || !got.Equal(want) || !strings.Contains(got.Security.String(), string(domainAdmins)) {
			t.Errorf("%s: got  %+v, %v\nwant %+v", what, got, err, want)
		}
		if o, err := template.ParseObjectIdentifier(records[0].Attributes); err != nil || o.OID != want.OID {
			t.Errorf("%s: object identifier %v, %v", what, o, err)
		}
		modification := records[2].Modifications[0]
		if modification.Operation != template.LDIFAdd || modification.Attribute.Name != "certificateTemplates" ||
			len(modification.Attribute.Values) != 1 || string(modification.Attribute.Values[0]) != "CloudDPCert" {
			t.Errorf("%s: publishes by %q", what, modification)
		}
	}
}

// TestLDIFOfOtherPrograms reads what ldapsearch prints, and a value that ldifde puts on a line of its own.
func TestLDIFOfOtherPrograms(t *testing.T) {
	text := "# extended LDIF\n#\n# LDAPv3\n\n# WebServer, Certificate Templates, Public Key Services, Services, Configuratio\n n, contoso.com\n" +
		"dn: CN=WebServer,CN=Certificate Templates,CN=Public Key Services,CN=Services,C\n N=Configuration,DC=contoso,DC=com\n" +
		"objectClass: top\nobjectClass: pKICertificateTemplate\ncn: WebServer\n" +
		strings.Replace(strings.TrimSpace(webServerDump), "msPKI-Cert-Template-OID: ", "msPKI-Cert-Template-OID:\n ", 1) +
		"\n\n# search reference\nref: ldap://child.contoso.com/CN=Configuration\n\n# search result\nsearch: 2\nresult: 0 Success\n\n# numEntries: 1\n"
	records, err := template.ParseLDIF([]byte(text))
	if err != nil || len(records) != 1 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	if got, err := records[0].Template(); err != nil || !reflect.DeepEqual(got, parseAttributes(t, "WebServer", webServerDump)) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestLDIFInEveryDress has the same two records in every form that programs write.
func TestLDIFInEveryDress(t *testing.T) {
	const text = "dn:\nobjectClass: top\nobjectClass: rootDSE\n\ndn: CN=x\ncn: x\n"
	want, err := template.ParseLDIF([]byte(text))
	if err != nil || len(want) != 2 || want[0].DN != "" || want[1].DN != "CN=x" || len(want[0].Attributes[0].Values) != 2 {
		t.Fatalf("got %q, %v", want, err)
	}
	if again, err := template.FormatLDIF(want); err != nil || string(again) != text+"\n" {
		t.Errorf("got %q, %v", again, err)
	}
	for what, dressed := range map[string]string{
		"byte order mark":       "\ufeff" + text,
		"mark and version":      "\ufeffversion: 1\n" + text,
		"Macintosh":             strings.ReplaceAll(text, "\n", "\r"),
		"Windows":               strings.ReplaceAll(text, "\n", "\r\n"),
		"mixed":                 strings.Replace(text, "\n", "\r", 2),
		"no end":                strings.TrimSuffix(text, "\n"),
		"folded":                strings.ReplaceAll(text, "CN", "C\r\n N"),
		"folded to crumbs":      strings.ReplaceAll(text, "rootDSE", "r\n o\r\n o\r t\n D\n S\n E\n "),
		"comments":              "# a\n # b\n" + strings.ReplaceAll(text, "objectClass: r", "#c\n d\nobjectClass: r"),
		"references in between": strings.ReplaceAll(text, "\n\n", "\n\nref: ldap://a/\nref: ldap://b/\n\n"),
		"references in front":   "ref: ldap://a/\n" + strings.ReplaceAll(text, "\n\n", "\n\nref: ldap://b/\n"),
		"result behind":         text + "\nsearch: 2\nresult: 0 Success\n",
	} {
		if got, err := template.ParseLDIF([]byte(dressed)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got  %q, %v\nwant %q", what, got, err, want)
		}
	}
}

// TestLDIFStaysSmall gives files that are as large as allowed and made to become larger in memory.
func TestLDIFStaysSmall(t *testing.T) {
	const size = 15 << 20
	const slow = 30 * time.Second // what takes a tenth of a second with the race detector off; quadratic would be hours
	record := "dn: CN=x\n" + strings.Repeat("a:\nb:\n", 2000) + "\n"
	for name, test := range map[string]struct {
		text string
		want error
	}{
		"short lines":       {"dn: CN=x\n" + strings.Repeat("a:\nb:\n", size/6), template.ErrLimit},
		"short lines apart": {strings.Repeat(record, size/len(record)), template.ErrLimit},
		"small records":     {strings.Repeat("dn: a\na:\n\n", size/10), template.ErrLimit},
		"modifications":     {"dn: CN=x\nchangetype: modify\n" + strings.Repeat("delete: a\n-\n", size/12), template.ErrLimit},
		"names":             {"dn: CN=x\n" + manyNames(9000, size), nil},
		"one value":         {"dn: CN=x\ncn: " + strings.Repeat("x", size), nil},
		"one folded value":  {"dn: CN=x\ncn: x\n" + strings.Repeat(" x\n", size/3), nil},
		"empty lines":       {strings.Repeat("\r", size), nil},
		"comments":          {strings.Repeat("#\n", size/2), nil},
	} {
		data := []byte(test.text)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		begin := time.Now()
		records, err := template.ParseLDIF(data)
		took := time.Since(begin)
		runtime.GC()
		runtime.ReadMemStats(&after)
		if !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
		live, allocated := int64(after.HeapAlloc)-int64(before.HeapAlloc), after.TotalAlloc-before.TotalAlloc
		if live > 3*size || allocated > 8*size || took > slow {
			t.Errorf("%s: %d bytes live and %d allocated in %s, of %d", name, live, allocated, took, len(data))
		}
		runtime.KeepAlive(records)
		runtime.KeepAlive(data)
	}
}

// manyNames returns lines of size bytes altogether, each with a name of its own.
func manyNames(n, size int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a%d%s:\n", i, strings.Repeat("a", size/n-8))
	}
	return b.String()
}

// TestLDIFTakesARealForest wants the bounds to be far from what there is.
func TestLDIFTakesARealForest(t *testing.T) {
	records, err := desiredWithOID().LDIF(configuration, domainAdmins)
	if err != nil {
		t.Fatal(err)
	}
	forest := slices.Repeat(records[1:2], 5000)
	text, err := template.FormatLDIF(forest)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := template.ParseLDIF(text); err != nil || len(got) != len(forest) {
		t.Errorf("%d records, %v", len(got), err)
	}
}

func TestLDIFAttributeNames(t *testing.T) {
	for name, valid := range map[string]bool{
		"cn": true, "1.2.840": true, "msPKI-RA-Signature": true, "userCertificate;binary": true, "cn;lang-de;x-1": true, "cn;-": true,
		"": false, "-cn": false, ";binary": false, "cn;": false, "cn;;x": false, "cn;a.b": false, "c n": false, "cn\n": false, "cné": false, "c_n": false,
	} {
		r := []template.LDIFRecord{{DN: "CN=x", Attributes: []template.Attribute{{Name: name, Values: [][]byte{nil}}}}}
		if _, err := template.FormatLDIF(r); (err == nil) != valid {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestLDIFKeepsAnyValue(t *testing.T) {
	for _, value := range []string{
		"", "plain", " leading space", "trailing space ", ":colon", "<less", "a: b", "#hash", "Größe", "été", "caf\u00e9",
		"line\nfeed", "carriage\rreturn", "\x00", "\xff\xfe", strings.Repeat("long ", 100) + "end", strings.Repeat("\x01\x80", 200), "-",
	} {
		want := []template.LDIFRecord{
			{DN: "CN=" + value + ",DC=contoso", Attributes: []template.Attribute{{Name: "description;lang-de", Values: [][]byte{[]byte(value)}}}},
			{DN: "CN=x", ChangeType: template.LDIFDelete},
			{DN: "CN=x", ChangeType: template.LDIFModify, Modifications: []template.LDIFModification{
				{Operation: template.LDIFReplace, Attribute: template.Attribute{Name: "cn", Values: [][]byte{[]byte(value), []byte("x")}}},
				{Operation: template.LDIFDelete, Attribute: template.Attribute{Name: "sn"}},
			}},
		}
		text, err := template.FormatLDIF(want)
		if err != nil {
			t.Errorf("%q: %v", value, err)
			continue
		}
		for line := range strings.Lines(string(text)) {
			if len(line) > 77 || strings.ContainsFunc(line, func(r rune) bool { return r == 0 || r == '\r' || r > 127 }) {
				t.Errorf("%q: line %q", value, line)
			}
		}
		got, err := template.ParseLDIF(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got  %q, %v\nwant %q", value, got, err, want)
		}
	}
}

func TestLDIFNamesAreEscaped(t *testing.T) {
	d := desiredWithOID()
	d.CA = `#Contoso, "Issuing" CA; 1+1=2\ `
	if _, err := d.LDIF(configuration, domainAdmins); !errors.Is(err, template.ErrInvalid) {
		t.Errorf("a space at the end: got %v, want ErrInvalid", err)
	}
	d.CA = strings.TrimSpace(d.CA)
	records, err := d.LDIF(configuration, domainAdmins)
	if err != nil {
		t.Fatal(err)
	}
	if want := `CN=\#Contoso\, \"Issuing\" CA\; 1\+1\=2\\,CN=Enrollment Services,`; !strings.HasPrefix(records[2].DN, want) {
		t.Errorf("got %s, want %s", records[2].DN, want)
	}
	for dn, want := range map[string]string{
		`CN=Cloud\20DP,DC=x`: "Cloud DP", `cn=Gr\c3\b6\c3\9fe`: "Größe", `CN=A\ B,DC=x`: "A B",
	} {
		read := template.LDIFRecord{DN: dn, Attributes: attributesOf(t, webServerDump)}
		if got, err := read.Template(); err != nil || got.Name != want {
			t.Errorf("%s: got %q, %v, want %q", dn, got.Name, err, want)
		}
	}
	for _, dn := range []string{"", "OU=x", `CN=\`, "CN=", `CN=a\,b`} {
		read := template.LDIFRecord{DN: dn, Attributes: attributesOf(t, webServerDump)}
		if _, err := read.Template(); !errors.Is(err, template.ErrInvalid) {
			t.Errorf("%q: got %v, want ErrInvalid", dn, err)
		}
	}
}

func TestLDIFListsAnAdministratorOnce(t *testing.T) {
	d := desiredWithOID()
	records, err := d.LDIF(configuration, group, domainAdmins, domainAdmins)
	if err != nil {
		t.Fatal(err)
	}
	got, err := records[1].Template()
	if want := administer; err != nil || len(got.Access) != 3 || got.Granted(group) != want || got.Granted(domainAdmins)&template.Enroll != 0 {
		t.Errorf("access %v, %v", got.Access, err)
	}
}

func TestLDIFWantsWhatItCannotKnow(t *testing.T) {
	_, err := template.Desired{Template: template.CloudDP(group)}.LDIF("DC=contoso,DC=com")
	invalid, _ := errors.AsType[*template.InvalidError](err)
	if invalid == nil || len(invalid.Problems) != 4 {
		t.Errorf("got %v, want problems with the authority, the OID, the configuration and the administrators", err)
	}
	spoiled := template.LDIFRecord{DN: "CN=x", Attributes: []template.Attribute{{Name: securityAttribute, Values: [][]byte{{1}}}}}
	spoiled.Attributes = append(spoiled.Attributes, attributesOf(t, webServerDump)...)
	if _, err := spoiled.Template(); !errors.Is(err, template.ErrInvalid) {
		t.Errorf("a damaged descriptor: got %v, want ErrInvalid", err)
	}
}

const securityAttribute = "nTSecurityDescriptor"

func TestMalformedLDIFIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want error
	}{
		"no name":          {"cn: x\n", template.ErrInvalid},
		"changes no name":  {"dn:\nchangetype: modify\nreplace: cn\ncn: x\n-\n", template.ErrInvalid},
		"deletes no name":  {"dn:\nchangetype: delete\n", template.ErrInvalid},
		"a name's prefix":  {"dnx: CN=x\ncn: x\n", template.ErrInvalid},
		"result and all":   {"search: 2\ndn: CN=x\ncn: x\n", template.ErrInvalid},
		"BOM in between":   {"dn: CN=x\ncn: x\n\n\ufeffdn: CN=y\ncn: y\n", template.ErrInvalid},
		"no colon":         {"dn: CN=x\ncn\n", template.ErrInvalid},
		"no attributes":    {"dn: CN=x\n", template.ErrInvalid},
		"bad attribute":    {"dn: CN=x\nc n: x\n", template.ErrInvalid},
		"bad Base64":       {"dn: CN=x\ncn:: x\n", template.ErrInvalid},
		"version 2":        {"version: 2\ndn: CN=x\ncn: x\n", template.ErrInvalid},
		"change type":      {"dn: CN=x\nchangetype: remove\ncn: x\n", template.ErrInvalid},
		"operation":        {"dn: CN=x\nchangetype: modify\nincrement: cn\ncn: 1\n-\n", template.ErrInvalid},
		"two attributes":   {"dn: CN=x\nchangetype: modify\nadd: cn\nsn: 1\n-\n", template.ErrInvalid},
		"no attribute":     {"dn: CN=x\nchangetype: modify\nadd: c n\n-\n", template.ErrInvalid},
		"adds nothing":     {"dn: CN=x\nchangetype: modify\nadd: cn\n-\n", template.ErrInvalid},
		"modifies nothing": {"dn: CN=x\nchangetype: modify\n", template.ErrInvalid},
		"after a deletion": {"dn: CN=x\nchangetype: delete\ncn: x\n", template.ErrInvalid},
		"a file":           {"dn: CN=x\ncn:< file:///etc/passwd\n", template.ErrUnsupported},
		"renaming":         {"dn: CN=x\nchangetype: modrdn\nnewrdn: CN=y\ndeleteoldrdn: 1\n", template.ErrUnsupported},
		"a control":        {"dn: CN=x\ncontrol: 1.2.840.113556.1.4.805 true\nchangetype: delete\n", template.ErrUnsupported},
		"too large":        {strings.Repeat("#", 17<<20), template.ErrLimit},
	} {
		if records, err := template.ParseLDIF([]byte(test.text)); !errors.Is(err, test.want) || records != nil {
			t.Errorf("%s: got %v, %v, want %v", name, records, err, test.want)
		}
	}
	for _, text := range []string{"", "\n\n", "# nothing\n", "version: 1\n"} {
		if records, err := template.ParseLDIF([]byte(text)); err != nil || len(records) != 0 {
			t.Errorf("%q: got %v, %v", text, records, err)
		}
	}
}

func TestFormatLDIFRefusesWhatIsNoLDIF(t *testing.T) {
	cn := template.Attribute{Name: "cn", Values: [][]byte{[]byte("x")}}
	for name, r := range map[string]template.LDIFRecord{
		"zero":              {},
		"adds no name":      {ChangeType: template.LDIFAdd, Attributes: []template.Attribute{cn}},
		"no attributes":     {DN: "CN=x"},
		"no values":         {DN: "CN=x", Attributes: []template.Attribute{{Name: "cn"}}},
		"bad name":          {DN: "CN=x", Attributes: []template.Attribute{{Name: "c\nn", Values: cn.Values}}},
		"unknown change":    {DN: "CN=x", ChangeType: "modrdn", Attributes: []template.Attribute{cn}},
		"deletion with":     {DN: "CN=x", ChangeType: template.LDIFDelete, Attributes: []template.Attribute{cn}},
		"modifies nothing":  {DN: "CN=x", ChangeType: template.LDIFModify},
		"unknown operation": {DN: "CN=x", ChangeType: template.LDIFModify, Modifications: []template.LDIFModification{{Operation: "x", Attribute: cn}}},
		"adds nothing": {DN: "CN=x", ChangeType: template.LDIFModify, Modifications: []template.LDIFModification{
			{Operation: template.LDIFAdd, Attribute: template.Attribute{Name: "cn"}},
		}},
	} {
		if text, err := template.FormatLDIF([]template.LDIFRecord{r}); !errors.Is(err, template.ErrInvalid) || text != nil {
			t.Errorf("%s: got %q, %v, want ErrInvalid", name, text, err)
		}
	}
}

func FuzzLDIF(f *testing.F) {
	f.Add(ldif(f, desiredWithOID()))
	f.Add([]byte("\ufeffversion: 1\rdn:\rcn: a\r b\r\rref: x\r\rsearch: 2\rresult: 0\r"))
	f.Add([]byte("version: 1\r\n\r\n# x\r\ndn:: Q049eA==\r\ncn: a\r\n  b\r\n\r\n"))
	f.Add([]byte("dn: CN=x\nchangetype: delete\n\ndn: CN=x\nchangetype: modify\nreplace: cn\n-\ndelete: sn\nsn:: AA==\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		records, err := template.ParseLDIF(data)
		if err != nil {
			if !errors.Is(err, template.ErrInvalid) && !errors.Is(err, template.ErrUnsupported) {
				t.Errorf("%v has no category", err)
			}
			return
		}
		text, err := template.FormatLDIF(records)
		if err != nil {
			t.Fatalf("%q: %v", records, err)
		}
		again, err := template.ParseLDIF(text)
		if err != nil || !reflect.DeepEqual(again, records) {
			t.Errorf("got  %q, %v\nwant %q", again, err, records)
		}
		for _, r := range records {
			if _, err := r.Template(); err != nil && !errors.Is(err, template.ErrInvalid) {
				t.Errorf("%v is no ErrInvalid", err)
			}
		}
	})
}
