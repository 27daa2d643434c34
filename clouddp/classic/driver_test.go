package classic_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/classic"
	"github.com/clouddp/sdk/clouddp/classic/classictest"
	"github.com/clouddp/sdk/clouddp/mgmtcert"
)

func TestProvisioningIsReportedWordByWord(t *testing.T) {
	newMaterial(t)
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t)
		c.service.ProvisionTime, c.service.OperationTime = 29*time.Minute, time.Minute
		c.build()
		var words []string
		for began := time.Now(); ; time.Sleep(time.Minute) {
			component := c.read("deployment")
			if word := component.Reason; len(words) == 0 || words[len(words)-1] != word {
				words = append(words, word)
			}
			if component.State == clouddp.StateReady {
				break
			}
			if time.Since(began) > time.Hour {
				t.Fatalf("not ready after an hour: %v", words)
			}
		}
		if want := []string{"CreatingVM", "StartingVM", "BusyRole", "ReadyRole"}; !slices.Equal(words, want) {
			t.Errorf("went through %v, want %v", words, want)
		}
		if host := c.read("deployment").Host; host != "clouddp.cloudapp.net" {
			t.Errorf("host is %q", host)
		}
	})
}

func TestInstanceStatus(t *testing.T) {
	c := newCloud(t)
	c.build()
	for word, want := range map[string]clouddp.State{
		"ReadyRole":           clouddp.StateReady,
		"Ready":               clouddp.StateReady,
		"BusyRole":            clouddp.StateWorking,
		"CyclingRole":         clouddp.StateWorking,
		"UnresponsiveRole":    clouddp.StateWorking,
		"FailedStartingRole":  clouddp.StateFailed,
		"FailedStartingVM":    clouddp.StateFailed,
		"ProvisioningFailed":  clouddp.StateFailed,
		"ProvisioningTimeout": clouddp.StateFailed,
		"RoleStateUnknown":    clouddp.StateUnknown,
		"LevitatingRole":      clouddp.StateUnknown,
	} {
		if !c.service.SetInstanceStatus("clouddp", word) {
			t.Fatal("there is no deployment")
		}
		if component := c.read("deployment"); component.State != want || component.Reason != word {
			t.Errorf("%s reads as %s (%s), want %s", word, component.State, component.Reason, want)
		}
	}
}

func TestStoppedIsWhatWasAsked(t *testing.T) {
	c := newCloud(t)
	c.spec.Stopped = true
	c.build()
	if d := c.read("deployment"); d.State != clouddp.StateStopped || len(d.Drift) != 0 {
		t.Errorf("a deployment created stopped is %s, drift %v", d.State, d.Drift)
	}
	c.spec.Stopped = false
	if d := c.read("deployment"); !slices.Contains(d.Drift, "stopped, wanted running") {
		t.Errorf("drift of a stopped deployment: %v", d.Drift)
	}
	c.mustApply("deployment", nil)
	if d := c.read("deployment"); d.State != clouddp.StateReady || len(d.Drift) != 0 {
		t.Errorf("a started deployment is %s, drift %v", d.State, d.Drift)
	}
	c.spec.Stopped = true
	if d := c.read("deployment"); !slices.Contains(d.Drift, "running, wanted stopped") {
		t.Errorf("drift of a running deployment: %v", d.Drift)
	}
}

func TestWorkloadServesTheUploadedKey(t *testing.T) {
	c := newCloud(t)
	if _, err := c.service.Workload("clouddp"); !errors.Is(err, clouddp.ErrNotFound) {
		t.Errorf("Workload of nothing: %v", err)
	}
	c.build()
	served, err := c.service.Workload("clouddp")
	if err != nil {
		t.Fatal(err)
	}
	key, ok := served.PrivateKey.(crypto.Signer)
	public, isRSA := c.material.service.Leaf.PublicKey.(*rsa.PublicKey)
	if !ok || !isRSA || !public.Equal(key.Public()) {
		t.Error("the key does not belong to the certificate uploaded")
	}
	leaf, err := x509.ParseCertificate(served.Certificate[0])
	if err != nil || !leaf.Equal(c.material.service.Leaf) {
		t.Errorf("serves another certificate: %v", err)
	}
	c.spec.Stopped = true
	c.mustApply("deployment", nil)
	if _, err := c.service.Workload("clouddp"); !errors.Is(err, clouddp.ErrUnavailable) {
		t.Errorf("Workload of a stopped service: %v", err)
	}
}

