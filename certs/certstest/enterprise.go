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
	t := template.CloudDP(group)
	t.OID = t.DeriveOID(ca.base)
	ctx := context.Background()
	must(t, ca.PutOID(ctx, template.ObjectIdentifier{OID: t.OID, DisplayName: t.DisplayName}))
	must(t, ca.PutTemplate(ctx, t))
	must(t, ca.Publish(ctx, ca.name, t.Name))
	return ca
}
