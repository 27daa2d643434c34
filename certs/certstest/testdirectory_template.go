package certstest

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs/template"
)

func testTemplateRoundTrip(t *testing.T, h DirectoryHarness) {
	t.Helper()
	put := h.template(t)
	for _, size := range []int{2048, 4096} { // made, then changed
		put.MinimalKeySize = size
		h.put(t, put)
		got, err := h.Directory.Template(t.Context(), strings.ToUpper(put.Name))
		if err != nil {
			t.Fatalf("Template: %v", err)
		}
		for _, a := range put.Access { // a directory may list administrators besides
			if got.Granted(a.SID) != a.Rights {
				t.Errorf("%s has %s, want %s", a.SID, got.Granted(a.SID), a.Rights)
			}
		}
		if !slices.Equal(got.Access, got.Security.Access()) {
			t.Errorf("access %v is not that of %s", got.Access, got.Security)
		}
		wantStored(t, got, put)
	}
}

// wantStored compares everything but access.
func wantStored(t *testing.T, got, want template.Template) {
	t.Helper()
	got.Access, got.Security, want.Security = want.Access, template.SecurityDescriptor{}, template.SecurityDescriptor{}
	if text := fmt.Sprintf("%+v", want); fmt.Sprintf("%+v", got) != text {
		t.Errorf("got  %+v\nwant %s", got, text)
	}
}

// testEveryAttribute puts something into each attribute, flags without a name among it, and takes it away again. Two
// fields share an attribute: the first template has one of them, the second the other.
func testEveryAttribute(t *testing.T, h DirectoryHarness) {
	t.Helper()
	plain := h.template(t)
	full := plain.Clone()
	full.DisplayName = "Größe & Co"
	full.SchemaVersion = 4
	full.Flags |= 0x40000000
	full.EnrollmentFlags = 0x80000000 | template.EnrollmentNoRevocationInfo
	full.PrivateKeyFlags = 0xF0000000 | template.PrivateKeyServer2016 | template.PrivateKeyClient10
	full.NameFlags |= template.NameSubjectDirectoryPath
	full.KeySpec = template.Signature
	full.KeyUsage |= x509.KeyUsageDecipherOnly
	full.MaxIssuingDepth = -1
	full.Revision, full.MinorRevision = 101, 7
	full.MinimalKeySize = 16384
	full.Validity, full.Renewal = 365*24*time.Hour+100*time.Nanosecond, 0
	full.ExtKeyUsage = []string{template.ServerAuth, template.ClientAuth}
	full.ApplicationPolicies = []string{"1.3.6.1.4.1.311.20.2.2", template.ClientAuth}
	full.CertificatePolicies = []string{"1.3.6.1.4.1.311.21.8.1.400", "1.3.6.1.4.1.311.21.8.1.401"}
	full.CriticalExtensions = []string{"2.5.29.15", "2.5.29.37"}
	full.Supersedes = []string{"DomainController", "WebServer"}
	full.CSPs = []template.CSP{{Preference: 1, Name: "Contoso Provider, Old"}, {Preference: 7, Name: "Contoso Provider"}}
	full.RASignatures, full.RAPolicies = 1, []string{"1.3.6.1.4.1.311.21.8.1.402"}
	full.KeyProperties = []template.Property{
		{Name: template.PropertyHashAlgorithm, Type: "PZPWSTR", Value: "SHA256"},
		{Name: template.PropertyAsymmetricAlgorithm, Type: "PZPWSTR", Value: "RSA"},
		{Name: "msPKI-Key-Usage", Type: "DWORD", Value: "16777215"},
	}
	older := full.Clone()
	older.SchemaVersion, older.KeyProperties = 2, nil
	older.RASignatures, older.RAPolicies = 2, []string{"1.3.6.1.4.1.311.21.8.1.403", "1.3.6.1.4.1.311.21.8.1.404"}
	older.RAApplicationPolicies = []string{"1.3.6.1.4.1.311.20.2.1", template.ClientAuth}
	older.PrivateKeyFlags = template.PrivateKeyServer2003 | template.PrivateKeyClientXP | template.PrivateKeyRequireArchival
	for _, put := range []template.Template{full, older, plain, older, full} {
		wantStored(t, h.put(t, put), put)
	}
}