func TestRenewalDeletesTheOldCertificateLast(t *testing.T) {
	c := newCloud(t)
	c.build()
	old := c.material.service.Thumbprint()
	c.spec.Thumbprint = c.renewed.Thumbprint()

	if component := c.read("service certificate"); component.State != clouddp.StateAbsent {
		t.Errorf("the new certificate is %s before it is uploaded", component.State)
	}
	c.mustApply("service certificate", c.renewed)
	if drift := c.read("service certificate").Drift; len(drift) != 0 {
		t.Errorf("the old certificate is still bound, and yet drift: %v", drift)
	}
	c.mustApply("deployment", nil)
	component := c.read("service certificate")
	if len(component.Drift) != 1 || !strings.Contains(component.Drift[0], old.String()) {
		t.Errorf("drift after rebinding: %v, want the old certificate", component.Drift)
	}
	if certs.ThumbprintOf(component.Certificate) != c.spec.Thumbprint {
		t.Error("reads another certificate than the new one")
	}
	c.mustApply("service certificate", nil)
	want := "service certificate sha1-" + c.spec.Thumbprint.String() + " of clouddp"
	lines := slices.DeleteFunc(c.service.Inventory(), func(line string) bool { return !strings.HasPrefix(line, "service certificate") })
	if !slices.Equal(lines, []string{want}) {
		t.Errorf("holds %q, want %q", lines, want)
	}
}

func TestCertificateOfAnotherNameIsNoPredecessor(t *testing.T) {
	c := newCloud(t)
	c.build()
	ours := c.spec.Thumbprint
	c.spec.Thumbprint = c.management.Thumbprint() // somebody uploads it by hand
	c.mustApply("service certificate", c.management)
	c.spec.Thumbprint = ours
	if drift := c.read("service certificate").Drift; len(drift) != 0 {
		t.Errorf("drift: %v, want none: the other certificate is not ours to delete", drift)
	}
}

func TestUpdateKeepsWhatOthersHaveSet(t *testing.T) {
	c := newCloud(t)
	c.build()
	other := *c.spec
	other.Tags = map[string]string{"CostCentre": "4711", "SetBySomebody": "else"}
	mine := c.spec
	c.spec = &other
	c.mustApply("cloud service", nil)
	c.spec = mine
	c.spec.Description = "new"
	for _, kind := range []string{"storage account", "cloud service"} {
		if drift := c.read(kind).Drift; !slices.Equal(drift, []string{"description differs"}) {
			t.Errorf("drift of %s: %v", kind, drift)
		}
		c.mustApply(kind, nil)
		component := c.read(kind)
		if len(component.Drift) != 0 || component.Owner != c.spec.OwnerMark() {
			t.Errorf("after the update %s drifts by %v and belongs to %q", kind, component.Drift, component.Owner)
		}
	}
	c.spec = &other
	other.Description = "new"
	if drift := c.read("cloud service").Drift; len(drift) != 0 {
		t.Errorf("the update has lost what somebody else had set: %v", drift)
	}
}

func TestForeignPartsAreLeftAlone(t *testing.T) {
	for _, kind := range []string{"storage account", "cloud service", "deployment"} {
		t.Run(kind, func(t *testing.T) {
			c := newCloud(t)
			if err := c.service.Plant(c.part(kind), "S02/somebody"); err != nil {
				t.Fatal(err)
			}
			_, applied := c.apply(kind, nil)
			_, deleted := c.subscription.Delete(t.Context(), c.spec, c.part(kind))
			for _, err := range []error{applied, deleted} {
				foreign, ok := errors.AsType[*clouddp.ForeignError](err)
				if !ok || foreign.Owner != "S02/somebody" {
					t.Errorf("%v, want a ForeignError", err)
				}
			}
			if n := c.service.Writes(); n != 0 {
				t.Errorf("%d writes on what is foreign", n)
			}
		})
	}
}

