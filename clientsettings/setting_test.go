package clientsettings_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/clouddp/sdk/clientsettings"
)

func TestSettings(t *testing.T) {
	const yes, no = clientsettings.Yes, clientsettings.No
	tests := []struct {
		setting clientsettings.Setting
		text    string
		taken   clientsettings.Value
		stated  []clientsettings.Value
	}{
		{clientsettings.AllowCloudDP, "AllowCloudDP", no, []clientsettings.Value{no, yes}},
		{clientsettings.AllowCMG, "AllowCMG", yes, []clientsettings.Value{yes}},
		{clientsettings.AutoAADJoin, "AutoAADJoin", clientsettings.Unset, nil},
	}
	for _, tt := range tests {
		var stated []clientsettings.Value
		for _, statement := range tt.setting.Statements() {
			stated = append(stated, statement.Value)
			if statement.Document == "" {
				t.Errorf("%v: a statement of no document", tt.setting)
			}
		}
		if tt.setting.String() != tt.text || tt.setting.Title() == "" || tt.setting.Default() != tt.taken || !slices.Equal(stated, tt.stated) {
			t.Errorf("%v: default %v, documents say %v, title %q", tt.setting, tt.setting.Default(), stated, tt.setting.Title())
		}
		text, err := json.Marshal(tt.setting)
		var back clientsettings.Setting
		if err != nil || string(text) != `"`+tt.text+`"` || json.Unmarshal(text, &back) != nil || back != tt.setting {
			t.Errorf("%v is %s in JSON, %v, and back %v", tt.setting, text, err, back)
		}
	}
}

func TestUnknownSetting(t *testing.T) {
	for _, setting := range []clientsettings.Setting{-1, 3} {
		if setting.Title() != "" || setting.Default() != clientsettings.Unset || setting.Statements() != nil {
			t.Errorf("%v is described", setting)
		}
		if _, err := setting.MarshalText(); !errors.Is(err, clientsettings.ErrInvalid) {
			t.Errorf("%v: %v", setting, err)
		}
	}
	if got := clientsettings.Setting(3).String(); got != "setting(3)" {
		t.Errorf("got %q", got)
	}
	setting := clientsettings.AllowCMG
	if err := setting.UnmarshalText([]byte("AllowAll")); !errors.Is(err, clientsettings.ErrInvalid) || setting != clientsettings.AllowCMG {
		t.Errorf("%v, %v", setting, err)
	}
}

func TestStatementsAreACopy(t *testing.T) {
	clientsettings.AllowCloudDP.Statements()[0].Value = clientsettings.Yes
	if got := clientsettings.AllowCloudDP.Statements()[0].Value; got != clientsettings.No {
		t.Errorf("the first document now says %v", got)
	}
}

func TestCompanions(t *testing.T) {
	const yes, no, unset = clientsettings.Yes, clientsettings.No, clientsettings.Unset
	gateway := func(cmg, join clientsettings.Value) *clientsettings.CloudServices {
		return &clientsettings.CloudServices{AllowCMG: cmg, AutoAADJoin: join}
	}
	policies := []clientsettings.Policy{
		defaultPolicy(&clientsettings.CloudServices{AllowCloudDP: no, AllowCMG: yes}),
		custom(clientsettings.Device, "1", 1, group(yes), "A"),
		custom(clientsettings.Device, "2", 2, gateway(no, unset), "A"),
		custom(clientsettings.Device, "3", 3, gateway(yes, no), "A"),
		custom(clientsettings.User, "4", 4, gateway(no, yes), "A"),
	}
	device := clientsettings.Resolve(laptop(), policies)
	if device.AllowCloudDP != yes || device.Policy != "P1" {
		t.Errorf("AllowCloudDP is %v by %q", device.AllowCloudDP, device.Policy)
	}
	want := []clientsettings.Companion{
		{Setting: clientsettings.AllowCMG, Value: no, Policy: "P2", Steps: []clientsettings.Step{
			{Policy: "P1", Priority: 1, Reason: notSet},
			{Policy: "P2", Priority: 2, Decided: true, Reason: "says no and " + lowest},
			{Policy: "P3", Priority: 3, Reason: `"P2" comes first`},
			{Policy: "Default", Priority: 10000, Reason: `"P2" comes first`},
			{Policy: "P4", Priority: 4, Reason: "is for a user, the target is a device"},
		}},
		{Setting: clientsettings.AutoAADJoin, Value: no, Policy: "P3", Steps: []clientsettings.Step{
			{Policy: "P1", Priority: 1, Reason: notSet},
			{Policy: "P2", Priority: 2, Reason: notSet},
			{Policy: "P3", Priority: 3, Decided: true, Reason: "says no and " + lowest},
			{Policy: "Default", Priority: 10000, Reason: notSet},
			{Policy: "P4", Priority: 4, Reason: "is for a user, the target is a device"},
		}},
	}
	if !reflect.DeepEqual(device.Companions, want) {
		t.Errorf("companions:\ngot  %+v\nwant %+v", device.Companions, want)
	}
	user := clientsettings.Target{Kind: clientsettings.User, Name: "ada", Collections: []string{"A"}}
	if got := clientsettings.Resolve(user, policies); got.Companions != nil || got.Policy != "Default" {
		t.Errorf("a user has %+v", got)
	}
}

func TestCompanionsByDefault(t *testing.T) {
	var got []clientsettings.Value
	var reasons []string
	for _, companion := range clientsettings.Resolve(laptop(), nil).Companions {
		got = append(got, companion.Value)
		reasons = append(reasons, companion.Steps[0].Reason)
	}
	if !slices.Equal(got, []clientsettings.Value{clientsettings.Yes, clientsettings.Unset}) {
		t.Errorf("values %v", got)
	}
	want := []string{
		"no policy says anything, so yes is taken; of Microsoft's articles, about-client-settings (2023) says yes",
		"no policy says anything and Microsoft documents no default",
	}
	if !slices.Equal(reasons, want) {
		t.Errorf("reasons %q, want %q", reasons, want)
	}
}

func TestPolicyValidate(t *testing.T) {
	good := []clientsettings.Policy{
		defaultPolicy(nil), custom(clientsettings.Device, "1", 1, &clientsettings.CloudServices{AutoAADJoin: clientsettings.Yes}),
		custom(clientsettings.User, "2", 9999, group(clientsettings.Yes)),
	}
	for _, policy := range good {
		if err := policy.Validate(); err != nil {
			t.Errorf("%s: %v", policy.Name, err)
		}
	}
	both := &clientsettings.CloudServices{AllowCMG: clientsettings.Yes, AutoAADJoin: clientsettings.No}
	tests := map[string]clientsettings.Policy{
		"clientsettings: policy: ID: is empty; give the SettingsID of the object; Name: is empty; give what the console shows; " +
			"Kind: is unknown; use Default, Device or User; Priority: is 0; use 1 to 9999": {},
		"clientsettings: policy: Priority: is 10000; use 1 to 9999; CloudServices.AllowCMG: is yes; a user policy does not have it; " +
			"CloudServices.AutoAADJoin: is no; a user policy does not have it": custom(clientsettings.User, "1", 10000, both),
	}
	for want, policy := range tests {
		if err := policy.Validate(); !errors.Is(err, clientsettings.ErrInvalid) || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func TestTargetValidate(t *testing.T) {
	if err := laptop().Validate(); err != nil {
		t.Error(err)
	}
	err := clientsettings.Target{Kind: clientsettings.Default}.Validate()
	if want := "clientsettings: target: Kind: is default; use Device or User; Name: is empty; name the device or user"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