func testTemplateOID(t *testing.T, h DirectoryHarness) {
	t.Helper()
	put := h.template(t)
	made := h.put(t, put)
	put.OID = h.oid(t, "10000001.10000003")
	wantError(t, "PutTemplate with another OID", h.Directory.PutTemplate(t.Context(), &made, put), template.ErrConflict)
	other := h.template(t)
	other.Name += "2"
	wantError(t, "PutTemplate with the OID of another", h.Directory.PutTemplate(t.Context(), nil, other), template.ErrConflict)
}

func testImpossibleTemplate(t *testing.T, h DirectoryHarness) {
	t.Helper()
	for what, spoil := range map[string]func(*template.Template){
		"no name":      func(p *template.Template) { p.Name = "" },
		"no OID":       func(p *template.Template) { p.OID = "" },
		"no life":      func(p *template.Template) { p.Validity = 0 },
		"bad SID":      func(p *template.Template) { p.Access = []template.Access{{SID: "Admins", Rights: template.Enroll}} },
		"bad purposes": func(p *template.Template) { p.ExtKeyUsage = []string{"serverAuth"} },
	} {
		spoiled := h.template(t)
		spoil(&spoiled)
		wantError(t, what, h.Directory.PutTemplate(t.Context(), nil, spoiled), template.ErrInvalid)
	}
	made := h.put(t, h.template(t))
	renamed := made.Clone()
	renamed.Name += "2"
	wantError(t, "another name", h.Directory.PutTemplate(t.Context(), &made, renamed), template.ErrInvalid)
}

func testAdministrators(t *testing.T, h DirectoryHarness) {
	t.Helper()
	put := h.template(t)
	group, others := put.Access[1].SID, put.Access[:1]
	for _, step := range []struct {
		access []template.Access
		want   template.Rights
	}{
		{append(slices.Clone(others), template.Access{SID: group, Rights: template.Read | template.AutoEnroll}), template.Read | template.AutoEnroll},
		{others, 0}, // whoever is not listed has nothing
		{append(slices.Clone(others), template.Access{SID: group, Rights: template.Read | template.Write}), template.Read | template.Write},
		{others, template.Read | template.Write}, // but administrators keep what they have
		{append(slices.Clone(others), template.Access{SID: group, Rights: template.Read}), template.Read},
	} {
		put.Access = step.access
		got := h.put(t, put)
		if got.Granted(group) != step.want || got.Granted(template.AuthenticatedUsers) != template.Read {
			t.Errorf("access %v: the group has %s, want %s; everybody has %s",
				step.access, got.Granted(group), step.want, got.Granted(template.AuthenticatedUsers))
		}
	}
	put.Access = []template.Access{{SID: group, Rights: template.Read}, {SID: template.AuthenticatedUsers, Rights: template.Write}}
	h.put(t, put)
	put.Access = put.Access[:1]
	if got := h.put(t, put); got.Granted(template.AuthenticatedUsers) != 0 {
		t.Errorf("everybody is no administrator, and still has %s", got.Granted(template.AuthenticatedUsers))
	}
}

// testBuiltInAccess holds that of a template of schema version 1 nothing but access can be changed.
func testBuiltInAccess(t *testing.T, h DirectoryHarness) {
	t.Helper()
	web := h.stored(t, "WebServer")
	if web == nil {
		t.Fatal("WebServer is missing")
	}
	changed, group := web.Clone(), h.desired(t).Template.Access[1]
	changed.Access = append(changed.Access, group)
	open := h.put(t, changed)
	changed.MinimalKeySize *= 2
	wantError(t, "PutTemplate with longer keys", h.Directory.PutTemplate(t.Context(), &open, changed), template.ErrDenied)
	after := h.stored(t, "WebServer")
	if after == nil || after.Granted(group.SID) != group.Rights || after.MinimalKeySize != web.MinimalKeySize {
		t.Errorf("WebServer is now %+v", after)
	}
}

func testCopies(t *testing.T, h DirectoryHarness) {
	t.Helper()
	put := h.template(t)
	got := h.put(t, put)
	put.ExtKeyUsage[0], got.ExtKeyUsage[0] = template.ClientAuth, template.ClientAuth
	if again := h.stored(t, put.Name); again.ExtKeyUsage[0] != template.ServerAuth {
		t.Errorf("purposes changed behind the directory's back: %v", again.ExtKeyUsage)
	}
}