func TestAdopt(t *testing.T) {
	c := newCloud(t)
	if err := c.subscription.Adopt(t.Context(), c.spec, c.part("cloud service")); !errors.Is(err, clouddp.ErrNotFound) {
		t.Errorf("Adopt of nothing: %v, want ErrNotFound", err)
	}
	c.build()
	c.spec.Owner = "new owner"
	for _, kind := range kinds {
		for range 2 { // the second time it is ours already
			if err := c.subscription.Adopt(t.Context(), c.spec, c.part(kind)); err != nil {
				t.Errorf("Adopt of %s: %v", kind, err)
			}
		}
		if component := c.read(kind); component.Owner != "new owner" || len(component.Drift) != 0 {
			t.Errorf("an adopted %s belongs to %q and drifts by %v", kind, component.Owner, component.Drift)
		}
	}
}

func TestLateFailures(t *testing.T) {
	c := newCloud(t)
	c.mustApply("storage account", nil)
	c.mustApply("cloud service", nil)
	ticket, err := c.apply("deployment", nil)
	if err != nil {
		t.Fatalf("a deployment without its certificate is accepted first: %v", err)
	}
	state, err := c.subscription.Outcome(t.Context(), ticket)
	failure, ok := errors.AsType[*classic.ServiceError](err)
	if state != clouddp.StateFailed || !ok {
		t.Fatalf("Outcome: %s, %v", state, err)
	}
	if failure.StatusCode != http.StatusBadRequest || failure.Code != "BadRequest" || !strings.Contains(failure.Message, c.spec.Thumbprint.String()) {
		t.Errorf("failure: %+v", failure)
	}
	if _, ok := errors.AsType[*azcore.ResponseError](err); !ok {
		t.Error("no ResponseError behind the failure")
	}
	if component := c.read("deployment"); component.State != clouddp.StateAbsent {
		t.Errorf("a failed deployment is %s", component.State)
	}
}

