package template_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

const authority = "Contoso Issuing CA"

func desired() template.Desired {
	return template.Desired{Template: template.CloudDP(group), CA: authority}
}

// recorder notes the writes that reach a directory, and can swallow those of one kind.
type recorder struct {
	template.Directory
	writes  []string
	swallow string
}

func (r *recorder) note(kind string, write func() error) error {
	r.writes = append(r.writes, kind)
	if kind == r.swallow {
		return nil
	}
	return write()
}

func (r *recorder) PutOID(ctx context.Context, old *template.ObjectIdentifier, o template.ObjectIdentifier) error {
	return r.note("oid", func() error { return r.Directory.PutOID(ctx, old, o) })
}

func (r *recorder) PutTemplate(ctx context.Context, old *template.Template, t template.Template) error {
	return r.note("template", func() error { return r.Directory.PutTemplate(ctx, old, t) })
}

func (r *recorder) Publish(ctx context.Context, ca, name string) error {
	return r.note("publish", func() error { return r.Directory.Publish(ctx, ca, name) })
}

func TestApplyWritesInTheSafeOrderOnce(t *testing.T) {
	r := &recorder{Directory: certstest.NewCA(authority)}
	if _, err := template.Plan(t.Context(), r, desired()); err != nil || len(r.writes) != 0 {
		t.Fatalf("Plan: %v, wrote %v", err, r.writes)
	}
	for range 2 {
		if _, err := template.Apply(t.Context(), r, desired()); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"oid", "template", "publish"}; !slices.Equal(r.writes, want) {
		t.Errorf("wrote %v, want %v", r.writes, want)
	}
}

func TestApplyBelievesOnlyWhatItReadsBack(t *testing.T) {
	for i, kind := range []string{"oid", "template", "publish"} {
		r := &recorder{Directory: certstest.NewCA(authority), swallow: kind}
		_, err := template.Apply(t.Context(), r, desired())
		if !errors.Is(err, template.ErrUnknown) {
			t.Errorf("%s swallowed: got %v, want ErrUnknown", kind, err)
		}
		if len(r.writes) != i+1 {
			t.Errorf("%s swallowed: wrote %v, want nothing after it", kind, r.writes)
		}
	}
}

func TestApplyReportsWhatItDidBeforeAnError(t *testing.T) {
	ca := certstest.NewCA(authority)
	r := &recorder{Directory: ca, swallow: "template"}
	done, err := template.Apply(t.Context(), r, desired())
	if err == nil || len(done) != 1 || done[0].Action != template.RegisterOID {
		t.Fatalf("got %v, %v", done, err)
	}
	rest, err := template.Apply(t.Context(), ca, desired())
	if err != nil || len(rest) == 0 || rest[0].Action != template.CreateTemplate {
		t.Fatalf("the second Apply did %v, %v, want it to go on", rest, err)
	}
	made, err := ca.Template(t.Context(), "CloudDPCert")
	if err != nil || made.OID != done[0].OID {
		t.Errorf("the template has OID %s, %v, want the one registered first, %s", made.OID, err, done[0].OID)
	}
}

func TestApplyAvoidsATakenObjectIdentifier(t *testing.T) {
	ca := certstest.NewCA(authority)
	planned, err := template.Plan(t.Context(), ca, desired())
	if err != nil {
		t.Fatal(err)
	}
	taken := planned[0].OID
	if err := ca.PutOID(t.Context(), nil, template.ObjectIdentifier{OID: taken, DisplayName: "Somebody Else's"}); err != nil {
		t.Fatal(err)
	}
	theirs := desired().Template
	theirs.Name, theirs.DisplayName, theirs.OID = "Theirs", "Somebody Else's", taken
	if err := ca.PutTemplate(t.Context(), nil, theirs); err != nil {
		t.Fatal(err)
	}
	if _, err := template.Apply(t.Context(), ca, desired()); err != nil {
		t.Fatal(err)
	}
	made, err := ca.Template(t.Context(), "CloudDPCert")
	if err != nil || made.OID == taken {
		t.Errorf("the template took %s, %v", made.OID, err)
	}
}

