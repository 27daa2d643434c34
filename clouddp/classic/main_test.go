package classic_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"go.uber.org/goleak"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/classic"
	"github.com/clouddp/sdk/clouddp/classic/classictest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const subscriptionID = "11111111-2222-3333-4444-555555555555"

// material is made once: RSA keys take their time.
type material struct{ management, service, renewed *certs.Bundle }

var makeMaterial = sync.OnceValues(func() (material, error) {
	key, err := certs.GenerateKey(2048)
	if err != nil {
		return material{}, err
	}
	var m material
	for name, to := range map[string]**certs.Bundle{"CloudDP management": &m.management, "clouddp.contoso.com": &m.service} {
		if *to, err = certs.SelfSigned(name, &certs.SelfSignedOptions{Key: key}); err != nil {
			return material{}, err
		}
	}
	m.renewed, err = certs.SelfSigned("clouddp.contoso.com", &certs.SelfSignedOptions{Key: key})
	return m, err
})

func newMaterial(tb testing.TB) material {
	tb.Helper()
	m, err := makeMaterial()
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func newSpec(m material) *clouddp.Spec {
	return &clouddp.Spec{
		ServiceFQDN:  "clouddp.contoso.com",
		Subscription: subscriptionID,
		Region:       "West Europe",
		SiteCode:     "P01",
		Description:  "Cloud distribution point of <Contoso> & sons",
		Thumbprint:   m.service.Thumbprint(),
		Tags:         map[string]string{"CostCentre": "4711"},
	}
}

// cloud is a subscription on a fake of its own, without sockets.
type cloud struct {
	material
	*testing.T
	service      *classictest.Service
	subscription *classic.Subscription
	spec         *clouddp.Spec
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	m := newMaterial(t)
	service := &classictest.Service{}
	service.AddManagementCertificate(m.management.Leaf)
	return &cloud{
		T: t, material: m, service: service, spec: newSpec(m),
		subscription: &classic.Subscription{
			ID: subscriptionID, Certificate: m.management, Transport: service.RoundTripper(m.management.Leaf),
		},
	}
}

// part returns the part of the Spec of that kind.
func (c *cloud) part(kind string) clouddp.Part {
	c.Helper()
	parts, err := c.subscription.Parts(c.spec)
	if err != nil {
		c.Fatal(err)
	}
	for _, p := range parts {
		if p.Kind == kind {
			return p
		}
	}
	c.Fatalf("no part is a %s", kind)
	return clouddp.Part{}
}

func (c *cloud) read(kind string) clouddp.Component {
	c.Helper()
	component, err := c.subscription.Read(c.Context(), c.spec, c.part(kind))
	if err != nil {
		c.Fatalf("Read of %s: %v", kind, err)
	}
	return component
}

func (c *cloud) apply(kind string, bundle *certs.Bundle) (clouddp.Ticket, error) {
	c.Helper()
	return c.subscription.Apply(c.Context(), c.spec, c.part(kind), bundle)
}

// mustApply applies and waits for the outcome.
func (c *cloud) mustApply(kind string, bundle *certs.Bundle) {
	c.Helper()
	ticket, err := c.apply(kind, bundle)
	if err != nil {
		c.Fatalf("Apply of %s: %v", kind, err)
	}
	c.settle(ticket)
}

func (c *cloud) settle(ticket clouddp.Ticket) {
	c.Helper()
	for {
		state, err := c.subscription.Outcome(c.Context(), ticket)
		if state == clouddp.StateReady {
			return
		}
		if state != clouddp.StateWorking {
			c.Fatalf("operation %s: %s, %v", ticket, state, err)
		}
		<-time.After(time.Second)
	}
}

var kinds = []string{"storage account", "cloud service", "service certificate", "deployment"}

// build creates everything.
func (c *cloud) build() {
	c.Helper()
	for _, kind := range kinds {
		c.mustApply(kind, c.material.service)
	}
}

// token is a co-administrator's credential.
type token string

func (t token) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(t), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// transport answers requests by a function.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
