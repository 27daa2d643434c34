package certstest_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

func wantCode(t *testing.T, what string, err error, want certs.HRESULT) {
	t.Helper()
	if denied, _ := errors.AsType[*certs.DeniedError](err); denied == nil || denied.Code != want {
		t.Errorf("%s: got %v, want %s", what, err, want)
	}
}

func TestTemplateByObjectIdentifier(t *testing.T) {
	ca, _ := newCA(t)
	stored, err := ca.Template(t.Context(), "CloudDPCert")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*certs.Request)
		code   certs.HRESULT // 0 if it is issued
	}{
		"OID":            {func(r *certs.Request) { r.TemplateOID = stored.OID }, 0},
		"OID alone":      {func(r *certs.Request) { r.Template, r.TemplateOID = "", stored.OID }, 0},
		"this revision":  {func(r *certs.Request) { r.TemplateOID, r.TemplateRevision = stored.OID, stored.Revision }, 0},
		"newer revision": {func(r *certs.Request) { r.TemplateOID, r.TemplateRevision = stored.OID, stored.Revision+1 }, certs.CodeTemplateVersion},
		"newer minor revision": {func(r *certs.Request) {
			r.TemplateOID, r.TemplateRevision, r.TemplateMinorRevision = stored.OID, stored.Revision, stored.MinorRevision+1
		}, certs.CodeTemplateVersion},
		"unknown OID":        {func(r *certs.Request) { r.TemplateOID = "1.3.6.1.4.1.311.21.8.1" }, certs.CodeNotPublished},
		"another template's": {func(r *certs.Request) { r.Template, r.TemplateOID = "WebServer", stored.OID }, certs.CodeTemplateConflict},
	} {
		r := request("CloudDPCert")
		test.change(r)
		_, err := certs.Enroll(t.Context(), ca, r)
		if test.code == 0 {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		wantCode(t, name, err, test.code)
	}
}

func TestDamagedTemplateExtensions(t *testing.T) {
	ca, _ := newCA(t)
	for name, e := range map[string]pkix.Extension{
		"name": {Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2}, Value: []byte{0x1E, 1, 65}},
		"OID":  {Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 21, 7}, Value: []byte{0x30, 9}},
	} {
		csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{ExtraExtensions: []pkix.Extension{e}}, certstest.Key())
		if err != nil {
			t.Fatal(err)
		}
		_, err = ca.Issue(t.Context(), csr, "CloudDPCert")
		wantCode(t, name, err, certs.CodeBadASN1)
	}
}

func TestAttributeNamesByNameAlone(t *testing.T) {
	ca, _ := newCA(t)
	stored, err := ca.Template(t.Context(), "CloudDPCert")
	if err != nil {
		t.Fatal(err)
	}
	csr, err := request("").CSR()
	if err != nil {
		t.Fatal(err)
	}
	_, err = ca.Issue(t.Context(), csr, stored.OID)
	wantCode(t, "OID", err, certs.CodeNotPublished)
	if _, err := ca.Issue(t.Context(), csr, "clouddpcert"); err != nil {
		t.Errorf("name: %v", err)
	}
}

