package template_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

// madeBy returns a forest in which somebody has made a template.
func madeBy(t *testing.T, change func(*template.Template)) *certstest.CA {
	t.Helper()
	ca := certstest.NewCA(authority)
	made := desired().Template
	made.OID = ca.Forest().OID + ".20000001.20000002"
	change(&made)
	if made.OID != "" {
		if err := ca.PutTemplate(t.Context(), nil, made); err != nil {
			t.Fatal(err)
		}
	}
	return ca
}

func TestNothingIsAdoptedSilently(t *testing.T) {
	ca := madeBy(t, func(m *template.Template) { m.MinimalKeySize = 1024 })
	before := ca.Forest()
	if _, err := template.Apply(t.Context(), ca, desired()); !errors.Is(err, template.ErrForeign) {
		t.Errorf("somebody else's: got %v, want ErrForeign", err)
	}
	if after := ca.Forest(); !slices.Equal(after.OIDs, before.OIDs) || len(after.Published) != len(before.Published) {
		t.Errorf("and yet something was written: %+v", after)
	}
	given := desired()
	given.Template.OID = ca.Forest().OID + ".20000001.20000002"
	if planned, err := template.Plan(t.Context(), ca, given); err != nil || len(planned) == 0 {
		t.Errorf("with the object identifier given: %v, %v", planned, err)
	}
	given.Template.OID = ca.Forest().OID + ".20000001.20000003"
	if _, err := template.Plan(t.Context(), ca, given); !errors.Is(err, template.ErrForeign) {
		t.Errorf("with another given: got %v, want ErrForeign", err)
	}
	adopted := desired()
	adopted.Adopt = true
	done, err := template.Apply(t.Context(), ca, adopted)
	if err != nil || len(done) != 3 {
		t.Errorf("adopted: %v, %v, want the registration, the key size, the publication", done, err)
	}
	if planned, err := template.Plan(t.Context(), ca, adopted); err != nil || len(planned) > 0 {
		t.Errorf("Plan after Apply: %v, %v", planned, err)
	}
}

// TestOurOwnNeedsNoAdoption holds for a name in other letters, and for an object identifier that was not the first choice.
func TestOurOwnNeedsNoAdoption(t *testing.T) {
	ca := certstest.NewCA(authority)
	ca.PlantOID(template.ObjectIdentifier{OID: desired().Template.DeriveOID(ca.Forest().OID), DisplayName: "Somebody Else's"}, 2)
	if _, err := template.Apply(t.Context(), ca, desired()); err != nil {
		t.Fatal(err)
	}
	shouted := desired()
	shouted.Template.Name = "CLOUDDPCERT"
	for _, again := range []template.Desired{desired(), shouted} {
		if planned, err := template.Plan(t.Context(), ca, again); err != nil || len(planned) > 0 {
			t.Errorf("%s: %v, %v, want nothing", again.Template.Name, planned, err)
		}
	}
}

func TestWindowsOwnTemplatesAreForeignWhateverTheySay(t *testing.T) {
	edited := func(m *template.Template) {
		m.Name, m.DisplayName = "Workstation", "Workstation Authentication"
		m.Flags = m.Flags&^template.GeneralIsDefault | template.GeneralIsModified
	}
	for name, ca := range map[string]*certstest.CA{"edited": madeBy(t, edited), "absent": certstest.NewCA(authority)} {
		for _, call := range []string{"Workstation", "workstation", "OCSPResponseSigning"} {
			wanted := desired()
			wanted.Template.Name, wanted.Adopt = call, true
			if _, err := template.Plan(t.Context(), ca, wanted); !errors.Is(err, template.ErrForeign) {
				t.Errorf("%s %s: got %v, want ErrForeign", name, call, err)
			}
		}
	}
	defaults := madeBy(t, func(m *template.Template) { m.Flags |= template.GeneralIsDefault })
	adopted := desired()
	adopted.Adopt = true
	if _, err := template.Plan(t.Context(), defaults, adopted); !errors.Is(err, template.ErrForeign) {
		t.Errorf("default by its flags: got %v, want ErrForeign", err)
	}
}

