package clouddptest_test

import (
	"crypto"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/clouddptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCloud(t *testing.T) {
	clouddptest.TestProvider(t, synctest.Test, func(t *testing.T) *clouddptest.Harness {
		t.Helper()
		cloud := &clouddptest.Cloud{ProvisionTime: 29 * time.Minute, OperationTime: 15 * time.Second}
		service, renewed := selfSigned(t), selfSigned(t)
		spec := &clouddp.Spec{
			ServiceFQDN:  "clouddp.contoso.com",
			Subscription: "00000000-0000-0000-0000-000000000001",
			Region:       "West Europe",
			SiteCode:     "PS1",
			Thumbprint:   service.Thumbprint(),
		}
		return &clouddptest.Harness{
			Provider: cloud, Spec: spec, Service: service, Renewed: renewed, Interval: 10 * time.Second,
			Plant:  func(part clouddp.Part, owner string) { cloud.Plant(spec, part, owner) },
			Inject: cloud.Inject, Writes: cloud.Writes,
		}
	})
}

// sharedKey is made once: RSA keys take a while.
var sharedKey = sync.OnceValues(func() (crypto.Signer, error) { return certs.GenerateKey(2048) })

func selfSigned(t *testing.T) *certs.Bundle {
	t.Helper()
	key, err := sharedKey()
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := certs.SelfSigned("clouddp.contoso.com", &certs.SelfSignedOptions{Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}
