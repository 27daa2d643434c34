package template_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

// newer is the cloud distribution point's template for the newer key providers, as Microsoft documents it.
func newer() template.Template {
	t := template.CloudDP(group)
	t.SchemaVersion = 3
	t.PrivateKeyFlags = template.PrivateKeyExportable | template.PrivateKeyServer2008 | template.PrivateKeyClientVista
	t.CSPs = []template.CSP{{Preference: 1, Name: "Microsoft Software Key Storage Provider"}}
	t.KeyProperties = []template.Property{{Name: template.PropertyAsymmetricAlgorithm, Type: "PZPWSTR", Value: "RSA"}}
	return t
}

// pair makes a finding appear, and comes close to it.
type pair struct {
	base          func() template.Template // CloudDP if nil
	trigger, near func(*template.Template)
	severity      slog.Level
}

var both = []string{template.ServerAuth, template.ClientAuth}

// pairs has one entry for every finding about a template alone.
var pairs = map[string]pair{
	"tpl.subject": {
		trigger:  func(s *template.Template) { s.NameFlags = template.NameEnrolleeSuppliesAltName },
		near:     func(s *template.Template) { s.NameFlags |= template.NameAltDNS },
		severity: slog.LevelError,
	},
	"tpl.eku": {
		trigger:  func(s *template.Template) { s.ExtKeyUsage, s.ApplicationPolicies = both[1:], both[1:] },
		near:     func(s *template.Template) { s.ExtKeyUsage, s.ApplicationPolicies = both, both },
		severity: slog.LevelError,
	},
	"tpl.policies": {
		trigger:  func(s *template.Template) { s.ApplicationPolicies = nil },
		near:     func(s *template.Template) { s.ExtKeyUsage, s.ApplicationPolicies = both, []string{both[1], both[0]} },
		severity: slog.LevelWarn,
	},
	"tpl.builtin": {
		trigger:  func(s *template.Template) { s.Flags |= template.GeneralIsDefault },
		near:     func(s *template.Template) { s.Flags |= template.GeneralPublishToDS },
		severity: slog.LevelInfo,
	},
	"tpl.machine": {
		trigger:  func(s *template.Template) { s.Flags &^= template.GeneralMachineType },
		near:     func(s *template.Template) { s.Flags &^= template.GeneralAddTemplateName },
		severity: slog.LevelWarn,
	},
	"tpl.ca": {
		trigger:  func(s *template.Template) { s.Flags |= template.GeneralIsCrossCA },
		near:     func(s *template.Template) { s.Flags |= template.GeneralAutoEnrollment },
		severity: slog.LevelError,
	},
	"key.exportable": {
		trigger:  func(s *template.Template) { s.PrivateKeyFlags &^= template.PrivateKeyExportable },
		near:     func(s *template.Template) { s.PrivateKeyFlags |= template.PrivateKeySameKeyRenewal },
		severity: slog.LevelError,
	},
	"tpl.keysize": {
		trigger:  func(s *template.Template) { s.MinimalKeySize = 2047 },
		near:     func(s *template.Template) { s.MinimalKeySize = 4096 },
		severity: slog.LevelError,
	},
	"tpl.keyspec": {
		trigger:  func(s *template.Template) { s.KeySpec = template.Signature },
		near:     func(s *template.Template) { s.KeySpec = template.KeyExchange },
		severity: slog.LevelWarn,
	},
	"tpl.ku": {
		trigger:  func(s *template.Template) { s.KeyUsage &= 1 },
		near:     func(s *template.Template) { s.KeyUsage |= 0x1FF },
		severity: slog.LevelWarn,
	},
	"tpl.sig.pss": {
		trigger:  func(s *template.Template) { s.PrivateKeyFlags |= template.PrivateKeyAlternateSignature },
		near:     func(s *template.Template) { s.PrivateKeyFlags |= template.PrivateKeyStrongProtection },
		severity: slog.LevelWarn,
	},
	"tpl.archival": {
		trigger:  func(s *template.Template) { s.PrivateKeyFlags |= template.PrivateKeyRequireArchival },
		near:     func(s *template.Template) { s.EnrollmentFlags |= template.EnrollmentPublishToKRA },
		severity: slog.LevelError,
	},
	"tpl.attestation": {
		trigger:  func(s *template.Template) { s.PrivateKeyFlags |= template.PrivateKeyAttestRequired },
		near:     func(s *template.Template) { s.PrivateKeyFlags |= template.PrivateKeyAttestPreferred },
		severity: slog.LevelError,
	},
	"tpl.schema": {
		base:     newer,
		trigger:  func(*template.Template) {},
		near:     func(s *template.Template) { *s = template.CloudDP(group) },
		severity: slog.LevelWarn,
	},
	"tpl.cng.algorithm": {
		base:     newer,
		trigger:  func(s *template.Template) { s.KeyProperties[0].Value = "ECDSA_P256" },
		near:     func(s *template.Template) { s.KeyProperties = nil },
		severity: slog.LevelError,
	},
	"tpl.cng.compatibility": {
		base: newer,
		trigger: func(s *template.Template) {
			s.PrivateKeyFlags ^= template.PrivateKeyClientVista | template.PrivateKeyClientXP
		},
		near:     func(s *template.Template) { s.PrivateKeyFlags |= template.PrivateKeyServer2016 },
		severity: slog.LevelWarn,
	},
	"tpl.cng.provider": {
		base: newer,
		trigger: func(s *template.Template) {
			s.CSPs = append(s.CSPs, template.CSP{Preference: 2, Name: "Microsoft Platform Crypto Provider"})
		},
		near: func(s *template.Template) {
			s.SchemaVersion, s.KeyProperties = 4, nil
			s.PrivateKeyFlags |= template.PrivateKeyLegacyProvider
			s.CSPs[0].Name = "Microsoft RSA SChannel Cryptographic Provider"
		},
		severity: slog.LevelWarn,
	},
	"tpl.properties": {
		base: newer,
		trigger: func(s *template.Template) {
			s.KeyProperties, s.RAApplicationPolicies = nil, []string{"1.3.6.1.4.1.311.20.2.1"}
		},
		near: func(s *template.Template) {
			s.KeyProperties = append(s.KeyProperties, template.Property{
				Name: template.PropertyRAApplicationPolicies, Type: "PZPWSTR", Value: "1.3.6.1.4.1.311.20.2.1",
			})
		},
		severity: slog.LevelError,
	},
	"tpl.approval": {
		trigger:  func(s *template.Template) { s.RASignatures = 1 },
		near:     func(s *template.Template) { s.EnrollmentFlags = template.EnrollmentPreviousApproval },
		severity: slog.LevelInfo,
	},
	"tpl.revocation": {
		trigger:  func(s *template.Template) { s.EnrollmentFlags = template.EnrollmentNoRevocationInfo },
		near:     func(s *template.Template) { s.EnrollmentFlags = template.EnrollmentAddOCSPNoCheck },
		severity: slog.LevelWarn,
	},
	"tpl.read": {
		trigger:  func(s *template.Template) { s.Access = s.Access[1:] },
		near:     func(s *template.Template) { s.Access[0].SID = template.Everyone },
		severity: slog.LevelWarn,
	},
	"tpl.enroll": {
		trigger:  func(s *template.Template) { s.Access[1].Rights = template.Read | template.AutoEnroll },
		near:     func(s *template.Template) { s.Access[1].Rights = template.Read | template.Enroll },
		severity: slog.LevelError,
	},
	"tpl.risky": {
		trigger:  func(s *template.Template) { s.Access[0].Rights |= template.Write },
		near:     func(s *template.Template) { s.Access[1].Rights |= template.Write },
		severity: slog.LevelWarn,
	},
}

