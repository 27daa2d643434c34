package adminservice_test

import (
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/clouddp/sdk/clientsettings"
	"github.com/clouddp/sdk/clouddp/adminservice"
	"github.com/clouddp/sdk/clouddp/adminservice/adminservicetest"
)

const roaming = "16777217"

func newSettingsLab(t *testing.T) *lab {
	t.Helper()
	l := newLab(t)
	err := l.service.PlantPolicies(
		clientsettings.Policy{
			ID: "0", Name: "Default Client Settings", Kind: clientsettings.Default, Priority: clientsettings.DefaultPriority,
			CloudServices: &clientsettings.CloudServices{AllowCloudDP: clientsettings.Yes},
		},
		clientsettings.Policy{
			ID: roaming, Name: "Roaming", Kind: clientsettings.Device, Priority: 1, Collections: []string{"PS100012"},
			CloudServices: &clientsettings.CloudServices{AllowCloudDP: clientsettings.No, AllowCMG: clientsettings.Yes},
		},
		clientsettings.Policy{ID: "16777218", Name: "Power", Kind: clientsettings.Device, Priority: 2},
	)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *lab) policy(id string) clientsettings.Policy {
	l.Helper()
	for _, p := range must(l.T, l.site.Policies(l.Context())) {
		if p.ID == id {
			return p
		}
	}
	l.Fatalf("no policy %s", id)
	return clientsettings.Policy{}
}

func TestDefaultGroupsMayBeHidden(t *testing.T) {
	l := newSettingsLab(t)
	l.service.HideDefaultGroups()
	if group := l.policy("0").CloudServices; group == nil || *group != (clientsettings.CloudServices{}) {
		t.Errorf("group = %+v, want one that says nothing", group)
	}
}

// The default object may not be there by its key.
func TestDefaultByKeyIsNotThere(t *testing.T) {
	l := newSettingsLab(t)
	l.site = &adminservice.Site{URL: address, Transport: transport(func(r *http.Request) (*http.Response, error) {
		if strings.Contains(r.URL.Path, "SMS_ClientSettingsDefault(") {
			return response(r, 404, "application/json", `{"error":{"message":"no such key"}}`), nil
		}
		return l.service.RoundTripper().RoundTrip(r)
	})}
	got := l.policy("0")
	if got.Name != "Default Client Settings" || got.Kind != clientsettings.Default || *got.CloudServices != (clientsettings.CloudServices{}) {
		t.Errorf("policy = %+v", got)
	}
}

// A custom object whose groups do not come must not pass for one without them.
func TestGroupsThatDoNotCome(t *testing.T) {
	l := newSettingsLab(t)
	site := &adminservice.Site{URL: address, Transport: transport(func(r *http.Request) (*http.Response, error) {
		if strings.Contains(r.URL.Path, "("+roaming) {
			return response(r, 200, "application/json", `{"value":[{"SettingsID":`+roaming+`,"Name":"Roaming","Type":1,"Priority":1,"AgentConfigurations":null}]}`), nil
		}
		return l.service.RoundTripper().RoundTrip(r)
	})}
	if _, err := collect(site.Policies(t.Context())); !errors.Is(err, adminservice.ErrIntegrity) {
		t.Errorf("error = %v", err)
	}
}

func TestGroupsInOtherForms(t *testing.T) {
	for body, want := range map[string]*clientsettings.CloudServices{
		`[]`:               nil,
		`[{"AgentID":15}]`: nil,
		`[{"AgentID":15},{"AgentID":"22","AllowCloudDP":"True","AllowCMG":"0","AutoAADJoin":null}]`: {AllowCloudDP: clientsettings.Yes, AllowCMG: clientsettings.No},
		`[{"@odata.type":"#adminservice.sms_cloudagentconfig","AllowCloudDP":0}]`:                   {AllowCloudDP: clientsettings.No},
		`[{"@odata.type":"#AdminService.SMS_Other","AgentID":22,"AllowCloudDP":true}]`:              nil,
	} {
		site := &adminservice.Site{URL: address, Transport: transport(func(r *http.Request) (*http.Response, error) {
			object := `{"SettingsID":1,"Name":"n","Type":1,"Priority":1,"AgentConfigurations":` + body + `}`
			if !strings.HasSuffix(r.URL.Path, "SMS_ClientSettings(1)") {
				object = map[bool]string{true: `{"SettingsID":1}`}[strings.HasSuffix(r.URL.Path, "SMS_ClientSettings") && !strings.Contains(r.URL.RawQuery, "gt")]
			}
			return response(r, 200, "application/json", `{"value":[`+object+`]}`), nil
		})}
		policies, err := collect(site.Policies(t.Context()))
		if err != nil || len(policies) != 1 || !reflect.DeepEqual(policies[0].CloudServices, want) {
			t.Errorf("%s: %+v, %v", body, policies, err)
		}
	}
}

