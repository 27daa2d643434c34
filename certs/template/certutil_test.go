package template_test

import (
	"errors"
	"slices"
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
	for _, line := range []string{
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
		`certutil -config "CA01\Contoso CA" -SetCATemplates "+Cloud DP"`, "certutil -SetCATemplates +X",
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
