package adcs_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/clouddp/sdk/certs/adcs"
	"github.com/clouddp/sdk/certs/adcs/adcstest"
	"github.com/clouddp/sdk/certs/template"
)

// afterWrite is a log that does something once a template is written, before it is read back.
type afterWrite struct {
	slog.Handler

	do func()
}

// Handle implements [slog.Handler].
func (a afterWrite) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "wrote a template" {
		a.do()
	}
	return nil
}

// Enabled implements [slog.Handler].
func (afterWrite) Enabled(context.Context, slog.Level) bool { return true }

// TestAWriteIsReadBack holds that a template which is not seen as it was written is not reported as written.
func TestAWriteIsReadBack(t *testing.T) {
	for name, test := range map[string]struct {
		meanwhile func(*forest)
		want      error
	}{
		"nobody comes between":    {func(*forest) {}, nil},
		"the server goes away":    {func(f *forest) { f.server.Inject(adcstest.FaultUnavailable) }, adcs.ErrUnavailable},
		"the connection is lost":  {func(f *forest) { f.server.Inject(adcstest.FaultDropped) }, adcs.ErrUnavailable},
		"somebody changes it":     {func(f *forest) { f.modify(t, "msPKI-Minimal-Key-Size", "1024") }, adcs.ErrUnknown},
		"somebody spoils it":      {func(f *forest) { f.modify(t, "pKIExpirationPeriod", "12345678") }, adcs.ErrInvalid},
		"somebody takes it away":  {func(f *forest) { f.remove(t) }, adcs.ErrNotFound},
		"somebody changes access": {func(f *forest) { f.grantNothing(t) }, adcs.ErrUnknown},
	} {
		f := newForest(t)
		put := newTemplate(t, f.directory)
		f.directory.Logger = slog.New(afterWrite{slog.DiscardHandler, func() { test.meanwhile(f) }})
		err := f.directory.PutTemplate(t.Context(), nil, put)
		if !errors.Is(err, test.want) || test.want != nil && !errors.Is(err, adcs.ErrUnknown) {
			t.Errorf("%s: got %v, want ErrUnknown and %v", name, err, test.want)
		}
	}
}

const cloudDP = "CN=CloudDPCert,CN=Certificate Templates," + publicKeyServices

// modify gives an attribute of the template another value, as another administrator.
func (f *forest) modify(t *testing.T, attribute string, values ...string) {
	t.Helper()
	request := ldap.NewModifyRequest(cloudDP, nil)
	request.Replace(attribute, values)
	if err := f.client(t).Modify(request); err != nil {
		t.Error(err)
	}
}

func (f *forest) remove(t *testing.T) {
	t.Helper()
	if err := f.client(t).Del(ldap.NewDelRequest(cloudDP, nil)); err != nil {
		t.Error(err)
	}
}

func (f *forest) grantNothing(t *testing.T) {
	t.Helper()
	f.modify(t, "nTSecurityDescriptor", string(template.SecurityDescriptor{}.Encode()))
}

func TestAuthoritiesAreFound(t *testing.T) {
	f := newForest(t)
	second := ldap.NewAddRequest("CN=Second CA,CN=Enrollment Services,"+publicKeyServices, nil)
	for name, values := range map[string][]string{
		"objectClass": {"pKIEnrollmentService"}, "dNSHostName": {"ca2.contoso.com"}, "certificateTemplates": {"User", "Machine"},
	} {
		second.Attribute(name, values)
	}
	if err := f.client(t).Add(second); err != nil {
		t.Fatal(err)
	}
	found, err := f.directory.Authorities(t.Context())
	if err != nil || len(found) != 2 {
		t.Fatalf("got %+v, %v, want two", found, err)
	}
	hosts := map[string]string{}
	for _, a := range found {
		hosts[a.Name] = a.Host + " " + strings.Join(a.Published, " ")
	}
	if hosts["Second CA"] != "ca2.contoso.com User Machine" || hosts[f.ca.Name()] != "ca1.contoso.com WebServer" {
		t.Errorf("got %v", hosts)
	}
	f.server.Inject(adcstest.FaultUnavailable)
	if found, err := f.directory.Authorities(t.Context()); !errors.Is(err, adcs.ErrUnavailable) || found != nil {
		t.Errorf("got %v, %v, want ErrUnavailable", found, err)
	}
}

// TestATemplateWithoutObjectIdentifierGetsOne holds that it does not get that of another.
func TestATemplateWithoutObjectIdentifierGetsOne(t *testing.T) {
	f := newForest(t)
	put := newTemplate(t, f.directory)
	if err := f.directory.PutTemplate(t.Context(), nil, put); err != nil {
		t.Fatal(err)
	}
	f.modify(t, "msPKI-Cert-Template-OID")
	bare, err := f.directory.Template(t.Context(), put.Name)
	if err != nil || bare.OID != "" {
		t.Fatalf("has %q, %v", bare.OID, err)
	}
	taken := put
	taken.OID = f.ca.Forest().OID + ".1.16"
	if err := f.directory.PutTemplate(t.Context(), &bare, taken); !errors.Is(err, adcs.ErrConflict) {
		t.Errorf("that of Web Server: got %v, want ErrConflict", err)
	}
	if err := f.directory.PutTemplate(t.Context(), &bare, put); err != nil {
		t.Errorf("its own: %v", err)
	}
}

// TestEverybodyIsNoAdministrator has the container of the templates give everybody in the domain the right to change it.
func TestEverybodyIsNoAdministrator(t *testing.T) {
	f := newForest(t)
	container, domainUsers := "CN=Certificate Templates,"+publicKeyServices, f.ca.Forest().Domain+"-513"
	open, err := template.SecurityDescriptor{}.WithAccess([]template.Access{
		{SID: domainUsers, Rights: template.Read | template.Write}, {SID: f.ca.Forest().Domain + "-512", Rights: template.Read | template.Write},
	})
	if err != nil {
		t.Fatal(err)
	}
	request := ldap.NewModifyRequest(container, []ldap.Control{&ldap.ControlMicrosoftSDFlags{Criticality: true, ControlValue: 4}})
	request.Replace("nTSecurityDescriptor", []string{string(open.Encode())})
	if err := f.client(t).Modify(request); err != nil {
		t.Fatal(err)
	}
	put := newTemplate(t, f.directory)
	desired := template.Desired{Template: put, CA: f.ca.Name()}
	if _, err := template.Apply(t.Context(), f.directory, desired); err != nil {
		t.Fatal(err)
	}
	made, err := f.directory.Template(t.Context(), put.Name)
	if err != nil || made.Granted(domainUsers) != 0 || made.Granted(f.ca.Forest().Domain+"-512") != template.Read|template.Write {
		t.Errorf("access %v, %v", made.Access, err)
	}
}