func TestSetAllowCloudDP(t *testing.T) {
	l := newSettingsLab(t)
	for _, value := range []clientsettings.Value{clientsettings.Yes, clientsettings.Yes, clientsettings.No} {
		if err := l.site.SetAllowCloudDP(t.Context(), roaming, value, "Managed by "+roaming); err != nil {
			t.Fatal(err)
		}
		want := clientsettings.CloudServices{AllowCloudDP: value, AllowCMG: clientsettings.Yes}
		if got := l.policy(roaming).CloudServices; *got != want {
			t.Errorf("the group is %+v, want %+v", *got, want)
		}
	}
	if l.service.Writes() != 2 {
		t.Errorf("%d writes, want none for a value that was there", l.service.Writes())
	}
}

func TestSetAllowCloudDPRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		id, owner string
		value     clientsettings.Value
		want      error
	}{
		"default object":  {"0", "Managed", clientsettings.Yes, adminservice.ErrUnsupported},
		"no cloud group":  {"16777218", "Managed", clientsettings.Yes, adminservice.ErrUnsupported},
		"unknown object":  {"7", "Managed", clientsettings.Yes, adminservice.ErrNotFound},
		"not a number":    {"1) or (1", "Managed", clientsettings.Yes, adminservice.ErrIntegrity},
		"somebody else's": {roaming, "P02/clouddp.contoso.com", clientsettings.Yes, adminservice.ErrForeign},
		"no owner":        {roaming, " ", clientsettings.Yes, adminservice.ErrInvalid},
		"no value":        {roaming, "Managed", clientsettings.Unset, adminservice.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			l := newSettingsLab(t)
			if err := l.site.SetAllowCloudDP(t.Context(), test.id, test.value, test.owner); !errors.Is(err, test.want) {
				t.Errorf("error = %v, want %v", err, test.want)
			}
			if l.service.Writes() != 0 {
				t.Error("something was written")
			}
		})
	}
}

// intercept lets a function change what the service says to a PATCH.
func (l *lab) intercept(patch func(*http.Request, *http.Response) (*http.Response, error)) *adminservice.Site {
	return &adminservice.Site{URL: address, Transport: transport(func(r *http.Request) (*http.Response, error) {
		if r.Method != http.MethodPatch {
			return l.service.RoundTripper().RoundTrip(r)
		}
		return patch(r, nil)
	})}
}

func TestSetAllowCloudDPSettlesLostAnswers(t *testing.T) {
	l := newSettingsLab(t)
	l.service.Inject(adminservicetest.FaultLostAnswer)
	if err := l.site.SetAllowCloudDP(t.Context(), roaming, clientsettings.Yes, "Managed"); err != nil {
		t.Errorf("the value is there, but: %v", err)
	}
	lost := l.intercept(func(*http.Request, *http.Response) (*http.Response, error) { return nil, errors.New("reset") })
	if err := lost.SetAllowCloudDP(t.Context(), roaming, clientsettings.No, "Managed"); !errors.Is(err, adminservice.ErrUnknown) {
		t.Errorf("error = %v, want ErrUnknown", err)
	}
	silent := l.intercept(func(r *http.Request, _ *http.Response) (*http.Response, error) { return response(r, 204, "", ""), nil })
	if err := silent.SetAllowCloudDP(t.Context(), roaming, clientsettings.No, "Managed"); !errors.Is(err, adminservice.ErrConflict) {
		t.Errorf("error = %v, want ErrConflict: the site took it and did nothing", err)
	}
	meddled := l.intercept(func(r *http.Request, _ *http.Response) (*http.Response, error) {
		answer, err := l.service.RoundTripper().RoundTrip(r)
		policy := l.policy(roaming)
		policy.CloudServices.AllowCMG = clientsettings.No
		if err := l.service.PlantPolicies(policy); err != nil {
			t.Error(err)
		}
		return answer, err
	})
	if err := meddled.SetAllowCloudDP(t.Context(), roaming, clientsettings.No, "Managed"); !errors.Is(err, adminservice.ErrConflict) {
		t.Errorf("error = %v, want ErrConflict: somebody else changed it too", err)
	}
}

