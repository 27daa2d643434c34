package certstest

import (
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/template"
)

// Harness publishes on ca a template for every clause of [TestIssuer], lets the caller enroll, and returns the harness
// of ca itself. A driver that leads to ca puts itself in the place of Issuer, and its own faults in that of Fail and
// LoseAnswer if those of ca do not reach it.
func (ca *CA) Harness(t testing.TB) IssuerHarness {
	t.Helper()
	group := ca.AddGroup("ConfigMgr Site Servers")
	ca.JoinGroup(group)
	slow, long := template.CloudDP(group), template.CloudDP(group)
	slow.Name, slow.EnrollmentFlags = "SlowCert", template.EnrollmentPendAllRequests
	long.Name, long.MinimalKeySize = "LongCert", 4096
	for _, wanted := range []template.Template{template.CloudDP(group), slow, long} {
		if _, err := template.Apply(t.Context(), ca, template.Desired{Template: wanted, CA: ca.Name()}); err != nil {
			t.Fatal(err)
		}
	}
	return IssuerHarness{
		Issuer:       ca,
		Template:     "CloudDPCert",
		Refused:      "WebServer",
		NotPublished: "AbsentCert",
		NoRight:      "WebServer",
		LongKey:      "LongCert",
		Pending:      "SlowCert",
		Requests:     ca.Requests,
		Approve:      ca.Approve,
		Deny:         func(id string) error { return ca.Deny(id, certs.CodeAdminDenied) },
		Fail:         func() { ca.Fail(certs.ErrUnavailable) },
		LoseAnswer:   ca.LoseAnswer,
	}
}
