package template

import (
	"log/slog"
	"slices"
)

// checkRisk looks for templates through which anybody becomes anybody. Each shape needs a wide circle that may enroll
// without approval, or that may change the template.
func (t Template) checkRisk(c *checker) {
	risky := func(noticed bool, evidence, remedy string) {
		c.when(noticed, slog.LevelWarn, "tpl.risky", evidence, remedy)
	}
	if writers := t.broad(Write); writers != "" {
		risky(true, writers+" may change the template", "leave Write to administrators")
	}
	if owner := t.Security.Owner(); owner.IsBroad() && t.Security.AccessFor(owner)&Write != 0 {
		risky(true, Access{SID: owner}.principal()+" owns the template, and may change who may do what", "give it to administrators")
	}
	enrollers := t.broad(enrollment)
	if enrollers == "" || t.needsApproval() {
		return
	}
	suppliesSubject := t.NameFlags&NameEnrolleeSuppliesSubject != 0
	const remedy = "keep Server Authentication alone, and Enroll for the site servers alone"
	risky(suppliesSubject && t.logsOn(), enrollers+" may enroll for any subject with a purpose that logs on", remedy)
	risky(suppliesSubject && !t.logsOn() && t.hasPurpose(ServerAuth),
		enrollers+" may enroll a server certificate for any name", "leave Enroll to the site servers alone")
	risky(suppliesSubject && t.SchemaVersion == 1,
		enrollers+" may enroll for any subject, and before the updates of November 2024 add purposes to schema version 1", remedy)
	risky(!suppliesSubject && t.hasPurpose(anyPurpose), enrollers+" may enroll for every purpose", remedy)
	risky(t.hasPurpose(requestAgent), enrollers+" may request certificates on behalf of others", remedy)
	risky(t.EnrollmentFlags&EnrollmentNoSecurityExtension != 0 && t.logsOn() && !suppliesSubject,
		enrollers+" may enroll for certificates that do not say whose account they belong to", "clear the flag no security extension")
}

// logsOn reports whether certificates of t authenticate a client to a domain.
func (t Template) logsOn() bool {
	return slices.ContainsFunc([]string{anyPurpose, ClientAuth, smartCardLogon, pkinitClient}, t.hasPurpose)
}

// hasPurpose reports whether certificates of t have the purpose; without any they have every one. From schema version 2
// on application policies count beside the purposes that they should repeat.
func (t Template) hasPurpose(oid string) bool {
	if len(t.ExtKeyUsage) == 0 {
		return oid == anyPurpose
	}
	return slices.Contains(t.ExtKeyUsage, oid) || t.SchemaVersion >= 2 && slices.Contains(t.ApplicationPolicies, oid)
}