func TestKeysThatTheTemplateDoesNotTake(t *testing.T) {
	ca, group := newCA(t)
	newer := func(algorithm string) template.Template {
		w := template.CloudDP(group)
		w.Name, w.SchemaVersion, w.MinimalKeySize = strings.ReplaceAll(algorithm, "_", ""), 3, 256
		w.KeyProperties = []template.Property{{Name: template.PropertyAsymmetricAlgorithm, Type: "PZPWSTR", Value: algorithm}}
		return w
	}
	curve, archive := template.CloudDP(group), template.CloudDP(group)
	curve.Name, curve.MinimalKeySize = "CurveCert", 512
	archive.Name, archive.PrivateKeyFlags = "ArchiveCert", archive.PrivateKeyFlags|template.PrivateKeyRequireArchival
	for _, wanted := range []template.Template{curve, archive, newer("RSA"), newer("ECDSA_P256"), newer("ECDSA_P384"), newer("ECDH_P256")} {
		publish(t, ca, wanted)
	}
	rsa, p256, p521 := certstest.Key(), ecdsaKey(t, elliptic.P256()), ecdsaKey(t, elliptic.P521())
	for _, test := range []struct {
		template string
		key      crypto.Signer
		taken    bool
		code     certs.HRESULT
	}{
		{"CurveCert", p521, true, 0},
		{"CurveCert", p256, false, certs.CodeKeyLength},
		{"ArchiveCert", rsa, false, certs.CodeArchiveKey},
		{"RSA", rsa, true, 0},
		{"RSA", p256, false, 0},
		{"ECDSAP256", p256, true, 0},
		{"ECDSAP256", rsa, false, 0},
		{"ECDSAP384", p256, false, 0},
		{"ECDSAP384", p521, false, 0},
		{"ECDHP256", p256, true, 0},
	} {
		what := fmt.Sprintf("%T for %s", test.key, test.template)
		r := request(test.template)
		r.Key = test.key
		_, err := certs.Enroll(t.Context(), ca, r)
		if !test.taken {
			wantCode(t, what, err, test.code)
		} else if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func ecdsaKey(t *testing.T, curve elliptic.Curve) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// TestOutsideItsOwnTime makes authorities for which it is too early, as outside a bubble, and too late.
func TestOutsideItsOwnTime(t *testing.T) {
	outside := certstest.NewEnterprise(authority)
	synctest.Test(t, func(t *testing.T) {
		_, err := certs.Enroll(t.Context(), outside, request("CloudDPCert"))
		wantCode(t, "too early", err, certs.CodeInvalidCA)

		ca := certstest.NewEnterprise(authority)
		h := ca.Harness(t)
		_, err = certs.Enroll(t.Context(), ca, request(h.Pending))
		pending, ok := errors.AsType[*certs.PendingError](err)
		if !ok {
			t.Fatal(err)
		}
		time.Sleep(time.Until(ca.Certificate().NotAfter))
		if _, err := certs.Enroll(t.Context(), ca, request("CloudDPCert")); err != nil {
			t.Errorf("at the end: %v", err)
		}
		time.Sleep(time.Second)
		_, err = certs.Enroll(t.Context(), ca, request("CloudDPCert"))
		wantCode(t, "too late", err, certs.CodeInvalidCA)
		if err := ca.Approve(pending.ID); err != nil {
			t.Errorf("Approve: %v", err)
		}
		_, err = ca.Retrieve(t.Context(), pending.ID)
		wantCode(t, "approved too late", err, certs.CodeInvalidCA)
	})
}

func TestPendingListsWhatWaits(t *testing.T) {
	ca := certstest.NewCA(authority)
	h := ca.Harness(t)
	for _, name := range []string{h.Pending, h.Template, h.Refused} {
		_, _ = certs.Enroll(t.Context(), ca, request(name))
	}
	ca.LoseAnswer()
	if _, err := certs.Enroll(t.Context(), ca, request(h.Pending)); !errors.Is(err, certs.ErrUnknown) {
		t.Fatalf("got %v, want ErrUnknown", err)
	}
	if waiting := ca.Pending(); !slices.Equal(waiting, []string{"1", "4"}) {
		t.Fatalf("requests %q wait, want 1 and 4", waiting)
	}
	if err := errors.Join(ca.Approve("4"), ca.Deny("1", certs.CodeAdminDenied)); err != nil {
		t.Fatal(err)
	}
	if _, err := certs.Complete(t.Context(), ca, "4", certstest.Key()); err != nil {
		t.Errorf("the one whose answer was lost: %v", err)
	}
	if waiting := ca.Pending(); len(waiting) != 0 {
		t.Errorf("requests %q wait still", waiting)
	}
}

func TestIDsAreExact(t *testing.T) {
	ca := certstest.NewEnterprise(authority)
	if _, err := certs.Enroll(t.Context(), ca, request("CloudDPCert")); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"+1", "01", " 1", "1 ", "1_0", "0x1"} {
		if _, err := ca.Retrieve(t.Context(), id); !errors.Is(err, certs.ErrNotFound) {
			t.Errorf("%q: got %v, want ErrNotFound", id, err)
		}
	}
	if _, err := ca.Retrieve(t.Context(), "1"); err != nil {
		t.Error(err)
	}
}

func TestValidityIsCapped(t *testing.T) {
	ca, group := newCA(t)
	long := template.CloudDP(group)
	long.Validity = 5 * 365 * 24 * time.Hour
	publish(t, ca, long)
	for _, limit := range []time.Duration{0, time.Hour, 1 << 60} { // 0: as it comes
		want := min(limit, long.Validity)
		if limit == 0 {
			want = 2 * 365 * 24 * time.Hour
		} else {
			ca.LimitValidity(limit)
		}
		bundle, err := certs.Enroll(t.Context(), ca, request("CloudDPCert"))
		if err != nil {
			t.Fatal(err)
		}
		if life := time.Until(bundle.Leaf.NotAfter); life > want || life < want-time.Minute {
			t.Errorf("limit %s: life %s, want %s", limit, life, want)
		}
	}
}

func TestRevocation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ca, _ := newCA(t)
		bundle, err := certs.Enroll(t.Context(), ca, request("CloudDPCert"))
		if err != nil {
			t.Fatal(err)
		}
		checker := &certs.RevocationChecker{Transport: ca}
		want := func(when string, leaf certs.RevocationStatus) {
			t.Helper()
			got, err := checker.Check(t.Context(), bundle, time.Now())
			if err != nil || len(got) != 2 || got[0].Status != leaf || got[1].Status != certs.RevocationGood {
				t.Errorf("%s: %+v, %v", when, got, err)
			}
		}
		want("new", certs.RevocationGood)
		if err := ca.Revoke(bundle.Leaf, 1); err != nil {
			t.Fatal(err)
		}
		want("revoked", certs.RevocationGood) // nobody knows yet
		old := ca.CRL()
		time.Sleep(6 * 24 * time.Hour)
		want("six days later", certs.RevocationGood)
		time.Sleep(24*time.Hour + time.Second)
		want("after the next list", certs.RevocationRevoked)
		if list, err := x509.ParseRevocationList(old); err != nil || len(list.RevokedCertificateEntries) != 0 {
			t.Errorf("the old list: %v, %v", list, err)
		}
		if err := ca.Revoke(ca.Root(), 0); !errors.Is(err, certs.ErrNotFound) {
			t.Errorf("Revoke of a foreign certificate: %v", err)
		}
		second, err := certs.Enroll(t.Context(), ca, request("CloudDPCert"))
		if err != nil || ca.Revoke(second.Leaf, 4) != nil {
			t.Fatal(err)
		}
		ca.PublishCRL()
		if got, err := checker.Check(t.Context(), second, time.Now()); err != nil || got[0].Reason != "superseded" {
			t.Errorf("published at once: %+v, %v", got, err)
		}
	})
}

