package template

import (
	"fmt"
	"log/slog"
	"slices"

	"github.com/clouddp/sdk/certs"
)

// Check reports what would keep certificates of t from serving a cloud distribution point, and what makes t dangerous.
func (t Template) Check() []certs.Finding {
	c := &checker{subject: t.Name}
	t.checkPurpose(c)
	t.checkKey(c)
	t.checkIssuance(c)
	t.checkRisk(c)
	return c.findings
}

type checker struct {
	subject  string
	findings []certs.Finding
}

func (c *checker) when(noticed bool, severity slog.Level, id, evidence, remedy string) {
	if noticed {
		c.findings = append(c.findings, certs.Finding{ID: id, Severity: severity, Subject: c.subject, Evidence: evidence, Remedy: remedy})
	}
}

func (t Template) checkPurpose(c *checker) {
	c.when(t.NameFlags&NameEnrolleeSuppliesSubject == 0, slog.LevelError, "tpl.subject",
		"name flags: "+t.NameFlags.String(), `choose "Supply in the request": otherwise the authority discards the common name and the DNS names`)
	c.when(len(t.ExtKeyUsage) > 0 && !slices.Contains(t.ExtKeyUsage, ServerAuth), slog.LevelError, "tpl.eku",
		fmt.Sprintf("purposes: %v", t.ExtKeyUsage), "add Server Authentication ("+ServerAuth+")")
	c.when(t.SchemaVersion >= 2 && !slices.Equal(t.ExtKeyUsage, t.ApplicationPolicies), slog.LevelWarn, "tpl.policies",
		fmt.Sprintf("application policies %v, purposes %v", t.ApplicationPolicies, t.ExtKeyUsage), "repeat the purposes as application policies: dialogs show those")
	c.when(t.SchemaVersion >= 3, slog.LevelWarn, "tpl.schema",
		fmt.Sprintf("schema version %d", t.SchemaVersion), "sites older than version 1710 want schema version 2 (authority Windows Server 2003)")
}

func (t Template) checkKey(c *checker) {
	c.when(t.PrivateKeyFlags&PrivateKeyExportable == 0, slog.LevelError, "key.exportable",
		"private key flags: "+t.PrivateKeyFlags.String(), `tick "Allow private key to be exported": the console imports a .pfx file`)
	c.when(t.MinimalKeySize < 2048, slog.LevelError, "tpl.keysize",
		fmt.Sprintf("minimum key size %d bits", t.MinimalKeySize), "set it to 2048")
	c.when(t.PrivateKeyFlags&PrivateKeyAlternateSignature != 0, slog.LevelWarn, "tpl.sig.pss",
		"alternate signature format", "clear it: old TLS stacks cannot verify RSASSA-PSS")
}

func (t Template) checkIssuance(c *checker) {
	c.when(!t.anybody(func(a Access) bool { return a.Rights&Enroll != 0 }), slog.LevelError, "tpl.enroll",
		"nobody has Enroll", "grant Read and Enroll to the group of the site servers")
	c.when(t.needsApproval(), slog.LevelInfo, "tpl.approval",
		fmt.Sprintf("enrollment flags: %s; signatures: %d", t.EnrollmentFlags, t.RASignatures), "expect requests to wait for a certificate manager")
	c.when(t.EnrollmentFlags&EnrollmentNoRevocationInfo != 0, slog.LevelWarn, "tpl.revocation",
		"issued certificates name no revocation list", "clear it: clients check revocation by default")
}

// checkRisk looks for templates through which anybody becomes anybody: a free choice of subject, a purpose that logs on,
// a wide circle and no approval; or a wide circle that may change the template.
func (t Template) checkRisk(c *checker) {
	broadEnroll := t.anybody(func(a Access) bool { return a.SID.isBroad() && a.Rights&enrollment != 0 })
	impersonates := t.NameFlags&NameEnrolleeSuppliesSubject != 0 && t.logsOn()
	c.when(impersonates && broadEnroll && !t.needsApproval(), slog.LevelWarn, "tpl.risky",
		"everybody may enroll for any subject with a purpose that logs on", "keep Server Authentication alone, and Enroll for the site servers alone")
	c.when(t.anybody(func(a Access) bool { return a.SID.isBroad() && a.Rights&Write != 0 }), slog.LevelWarn, "tpl.risky",
		"everybody may change the template", "leave Write to administrators")
}

func (t Template) anybody(has func(Access) bool) bool { return slices.ContainsFunc(t.Access, has) }

func (t Template) needsApproval() bool {
	return t.EnrollmentFlags&EnrollmentPendAllRequests != 0 || t.RASignatures > 0
}

// logsOn reports whether certificates of t authenticate a client to a domain.
func (t Template) logsOn() bool {
	return len(t.ExtKeyUsage) == 0 || slices.ContainsFunc(t.ExtKeyUsage, func(oid string) bool {
		return oid == ClientAuth || oid == anyPurpose || oid == smartCardLogon || oid == pkinitClient
	})
}