// inDirectory has one entry for every finding that takes a directory: what spoils a template that was applied.
var inDirectory = map[string]func(*testing.T, *faulty){
	"tpl.published": func(_ *testing.T, d *faulty) { d.published = []string{"WebServer", "CloudDPCert2"} },
	"tpl.oid":       func(_ *testing.T, d *faulty) { d.oidError = template.ErrNotFound },
}

func TestEveryFindingHasAPair(t *testing.T) {
	tested := slices.Collect(maps.Keys(pairs))
	tested = append(tested, slices.Collect(maps.Keys(inDirectory))...)
	slices.Sort(tested)
	var used []string
	for _, name := range sources(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range regexp.MustCompile(`"((?:tpl|key)\.[a-z.]+)"`).FindAllSubmatch(text, -1) {
			used = append(used, string(match[1]))
		}
	}
	slices.Sort(used)
	if used = slices.Compact(used); !slices.Equal(used, tested) {
		t.Errorf("the source has  %v\nthe tests have %v", used, tested)
	}
}

func sources(t *testing.T) []string {
	t.Helper()
	names, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	return slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
}

func TestFindingsAppearAndDoNot(t *testing.T) {
	for id, p := range pairs {
		make := p.base
		if make == nil {
			make = func() template.Template { return template.CloudDP(group) }
		}
		spoiled, harmless := make(), make()
		p.trigger(&spoiled)
		p.near(&harmless)
		if err := spoiled.Validate(); err != nil && id != "tpl.properties" { // which only others write
			t.Errorf("%s: %v", id, err)
		}
		found := withID(spoiled.Check(), id)
		if len(found) != 1 || found[0].Severity != p.severity || found[0].Evidence == "" || found[0].Remedy == "" || found[0].Subject != spoiled.Name {
			t.Errorf("%s: got %v", id, spoiled.Check())
		}
		others := slices.DeleteFunc(spoiled.Check(), func(f certs.Finding) bool { return f.ID == id || f.ID == "tpl.schema" && p.base != nil })
		if len(others) != 0 {
			t.Errorf("%s: found %v besides", id, others)
		}
		if found := withID(harmless.Check(), id); len(found) != 0 {
			t.Errorf("%s: a harmless template has %v", id, found)
		}
	}
}

