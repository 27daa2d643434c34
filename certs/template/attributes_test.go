package template_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/template"
)

// attributesOf reads lines of the form "name: text" and "name:: base64".
func attributesOf(t testing.TB, dump string) []template.Attribute {
	t.Helper()
	var attributes []template.Attribute
	for line := range strings.Lines(dump) {
		name, rest, found := strings.Cut(strings.TrimSpace(line), ":")
		if !found {
			continue
		}
		value := []byte(strings.TrimSpace(rest))
		if encoded, ok := strings.CutPrefix(rest, ":"); ok {
			var err error
			if value, err = base64.StdEncoding.DecodeString(strings.TrimSpace(encoded)); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(attributes); n > 0 && attributes[n-1].Name == name {
			attributes[n-1].Values = append(attributes[n-1].Values, value)
			continue
		}
		attributes = append(attributes, template.Attribute{Name: name, Values: [][]byte{value}})
	}
	return attributes
}

func parseAttributes(t testing.TB, name, dump string) template.Template {
	t.Helper()
	parsed, err := template.ParseAttributes(name, attributesOf(t, dump))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func attributesFrom(t testing.TB, from template.Template) []template.Attribute {
	t.Helper()
	attributes, err := from.Attributes()
	if err != nil {
		t.Fatal(err)
	}
	return attributes
}

// webServerDump is the template as a forest of Windows Server 2019 shows it.
const webServerDump = `
displayName: Web Server
flags: 66113
revision: 4
msPKI-Template-Minor-Revision: 1
msPKI-Template-Schema-Version: 1
msPKI-Cert-Template-OID: 1.3.6.1.4.1.311.21.8.4837291.9026315.1529844.7710235.3308176.201.1.16
pKIDefaultKeySpec: 1
pKIKeyUsage:: oAA=
pKIMaxIssuingDepth: 0
pKICriticalExtensions: 2.5.29.15
pKIExpirationPeriod:: AIByDl3C/f8=
pKIOverlapPeriod:: AICmCv/e//8=
pKIExtendedKeyUsage: 1.3.6.1.5.5.7.3.1
pKIDefaultCSPs: 1,Microsoft RSA SChannel Cryptographic Provider
pKIDefaultCSPs: 2,Microsoft DH SChannel Cryptographic Provider
msPKI-RA-Signature: 0
msPKI-Minimal-Key-Size: 2048
msPKI-Enrollment-Flag: 0
msPKI-Private-Key-Flag: 0
msPKI-Certificate-Name-Flag: 1
`

// cloudDPDump is what Duplicate and "Allow private key to be exported" make of it.
const cloudDPDump = `
displayName: Cloud DP Cert
flags: 131649
revision: 100
msPKI-Template-Minor-Revision: 0
msPKI-Template-Schema-Version: 2
msPKI-Cert-Template-OID: 1.3.6.1.4.1.311.21.8.4837291.9026315.1529844.7710235.3308176.201.10000001.10000002
pKIDefaultKeySpec: 1
pKIKeyUsage:: oAA=
pKIMaxIssuingDepth: 0
pKICriticalExtensions: 2.5.29.15
pKIExpirationPeriod:: AIByDl3C/f8=
pKIOverlapPeriod:: AICmCv/e//8=
pKIExtendedKeyUsage: 1.3.6.1.5.5.7.3.1
pKIDefaultCSPs: 1,Microsoft RSA SChannel Cryptographic Provider
pKIDefaultCSPs: 2,Microsoft DH SChannel Cryptographic Provider
msPKI-RA-Signature: 0
msPKI-Certificate-Application-Policy: 1.3.6.1.5.5.7.3.1
msPKI-Minimal-Key-Size: 2048
msPKI-Enrollment-Flag: 0
msPKI-Private-Key-Flag: 16842768
msPKI-Certificate-Name-Flag: 1
`

// newerDump has something in every attribute, as a template for newer key providers (schema version 4) may.
const newerDump = `
displayName: Größe
flags: 131649
revision: 100
msPKI-Template-Minor-Revision: 12
msPKI-Template-Schema-Version: 4
msPKI-Cert-Template-OID: 1.3.6.1.4.1.311.21.8.4837291.9026315.1529844.7710235.3308176.201.20000001.20000002
pKIDefaultKeySpec: 2
pKIKeyUsage:: AYA=
pKIMaxIssuingDepth: -1
pKICriticalExtensions: 2.5.29.15
pKICriticalExtensions: 2.5.29.7
pKIExpirationPeriod:: AEA5hy7h/v8=
pKIOverlapPeriod:: AAAAAAAAAAA=
pKIExtendedKeyUsage: 1.3.6.1.5.5.7.3.1
pKIExtendedKeyUsage: 1.3.6.1.5.5.7.3.2
pKIDefaultCSPs: 1,Microsoft Platform Crypto Provider, the other
pKIDefaultCSPs: 1,Microsoft Software Key Storage Provider
pKIDefaultCSPs: 7,Contoso Provider
msPKI-RA-Signature: 1
msPKI-RA-Policies: 1.3.6.1.4.1.311.21.8.1.400
msPKI-Certificate-Policy: 1.3.6.1.4.1.311.21.8.1.401
msPKI-Supersede-Templates: CloudDPCert
msPKI-Supersede-Templates: WebServer
` + "msPKI-RA-Application-Policies: msPKI-Asymmetric-Algorithm`PZPWSTR`RSA`msPKI-Hash-Algorithm`PZPWSTR`SHA256`msPKI-Key-Usage`DWORD`16777215`" + `
msPKI-Certificate-Application-Policy: 1.3.6.1.5.5.7.3.1
msPKI-Minimal-Key-Size: 4096
msPKI-Enrollment-Flag: -2147483646
msPKI-Private-Key-Flag: 101056528
msPKI-Certificate-Name-Flag: -1946157056
`

func TestWebServerIsByteForByteTheDump(t *testing.T) {
	web := template.WebServer()
	web.OID = "1.3.6.1.4.1.311.21.8.4837291.9026315.1529844.7710235.3308176.201.1.16"
	if got, want := attributesFrom(t, web), attributesOf(t, webServerDump); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestCloudDPIsByteForByteTheDump(t *testing.T) {
	made := template.CloudDP(group)
	made.OID = "1.3.6.1.4.1.311.21.8.4837291.9026315.1529844.7710235.3308176.201.10000001.10000002"
	if got, want := attributesFrom(t, made), attributesOf(t, cloudDPDump); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	duplicate := template.WebServer().Duplicate("Cloud DP Cert")
	duplicate.OID = made.OID
	want := attributesOf(t, strings.Replace(cloudDPDump, "16842768", "16842752", 1))
	if got := attributesFrom(t, duplicate); !reflect.DeepEqual(got, want) {
		t.Errorf("duplicate:\ngot  %q\nwant %q", got, want)
	}
}

func TestAttributesRoundTrip(t *testing.T) {
	for _, dump := range []string{webServerDump, cloudDPDump, newerDump, strings.Replace(webServerDump, "oAA=", "oA==", 1)} {
		want := attributesOf(t, dump)
		if got := attributesFrom(t, parseAttributes(t, "Some Template", dump)); !reflect.DeepEqual(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func TestParseAttributesTakesWhatServersAdd(t *testing.T) {
	const dump = `
objectClass: top
objectClass: pKICertificateTemplate
cn: WebServer
distinguishedName: CN=WebServer
instanceType: 4
whenCreated: 20260101000000.0Z
uSNCreated: 12345
showInAdvancedViewOnly: TRUE
objectGUID:: AAAAAAAAAAAAAAAAAAAAAA==
nTSecurityDescriptor:: AQAEgA==
`
	attributes := append(attributesOf(t, webServerDump), attributesOf(t, dump)...)
	slices.Reverse(attributes)
	for i := range attributes {
		attributes[i].Name = strings.ToUpper(attributes[i].Name)
		slices.Reverse(attributes[i].Values)
	}
	got, err := template.ParseAttributes("WebServer", attributes)
	want := template.WebServer()
	want.OID, want.Access = "1.3.6.1.4.1.311.21.8.4837291.9026315.1529844.7710235.3308176.201.1.16", nil
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
}

func TestParseAttributesListsEveryProblem(t *testing.T) {
	dump := `
displayName: Web Server
displayName: Second
flags: 4294967295
revision: +4
msPKI-Template-Schema-Version: 5
msPKI-Cert-Template-OID: not an OID
pKIDefaultKeySpec: 3
pKIKeyUsage:: AAAA
pKIExpirationPeriod:: AAAA
pKIOverlapPeriod:: AIBy8aI9AgA=
pKICriticalExtensions: 2.5.29.15
pKICriticalExtensions: 2.5.29.15
pKIDefaultCSPs: Microsoft RSA SChannel Cryptographic Provider
msPKI-Supersede-Templates:: /w==
` + "msPKI-RA-Application-Policies: msPKI-Asymmetric-Algorithm`PZPWSTR`RSA"
	_, err := template.ParseAttributes("Web/Server", attributesOf(t, dump))
	invalid, _ := errors.AsType[*template.InvalidError](err)
	if invalid == nil {
		t.Fatalf("got %v, want an InvalidError", err)
	}
	var names []string
	for _, p := range invalid.Problems {
		names = append(names, p.Field)
	}
	want := []string{
		"displayName", "flags", "revision", "pKIKeyUsage", "pKICriticalExtensions", "pKIExpirationPeriod", "pKIOverlapPeriod",
		"pKIDefaultCSPs", "msPKI-Supersede-Templates", "msPKI-RA-Application-Policies",
		"cn", "msPKI-Cert-Template-OID", "msPKI-Template-Schema-Version", "pKIDefaultKeySpec", "pKICriticalExtensions",
	}
	slices.Sort(names)
	slices.Sort(want)
	if want = slices.Compact(want); !slices.Equal(names, want) {
		t.Errorf("got  %v\nwant %v\n%v", names, want, err)
	}
}

func TestParseAttributesRefusesBadValues(t *testing.T) {
	for name, values := range map[string][]string{
		"flags":                         {"", "01", "+1", "-0", " 1", "1 ", "0x1", "2147483648", "-2147483649", "one"},
		"revision":                      {"-1", "1.0"},
		"msPKI-Template-Schema-Version": {"0", "5"},
		"pKIKeyUsage":                   {"", "abc"},
		"pKIExpirationPeriod":           {"", "1234567", "123456789", "\x00\x00\x00\x00\x00\x00\x00\x00", "\x01\x00\x00\x00\x00\x00\x00\x00", "\x00\x00\x00\x00\x00\x00\x00\x80"},
		"pKIOverlapPeriod":              {"\x00\x00\x72\x0e\x5d\xc2\xfd\xff"}, // longer than the validity
		"pKIDefaultCSPs":                {"", "1", "1,", "01,Microsoft", "+1,Microsoft", "-1,Microsoft", "x,Microsoft", ",Microsoft", "1, Microsoft"},
		"pKIExtendedKeyUsage":           {"", "1.3.6.1.5.5.7.3.1 ", "serverAuth"},
		"displayName":                   {"", " ", "a\nb", "\xff"},
		"msPKI-RA-Application-Policies": {"`", "a`b`", "a`b`c", "`DWORD`1`", "a``1`", "x"},
	} {
		for _, value := range values {
			attributes := slices.DeleteFunc(attributesOf(t, newerDump), func(a template.Attribute) bool { return a.Name == name })
			attributes = append(attributes, template.Attribute{Name: name, Values: [][]byte{[]byte(value)}})
			_, err := template.ParseAttributes("X", attributes)
			invalid, _ := errors.AsType[*template.InvalidError](err)
			if invalid == nil || len(invalid.Problems) != 1 || invalid.Problems[0].Field != name {
				t.Errorf("%s %q: got %v", name, value, err)
			}
		}
	}
}

func TestAttributesRefuseWhatCannotBeHeld(t *testing.T) {
	if attributes, err := (template.Template{}).Attributes(); !errors.Is(err, template.ErrInvalid) || attributes != nil {
		t.Errorf("got %v, %v, want ErrInvalid", attributes, err)
	}
	bad := template.CloudDP(group)
	bad.Validity += time.Nanosecond
	bad.KeyUsage = 1 << 16
	bad.MaxIssuingDepth = -2
	bad.RAApplicationPolicies = []string{template.ClientAuth}
	bad.KeyProperties = []template.Property{{Name: "a`b", Type: "DWORD", Value: "1"}}
	invalid, _ := errors.AsType[*template.InvalidError](bad.Validate())
	if invalid == nil || len(invalid.Problems) != 5 {
		t.Errorf("got %v, want five problems", invalid)
	}
}

func TestObjectIdentifierRoundTrip(t *testing.T) {
	o := template.ObjectIdentifier{OID: "1.3.6.1.4.1.311.21.8.1.2.3.4.5.6.10000001.10000002", DisplayName: "Cloud DP Cert"}
	attributes, err := o.Attributes()
	want := attributesOf(t, "displayName: Cloud DP Cert\nflags: 1\nmsPKI-Cert-Template-OID: "+o.OID)
	if err != nil || !reflect.DeepEqual(attributes, want) {
		t.Fatalf("got %q, %v, want %q", attributes, err, want)
	}
	if got, err := template.ParseObjectIdentifier(append(attributes, attributesOf(t, "cn: 1.AB")...)); err != nil || got != o {
		t.Errorf("got %v, %v, want %v", got, err, o)
	}
	if cn := o.CN(); !regexp.MustCompile(`^10000002\.[0-9A-F]{32}$`).MatchString(cn) {
		t.Errorf("CN %q", cn)
	}
	for _, dump := range []string{
		"", "displayName: Cloud DP Cert\nflags: 2\nmsPKI-Cert-Template-OID: 1.3.6", "displayName: a\nflags: 1\nmsPKI-Cert-Template-OID: x",
	} {
		if _, err := template.ParseObjectIdentifier(attributesOf(t, dump)); !errors.Is(err, template.ErrInvalid) {
			t.Errorf("%q: got %v, want ErrInvalid", dump, err)
		}
	}
	if _, err := (template.ObjectIdentifier{}).Attributes(); !errors.Is(err, template.ErrInvalid) {
		t.Errorf("zero: got %v, want ErrInvalid", err)
	}
}

// TestFormOfSignaturePolicies wants the attribute that two fields share to have the form of the schema version.
func TestFormOfSignaturePolicies(t *testing.T) {
	oids := []string{"1.3.6.1.4.1.311.20.2.1"}
	for name, test := range map[string]struct {
		schema     int
		flags      template.PrivateKeyFlags
		oids       []string
		properties []template.Property
		field      string // with the problem; empty if there is none
	}{
		"2 with OIDs":              {2, 0, oids, nil, ""},
		"2 with properties":        {2, 0, nil, newer().KeyProperties, "KeyProperties"},
		"3 with OIDs":              {3, 0, oids, nil, "RAApplicationPolicies"},
		"3 with properties":        {3, 0, nil, newer().KeyProperties, ""},
		"3 has no legacy provider": {3, template.PrivateKeyLegacyProvider, nil, newer().KeyProperties, ""},
		"4 with OIDs":              {4, 0, oids, nil, "RAApplicationPolicies"},
		"4 with properties":        {4, 0, nil, newer().KeyProperties, ""},
		"legacy with OIDs":         {4, template.PrivateKeyLegacyProvider, oids, nil, ""},
		"legacy with properties":   {4, template.PrivateKeyLegacyProvider, nil, newer().KeyProperties, "KeyProperties"},
	} {
		d := desired()
		d.Template.SchemaVersion, d.Template.RASignatures = test.schema, 1
		d.Template.PrivateKeyFlags |= test.flags
		d.Template.RAApplicationPolicies, d.Template.KeyProperties = test.oids, test.properties
		for _, err := range []error{d.Template.Validate(), d.Validate()} {
			if test.field == "" {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			invalid, _ := errors.AsType[*template.InvalidError](err)
			if invalid == nil || len(invalid.Problems) != 1 || invalid.Problems[0].Field != test.field {
				t.Errorf("%s: got %v, want one problem with %s", name, err, test.field)
			}
		}
	}
}

// TestForeignFormIsRead wants a directory with a template of the wrong form to stay readable.
func TestForeignFormIsRead(t *testing.T) {
	attributes := attributesOf(t, strings.Replace(newerDump, "msPKI-Template-Schema-Version: 4", "msPKI-Template-Schema-Version: 2", 1))
	got, err := template.ParseAttributes("Odd", attributes)
	if err != nil || got.SchemaVersion != 2 || len(got.KeyProperties) == 0 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if _, err := got.Attributes(); !errors.Is(err, template.ErrInvalid) {
		t.Errorf("written again: %v, want ErrInvalid", err)
	}
}

func TestMinimalKeySizeMayBeAnything(t *testing.T) {
	for size, valid := range map[int]bool{-1: false, 0: true, 256: true, 16384: true, 16385: false} {
		w := template.CloudDP(group)
		w.MinimalKeySize = size
		if err := w.Validate(); (err == nil) != valid {
			t.Errorf("%d bits: %v", size, err)
		}
		if valid && size < 2048 && !slices.ContainsFunc(w.Check(), func(f certs.Finding) bool { return f.ID == "tpl.keysize" }) {
			t.Errorf("%d bits: no finding", size)
		}
	}
}

// TestErrorsAreShort gives what a hostile directory or file may hold.
func TestErrorsAreShort(t *testing.T) {
	const most = 20_000 // some problems, each with 300 characters of four
	long := strings.Repeat("\x01", 1<<20)
	for _, a := range attributesOf(t, newerDump) {
		attributes := slices.DeleteFunc(attributesOf(t, newerDump), func(other template.Attribute) bool { return other.Name == a.Name })
		for _, value := range []string{long, long + "\xff"} {
			odd := template.Attribute{Name: a.Name, Values: [][]byte{[]byte(value)}}
			_, err := template.ParseAttributes("Newer", append(attributes, odd))
			if err == nil || len(err.Error()) > most {
				t.Errorf("%s: an error of %d characters", a.Name, len(fmt.Sprint(err)))
			}
		}
	}
	w := template.CloudDP(template.SID(long))
	w.Name, w.DisplayName, w.OID = long, long, long
	w.CSPs = []template.CSP{{Preference: 1, Name: long}, {Preference: 1, Name: long}}
	w.Access = append(w.Access, w.Access...)
	w.Supersedes = []string{long}
	record := template.LDIFRecord{DN: long, ChangeType: long, Attributes: []template.Attribute{{Name: long}}}
	_, formatted := template.FormatLDIF([]template.LDIFRecord{record})
	record.ChangeType = template.LDIFModify
	record.Modifications = []template.LDIFModification{{Operation: long, Attribute: template.Attribute{Name: long}}}
	_, modified := template.FormatLDIF([]template.LDIFRecord{record})
	_, parsed := template.ParseLDIF([]byte("dn: CN=x\nchangetype: modify\nadd: cn\n" + strings.Repeat("a", 1<<20) + ": x\n"))
	_, encoded := template.ParseLDIF([]byte("dn: CN=x\n" + strings.Repeat("a", 1<<20) + ":: x\n"))
	_, _, pasted := template.Desired{Template: w, CA: long}.Certutil(w, long)
	_, read := record.Template()
	r := template.RequestINF{CommonName: long, DNSNames: []string{long}, ExtKeyUsage: []string{long}, Provider: long, HashAlgorithm: long, KeyAlgorithm: long}
	for what, err := range map[string]error{
		"template": w.Validate(), "SID": template.SID(long).Validate(), "record": formatted, "modification": modified, "line": parsed,
		"Base64": encoded, "certutil": pasted, "request": r.Validate(), "name": read,
	} {
		if err == nil || len(err.Error()) > most {
			t.Errorf("%s: an error of %d characters", what, len(fmt.Sprint(err)))
		}
	}
}

func FuzzAttributes(f *testing.F) {
	for _, dump := range []string{webServerDump, cloudDPDump, newerDump} {
		for _, a := range attributesOf(f, dump) {
			f.Add(a.Name, a.Values[0], len(a.Values) > 1)
		}
	}
	f.Fuzz(func(t *testing.T, name string, value []byte, twice bool) {
		attributes := slices.DeleteFunc(attributesOf(t, newerDump), func(a template.Attribute) bool { return strings.EqualFold(a.Name, name) })
		values := [][]byte{value}
		if twice {
			values = append(values, append([]byte("1"), value...))
		}
		parsed, err := template.ParseAttributes("Fuzz", append(attributes, template.Attribute{Name: name, Values: values}))
		if err != nil {
			if !errors.Is(err, template.ErrInvalid) {
				t.Errorf("%v is no ErrInvalid", err)
			}
			return
		}
		if parsed.Validate() != nil { // it was read to be told, and is not written
			if !slices.ContainsFunc(parsed.Check(), func(f certs.Finding) bool { return f.ID == "tpl.properties" }) {
				t.Errorf("%+v is not valid, and nothing tells it: %v", parsed, parsed.Validate())
			}
			return
		}
		encoded := attributesFrom(t, parsed)
		again, err := template.ParseAttributes("Fuzz", encoded)
		if err != nil || !reflect.DeepEqual(again, parsed) {
			t.Fatalf("got  %+v, %v\nwant %+v", again, err, parsed)
		}
		for _, a := range encoded {
			if !strings.EqualFold(a.Name, name) {
				continue
			}
			slices.SortFunc(values, bytes.Compare)
			got := slices.SortedFunc(slices.Values(a.Values), bytes.Compare)
			if !reflect.DeepEqual(got, values) {
				t.Errorf("%s: got %q, want %q", name, got, values)
			}
		}
	})
}