func TestQuota(t *testing.T) {
	c := newCloud(t)
	c.service.MaxHostedServices = 1
	if err := c.service.Plant(clouddp.Part{Kind: "cloud service", Name: "other"}, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := c.apply("cloud service", nil); !errors.Is(err, clouddp.ErrLimit) {
		t.Errorf("Apply over the quota: %v, want ErrLimit", err)
	}
}

func TestTakenNamesConflict(t *testing.T) {
	c := newCloud(t)
	c.service.TakeName("clouddp")
	for _, kind := range []string{"storage account", "cloud service"} {
		if _, err := c.apply(kind, nil); !errors.Is(err, clouddp.ErrConflict) {
			t.Errorf("Apply of %s: %v, want ErrConflict", kind, err)
		}
	}
}

func TestExclusiveAccessIsNoConflict(t *testing.T) {
	c := newCloud(t)
	c.mustApply("storage account", nil)
	c.service.Inject(classictest.FaultExclusive)
	if _, err := c.apply("cloud service", nil); !errors.Is(err, clouddp.ErrUnavailable) || errors.Is(err, clouddp.ErrConflict) {
		t.Errorf("Apply: %v, want ErrUnavailable", err)
	}
}

func TestErrorAfterTheEffectIsUnknown(t *testing.T) {
	c := newCloud(t)
	c.service.Inject(classictest.FaultInternalError)
	if _, err := c.apply("cloud service", nil); !errors.Is(err, clouddp.ErrUnknown) {
		t.Errorf("Apply: %v, want ErrUnknown", err)
	}
	if c.service.Writes() != 1 || c.read("cloud service").State != clouddp.StateReady {
		t.Errorf("%d writes, cloud service %s", c.service.Writes(), c.read("cloud service").State)
	}
}

func TestCheck(t *testing.T) {
	for name, test := range map[string]struct {
		arrange func(*cloud)
		want    []string
	}{
		"nothing wrong":        {func(*cloud) {}, nil},
		"all ours":             {(*cloud).build, nil},
		"disabled":             {func(c *cloud) { c.service.Status = "Disabled" }, []string{"cloud.subscription"}},
		"past due":             {func(c *cloud) { c.service.Status = "PastDue" }, []string{"cloud.subscription"}},
		"another subscription": {func(c *cloud) { c.service.Subscription = "99999999-2222-3333-4444-555555555555" }, []string{"cloud.subscription"}},
		"region unknown":       {func(c *cloud) { c.spec.Region = "westeurope" }, []string{"cloud.region"}},
		"names taken":          {func(c *cloud) { c.service.TakeName("clouddp") }, []string{"cloud.name.taken", "cloud.name.taken"}},
		"foreign":              {func(c *cloud) { c.plant("cloud service", "S02/x") }, []string{"cloud.name.taken"}},
		"in another region":    {func(c *cloud) { c.plant("cloud service", c.spec.OwnerMark()); c.spec.Region = "East US" }, []string{"cloud.region"}},
		"no cloud service left": {func(c *cloud) {
			c.service.MaxHostedServices = 1
			c.plantOther()
		}, []string{"cloud.quota.services"}},
		"no core left": {func(c *cloud) { c.service.MaxCores = 1 }, []string{"cloud.quota.cores"}},
		"management certificate ends": {func(c *cloud) {
			c.service.AddManagementCertificate(c.endsSoon())
		}, []string{"cloud.management.expiry"}},
		"many management certificates": {func(c *cloud) {
			for range 90 {
				c.service.AddManagementCertificate(c.renewed.Leaf)
			}
		}, []string{"cloud.management.limit"}},
		"denied": {func(c *cloud) { c.subscription.Transport = c.service.RoundTripper(c.renewed.Leaf) }, []string{"cloud.permission"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			test.arrange(c)
			before := c.service.Writes()
			findings, err := c.subscription.Check(t.Context(), c.spec)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, f := range findings {
				ids = append(ids, f.ID)
				if f.Evidence == "" || f.Remedy == "" || f.Subject == "" || f.Severity < slog.LevelWarn {
					t.Errorf("incomplete finding %+v", f)
				}
			}
			if !slices.Equal(ids, test.want) {
				t.Errorf("found %v, want %v", ids, test.want)
			}
			if c.service.Writes() != before {
				t.Error("Check has written")
			}
		})
	}
}

func (c *cloud) plant(kind, owner string) {
	c.Helper()
	if err := c.service.Plant(c.part(kind), owner); err != nil {
		c.Fatal(err)
	}
}

func (c *cloud) plantOther() {
	c.Helper()
	if err := c.service.Plant(clouddp.Part{Kind: "cloud service", Name: "other"}, ""); err != nil {
		c.Fatal(err)
	}
}

// endsSoon returns a certificate that ends in a day.
func (c *cloud) endsSoon() *x509.Certificate {
	c.Helper()
	bundle, err := certs.SelfSigned("ends soon", &certs.SelfSignedOptions{Key: c.management.PrivateKey(), Validity: 24 * time.Hour})
	if err != nil {
		c.Fatal(err)
	}
	return bundle.Leaf
}

// The first management certificate is uploaded with a co-administrator's token; everything after it uses the
// certificate.
func TestBootstrap(t *testing.T) {
	m := newMaterial(t)
	service := &classictest.Service{}
	service.AddToken("secret-token")
	bootstrap := &classic.Subscription{ID: subscriptionID, Credential: token("secret-token"), Transport: service.RoundTripper(nil)}
	later := &classic.Subscription{ID: subscriptionID, Certificate: m.management, Transport: service.RoundTripper(m.management.Leaf)}

	if _, err := later.Read(t.Context(), newSpec(m), clouddp.Part{Kind: "cloud service", Name: "clouddp"}); !errors.Is(err, clouddp.ErrDenied) {
		t.Errorf("Read before the upload: %v, want ErrDenied", err)
	}
	added, err := mgmtcert.Ensure(t.Context(), bootstrap.ManagementCertificates(), m.management.Leaf)
	if !added || err != nil {
		t.Fatalf("Ensure: %t, %v", added, err)
	}
	if _, err := later.Read(t.Context(), newSpec(m), clouddp.Part{Kind: "cloud service", Name: "clouddp"}); err != nil {
		t.Errorf("Read after the upload: %v", err)
	}
	wrong := &classic.Subscription{ID: subscriptionID, Credential: token("another-token"), Transport: service.RoundTripper(nil)}
	err = mgmtcert.Remove(t.Context(), wrong.ManagementCertificates(), m.management.Thumbprint())
	if !errors.Is(err, clouddp.ErrDenied) || strings.Contains(err.Error(), "another-token") {
		t.Errorf("Remove with an unknown token: %v", err)
	}
}

func TestBadFieldsAreListed(t *testing.T) {
	s := &classic.Subscription{ID: "not a guid", Endpoint: "http://plain", Version: "new", Package: classic.Package{Settings: map[string]string{"": "\x00"}}}
	err := s.ManagementCertificates().Remove(t.Context(), certs.Thumbprint{1})
	invalid, ok := errors.AsType[*clouddp.InvalidError](err)
	if !ok {
		t.Fatalf("%v, want an InvalidError", err)
	}
	var fields []string
	for _, p := range invalid.Problems {
		fields = append(fields, p.Field)
	}
	if want := []string{"ID", "Certificate", "Endpoint", "Version", "Package.Settings"}; !slices.Equal(fields, want) {
		t.Errorf("problems with %v, want %v", fields, want)
	}
	s.CloseIdleConnections()
}

func TestBadSpecs(t *testing.T) {
	c := newCloud(t)
	for name, change := range map[string]func(*clouddp.Spec){
		"invalid":              func(s *clouddp.Spec) { s.ServiceFQDN = "../../x" },
		"another subscription": func(s *clouddp.Spec) { s.Subscription = "99999999-2222-3333-4444-555555555555" },
		"owner as tag":         func(s *clouddp.Spec) { s.Tags = map[string]string{"Owner": "me"} },
	} {
		spec := *c.spec
		change(&spec)
		if _, err := c.subscription.Parts(&spec); !errors.Is(err, clouddp.ErrInvalid) {
			t.Errorf("Parts of a Spec %s: %v, want ErrInvalid", name, err)
		}
		if _, err := c.subscription.Check(t.Context(), &spec); !errors.Is(err, clouddp.ErrInvalid) {
			t.Errorf("Check of a Spec %s: %v, want ErrInvalid", name, err)
		}
	}
	if _, err := c.apply("service certificate", c.renewed); !errors.Is(err, clouddp.ErrInvalid) {
		t.Errorf("Apply with another certificate: %v, want ErrInvalid", err)
	}
}

func TestPackageOfTheCallers(t *testing.T) {
	c := newCloud(t)
	asked := ""
	c.subscription.Package = classic.Package{
		URL: func(_ context.Context, account string) (string, error) {
			asked = account
			return "https://elsewhere.blob.core.windows.net/p/own.cspkg?sig=secret-signature", nil
		},
		Role: "Worker", Certificate: "Server", Settings: map[string]string{"Diagnostics": "on"},
	}
	c.build()
	if asked != "clouddp" {
		t.Errorf("the package was asked for account %q", asked)
	}
	if d := c.read("deployment"); d.State != clouddp.StateReady || len(d.Drift) != 0 {
		t.Errorf("deployment is %s, drift %v", d.State, d.Drift)
	}
	c.subscription = &classic.Subscription{ID: subscriptionID, Certificate: c.management, Transport: c.service.RoundTripper(c.management.Leaf)}
	if drift := c.read("deployment").Drift; len(drift) != 2 {
		t.Errorf("with the default package names the deployment drifts by %v", drift)
	}
}
