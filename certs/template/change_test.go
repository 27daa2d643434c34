package template_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/clouddp/sdk/certs/certstest"
	"github.com/clouddp/sdk/certs/template"
)

func TestActionsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for action := template.RegisterOID; action <= template.PublishTemplate; action++ {
		encoded, err := json.Marshal(template.Change{Action: action})
		var again template.Change
		if err != nil || json.Unmarshal(encoded, &again) != nil || again.Action != action || seen[action.String()] {
			t.Errorf("%s is %s, %v, and reads back as %s", action, encoded, err, again.Action)
		}
		if !strings.Contains(string(encoded), `"`+action.String()+`"`) {
			t.Errorf("%s is encoded as %s", action, encoded)
		}
		seen[action.String()] = true
	}
	for _, unknown := range []template.Action{-1, template.PublishTemplate + 1} {
		if _, err := unknown.MarshalText(); !errors.Is(err, template.ErrInvalid) || !strings.HasPrefix(unknown.String(), "Action(") {
			t.Errorf("%s: got %v, want ErrInvalid", unknown, err)
		}
	}
	for _, text := range []string{"", "Grant", "Action(3)"} {
		action := template.Revoke
		if err := action.UnmarshalText([]byte(text)); !errors.Is(err, template.ErrInvalid) || action != template.Revoke {
			t.Errorf("%q: got %s, %v, want ErrInvalid", text, action, err)
		}
	}
}

