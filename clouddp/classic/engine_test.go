package classic_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/classic/classictest"
)

// The whole life of a service under the engine, with everything going wrong that can.
func TestClientDrivesClassic(t *testing.T) {
	newMaterial(t)
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t)
		c.service.ProvisionTime, c.service.OperationTime = 29*time.Minute, 40*time.Second
		c.material.service, c.renewed = enrol(t), enrol(t)
		bundle := c.material.service
		client := &clouddp.Client{
			Provider:               c.subscription,
			ManagementCertificates: c.subscription.ManagementCertificates(),
			Certificate:            func(context.Context, string) (*certs.Bundle, error) { return bundle, nil },
		}
		for _, fault := range []classictest.Fault{
			classictest.FaultLostAnswer, classictest.FaultExclusive, classictest.FaultForgotten, classictest.FaultUnreachable,
			classictest.FaultInternalError, classictest.FaultBusy,
		} {
			c.service.Inject(fault)
		}
		c.spec.Thumbprint = certs.Thumbprint{}
		began := time.Now()
		c.wait(client.Create(t.Context(), c.spec))
		if took := time.Since(began); took < 29*time.Minute || took > 45*time.Minute {
			t.Errorf("took %s", took)
		}
		c.expectWorkload(bundle)

		c.wait(client.Stop(t.Context(), c.spec.ServiceFQDN))
		if _, err := c.service.Workload("clouddp"); !errors.Is(err, clouddp.ErrUnavailable) {
			t.Errorf("Workload after Stop: %v", err)
		}
		c.wait(client.Start(t.Context(), c.spec.ServiceFQDN))
		bundle = c.renewed
		c.wait(client.Renew(t.Context(), c.spec.ServiceFQDN))
		c.expectWorkload(bundle)
		if n := len(c.service.Inventory()); n != 4 {
			t.Errorf("%d things in the cloud after a renewal: %q", n, c.service.Inventory())
		}
		c.wait(client.Delete(t.Context(), c.spec.ServiceFQDN))
		if !c.service.Empty() {
			t.Errorf("left behind: %q", c.service.Inventory())
		}
	})
}

// enrol returns a certificate of an enterprise authority that is valid by the clock of the bubble.
func enrol(t *testing.T) *certs.Bundle {
	t.Helper()
	ca := certstest.NewCA("Contoso Issuing CA")
	group := ca.AddGroup("ConfigMgr Site Servers")
	ca.JoinGroup(group)
	if _, err := template.Apply(t.Context(), ca, template.Desired{Template: template.CloudDP(group), CA: ca.Name()}); err != nil {
		t.Fatal(err)
	}
	bundle, err := certs.Enroll(t.Context(), ca, &certs.Request{CommonName: "clouddp.contoso.com", Template: "CloudDPCert", Key: certstest.Key()})
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

func (c *cloud) wait(operation *clouddp.Operation, err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
	if status, err := operation.Wait(c.Context()); err != nil {
		c.Fatalf("%s: %v\n%+v", status.Operation, err, status)
	}
}

func (c *cloud) expectWorkload(bundle *certs.Bundle) {
	c.Helper()
	served, err := c.service.Workload("clouddp")
	if err != nil {
		c.Fatal(err)
	}
	if string(served.Certificate[0]) != string(bundle.Leaf.Raw) {
		c.Error("serves another certificate than the one wanted")
	}
}