func TestApplyPassesOverAnObjectIdentifierRegisteredTwice(t *testing.T) {
	ca := certstest.NewCA(authority)
	base, err := ca.ForestOID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first := desired().Template.DeriveOID(base)
	planned, err := template.Plan(t.Context(), &ambiguous{ca, first}, desired())
	if err != nil || len(planned) == 0 || planned[0].Action != template.RegisterOID || planned[0].OID == first {
		t.Errorf("planned %v, %v, want another than %s", planned, err, first)
	}
	if planned, err := template.Plan(t.Context(), ca, desired()); err != nil || planned[0].OID != first {
		t.Errorf("planned %v, %v, want %s", planned, err, first)
	}
	if _, err := template.Plan(t.Context(), &faulty{CA: ca, oidError: template.ErrConflict}, desired()); !errors.Is(err, template.ErrConflict) {
		t.Errorf("all taken: got %v, want ErrConflict", err)
	}
}

// ambiguous has one object identifier twice.
type ambiguous struct {
	template.Directory
	oid string
}

func (d *ambiguous) OID(ctx context.Context, oid string) (template.ObjectIdentifier, error) {
	if oid == d.oid {
		return template.ObjectIdentifier{}, template.ErrConflict
	}
	return d.Directory.OID(ctx, oid)
}

// TestRevisionsCarry begins with a template whose revision somebody has counted up.
func TestRevisionsCarry(t *testing.T) {
	const last = math.MaxInt32
	for was, want := range map[[2]int][2]int{{100, last - 1}: {100, last}, {100, last}: {101, 0}, {last, 7}: {last, 8}, {last, last}: {}} {
		ca := certstest.NewCA(authority)
		if _, err := template.Apply(t.Context(), ca, desired()); err != nil {
			t.Fatal(err)
		}
		if err := edit(ca, func(e *template.Template) { e.Revision, e.MinorRevision = was[0], was[1] }); err != nil {
			t.Fatal(err)
		}
		if planned, err := template.Plan(t.Context(), ca, desired()); err != nil || len(planned) > 0 {
			t.Errorf("%v: planned %v, %v where nothing is to do", was, planned, err)
		}
		longer := desired()
		longer.Template.MinimalKeySize = 4096
		if want == [2]int{} {
			if _, err := template.Plan(t.Context(), ca, longer); !errors.Is(err, template.ErrLimit) {
				t.Errorf("%v: got %v, want ErrLimit", was, err)
			}
			continue
		}
		_, err := template.Apply(t.Context(), ca, longer)
		changed, failed := ca.Template(t.Context(), "CloudDPCert")
		if got := [2]int{changed.Revision, changed.MinorRevision}; err != nil || failed != nil || got != want {
			t.Errorf("%v: got %v, %v, %v, want %v", was, got, err, failed, want)
		}
	}
}

func TestApplyKeepsAChosenObjectIdentifier(t *testing.T) {
	ca := certstest.NewCA(authority)
	base, err := ca.ForestOID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wanted := desired()
	wanted.Template.OID = base + ".20000001.20000002"
	if _, err := template.Apply(t.Context(), ca, wanted); err != nil {
		t.Fatal(err)
	}
	if o, err := ca.OID(t.Context(), wanted.Template.OID); err != nil || o.DisplayName != "Cloud DP Cert" {
		t.Errorf("OID: %v, %v", o, err)
	}
	wanted.Template.OID, wanted.Adopt = base+".20000001.20000003", true
	if _, err := template.Plan(t.Context(), ca, wanted); !errors.Is(err, template.ErrConflict) {
		t.Errorf("another OID: got %v, want ErrConflict", err)
	}
}