func withID(findings []certs.Finding, id string) []certs.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f certs.Finding) bool { return f.ID != id })
}

func TestCheckKnowsTheDangerousShapes(t *testing.T) {
	const domainComputers template.SID = "S-1-5-21-1-2-3-515"
	purposes := func(oids ...string) func(*template.Template) {
		return func(s *template.Template) { s.ExtKeyUsage, s.ApplicationPolicies = oids, oids }
	}
	insideSubject := func(more func(*template.Template)) func(*template.Template) {
		return func(s *template.Template) {
			s.NameFlags = template.NameSubjectDNSAsCN
			more(s)
		}
	}
	for name, test := range map[string]struct {
		who    template.SID
		change func(*template.Template)
		risky  bool
	}{
		"everybody, client authentication": {template.AuthenticatedUsers, purposes(both...), true},
		"everybody, smart card logon":      {template.AuthenticatedUsers, purposes("1.3.6.1.4.1.311.20.2.2"), true},
		"everybody, Kerberos":              {template.Everyone, purposes("1.3.6.1.5.2.3.4"), true},
		"everybody, without purposes":      {template.Everyone, purposes(), true},
		"everybody, any purpose":           {template.Everyone, purposes("2.5.29.37.0"), true},
		"domain computers":                 {domainComputers, purposes(both...), true},
		"a chosen group":                   {group, purposes(both...), false},
		"server authentication alone":      {template.AuthenticatedUsers, purposes(template.ServerAuth), true},
		"the same, for domain computers":   {domainComputers, purposes(template.ServerAuth), true},
		"the same, for a chosen group":     {group, purposes(template.ServerAuth), false},
		"the same, own subject":            {domainComputers, insideSubject(purposes(template.ServerAuth)), false},
		"the same, with approval": {template.AuthenticatedUsers, func(s *template.Template) {
			s.EnrollmentFlags = template.EnrollmentPendAllRequests
		}, false},
		"code signing": {template.AuthenticatedUsers, purposes("1.3.6.1.5.5.7.3.3"), false},
		"client authentication as a policy": {template.AuthenticatedUsers, insideSubject(func(s *template.Template) {
			s.ApplicationPolicies = []string{template.ClientAuth}
			s.EnrollmentFlags = template.EnrollmentNoSecurityExtension
		}), true},
		"on behalf of others, as a policy": {template.AuthenticatedUsers, insideSubject(func(s *template.Template) {
			s.ApplicationPolicies = []string{"1.3.6.1.4.1.311.20.2.1"}
		}), true},
		"policies of schema version 1": {template.AuthenticatedUsers, insideSubject(func(s *template.Template) {
			s.SchemaVersion, s.ApplicationPolicies = 1, []string{"1.3.6.1.4.1.311.20.2.1"}
		}), false},
		"whoever comes by network":           {"S-1-5-2", purposes(both...), true},
		"whoever logs in there":              {"S-1-5-4", purposes(both...), true},
		"whoever is of the forest":           {"S-1-5-15", purposes(both...), true},
		"the system of each computer":        {"S-1-5-18", purposes(both...), false},
		"own subject, client authentication": {template.AuthenticatedUsers, insideSubject(purposes(both...)), false},
		"own subject, any purpose":           {template.AuthenticatedUsers, insideSubject(purposes("2.5.29.37.0")), true},
		"own subject, without purposes":      {template.AuthenticatedUsers, insideSubject(purposes()), true},
		"own subject, for others":            {template.AuthenticatedUsers, insideSubject(purposes("1.3.6.1.4.1.311.20.2.1")), true},
		"own subject, no security extension": {template.AuthenticatedUsers, insideSubject(func(s *template.Template) {
			purposes(both...)(s)
			s.EnrollmentFlags = template.EnrollmentNoSecurityExtension
		}), true},
		"no security extension, server alone": {template.AuthenticatedUsers, insideSubject(func(s *template.Template) { s.EnrollmentFlags = template.EnrollmentNoSecurityExtension }), false},
		"with approval": {template.AuthenticatedUsers, func(s *template.Template) {
			purposes(both...)(s)
			s.EnrollmentFlags = template.EnrollmentPendAllRequests
		}, false},
		"schema version 1": {template.AuthenticatedUsers, func(s *template.Template) { s.SchemaVersion = 1 }, true},
	} {
		risky := template.CloudDP(group)
		test.change(&risky)
		risky.Access = append(risky.Access, template.Access{SID: test.who, Rights: template.Enroll})
		found := withID(risky.Check(), "tpl.risky")
		if len(found) > 0 != test.risky || len(found) > 1 && risky.SchemaVersion > 1 {
			t.Errorf("%s: found %v, want one: %t", name, found, test.risky)
		}
	}
}