func TestTargets(t *testing.T) {
	for name, paging := range pagings {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.service.PageSize, l.service.NoLinks = paging.size, paging.noLinks
			for _, m := range []adminservicetest.FullCollectionMembership{
				{CollectionID: "SMS00001", ResourceID: 16777220, ResourceType: 5, Name: "PC1"},
				{CollectionID: "PS100012", ResourceID: 16777220, ResourceType: 5, Name: "PC1"},
				{CollectionID: "PS100014", ResourceID: 16777220, ResourceType: 5, Name: "PC1"},
				{CollectionID: "SMS00001", ResourceID: 16777221, ResourceType: 5, Name: "PC2"},
				{CollectionID: "SMS00002", ResourceID: 2063597569, ResourceType: 4, Name: `CONTOSO\ada (Ada Lovelace)`},
				{CollectionID: "SMS00003", ResourceID: 2080374785, ResourceType: 3, Name: `CONTOSO\Sales`},
			} {
				l.service.Plant(m)
			}
			pc1 := clientsettings.Target{Kind: clientsettings.Device, Name: "PC1", Collections: []string{"PS100012", "PS100014", "SMS00001"}}
			pc2 := clientsettings.Target{Kind: clientsettings.Device, Name: "PC2", Collections: []string{"SMS00001"}}
			ada := clientsettings.Target{Kind: clientsettings.User, Name: `CONTOSO\ada (Ada Lovelace)`, Collections: []string{"SMS00002"}}
			for _, tt := range []struct {
				options *adminservice.TargetsOptions
				want    []clientsettings.Target
			}{
				{nil, []clientsettings.Target{pc1, pc2, ada}},
				{&adminservice.TargetsOptions{Kind: clientsettings.User}, []clientsettings.Target{ada}},
				{&adminservice.TargetsOptions{Name: "pc1"}, []clientsettings.Target{pc1}},
				{&adminservice.TargetsOptions{Kind: clientsettings.User, Name: "pc1"}, nil},
				{&adminservice.TargetsOptions{Name: ada.Name}, []clientsettings.Target{ada}},
			} {
				if got := must(t, l.site.Targets(t.Context(), tt.options)); !reflect.DeepEqual(got, tt.want) {
					t.Errorf("%+v: %+v, want %+v", tt.options, got, tt.want)
				}
			}
			for range l.site.Targets(t.Context(), nil) {
				break
			}
		})
	}
}

func TestEvaluateAWholeSite(t *testing.T) {
	l := newSettingsLab(t)
	l.service.Plant(
		adminservicetest.FullCollectionMembership{CollectionID: "SMS00001", ResourceID: 1, ResourceType: 5, Name: "PC1"},
		adminservicetest.FullCollectionMembership{CollectionID: "PS100012", ResourceID: 2, ResourceType: 5, Name: "PC2"},
	)
	verdicts := must(t, clientsettings.Evaluate(t.Context(), l.site, l.site.Targets(t.Context(), nil)))
	if len(verdicts) != 2 || !verdicts[0].Allowed() || verdicts[1].Allowed() || verdicts[1].AllowCloudDP.Policy != "Roaming" {
		t.Errorf("verdicts = %+v", verdicts)
	}
}
