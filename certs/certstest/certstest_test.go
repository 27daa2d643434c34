package certstest_test

import (
	"context"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

const authority = "Contoso Issuing CA"

// newCA returns an authority that issues CloudDPCert to its caller.
func newCA(t *testing.T) (ca *certstest.CA, group template.SID) {
	t.Helper()
	ca = certstest.NewCA(authority)
	group = ca.AddGroup("ConfigMgr Site Servers")
	ca.JoinGroup(group)
	publish(t, ca, template.CloudDP(group))
	return ca, group
}

func publish(t *testing.T, ca *certstest.CA, wanted template.Template) {
	t.Helper()
	if _, err := template.Apply(t.Context(), ca, template.Desired{Template: wanted, CA: ca.Name()}); err != nil {
		t.Fatal(err)
	}
}

func request(templateName string) *certs.Request {
	return &certs.Request{CommonName: "clouddp.contoso.com", Template: templateName, Key: certstest.Key()}
}

func TestCAIsAnIssuer(t *testing.T) {
	certstest.TestIssuer(t, func(t *testing.T) certstest.IssuerHarness {
		return certstest.NewCA(authority).Harness(t)
	})
}

func TestCAIsADirectory(t *testing.T) {
	certstest.TestDirectory(t, func(*testing.T) certstest.DirectoryHarness {
		ca := certstest.NewCA(authority)
		ca.AddGroup("ConfigMgr Site Servers")
		return certstest.DirectoryHarness{
			Directory:  ca,
			CA:         authority,
			Group:      "ConfigMgr Site Servers",
			Fail:       func() { ca.Fail(template.ErrUnavailable) },
			LoseAnswer: ca.LoseAnswer,
			Plant:      func(_ *testing.T, o template.ObjectIdentifier, kind int) { ca.PlantOID(o, kind) },
		}
	})
}

func TestCARefusesAsTheRealOne(t *testing.T) {
	key4096 := func(wanted *template.Template) { wanted.MinimalKeySize = 4096 }
	for name, test := range map[string]struct {
		change    func(*template.Template)
		attribute string // what Issue is told, besides the name in the request
		inRequest string
		code      certs.HRESULT
	}{
		"unknown template":    {nil, "Absent", "Absent", certs.CodeNotPublished},
		"no template":         {nil, "", "", certs.CodeNoTemplate},
		"two templates":       {nil, "WebServer", "CloudDPCert", certs.CodeTemplateConflict},
		"no right to enroll":  {nil, "WebServer", "WebServer", certs.CodeTemplateDenied},
		"OID as attribute":    {nil, template.ServerAuth, "", certs.CodeNotPublished},
		"key too short":       {key4096, "CloudDPCert", "CloudDPCert", certs.CodeKeyLength},
		"signatures required": {func(w *template.Template) { w.RASignatures = 1 }, "CloudDPCert", "CloudDPCert", certs.CodeSignaturePolicy},
	} {
		t.Run(name, func(t *testing.T) {
			ca, group := newCA(t)
			wanted := template.CloudDP(group)
			if test.change != nil {
				test.change(&wanted)
			}
			publish(t, ca, wanted)
			csr, err := request(test.inRequest).CSR()
			if err != nil {
				t.Fatal(err)
			}
			_, err = ca.Issue(t.Context(), csr, test.attribute)
			if denied, _ := errors.AsType[*certs.DeniedError](err); denied == nil || denied.Code != test.code {
				t.Errorf("got %v, want %s", err, test.code)
			}
			if n := len(ca.Issued()); n != 0 {
				t.Errorf("%d certificates were issued", n)
			}
		})
	}
}

func TestUnpublishedTemplateIsRefused(t *testing.T) {
	ca := certstest.NewCA(authority)
	group := ca.AddGroup("ConfigMgr Site Servers")
	wanted := template.CloudDP(group)
	base, err := ca.ForestOID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wanted.OID = base + ".10000001.10000002"
	if err := ca.PutTemplate(t.Context(), nil, wanted); err != nil {
		t.Fatal(err)
	}
	_, err = certs.Enroll(t.Context(), ca.As(group), request("CloudDPCert"))
	if denied, _ := errors.AsType[*certs.DeniedError](err); denied == nil || denied.Code != certs.CodeNotPublished {
		t.Errorf("got %v, want 0x80094800", err)
	}
}

func TestOnlyMembersEnroll(t *testing.T) {
	ca, group := newCA(t)
	if _, err := certs.Enroll(t.Context(), ca.As(group), request("CloudDPCert")); err != nil {
		t.Errorf("member: %v", err)
	}
	enterpriseAdmins, err := ca.GroupSID(t.Context(), "Enterprise Admins")
	if err != nil {
		t.Fatal(err)
	}
	for _, caller := range []*certstest.Caller{ca.As(), ca.As(enterpriseAdmins)} {
		_, err := certs.Enroll(t.Context(), caller, request("CloudDPCert"))
		if denied, _ := errors.AsType[*certs.DeniedError](err); denied == nil || denied.Code != certs.CodeTemplateDenied {
			t.Errorf("outsider: got %v, want 0x80094012", err)
		}
	}
}

func TestIssuedCertificateFollowsTheTemplate(t *testing.T) {
	ca, _ := newCA(t)
	bundle, err := certs.Enroll(t.Context(), ca, request("CloudDPCert"))
	if err != nil {
		t.Fatal(err)
	}
	leaf := bundle.Leaf
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: ca.Pool(), Intermediates: poolOf(bundle.Chain), DNSName: "clouddp.contoso.com"}); err != nil {
		t.Errorf("Verify: %v", err)
	}
	if !slices.Equal(leaf.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}) {
		t.Errorf("extended key usage %v, want server authentication alone", leaf.ExtKeyUsage)
	}
	if want := x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment; leaf.KeyUsage != want {
		t.Errorf("key usage %v, want %v", leaf.KeyUsage, want)
	}
	if life := leaf.NotAfter.Sub(leaf.NotBefore); life != 730*24*time.Hour+10*time.Minute {
		t.Errorf("life %s, want two years and ten minutes", life)
	}
	if urls := leaf.CRLDistributionPoints; len(urls) != 1 || urls[0] != "http://pki.contoso.com/Contoso%20Issuing%20CA.crl" {
		t.Errorf("revocation lists %v", urls)
	}
	stored, err := ca.Template(t.Context(), "CloudDPCert")
	if err != nil {
		t.Fatal(err)
	}
	if oid := templateOID(t, leaf); oid != stored.OID {
		t.Errorf("template extension names %s, want %s", oid, stored.OID)
	}
	if issued := ca.Issued(); len(issued) != 1 || !issued[0].Equal(leaf) {
		t.Errorf("Issued: %d certificates", len(issued))
	}
}