func TestANewerSchemaVersionIsNotPlannedDown(t *testing.T) {
	ca := certstest.NewCA(authority)
	if _, err := template.Apply(t.Context(), ca, desired()); err != nil {
		t.Fatal(err)
	}
	if err := edit(ca, func(e *template.Template) { e.SchemaVersion, e.PrivateKeyFlags = 4, template.PrivateKeyServer2016 }); err != nil {
		t.Fatal(err)
	}
	_, err := template.Plan(t.Context(), ca, desired())
	if !errors.Is(err, template.ErrConflict) || !strings.Contains(err.Error(), "schema version 4") {
		t.Errorf("got %v, want ErrConflict that names version 4", err)
	}
	if err := edit(ca, func(e *template.Template) { e.SchemaVersion = 2 }); err != nil {
		t.Fatal(err)
	}
	up := desired()
	up.Template.SchemaVersion = 4
	planned, err := template.Plan(t.Context(), ca, up)
	isVersion := func(c template.Change) bool {
		return c.Attribute == "msPKI-Template-Schema-Version" && c.From == "2" && c.To == "4"
	}
	if err != nil || !slices.ContainsFunc(planned, isVersion) {
		t.Errorf("a newer one is planned as %v, %v", planned, err)
	}
}

func TestAGivenObjectIdentifierOfSomebodyElse(t *testing.T) {
	ca := certstest.NewCA(authority)
	wanted := desired()
	wanted.Template.OID = ca.Forest().OID + ".20000001.20000002"
	ca.PlantOID(template.ObjectIdentifier{OID: wanted.Template.OID, DisplayName: "Somebody Else's"}, 1)
	_, err := template.Apply(t.Context(), ca, wanted)
	if !errors.Is(err, template.ErrConflict) || !strings.Contains(err.Error(), "Somebody Else's") {
		t.Errorf("got %v, want ErrConflict that says for what it is registered", err)
	}
	if n := len(ca.Forest().Templates); n != 1 {
		t.Errorf("there are %d templates, want the built-in one", n)
	}
}

func TestAnObjectIdentifierOutsideTheForest(t *testing.T) {
	for _, adopt := range []bool{false, true} {
		ca := certstest.NewCA(authority)
		wanted := desired()
		wanted.Template.OID, wanted.Adopt = "1.2.3.4", adopt
		_, err := template.Plan(t.Context(), ca, wanted)
		if !errors.Is(err, template.ErrInvalid) || !strings.Contains(err.Error(), ca.Forest().OID) {
			t.Errorf("got %v, want ErrInvalid that names the forest's own", err)
		}
	}
	imported := madeBy(t, func(m *template.Template) { m.OID = "1.2.3.4" })
	wanted := desired()
	wanted.Adopt = true
	if _, err := template.Plan(t.Context(), imported, wanted); !errors.Is(err, template.ErrInvalid) {
		t.Errorf("an imported template: got %v, want ErrInvalid", err)
	}
}

// TestATemplateWithoutObjectIdentifierGetsOne begins with one from which somebody has removed it.
func TestATemplateWithoutObjectIdentifierGetsOne(t *testing.T) {
	ca := certstest.NewCA(authority)
	first, err := template.Apply(t.Context(), ca, desired())
	if err != nil {
		t.Fatal(err)
	}
	for _, registered := range []bool{true, false} {
		f := ca.Forest()
		for i, stored := range f.Templates {
			if stored.Name == "CloudDPCert" {
				f.Templates[i].Attributes = slices.DeleteFunc(stored.Attributes, func(a template.Attribute) bool {
					return a.Name == "msPKI-Cert-Template-OID"
				})
			}
		}
		if !registered {
			f.OIDs = nil
		}
		ca.SetForest(f)
		planned, err := template.Plan(t.Context(), ca, desired())
		isSet := func(c template.Change) bool { return c.Attribute == "msPKI-Cert-Template-OID" && c.To == first[0].OID }
		if err != nil || !slices.ContainsFunc(planned, isSet) {
			t.Errorf("registered %t: planned %v, %v", registered, planned, err)
		}
		if done, err := template.Apply(t.Context(), ca, desired()); err != nil || !slices.Equal(done, planned) {
			t.Errorf("registered %t: done %v, %v", registered, done, err)
		}
		if planned, err := template.Plan(t.Context(), ca, desired()); err != nil || len(planned) > 0 {
			t.Errorf("registered %t: Plan after Apply: %v, %v", registered, planned, err)
		}
	}
}

