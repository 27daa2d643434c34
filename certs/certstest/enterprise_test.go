package certstest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

// TestEnterpriseIsWhatApplyMakes wants nothing to be left for Plan, whatever the authority is called.
func TestEnterpriseIsWhatApplyMakes(t *testing.T) {
	for _, name := range []string{authority, "", " \t", "\xff\x00\n", "Größe,\u00a0CA\u202e", strings.Repeat("x", 300), strings.Repeat("x", 255) + " x"} {
		ca := certstest.NewEnterprise(name)
		group, err := ca.GroupSID(t.Context(), "ConfigMgr Site Servers")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := certs.Enroll(t.Context(), ca, request("CloudDPCert")); err != nil {
			t.Errorf("%.20q: %v", name, err)
		}
		changes, err := template.Plan(t.Context(), ca, template.Desired{Template: template.CloudDP(group), CA: ca.Name()})
		if err != nil || len(changes) != 0 {
			t.Errorf("%.20q: left to do: %v, %v", name, changes, err)
		}
	}
}

func ExampleNewEnterprise() {
	ca := certstest.NewEnterprise("Contoso Issuing CA")
	service, err := certs.Enroll(context.Background(), ca, &certs.Request{
		CommonName: "clouddp.contoso.com", Template: "CloudDPCert", Key: certstest.Key(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(service.Leaf.Subject, "issued by", service.Chain[0].Subject)
	// Output:
	// CN=clouddp.contoso.com issued by CN=Contoso Issuing CA
}
