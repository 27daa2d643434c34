package certstest

import (
	"crypto/x509"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/clouddp/sdk/certs/template"
)

// testEveryAttribute puts something into each attribute, flags without a name among it, and takes it away again.
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
	full.Validity, full.Renewal = 365*24*time.Hour+100*time.Nanosecond, 0
	full.ExtKeyUsage = []string{template.ServerAuth, template.ClientAuth}
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
	for _, put := range []template.Template{full, plain} {
		if err := h.Directory.PutTemplate(t.Context(), put); err != nil {
			t.Fatalf("PutTemplate: %v", err)
		}
		got, err := h.Directory.Template(t.Context(), put.Name)
		if err != nil {
			t.Fatalf("Template: %v", err)
		}
		got.Access = put.Access
		if want := fmt.Sprintf("%+v", put); fmt.Sprintf("%+v", got) != want {
			t.Errorf("got  %+v\nwant %s", got, want)
		}
	}
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
		if err := h.Directory.PutTemplate(t.Context(), put); err != nil {
			t.Fatalf("PutTemplate: %v", err)
		}
		got, err := h.Directory.Template(t.Context(), put.Name)
		if err != nil || got.Granted(group) != step.want || got.Granted(template.AuthenticatedUsers) != template.Read {
			t.Errorf("access %v: the group has %s, want %s; everybody has %s; %v",
				step.access, got.Granted(group), step.want, got.Granted(template.AuthenticatedUsers), err)
		}
	}
}

// testBuiltInAccess holds that of a template of schema version 1 nothing but access can be changed.
func testBuiltInAccess(t *testing.T, h DirectoryHarness) {
	t.Helper()
	web, err := h.Directory.Template(t.Context(), "WebServer")
	if err != nil {
		t.Fatalf("Template: %v", err)
	}
	group := h.desired(t).Template.Access[1]
	web.Access = append(web.Access, group)
	if err := h.Directory.PutTemplate(t.Context(), web); err != nil {
		t.Fatalf("PutTemplate with more access: %v", err)
	}
	web.MinimalKeySize *= 2
	wantError(t, "PutTemplate with longer keys", h.Directory.PutTemplate(t.Context(), web), template.ErrDenied)
	after, err := h.Directory.Template(t.Context(), "WebServer")
	if err != nil || after.Granted(group.SID) != group.Rights || after.MinimalKeySize*2 != web.MinimalKeySize {
		t.Errorf("WebServer is now %+v, %v", after, err)
	}
}