// TestARiskyOwnerIsOneThatMayWrite has everybody who logs in own the template.
func TestARiskyOwnerIsOneThatMayWrite(t *testing.T) {
	for name, test := range map[string]struct {
		entries [][]byte
		risky   bool
	}{
		"as owners may":            {nil, true},
		"limited to reading":       {[][]byte{entry(t, 0, 0, readMask, "", ownerHex)}, false},
		"limited to nothing":       {[][]byte{entry(t, 1, 0, fullMask, "", ownerHex)}, false},
		"allowed to change access": {[][]byte{entry(t, 0, 0, 0x40000, "", ownerHex)}, true},
	} {
		data := descriptor(t, false, daclPresent, list(append(test.entries, entry(t, 0, 0, readMask, "", authHex))...))
		binary.LittleEndian.PutUint32(data[4:], uint32(len(data)))
		owned := template.CloudDP(group)
		owned.Security = parseDescriptor(t, append(data, unhex(t, authHex)...))
		if found := withID(owned.Check(), "tpl.risky"); (len(found) == 1) != test.risky {
			t.Errorf("%s: found %v, want one: %t", name, found, test.risky)
		}
	}
}

// faulty is a directory that answers some questions differently.
type faulty struct {
	*certstest.CA
	published []string
	oid       *template.ObjectIdentifier
	oidError  error
	base      string
}

func (d *faulty) Published(ctx context.Context, ca string) ([]string, error) {
	if d.published != nil {
		return d.published, nil
	}
	return d.CA.Published(ctx, ca)
}

func (d *faulty) OID(ctx context.Context, oid string) (template.ObjectIdentifier, error) {
	if d.oid != nil || d.oidError != nil {
		var o template.ObjectIdentifier
		if d.oid != nil {
			o = *d.oid
		}
		return o, d.oidError
	}
	return d.CA.OID(ctx, oid)
}

func (d *faulty) ForestOID(ctx context.Context) (string, error) {
	if d.base != "" {
		return d.base, nil
	}
	return d.CA.ForestOID(ctx)
}