// TestApplyTakesEnrollFromOthers begins with a template made by hand that kept the rights of Enterprise Admins.
func TestApplyTakesEnrollFromOthers(t *testing.T) {
	ca := certstest.NewCA(authority)
	admins, err := ca.GroupSID(t.Context(), "Enterprise Admins")
	if err != nil {
		t.Fatal(err)
	}
	byHand := desired()
	byHand.Template.Access = []template.Access{{SID: admins, Rights: template.Read | template.Write | template.Enroll}}
	byHand.Template.PrivateKeyFlags &^= template.PrivateKeyExportable
	if _, err := template.Apply(t.Context(), ca, byHand); err != nil {
		t.Fatal(err)
	}
	changes, err := template.Apply(t.Context(), ca, desired())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range changes {
		lines = append(lines, c.String())
	}
	want := []string{
		`change private key flags (msPKI-Private-Key-Flag) of CloudDPCert from "server 2003|client XP" to "exportable|server 2003|client XP"`,
		"revoke Enroll on CloudDPCert from Enterprise Admins (" + string(admins) + ")",
		"grant Read on CloudDPCert to Authenticated Users (S-1-5-11)",
		"grant Read, Enroll on CloudDPCert to " + string(group),
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	made, err := ca.Template(t.Context(), "CloudDPCert")
	if err != nil || made.Granted(admins) != template.Read|template.Write {
		t.Errorf("administrators have %s, %v, want Read and Write kept", made.Granted(admins), err)
	}
}

func TestBadDesiredIsRefused(t *testing.T) {
	ca := certstest.NewCA(authority)
	for name, test := range map[string]struct {
		directory template.Directory
		desired   template.Desired
		want      error
	}{
		"no directory": {nil, desired(), template.ErrInvalid},
		"nothing":      {ca, template.Desired{}, template.ErrInvalid},
		"built-in":     {ca, template.Desired{Template: template.WebServer(), CA: authority}, template.ErrInvalid},
		"no authority": {ca, template.Desired{Template: template.CloudDP(group)}, template.ErrInvalid},
		"no group":     {ca, template.Desired{Template: template.CloudDP(""), CA: authority}, template.ErrInvalid},
		"unknown":      {ca, template.Desired{Template: template.CloudDP(group), CA: "Absent"}, template.ErrNotFound},
	} {
		if _, err := template.Plan(t.Context(), test.directory, test.desired); !errors.Is(err, test.want) {
			t.Errorf("%s: Plan: got %v, want %v", name, err, test.want)
		}
		if done, err := template.Apply(t.Context(), test.directory, test.desired); !errors.Is(err, test.want) || len(done) != 0 {
			t.Errorf("%s: Apply: got %v, %v, want %v", name, done, err, test.want)
		}
	}
}

func ExampleApply() {
	ctx := context.Background()
	directory := certstest.NewCA("Contoso Issuing CA")
	desired := template.Desired{
		Template: template.CloudDP(directory.AddGroup("ConfigMgr Site Servers")),
		CA:       "Contoso Issuing CA",
	}
	desired.Template.Access[1].Name = "ConfigMgr Site Servers"
	changes, err := template.Apply(ctx, directory, desired)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, change := range changes[1:] { // the first registers an object identifier
		fmt.Println(change)
	}
	again, err := template.Apply(ctx, directory, desired)
	fmt.Println("again:", len(again), "changes,", err)
	// Output:
	// create template CloudDPCert ("Cloud DP Cert")
	// set general flags (flags) of CloudDPCert to "enrollee supplies subject|machine type|add template name|modified"
	// set schema version (msPKI-Template-Schema-Version) of CloudDPCert to "2"
	// set key spec (pKIDefaultKeySpec) of CloudDPCert to "key exchange (1)"
	// set key usage (pKIKeyUsage) of CloudDPCert to "digital signature|key encipherment"
	// set path length (pKIMaxIssuingDepth) of CloudDPCert to "0"
	// set critical extensions (pKICriticalExtensions) of CloudDPCert to "Key Usage (2.5.29.15)"
	// set validity (pKIExpirationPeriod) of CloudDPCert to "730 days"
	// set renewal period (pKIOverlapPeriod) of CloudDPCert to "42 days"
	// set purposes (pKIExtendedKeyUsage) of CloudDPCert to "Server Authentication (1.3.6.1.5.5.7.3.1)"
	// set key providers (pKIDefaultCSPs) of CloudDPCert to "1,Microsoft RSA SChannel Cryptographic Provider; 2,Microsoft DH SChannel Cryptographic Provider"
	// set further signatures (msPKI-RA-Signature) of CloudDPCert to "0"
	// set application policies (msPKI-Certificate-Application-Policy) of CloudDPCert to "Server Authentication (1.3.6.1.5.5.7.3.1)"
	// set minimum key size in bits (msPKI-Minimal-Key-Size) of CloudDPCert to "2048"
	// set enrollment flags (msPKI-Enrollment-Flag) of CloudDPCert to "none"
	// set private key flags (msPKI-Private-Key-Flag) of CloudDPCert to "exportable|server 2003|client XP"
	// set subject name (msPKI-Certificate-Name-Flag) of CloudDPCert to "enrollee supplies subject"
	// grant Read on CloudDPCert to Authenticated Users (S-1-5-11)
	// grant Read, Enroll on CloudDPCert to ConfigMgr Site Servers (S-1-5-21-1004336348-1177238915-682003330-1102)
	// publish CloudDPCert on Contoso Issuing CA
	// again: 0 changes, <nil>
}