// TestARenameThatStoppedHalfwayGoesOn holds whichever of the two has the new name already.
func TestARenameThatStoppedHalfwayGoesOn(t *testing.T) {
	const name = "Cloud DP Certificate"
	for _, stop := range []string{"", "template", "oid"} {
		ca := certstest.NewCA(authority)
		made, err := template.Apply(t.Context(), ca, desired())
		if err != nil {
			t.Fatal(err)
		}
		old := template.ObjectIdentifier{OID: made[0].OID, DisplayName: "Cloud DP Cert"}
		switch stop {
		case "template":
			err = ca.PutOID(t.Context(), &old, template.ObjectIdentifier{OID: old.OID, DisplayName: name})
		case "oid":
			err = edit(ca, func(e *template.Template) { e.DisplayName = name })
		}
		if err != nil {
			t.Fatal(err)
		}
		renamed := desired()
		renamed.Template.DisplayName = name
		done, err := template.Apply(t.Context(), ca, renamed)
		if err != nil || len(done) == 0 {
			t.Errorf("stopped at %q: %v, %v", stop, done, err)
		}
		if planned, err := template.Plan(t.Context(), ca, renamed); err != nil || len(planned) > 0 {
			t.Errorf("stopped at %q: Plan after Apply: %v, %v", stop, planned, err)
		}
		if findings, err := template.Check(t.Context(), ca, authority, "CloudDPCert"); err != nil || len(findings) > 0 {
			t.Errorf("stopped at %q: findings %v, %v", stop, findings, err)
		}
	}
}

// secured returns a forest with the template of the guide under a security descriptor of these entries.
func secured(t *testing.T, entries ...[]byte) *certstest.CA {
	t.Helper()
	ca := certstest.NewCA(authority)
	if _, err := template.Apply(t.Context(), ca, desired()); err != nil {
		t.Fatal(err)
	}
	f := ca.Forest()
	for i := range f.Templates {
		if f.Templates[i].Name == "CloudDPCert" {
			f.Templates[i].Security = parseDescriptor(t, descriptor(t, false, daclPresent, list(entries...)))
		}
	}
	ca.SetForest(f)
	return ca
}

// TestDenialsCount holds for the plan, the check and the authority alike.
func TestDenialsCount(t *testing.T) {
	granted := [][]byte{
		entry(t, 5, 0, controlAccess, enrollHex, groupHex), entry(t, 0, 0, readMask, "", groupHex), entry(t, 0, 0, readMask, "", authHex),
	}
	for name, test := range map[string]struct {
		denied     string
		plan       error
		mayEnroll  bool
		entryOrder func(denial []byte) [][]byte
	}{
		"to everybody who logs in": {authHex, template.ErrConflict, false, func(d []byte) [][]byte { return slices.Concat([][]byte{d}, granted) }},
		"to everybody":             {everyoneHex, template.ErrConflict, false, func(d []byte) [][]byte { return slices.Concat([][]byte{d}, granted) }},
		"to another group":         {adminsHex, nil, false, func(d []byte) [][]byte { return slices.Concat([][]byte{d}, granted) }},
		"to another group, later":  {adminsHex, nil, true, func(d []byte) [][]byte { return slices.Concat(granted, [][]byte{d}) }},
		"to others":                {enterpriseHex, nil, true, func(d []byte) [][]byte { return slices.Concat([][]byte{d}, granted) }},
	} {
		ca := secured(t, test.entryOrder(entry(t, 6, 0, controlAccess, enrollHex, test.denied))...)
		if planned, err := template.Plan(t.Context(), ca, desired()); !errors.Is(err, test.plan) || len(planned) > 0 {
			t.Errorf("%s: planned %v, %v, want %v", name, planned, err, test.plan)
		}
		findings, err := template.Check(t.Context(), ca, authority, "CloudDPCert", group, domainAdmins)
		if err != nil || (len(withID(findings, "tpl.enroll")) == 0) != test.mayEnroll {
			t.Errorf("%s: findings %v, %v; may enroll: %t", name, findings, err, test.mayEnroll)
		}
		_, err = certs.Enroll(t.Context(), ca.As(group, domainAdmins), &certs.Request{
			CommonName: "clouddp.contoso.com", Template: "CloudDPCert", Key: certstest.Key(),
		})
		if denied, _ := errors.AsType[*certs.DeniedError](err); (denied == nil) != test.mayEnroll {
			t.Errorf("%s: Enroll: %v; may enroll: %t", name, err, test.mayEnroll)
		}
	}
}