func appliedTo(t *testing.T) *faulty {
	t.Helper()
	d := &faulty{CA: certstest.NewCA(authority)}
	if _, err := template.Apply(t.Context(), d, desired()); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestCheckInADirectory(t *testing.T) {
	sound := appliedTo(t)
	if findings, err := template.Check(t.Context(), sound, authority, "clouddpcert", group); err != nil || len(findings) != 0 {
		t.Errorf("what was applied: %v, %v", findings, err)
	}
	for id, spoil := range inDirectory {
		d := appliedTo(t)
		spoil(t, d)
		wantFinding(t, d, id)
	}
	wantFinding(t, &faulty{CA: sound.CA, base: "1.3.6.1.4.1.311.21.8.9"}, "tpl.oid")
	wantFinding(t, &faulty{CA: sound.CA, oidError: template.ErrConflict}, "tpl.oid")
	wantFinding(t, &faulty{CA: sound.CA, oid: &template.ObjectIdentifier{DisplayName: "Somebody Else's"}}, "tpl.oid")
}

func wantFinding(t *testing.T, d template.Directory, id string) {
	t.Helper()
	findings, err := template.Check(t.Context(), d, authority, "CloudDPCert", group)
	if err != nil || len(findings) != 1 || findings[0].ID != id || findings[0].Evidence == "" || findings[0].Remedy == "" {
		t.Errorf("%s: got %v, %v", id, findings, err)
	}
}

func TestCheckLooksAtAToken(t *testing.T) {
	d := appliedTo(t)
	const stranger template.SID = "S-1-5-21-1004336348-1177238915-682003330-9999"
	for name, test := range map[string]struct {
		token []template.SID
		found bool
	}{
		"a member":   {[]template.SID{stranger, group}, false},
		"a stranger": {[]template.SID{stranger}, true},
		"nobody":     {nil, false},
		"everybody":  {[]template.SID{template.Everyone, template.AuthenticatedUsers}, true},
	} {
		findings, err := template.Check(t.Context(), d, authority, "CloudDPCert", test.token...)
		if err != nil || len(withID(findings, "tpl.enroll")) > 0 != test.found {
			t.Errorf("%s: %v, %v", name, findings, err)
		}
	}
}

func TestEverybodyIsInEveryToken(t *testing.T) {
	for _, sid := range []template.SID{template.Everyone, template.AuthenticatedUsers} {
		open := template.Desired{Template: template.CloudDP(sid), CA: authority}
		open.Template.Access = open.Template.Access[1:]
		d := certstest.NewCA(authority)
		if _, err := template.Apply(t.Context(), d, open); err != nil {
			t.Fatal(err)
		}
		findings, err := template.Check(t.Context(), d, authority, "CloudDPCert", domainAdmins)
		if err != nil || len(withID(findings, "tpl.enroll")) != 0 || len(withID(findings, "tpl.risky")) != 1 {
			t.Errorf("%s may enroll: %v, %v", sid, findings, err)
		}
	}
}

func TestCheckReportsWhatIsNotThere(t *testing.T) {
	d := appliedTo(t)
	for name, test := range map[string]struct {
		directory          template.Directory
		authority, subject string
		want               error
	}{
		"no directory":  {nil, authority, "CloudDPCert", template.ErrInvalid},
		"no template":   {d, authority, "Absent", template.ErrNotFound},
		"no authority":  {d, "Absent", "CloudDPCert", template.ErrNotFound},
		"no connection": {&faulty{CA: d.CA, oidError: template.ErrUnavailable}, authority, "CloudDPCert", template.ErrUnavailable},
	} {
		if findings, err := template.Check(t.Context(), test.directory, test.authority, test.subject, group); !errors.Is(err, test.want) || findings != nil {
			t.Errorf("%s: got %v, %v, want %v", name, findings, err, test.want)
		}
	}
}

// TestCheckOfADump looks at a template that somebody exported.
func TestCheckOfADump(t *testing.T) {
	exported := parseAttributes(t, "WebServer", webServerDump)
	var ids []string
	for _, f := range exported.Check() {
		ids = append(ids, f.ID)
	}
	want := []string{"tpl.builtin", "key.exportable", "tpl.read", "tpl.enroll"}
	if !slices.Equal(ids, want) {
		t.Errorf("got %v, want %v", ids, want)
	}
}