func TestTheAuthorityServesItsFiles(t *testing.T) {
	ca, _ := newCA(t)
	client := &http.Client{Transport: ca}
	for url, want := range map[string]int{
		"http://pki.contoso.com/Contoso%20Issuing%20CA.crt":        http.StatusOK,
		"http://pki.contoso.com/Contoso%20Issuing%20CA%20Root.crt": http.StatusOK,
		"http://pki.contoso.com/other.crl":                         http.StatusNotFound,
	} {
		response, err := client.Do(get(t, url))
		if err != nil || response.StatusCode != want {
			t.Errorf("%s: %v, %v, want %d", url, response, err, want)
		}
	}
	ca.Fail(certs.ErrUnavailable)
	if _, err := client.Do(get(t, "http://pki.contoso.com/x")); !errors.Is(err, certs.ErrUnavailable) {
		t.Errorf("not reached: %v", err)
	}
}

func get(t *testing.T, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func FuzzTemplateExtensions(f *testing.F) {
	f.Add([]byte{0x1E, 2, 0, 65}, []byte{0x30, 4, 6, 2, 0x2A, 3})
	f.Add([]byte{0x1E, 1, 65}, []byte{0x30, 0x80})
	ca := certstest.NewCA(authority)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name, information []byte) {
		csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{ExtraExtensions: []pkix.Extension{
			{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2}, Value: name},
			{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 21, 7}, Value: information},
		}}, key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ca.Issue(t.Context(), csr, "WebServer"); !errors.Is(err, certs.ErrDenied) {
			t.Errorf("got %v, want ErrDenied", err)
		}
	})
}