// TestAccessThatIsHandedDownCounts holds for an entry that was inherited because the object is of a class.
func TestAccessThatIsHandedDownCounts(t *testing.T) {
	ca := secured(t,
		entry(t, 5, 0, controlAccess, enrollHex, groupHex), entry(t, 0, 0, readMask, "", groupHex), entry(t, 0, 0, readMask, "", authHex),
		objectEntry(t, 5, 0x12, 0xF01FF, "", classHex, adminsHex))
	planned, err := template.Plan(t.Context(), ca, desired())
	if err != nil || len(planned) != 1 || planned[0].Action != template.Revoke || planned[0].Principal != domainAdmins {
		t.Errorf("planned %v, %v, want Enroll taken from Domain Admins", planned, err)
	}
	if done, err := template.Apply(t.Context(), ca, desired()); err != nil || len(done) != 1 {
		t.Errorf("done %v, %v", done, err)
	}
}

func TestABroadOwnerIsReported(t *testing.T) {
	for owner, risky := range map[template.SID]bool{template.AuthenticatedUsers: true, enterpriseAdmins: false} {
		d := unhex(t, "01000480 14000000 00000000 00000000 00000000")
		d[16] = byte(len(d) + len(owner.Encode()))
		d = append(append(d, owner.Encode()...), list(entry(t, 0, 0, readMask, "", authHex))...)
		owned := template.CloudDP(group)
		owned.Security = parseDescriptor(t, d)
		if found := withID(owned.Check(), "tpl.risky"); (len(found) == 1) != risky {
			t.Errorf("owned by %s: %v", owner, found)
		}
	}
}

// TestWhatIsRevoked holds for those who are desired, for those who are everybody, and for others.
func TestWhatIsRevoked(t *testing.T) {
	const others template.SID = "S-1-5-21-1-2-3-1200"
	everything := template.Read | template.Write | template.Enroll | template.AutoEnroll
	byHand := desired()
	byHand.Template.Access = []template.Access{
		{SID: template.AuthenticatedUsers, Rights: template.Read | template.Write},
		{SID: group, Rights: everything},
		{SID: "S-1-5-21-1-2-3-513", Rights: everything},
		{SID: "S-1-5-4", Rights: template.Write},
		{SID: others, Rights: everything},
	}
	ca := certstest.NewCA(authority)
	if _, err := template.Apply(t.Context(), ca, byHand); err != nil {
		t.Fatal(err)
	}
	done, err := template.Apply(t.Context(), ca, desired())
	var lines []string
	for _, c := range done {
		lines = append(lines, c.String())
	}
	want := []string{
		"revoke Write on CloudDPCert from Authenticated Users (S-1-5-11)",
		"revoke Write, AutoEnroll on CloudDPCert from " + string(group),
		"revoke Write, Enroll, AutoEnroll on CloudDPCert from Domain Users (S-1-5-21-1-2-3-513)",
		"revoke Write on CloudDPCert from Interactive (S-1-5-4)",
		"revoke Enroll, AutoEnroll on CloudDPCert from " + string(others),
	}
	slices.Sort(lines)
	slices.Sort(want)
	if err != nil || !slices.Equal(lines, want) {
		t.Errorf("got:\n%s, %v\nwant:\n%s", strings.Join(lines, "\n"), err, strings.Join(want, "\n"))
	}
	after, err := ca.Template(t.Context(), "CloudDPCert")
	for sid, rights := range map[template.SID]template.Rights{
		template.AuthenticatedUsers: template.Read, group: template.Read | template.Enroll, "S-1-5-4": 0,
		"S-1-5-21-1-2-3-513": template.Read, others: template.Read | template.Write,
	} {
		if err != nil || after.Granted(sid) != rights {
			t.Errorf("%s has %s, %v, want %s", sid, after.Granted(sid), err, rights)
		}
	}
	if planned, err := template.Plan(t.Context(), ca, desired()); err != nil || len(planned) > 0 {
		t.Errorf("Plan after Apply: %v, %v", planned, err)
	}
}
