package certstest

import (
	"context"

	"github.com/clouddp/sdk/certs/template"
)

// NewEnterprise returns what [NewCA] does with everything in place: the template CloudDPCert, as [template.CloudDP] makes
// it, is published, and the caller is in the group ConfigMgr Site Servers, which may enroll.
func NewEnterprise(name string) *CA {
	ca := NewCA(name)
	group := ca.AddGroup("ConfigMgr Site Servers")
	ca.JoinGroup(group)
	desired := template.Desired{Template: template.CloudDP(group), CA: ca.Name()}
	must(template.Apply(context.Background(), ca, desired))
	return ca
}
