package classic_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/classic"
	"github.com/clouddp/sdk/clouddp/classic/classictest"
	"github.com/clouddp/sdk/clouddp/clouddptest"
	"github.com/clouddp/sdk/clouddp/mgmtcert/mgmtcerttest"
)

func TestProviderWithoutSockets(t *testing.T) {
	newMaterial(t) // outside the bubble, by the real clock
	clouddptest.TestProvider(t, synctest.Test, func(t *testing.T) *clouddptest.Harness {
		t.Helper()
		c := newCloud(t)
		c.service.ProvisionTime, c.service.OperationTime = 28*time.Minute, 30*time.Second
		return newHarness(c, 10*time.Second)
	})
}

func TestProviderOverMutualTLS(t *testing.T) {
	clouddptest.TestProvider(t, clouddptest.RealTime, func(t *testing.T) *clouddptest.Harness {
		t.Helper()
		c := newServedCloud(t)
		c.service.ProvisionTime, c.service.OperationTime = 6*time.Millisecond, 2*time.Millisecond
		return newHarness(c, time.Millisecond)
	})
}

func newHarness(c *cloud, interval time.Duration) *clouddptest.Harness {
	return &clouddptest.Harness{
		Provider: c.subscription,
		Spec:     c.spec,
		Service:  c.material.service,
		Renewed:  c.renewed,
		Interval: interval,
		Plant: func(part clouddp.Part, owner string) {
			if err := c.service.Plant(part, owner); err != nil {
				c.Fatal(err)
			}
		},
		Inject: func(fault clouddptest.Fault) { c.service.Inject(classictest.Fault(fault)) },
		Writes: c.service.Writes,
	}
}

// newServedCloud is a subscription behind a loopback socket with mutual TLS.
func newServedCloud(t *testing.T) *cloud {
	t.Helper()
	c := newCloud(t)
	server, err := c.service.Serve(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c.subscription = &classic.Subscription{
		ID: subscriptionID, Certificate: c.management, Endpoint: server.URL, Roots: server.Pool(),
	}
	t.Cleanup(func() {
		c.subscription.CloseIdleConnections()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestManagementCertificatesWithoutSockets(t *testing.T) {
	newMaterial(t)
	mgmtcerttest.TestStore(t, synctest.Test, func(t *testing.T) *mgmtcerttest.Harness {
		t.Helper()
		return newStoreHarness(newCloud(t))
	})
}

func TestManagementCertificatesOverMutualTLS(t *testing.T) {
	mgmtcerttest.TestStore(t, clouddptest.RealTime, func(t *testing.T) *mgmtcerttest.Harness {
		t.Helper()
		return newStoreHarness(newServedCloud(t))
	})
}

func newStoreHarness(c *cloud) *mgmtcerttest.Harness {
	c.service.MaxManagementCertificates = 10
	faults := map[mgmtcerttest.Fault]classictest.Fault{
		mgmtcerttest.FaultBusy:        classictest.FaultBusy,
		mgmtcerttest.FaultLostAnswer:  classictest.FaultLostAnswer,
		mgmtcerttest.FaultDenied:      classictest.FaultDenied,
		mgmtcerttest.FaultUnreachable: classictest.FaultUnreachable,
	}
	return &mgmtcerttest.Harness{
		Store:  c.subscription.ManagementCertificates(),
		Inject: func(fault mgmtcerttest.Fault) { c.service.Inject(faults[fault]) },
		Limit:  10,
	}
}
