package template

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/clouddp/sdk/certs"
)

// Check reports what would keep certificates of t from serving a cloud distribution point, and what makes t dangerous.
// The rules are those of Microsoft's "PKI certificate requirements for Configuration Manager" and "CNG certificates
// overview". [Check] also looks at the directory around t.
func (t Template) Check() []certs.Finding {
	c := &checker{subject: t.Name}
	t.check(c)
	t.checkToken(c, nil)
	return c.findings
}

// check is what holds wherever t is.
func (t Template) check(c *checker) {
	t.checkPurpose(c)
	t.checkKey(c)
	t.checkProvider(c)
	field, problem := t.wrongForm()
	c.when(problem != "", slog.LevelError, "tpl.properties", field+" "+problem,
		"save the template again in the console: it writes the attribute in the form that the schema version wants")
	t.checkIssuance(c)
	t.checkRisk(c)
}

const enrollRemedy = "grant Read and Enroll to the group of the site servers, and restart them: " +
	"a logon token learns of groups at the start"

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
	c.when(t.isDefault(), slog.LevelInfo, "tpl.builtin",
		fmt.Sprintf("schema version %d, flags: %s", t.SchemaVersion, t.Flags), "duplicate it: nothing but access to one of Windows' own can be changed")
	c.when(t.NameFlags&NameEnrolleeSuppliesSubject == 0, slog.LevelError, "tpl.subject",
		"name flags: "+t.NameFlags.String(), `choose "Supply in the request": otherwise the authority discards the common name and the DNS names`)
	c.when(len(t.ExtKeyUsage) > 0 && !slices.Contains(t.ExtKeyUsage, ServerAuth), slog.LevelError, "tpl.eku",
		fmt.Sprintf("purposes: %v", t.ExtKeyUsage), "add Server Authentication ("+ServerAuth+")")
	c.when(t.SchemaVersion >= 2 && !sameSet(t.ExtKeyUsage, t.ApplicationPolicies), slog.LevelWarn, "tpl.policies",
		fmt.Sprintf("application policies %v, purposes %v", t.ApplicationPolicies, t.ExtKeyUsage),
		"repeat the purposes as application policies: dialogs show those")
	c.when(t.Flags&GeneralMachineType == 0, slog.LevelWarn, "tpl.machine",
		"flags: "+t.Flags.String(), "duplicate Web Server: the dialogs of a computer list templates for computers alone")
	c.when(t.Flags&(GeneralIsCA|GeneralIsCrossCA) != 0, slog.LevelError, "tpl.ca",
		"flags: "+t.Flags.String(), "duplicate Web Server: a service must not be an authority")
}

func sameSet(a, b []string) bool { return slices.Equal(set{&a}.sorted(), set{&b}.sorted()) }

func (t Template) checkKey(c *checker) {
	c.when(t.PrivateKeyFlags&PrivateKeyExportable == 0, slog.LevelError, "key.exportable",
		"private key flags: "+t.PrivateKeyFlags.String(), `tick "Allow private key to be exported": the console imports a .pfx file`)
	c.when(t.MinimalKeySize < 2048, slog.LevelError, "tpl.keysize",
		fmt.Sprintf("minimum key size %d bits", t.MinimalKeySize), "set it to 2048")
	c.when(t.MinimalKeySize > 4096, slog.LevelWarn, "tpl.keysize",
		fmt.Sprintf("minimum key size %d bits", t.MinimalKeySize), "set it to 2048 or 4096, the documented lengths")
	c.when(t.KeySpec != KeyExchange, slog.LevelWarn, "tpl.keyspec",
		fmt.Sprintf("key spec %d", t.KeySpec), "make the key for key exchange (1), as Azure asks for")
	c.when(t.KeyUsage&tlsUsage != tlsUsage, slog.LevelWarn, "tpl.ku",
		"key usage: "+keyUsage{&t}.words(), "allow digital signature and key encipherment, as Web Server does")
	c.when(t.PrivateKeyFlags&PrivateKeyAlternateSignature != 0, slog.LevelWarn, "tpl.sig.pss",
		"alternate signature format", "clear it: old TLS stacks cannot verify RSASSA-PSS")
	c.when(t.PrivateKeyFlags&PrivateKeyRequireArchival != 0, slog.LevelError, "tpl.archival",
		"private keys are archived", "clear it: a certificate signing request does not carry its key to the authority")
	c.when(t.PrivateKeyFlags&PrivateKeyAttestRequired != 0, slog.LevelError, "tpl.attestation",
		"key attestation is required", "clear it: a key that a module attests cannot be exported")
}

// checkProvider holds templates for newer key providers (CNG) to what Configuration Manager takes of them.
func (t Template) checkProvider(c *checker) {
	if t.SchemaVersion < 3 {
		return
	}
	c.when(true, slog.LevelWarn, "tpl.schema",
		fmt.Sprintf("schema version %d", t.SchemaVersion), "sites older than version 1710 want schema version 2 (authority Windows Server 2003)")
	if !t.isNewer() {
		return
	}
	algorithm := t.property(PropertyAsymmetricAlgorithm)
	c.when(algorithm != "" && algorithm != "RSA", slog.LevelError, "tpl.cng.algorithm",
		"asymmetric algorithm "+algorithm, "choose RSA: clients take nothing else")
	server, client := t.PrivateKeyFlags&PrivateKeyServerVersions, t.PrivateKeyFlags&PrivateKeyClientVersions
	c.when(server < PrivateKeyServer2008 || client < PrivateKeyClientVista, slog.LevelWarn, "tpl.cng.compatibility",
		"private key flags: "+t.PrivateKeyFlags.String(), "set the authority to Windows Server 2008 and the recipient to Windows Vista, or newer")
	isOther := func(p CSP) bool { return p.Name != softwareProvider }
	c.when(slices.ContainsFunc(t.CSPs, isOther), slog.LevelWarn, "tpl.cng.provider",
		"providers: "+providers{&t.CSPs}.words(), "allow "+softwareProvider+" alone")
}

func (t Template) checkIssuance(c *checker) {
	c.when(t.needsApproval(), slog.LevelInfo, "tpl.approval",
		fmt.Sprintf("enrollment flags: %s; signatures: %d", t.EnrollmentFlags, t.RASignatures), "expect requests to wait for a certificate manager")
	c.when(t.EnrollmentFlags&EnrollmentNoRevocationInfo != 0, slog.LevelWarn, "tpl.revocation",
		"issued certificates name no revocation list", "clear it: clients check revocation by default")
	c.when(t.Granted(Everyone, AuthenticatedUsers)&Read == 0, slog.LevelWarn, "tpl.read",
		"Authenticated Users lack Read", "grant it to them, or to the computer of each authority: it reads the template under its own account")
}

func (t Template) needsApproval() bool {
	return t.EnrollmentFlags&EnrollmentPendAllRequests != 0 || t.RASignatures > 0
}

// broad returns the principals that stand for everybody and have one of rights.
func (t Template) broad(rights Rights) string {
	var found []string
	for _, a := range t.Access {
		if a.SID.IsBroad() && a.Rights&rights != 0 {
			found = append(found, a.principal())
		}
	}
	return strings.Join(found, ", ")
}