func TestChangesAreReadable(t *testing.T) {
	for want, change := range map[string]template.Change{
		`rename object identifier 1.2.3 of X from "A" to "B"`:                       {Action: template.RenameOID, OID: "1.2.3", From: "A", To: "B"},
		`clear issuance policies (msPKI-Certificate-Policy) of X, which is "1.2.3"`: {Action: template.SetAttribute, Attribute: "msPKI-Certificate-Policy", From: "1.2.3"},
		`change purposes (pKIExtendedKeyUsage) of X from "1.2.3" to "Client Authentication (1.3.6.1.5.5.7.3.2), 1.2.3"`: {
			Action: template.SetAttribute, Attribute: "pKIExtendedKeyUsage", From: "1.2.3", To: template.ClientAuth + ", 1.2.3",
		},
		`grant Enroll on X to Site Servers (S-1-5-11)`:               {Action: template.Grant, Principal: template.AuthenticatedUsers, PrincipalName: "Site Servers", Rights: template.Enroll},
		`grant Enroll on X to Domain Computers (S-1-5-21-1-2-3-515)`: {Action: template.Grant, Principal: "S-1-5-21-1-2-3-515", Rights: template.Enroll},
		`grant Enroll on X to S-1-5-21-1-2-3-1515`:                   {Action: template.Grant, Principal: "S-1-5-21-1-2-3-1515", PrincipalName: "two\nlines", Rights: template.Enroll},
		`revoke Enroll on X from Everyone (S-1-1-0)`:                 {Action: template.Revoke, Principal: template.Everyone, Rights: template.Enroll},
	} {
		change.Template = "X"
		if got := change.String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// TestACreationListsWhatThereIsToReview holds for every attribute that a person would look at.
func TestACreationListsWhatThereIsToReview(t *testing.T) {
	planned, err := template.Plan(t.Context(), certstest.NewCA(authority), desired())
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]string{}
	for _, c := range planned {
		if c.Action == template.SetAttribute && c.From == "" {
			set[c.Attribute] = c.To
		}
	}
	attributes, err := desired().Template.Attributes()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range attributes {
		switch a.Name {
		case "displayName", "revision", "msPKI-Template-Minor-Revision":
		default:
			if set[a.Name] == "" {
				t.Errorf("%s is not shown", a.Name)
			}
		}
	}
	for attribute, want := range map[string]string{
		"msPKI-Private-Key-Flag": "exportable", "msPKI-Certificate-Name-Flag": "enrollee supplies subject",
		"pKIExpirationPeriod": "730 days", "pKIExtendedKeyUsage": template.ServerAuth, "msPKI-Minimal-Key-Size": "2048",
	} {
		if !strings.Contains(set[attribute], want) {
			t.Errorf("%s is shown as %q, want %q", attribute, set[attribute], want)
		}
	}
}

// TestADifferenceIsSeenWhateverItsWords holds for two lists that are the same once they are joined.
func TestADifferenceIsSeenWhateverItsWords(t *testing.T) {
	ca := certstest.NewCA(authority)
	joined, apart := desired(), desired()
	joined.Template.CSPs = []template.CSP{{Preference: 1, Name: "A; 2,B"}}
	apart.Template.CSPs = []template.CSP{{Preference: 1, Name: "A"}, {Preference: 2, Name: "B"}}
	if _, err := template.Apply(t.Context(), ca, joined); err != nil {
		t.Fatal(err)
	}
	if planned, err := template.Plan(t.Context(), ca, apart); err != nil || len(planned) != 1 {
		t.Errorf("planned %v, %v, want the providers", planned, err)
	}
}

func TestAnUnknownAuthorityIsAnsweredWithTheKnownOnes(t *testing.T) {
	ca := certstest.NewCA(authority)
	if _, err := template.Apply(t.Context(), ca, desired()); err != nil {
		t.Fatal(err)
	}
	absent := desired()
	absent.CA = "Contoso CA"
	_, planError := template.Plan(t.Context(), ca, absent)
	_, checkError := template.Check(t.Context(), ca, "Contoso CA", "CloudDPCert")
	for _, err := range []error{planError, checkError} {
		if !errors.Is(err, template.ErrNotFound) || !strings.Contains(err.Error(), `"Contoso Issuing CA" on ca1.contoso.com`) {
			t.Errorf("got %v, want ErrNotFound with the name of the one there is", err)
		}
	}
	_, err := template.Plan(t.Context(), struct{ template.Directory }{ca}, absent) // which cannot tell
	if !errors.Is(err, template.ErrNotFound) || strings.Contains(err.Error(), "ca1.contoso.com") {
		t.Errorf("got %v, want ErrNotFound alone", err)
	}
}

// manyAuthorities is a directory that knows more of them than anybody reads.
type manyAuthorities struct{ template.Directory }

func (manyAuthorities) Authorities(context.Context) ([]template.Authority, error) {
	return append(make([]template.Authority, 30), template.Authority{Name: "Last CA"}), nil
}

func TestManyAuthoritiesAreCut(t *testing.T) {
	absent := desired()
	absent.CA = "Contoso CA"
	_, err := template.Plan(t.Context(), manyAuthorities{certstest.NewCA(authority)}, absent)
	if err == nil || !strings.HasSuffix(err.Error(), `"" on an unknown host, and 11 more`) {
		t.Errorf("got %v, want twenty of them", err)
	}
}

func TestEqual(t *testing.T) {
	ca := certstest.NewCA(authority)
	if _, err := template.Apply(t.Context(), ca, desired()); err != nil {
		t.Fatal(err)
	}
	stored, err := ca.Template(t.Context(), "CloudDPCert")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*template.Template)
		equal  bool
	}{
		"itself":                  {func(*template.Template) {}, true},
		"in other letters":        {func(u *template.Template) { u.Name = "clouddpcert" }, true},
		"under another name":      {func(u *template.Template) { u.Name = "CloudDPCert2" }, false},
		"without its descriptor":  {func(u *template.Template) { u.Security = template.SecurityDescriptor{} }, true},
		"a principal with a name": {func(u *template.Template) { u.Access[0].Name = "Somebody" }, true},
		"another order": {func(u *template.Template) {
			u.CSPs[0], u.CSPs[1] = u.CSPs[1], u.CSPs[0]
		}, true},
		"another number": {func(u *template.Template) { u.MinorRevision++ }, false},
		"another list":   {func(u *template.Template) { u.CertificatePolicies = []string{"1.2"} }, false},
		"less access": {func(u *template.Template) {
			u.Security, u.Access = template.SecurityDescriptor{}, u.Access[1:]
		}, false},
		"more access": {func(u *template.Template) {
			u.Security = template.SecurityDescriptor{}
			u.Access = append(u.Access, template.Access{SID: template.Everyone, Rights: template.Read})
		}, false},
		"another descriptor": {func(u *template.Template) {
			u.Security = parseDescriptor(t, builtIn(t))
		}, false},
	} {
		other := stored.Clone()
		test.change(&other)
		if stored.Equal(other) != test.equal || other.Equal(stored) != test.equal {
			t.Errorf("%s: equal %t, want %t", name, stored.Equal(other), test.equal)
		}
	}
}