func poolOf(certificates []*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, c := range certificates {
		pool.AddCert(c)
	}
	return pool
}

func templateOID(t *testing.T, leaf *x509.Certificate) string {
	t.Helper()
	for _, extension := range leaf.Extensions {
		if extension.Id.String() != "1.3.6.1.4.1.311.21.7" {
			continue
		}
		var information struct {
			OID          asn1.ObjectIdentifier
			Major, Minor int
		}
		if _, err := asn1.Unmarshal(extension.Value, &information); err != nil {
			t.Fatal(err)
		}
		return information.OID.String()
	}
	return ""
}

func TestSubjectIsDiscardedWithoutTheFlag(t *testing.T) {
	ca, group := newCA(t)
	wanted := template.CloudDP(group)
	wanted.NameFlags = template.NameSubjectDNSAsCN
	publish(t, ca, wanted)
	bundle, err := certs.Enroll(t.Context(), ca, request("CloudDPCert"))
	if err != nil {
		t.Fatal(err)
	}
	if bundle.Leaf.Subject.CommonName == "clouddp.contoso.com" || len(bundle.Leaf.DNSNames) != 0 {
		t.Errorf("issued for %s %v, want the request's names discarded", bundle.Leaf.Subject, bundle.Leaf.DNSNames)
	}
}

func TestDecisionsAreMadeOnce(t *testing.T) {
	ca, _ := newCA(t)
	if err := ca.Approve("1"); !errors.Is(err, certs.ErrNotFound) {
		t.Errorf("Approve of an unknown request: %v", err)
	}
	if _, err := certs.Enroll(t.Context(), ca, request("CloudDPCert")); err != nil {
		t.Fatal(err)
	}
	if denied, _ := errors.AsType[*certs.DeniedError](ca.Deny("1", certs.CodeAdminDenied)); denied == nil || denied.Code != certs.CodeBadStatus {
		t.Errorf("Deny of an issued request: %v", denied)
	}
}

func TestLostAnswerWasIssued(t *testing.T) {
	ca, _ := newCA(t)
	ca.LoseAnswer()
	if _, err := certs.Enroll(t.Context(), ca, request("CloudDPCert")); !errors.Is(err, certs.ErrUnknown) {
		t.Fatalf("got %v, want ErrUnknown", err)
	}
	if n := len(ca.Issued()); n != 1 {
		t.Errorf("%d certificates issued, want 1", n)
	}
}

func TestNamesNeedNoCare(t *testing.T) {
	for _, name := range []string{"", "  ", "\xff\xfe", "Größe CA", strings.Repeat("x", 200)} {
		if ca := certstest.NewCA(name); ca.Root() == nil || ca.Name() == "" {
			t.Errorf("NewCA(%q) is not usable", name)
		}
	}
}

func TestInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ca, _ := newCA(t)
		bundle, err := certs.Enroll(t.Context(), ca, request("CloudDPCert"))
		if err != nil {
			t.Fatal(err)
		}
		if findings := certs.CheckService(bundle, "clouddp.contoso.com", time.Now()); len(findings) != 0 {
			t.Errorf("findings: %v", findings)
		}
		time.Sleep(725 * 24 * time.Hour)
		if findings := certs.CheckService(bundle, "clouddp.contoso.com", time.Now()); len(findings) != 1 || findings[0].ID != "cert.validity" {
			t.Errorf("findings five days before the end: %v", findings)
		}
	})
}

func ExampleCA() {
	ctx := context.Background()
	ca := certstest.NewCA("Contoso Issuing CA")
	group := ca.AddGroup("ConfigMgr Site Servers")
	desired := template.Desired{Template: template.CloudDP(group), CA: ca.Name()}
	if _, err := template.Apply(ctx, ca, desired); err != nil {
		fmt.Println(err)
		return
	}
	req := &certs.Request{CommonName: "clouddp.contoso.com", Template: "CloudDPCert", Key: certstest.Key()}

	_, err := certs.Enroll(ctx, ca, req)
	fmt.Println(err)

	ca.JoinGroup(group) // restart the site server
	service, err := certs.Enroll(ctx, ca, req)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(service.Leaf.Subject, "issued by", service.Chain[0].Subject)
	// Output:
	// certs: enroll clouddp.contoso.com: request denied (0x80094012): The permissions on the certificate template do not allow the current user to enroll
	// CN=clouddp.contoso.com issued by CN=Contoso Issuing CA
}
