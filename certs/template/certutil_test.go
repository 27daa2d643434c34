package template_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs/template"
)

func TestCertutilLeadsFromADuplicate(t *testing.T) {
	byHand := template.WebServer().Duplicate("Cloud DP Cert")
	byHand.EnrollmentFlags = template.EnrollmentPendAllRequests
	byHand.NameFlags = template.NameSubjectDNSAsCN
	byHand.MinimalKeySize = 1024
	commands, rest, err := desired().Certutil(byHand, `CA01\Contoso Issuing CA`)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"certutil -dsTemplate CloudDPCert msPKI-Enrollment-Flag -CT_FLAG_PEND_ALL_REQUESTS",
		"certutil -dsTemplate CloudDPCert msPKI-Private-Key-Flag +CTPRIVATEKEY_FLAG_EXPORTABLE_KEY",
		"certutil -dsTemplate CloudDPCert msPKI-Certificate-Name-Flag +CT_FLAG_ENROLLEE_SUPPLIES_SUBJECT",
		"certutil -dsTemplate CloudDPCert msPKI-Certificate-Name-Flag -CT_FLAG_SUBJECT_REQUIRE_DNS_AS_CN",
		`certutil -config "CA01\Contoso Issuing CA" -SetCATemplates +CloudDPCert`,
	}
	var got []string
	for _, c := range commands {
		got = append(got, c.String())
		if again, err := template.ParseCertutil(c.String()); err != nil || again != c {
			t.Errorf("%s reads back as %+v, %v", c, again, err)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if len(rest) != 2 || rest[0].Attribute != "msPKI-Minimal-Key-Size" || rest[1].Action != template.Grant {
		t.Errorf("by hand: %v, want the key size and the grant", rest)
	}
}

func TestCertutilOfWhatIsAsDesired(t *testing.T) {
	d := desired()
	d.Template.PrivateKeyFlags = d.Template.PrivateKeyFlags&^template.PrivateKeyServerVersions | template.PrivateKeyServer2016
	commands, rest, err := d.Certutil(desired().Template, "")
	if err != nil || len(commands) != 1 || commands[0].String() != "certutil -SetCATemplates +CloudDPCert" {
		t.Errorf("got %v, %v, want the publication alone", commands, err)
	}
	if len(rest) != 1 || rest[0].Attribute != "msPKI-Private-Key-Flag" {
		t.Errorf("by hand: %v, want the compatibility", rest)
	}
}

// TestCertutilTakesNumbers has flags that certutil knows by no name, or not everywhere.
func TestCertutilTakesNumbers(t *testing.T) {
	existing, d := desired().Template, desired()
	existing.EnrollmentFlags = 0x80
	existing.NameFlags |= 0x2
	d.Template.EnrollmentFlags = template.EnrollmentNoSecurityExtension | 0x40000200 | template.EnrollmentPendAllRequests
	commands, rest, err := d.Certutil(existing, "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range commands {
		got = append(got, c.String())
		if again, err := template.ParseCertutil(c.String()); err != nil || again != c {
			t.Errorf("%s reads back as %+v, %v", c, again, err)
		}
	}
	want := []string{
		"certutil -dsTemplate CloudDPCert msPKI-Enrollment-Flag +CT_FLAG_PEND_ALL_REQUESTS",
		"certutil -dsTemplate CloudDPCert msPKI-Enrollment-Flag +0x40080200",
		"certutil -dsTemplate CloudDPCert msPKI-Enrollment-Flag -0x00000080",
		"certutil -dsTemplate CloudDPCert msPKI-Certificate-Name-Flag -0x00000002",
		"certutil -SetCATemplates +CloudDPCert",
	}
	if !slices.Equal(got, want) || len(rest) != 0 {
		t.Errorf("got  %q, by hand %v\nwant %q", got, rest, want)
	}
}

func TestCertutilSaysWhatIsEmpty(t *testing.T) {
	_, _, err := desired().Certutil(template.Template{}, "")
	invalid, _ := errors.AsType[*template.InvalidError](err)
	if invalid == nil || len(invalid.Problems) != 1 || invalid.Problems[0].Field != "existing" || !strings.Contains(err.Error(), "no name") {
		t.Errorf("got %v, want that existing has no name", err)
	}
	_, _, err = desired().Certutil(desired().Template, "CA01\\a\nb")
	invalid, _ = errors.AsType[*template.InvalidError](err)
	if invalid == nil || len(invalid.Problems) != 1 || invalid.Problems[0].Field != "config" {
		t.Errorf("got %v, want one problem with config", err)
	}
}

func TestCertutilStringRunsNothingElse(t *testing.T) {
	const attribute, flag = "msPKI-Enrollment-Flag", "+CT_FLAG_AUTO_ENROLLMENT"
	for field, c := range map[string]template.Certutil{
		"Template":  {Template: `x" & calc & "`, Attribute: attribute, Flag: flag},
		"Config":    {Template: "X", Config: `CA01\x" & calc & "`},
		"Attribute": {Template: "X", Attribute: "a & calc", Flag: flag},
		"Flag":      {Template: "X", Attribute: attribute, Flag: "+B & calc"},
	} {
		for _, spoiled := range []template.Certutil{c, onlyFieldOf(field, c)} {
			text := spoiled.String()
			if strings.ContainsAny(text, `"&|<>^%$;`+"`\n") || strings.Contains(text, "calc") || !strings.HasPrefix(text, "REM certutil: ") {
				t.Errorf("%s: %s can be pasted", field, text)
			}
			if _, err := template.ParseCertutil(text); !errors.Is(err, template.ErrInvalid) {
				t.Errorf("%s: %s reads back: %v", field, text, err)
			}
		}
		if !strings.Contains(c.String(), field) {
			t.Errorf("%s does not name %s", c, field)
		}
	}
}

// onlyFieldOf returns a command with one field of c and no other.
func onlyFieldOf(field string, c template.Certutil) template.Certutil {
	var only template.Certutil
	reflect.ValueOf(&only).Elem().FieldByName(field).Set(reflect.ValueOf(c).FieldByName(field))
	return only
}

func TestCertutilQuotesAndRefuses(t *testing.T) {
	spaced := template.Certutil{Template: "Cloud DP (2)", Attribute: "msPKI-Enrollment-Flag", Flag: "+CT_FLAG_AUTO_ENROLLMENT"}
	if got := spaced.String(); got != `certutil -dsTemplate "Cloud DP (2)" msPKI-Enrollment-Flag +CT_FLAG_AUTO_ENROLLMENT` {
		t.Errorf("got %s", got)
	}
	d := desired()
	for _, config := range []string{`CA01\%PATH%`, `CA01\$x`, `CA01\a"b`, "CA01\\`a", "-x", `CA01\CA\`, "CA01\\a\nb"} {
		if _, _, err := d.Certutil(d.Template, config); !errors.Is(err, template.ErrInvalid) {
			t.Errorf("%q: got %v, want ErrInvalid", config, err)
		}
	}
	if _, _, err := d.Certutil(template.WebServer(), ""); !errors.Is(err, template.ErrInvalid) {
		t.Errorf("another template: got %v, want ErrInvalid", err)
	}
}

func TestParseCertutil(t *testing.T) {
	want := template.Certutil{Config: `CA01\Contoso CA`, Template: "Cloud DP"}
	for _, line := range []string{
		`certutil -config "CA01\Contoso CA" -SetCATemplates "+Cloud DP"`,
		` certutil.exe  -config "CA01\Contoso CA"  -SetCATemplates  "+Cloud DP"` + "\r\n",
	} {
		if got, err := template.ParseCertutil(line); err != nil || got != want {
			t.Errorf("%q: got %+v, %v", line, got, err)
		}
	}
	for line, want := range map[string]template.Certutil{
		"certutil -dstemplate user msPKI-Enrollment-Flag +0x00080000": { // KB5014754
			Template: "user", Attribute: "msPKI-Enrollment-Flag", Flag: "+0x00080000",
		},
		`CertUtil.exe -DSTEMPLATE "Cloud DP" msPKI-Enrollment-Flag -0xF`: {
			Template: "Cloud DP", Attribute: "msPKI-Enrollment-Flag", Flag: "-0xF",
		},
		"certutil -setcatemplates +X": {Template: "X"},
	} {
		if got, err := template.ParseCertutil(line); err != nil || got != want {
			t.Errorf("%q: got %+v, %v", line, got, err)
		}
	}
	for _, line := range []string{
		"certutil -dsTemplate X a +0x", "certutil -dsTemplate X a +0x123456789", "certutil -dsTemplate X a 0x1", "certutil -dsTemplate X a&b +B",
		"certutil -dsTemplate X a +b", "certutil -config A -dsTemplate X a +B",
		"", "certutil", "certutil -dsTemplate X", "certutil -dsTemplate X flags 1", "certutil -SetCATemplates -X", "certutil -SetCATemplates =X",
		`certutil -SetCATemplates +"X`, "certutil -SetCATemplates +X & calc", "certutil -SetCATemplates +X\ncalc", "certutil -SetCATemplates +a/b",
	} {
		if got, err := template.ParseCertutil(line); !errors.Is(err, template.ErrInvalid) {
			t.Errorf("%q: got %+v, %v, want ErrInvalid", line, got, err)
		}
	}
}

func FuzzCertutil(f *testing.F) {
	for _, seed := range []string{
		"certutil -dsTemplate CloudDPCert msPKI-Private-Key-Flag +CTPRIVATEKEY_FLAG_EXPORTABLE_KEY",
		`certutil -config "CA01\Contoso CA" -SetCATemplates "+Cloud DP"`, "certutil -SetCATemplates +X", "certutil -dstemplate user msPKI-Enrollment-Flag +0x00080000",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		c, err := template.ParseCertutil(line)
		if err != nil {
			if !errors.Is(err, template.ErrInvalid) {
				t.Errorf("%v is no ErrInvalid", err)
			}
			return
		}
		if again, err := template.ParseCertutil(c.String()); err != nil || again != c {
			t.Errorf("%s reads back as %+v, %v, want %+v", c, again, err, c)
		}
	})
}
