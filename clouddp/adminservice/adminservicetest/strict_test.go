package adminservicetest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/clientsettings"
	"github.com/clouddp/sdk/clouddp/adminservice/adminservicetest"
	"github.com/clouddp/sdk/statusmsg"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// caller speaks to a service by hand.
type caller struct {
	*testing.T
	service *adminservicetest.Service
}

// reply is what a test looks at.
type reply struct {
	status   int
	Value    []map[string]any
	NextLink string `json:"@odata.nextLink"`
	Error    struct{ Code, Message string }
	Return   *int `json:"ReturnValue"`
}

func newCaller(t *testing.T) *caller {
	t.Helper()
	service := &adminservicetest.Service{}
	for i := range 5 {
		service.Plant(adminservicetest.AzureService{AzureServiceID: uint32(i + 1), Name: fmt.Sprint("Service ", i+1), ServiceType: "CloudDistributionPoint"})
	}
	service.Plant(adminservicetest.Collection{CollectionID: "SMS00001", Name: "All Systems", CollectionType: 2})
	return &caller{t, service}
}

func (c *caller) do(method, path, body string) reply {
	c.Helper()
	request, err := http.NewRequestWithContext(c.Context(), method, "https://cm1.contoso.com"+path, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := c.service.RoundTripper().RoundTrip(request)
	if err != nil {
		c.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		c.Fatal(err)
	}
	r := reply{status: answer.StatusCode}
	if err := json.Unmarshal(content, &r); err != nil && len(content) > 0 {
		c.Fatalf("%s %s: %q: %v", method, path, content, err)
	}
	return r
}

// get asks for rows with query options, each "name=value".
func (c *caller) get(class string, options ...string) reply {
	c.Helper()
	query := url.Values{}
	for _, option := range options {
		name, value, _ := strings.Cut(option, "=")
		query.Add(name, value)
	}
	return c.do(http.MethodGet, "/AdminService/wmi/"+class+"?"+query.Encode(), "")
}

func TestPaths(t *testing.T) {
	c := newCaller(t)
	for path, want := range map[string]int{
		"/AdminService/wmi/SMS_AzureService":                            200,
		"/adminservice/WMI/sms_azureservice":                            200,
		"/AdminService/wmi/SMS_AzureService(1)":                         200,
		"/AdminService/wmi/SMS_AzureService(9)":                         404,
		"/AdminService/wmi/SMS_AzureService(x)":                         404,
		"/AdminService/wmi/SMS_AzureService('1')":                       400,
		"/AdminService/wmi/SMS_AzureService(1":                          404,
		"/AdminService/wmi/SMS_Collection('SMS00001')":                  200,
		"/AdminService/wmi/SMS_Collection('sms00001')":                  200,
		"/AdminService/wmi/SMS_Collection(SMS00001)":                    400,
		"/AdminService/wmi/SMS_FullCollectionMembership('x',1)":         400,
		"/AdminService/wmi/SMS_Unknown":                                 404,
		"/AdminService/wmi/":                                            404,
		"/AdminService/v1.0/Device":                                     404,
		"/elsewhere/wmi/SMS_AzureService":                               404,
		"/AdminService/wmi/SMS_AzureService(1)?$filter=Name%20eq%20'x'": 400,
	} {
		if got := c.do(http.MethodGet, path, ""); got.status != want || want != 200 && got.Error.Message == "" {
			t.Errorf("%s: %d %q, want %d", path, got.status, got.Error.Message, want)
		}
	}
}

func TestFilters(t *testing.T) {
	c := newCaller(t)
	long := strings.Repeat("AzureServiceID eq 1 or ", 24) + "AzureServiceID eq 1"
	for filter, want := range map[string]int{
		"AzureServiceID eq 3":                               1,
		"azureserviceid eq 3":                               1,
		"AzureServiceID gt 1 and AzureServiceID le 3":       2,
		"AzureServiceID lt 2 or AzureServiceID ge 5":        2,
		"AzureServiceID ne 1":                               4,
		"not (AzureServiceID eq 1) and AzureServiceID lt 4": 2,
		"Name eq 'service 3'":                               1,
		"startswith(Name,'Service') eq true":                5,
		"startswith(Name,'service')":                        5,
		"endswith(Name,'3') eq false":                       4,
		"contains(Name, 'vice 3')":                          1,
		"Name gt 'Service 3'":                               2,
		"Name eq 'it''s'":                                   0,
		long:                                                1,
	} {
		if got := c.get("SMS_AzureService", "$filter="+filter); got.status != 200 || len(got.Value) != want {
			t.Errorf("%s: %d, %d rows, want %d: %s", filter, got.status, len(got.Value), want, got.Error.Message)
		}
	}
	for _, filter := range []string{
		"Colour eq 'red'", "AzureServiceID eq '3'", "Name eq 3", "Name eq", "eq 3", "Name", "Name eq 'x", "(Name eq 'x'", "Name eq 'x')",
		"Name like 'x'", "Name EQ 'x'", "startswith(AzureServiceID,'1')", "startswith(Name)", "startswith(Name,1)", "length(Name) eq 3",
		"AzureServiceID eq 1.5", "Name eq 'x' 'y'", "'x' eq Name", long + " or AzureServiceID eq 1", strings.Repeat("(", 200), strings.Repeat("not ", 200),
	} {
		if got := c.get("SMS_AzureService", "$filter="+filter); got.status != 400 || got.Error.Message == "" {
			t.Errorf("%.60s: %d, want 400", filter, got.status)
		}
	}
	for _, filter := range []string{"AgentConfigurations eq 'x'", "SecuredScopeNames eq 'x'", "Enabled eq 1", "DateCreated eq 'x'", "DateCreated gt yesterday"} {
		if got := c.get("SMS_ClientSettings", "$filter="+filter); got.status != 400 {
			t.Errorf("%s: %d, want 400", filter, got.status)
		}
	}
}

func TestTimesAndNullsInFilters(t *testing.T) {
	c := newCaller(t)
	at := time.Date(2026, 9, 18, 20, 39, 5, 0, time.UTC)
	c.service.PlantMessages(statusmsg.Message{ID: 1, Time: at, Insertions: []string{"a"}}, statusmsg.Message{ID: 2, Time: at.Add(time.Hour)})
	for filter, want := range map[string]int{
		"Time ge 2026-09-18T20:39:06Z": 1, "Time le 2026-09-18T22:39:05+02:00": 1, "InsString1 eq 'A'": 1, "InsString1 ne 'a'": 1,
		"ResourceID eq 1": 0, "InsString1 gt ''": 1,
	} {
		if got := c.get("SMS_StatMsgWithInsStrings", "$filter="+filter); len(got.Value) != want || got.status != 200 {
			t.Errorf("%s: %d, %d rows, want %d", filter, got.status, len(got.Value), want)
		}
	}
}

func TestOtherTypesInFilters(t *testing.T) {
	c := newCaller(t)
	for i, kind := range []clientsettings.Kind{clientsettings.Device, clientsettings.User} {
		if err := c.service.PlantPolicies(clientsettings.Policy{ID: fmt.Sprint(7 + i), Name: fmt.Sprint(kind), Kind: kind, Priority: 1 + i}); err != nil {
			t.Fatal(err)
		}
	}
	for filter, want := range map[string]int{"Enabled eq true": 2, "Enabled ne true": 0, "Enabled lt true": 0, "DateCreated gt 2026-01-01T00:00:00Z": 2} {
		if got := c.get("SMS_ClientSettings", "$filter="+filter, "$orderby=Enabled,DateCreated,Name desc"); len(got.Value) != want || want > 0 && got.Value[0]["Name"] != "user" {
			t.Errorf("%s: %d rows, want %d: %v", filter, len(got.Value), want, got)
		}
	}
	c.service.PlantMessages(statusmsg.Message{ID: 1, Insertions: []string{"a"}}, statusmsg.Message{ID: 2})
	if got := c.get("SMS_StatMsgWithInsStrings", "$orderby=InsString1"); len(got.Value) != 2 || got.Value[0]["MessageID"] != 2.0 {
		t.Errorf("null does not come first: %v", got.Value)
	}
}

func TestPlant(t *testing.T) {
	c := newCaller(t)
	c.service.Plant(&adminservicetest.AzureService{AzureServiceID: 1, Name: "again"}, (*adminservicetest.AzureService)(nil), nil)
	if got := c.get("SMS_AzureService", "$filter=Name eq 'again'"); len(got.Value) != 1 || len(c.get("SMS_AzureService").Value) != 5 {
		t.Errorf("got %v", got.Value)
	}
}

func TestOptions(t *testing.T) {
	c := newCaller(t)
	if got := c.get("SMS_AzureService", "$orderby=AzureServiceID desc", "$top=2", "$skip=1"); len(got.Value) != 2 || got.Value[0]["AzureServiceID"] != 4.0 {
		t.Errorf("got %v", got.Value)
	}
	if got := c.get("SMS_AzureService", "$select=Name", "$top=1"); got.Value[0]["Name"] != "Service 1" || got.Value[0]["State"] != nil {
		t.Errorf("got %v", got.Value)
	}
	for _, options := range [][]string{
		{"$top=-1"},
		{"$top=x"},
		{"$skip=1.5"},
		{"$orderby=Colour"},
		{"$orderby=Name upwards"},
		{"$orderby=Name,State,Flags,Region,Fqdn,NALPath"},
		{"$select=Colour"},
		{"$expand=x"},
		{"filter=x"},
		{"$top=1", "$top=2"},
	} {
		if got := c.get("SMS_AzureService", options...); got.status != 400 {
			t.Errorf("%v: %d, want 400", options, got.status)
		}
	}
}

func TestPages(t *testing.T) {
	c := newCaller(t)
	c.service.PageSize = 2
	first := c.get("SMS_AzureService", "$top=3")
	link, err := url.Parse(first.NextLink)
	if err != nil || len(first.Value) != 2 {
		t.Fatalf("%d rows, link %q, %v", len(first.Value), first.NextLink, err)
	}
	second := c.do(http.MethodGet, link.RequestURI(), "")
	if len(second.Value) != 1 || second.NextLink != "" || second.Value[0]["AzureServiceID"] != 3.0 {
		t.Errorf("second page %v, link %q: the three that were asked for end here", second.Value, second.NextLink)
	}
	c.service.NoLinks = true
	if got := c.get("SMS_AzureService"); len(got.Value) != 2 || got.NextLink != "" {
		t.Errorf("%d rows, link %q", len(got.Value), got.NextLink)
	}
}

func TestLazyProperties(t *testing.T) {
	c := newCaller(t)
	policy := clientsettings.Policy{ID: "7", Name: "Roaming", Kind: clientsettings.Device, Priority: 1, CloudServices: &clientsettings.CloudServices{AllowCloudDP: clientsettings.Yes}}
	if err := c.service.PlantPolicies(policy); err != nil {
		t.Fatal(err)
	}
	listed, got := c.get("SMS_ClientSettings").Value[0], c.get("SMS_ClientSettings(7)").Value[0]
	if listed["AgentConfigurations"] != nil || fmt.Sprint(listed["__LAZYPROPERTIES"]) != "[AgentConfigurations]" {
		t.Errorf("in a list: %v", listed)
	}
	if agents, _ := got["AgentConfigurations"].([]any); len(agents) != 2 || got["@odata.etag"] != "7" || got["DateModified"] != "1980-01-01T06:00:00Z" {
		t.Errorf("by key: %v", got)
	}
	for _, invalid := range []clientsettings.Policy{{ID: "x", Name: "n", Kind: clientsettings.User, Priority: 1}, {}} {
		if err := c.service.PlantPolicies(invalid); !errors.Is(err, clientsettings.ErrInvalid) {
			t.Errorf("%+v: error = %v", invalid, err)
		}
	}
}

func TestChanges(t *testing.T) {
	c := newCaller(t)
	policy := clientsettings.Policy{ID: "7", Name: "Roaming", Kind: clientsettings.Device, Priority: 1}
	other := clientsettings.Policy{ID: "0", Name: "Default", Kind: clientsettings.Default, Priority: clientsettings.DefaultPriority}
	if err := c.service.PlantPolicies(policy, other); err != nil {
		t.Fatal(err)
	}
	const object = "/AdminService/wmi/SMS_ClientSettings(7)"
	const cloud = `{"@odata.type":"#AdminService.SMS_CloudAgentConfig","AgentID":22,`
	for body, want := range map[string]int{
		`{"Description":"words"}`: 204, `{"AgentConfigurations":[` + cloud + `"AllowCloudDP":true}]}`: 204,
		`{"Priority":2}`: 400, `{"SettingsID":8}`: 400, `{"Colour":"red"}`: 400, `{"Name":7}`: 400, `[]`: 400, `{}{}`: 400, ``: 400,
		`{"AgentConfigurations":[{"AgentID":22}]}`:                     400,
		`{"AgentConfigurations":[` + cloud + `"AllowCloudDP":"yes"}]}`: 400,
		`{"AgentConfigurations":[` + cloud + `"Colour":true}]}`:        400,
	} {
		if got := c.do(http.MethodPatch, object, body); got.status != want {
			t.Errorf("%s: %d %s, want %d", body, got.status, got.Error.Message, want)
		}
	}
	for path, want := range map[string]int{
		"SMS_ClientSettings(8)": 404, "SMS_ClientSettingsDefault(0)": 405, "SMS_AzureService(1)": 405, "SMS_ClientSettings": 405,
	} {
		if got := c.do(http.MethodPatch, "/AdminService/wmi/"+path, `{"Description":"x"}`); got.status != want {
			t.Errorf("%s: %d, want %d", path, got.status, want)
		}
	}
	if c.service.Writes() != 2 {
		t.Errorf("%d writes", c.service.Writes())
	}
}

func TestMethods(t *testing.T) {
	c := newCaller(t)
	for _, test := range []struct {
		method, body string
		want         int
	}{
		{"SMS_AzureService.Start", `{"AzureServiceID":1}`, 200},
		{"sms_azureservice.stop", `{"AzureServiceID":1}`, 200},
		{"SMS_AzureService.Start", `{"AzureServiceID":9}`, 404},
		{"SMS_AzureService.Start", `{}`, 400},
		{"SMS_AzureService.Start", `{"AzureServiceID":"1"}`, 400},
		{"SMS_AzureService.Start", `{"AzureServiceID":1,"Force":true}`, 400},
		{"SMS_AzureService.Delete", `{"AzureServiceID":1}`, 404},
		{"SMS_AzureService(1).Start", `{}`, 404},
		{"SMS_StatusMessage.RaiseErrorStatusMsg", `{"MessageText":"x","MessageType":256}`, 200},
		{"SMS_StatusMessage.RaiseErrorStatusMsg", `{"MessageText":"x"}`, 400},
		{"SMS_StatusMessage.RaiseErrorStatusMsg", `{"MessageText":"a\nb","MessageType":256}`, 400},
		{"SMS_StatusMessage.RaiseErrorStatusMsg", `{"MessageText":"` + strings.Repeat("x", 256) + `","MessageType":256}`, 400},
		{"SMS_StatusMessage.RaiseErrorStatusMsg", `{"MessageText":"x","MessageType":1}`, 400},
		{"SMS_StatusMessage.RaiseErrorStatusMsg", `{"MessageText":"x","MessageType":256,"AttrIDs":[1]}`, 400},
		{"SMS_StatusMessage.RaiseErrorStatusMsg", `{"MessageText":"x","MessageType":256,"Component":"x"}`, 400},
		{"SMS_StatusMessage.RaiseRawStatusMsg", `{}`, 404},
	} {
		got := c.do(http.MethodPost, "/AdminService/wmi/"+test.method, test.body)
		if got.status != test.want || test.want == 200 && (got.Return == nil || *got.Return != 0) {
			t.Errorf("%s %.60s: %d %s, want %d", test.method, test.body, got.status, got.Error.Message, test.want)
		}
	}
	messages := c.service.Messages()
	if len(messages) != 1 || messages[0].ID != statusmsg.UserError || messages[0].Component != "SMS Provider" {
		t.Errorf("messages = %v", messages)
	}
}

func TestHeaders(t *testing.T) {
	c := newCaller(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://cm1.contoso.com/AdminService/wmi/SMS_AzureService.Start", strings.NewReader(`{"AzureServiceID":1}`))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.service.RoundTripper().RoundTrip(request)
	if err != nil || answer.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("without a content type: %v, %v", answer, err)
	}
	c.service.Authenticate = func(*http.Request) error { return errors.New("who are you?") }
	if got := c.get("SMS_AzureService"); got.status != 401 || got.Error.Message != "who are you?" {
		t.Errorf("got %+v", got)
	}
}

func TestMessagesTakeTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCaller(t)
		c.service.ProcessTime = time.Minute
		c.do(http.MethodPost, "/AdminService/wmi/SMS_StatusMessage.RaiseErrorStatusMsg", `{"MessageText":"x","MessageType":256}`)
		if got := c.get("SMS_StatMsgWithInsStrings"); len(got.Value) != 0 {
			t.Error("it is there at once")
		}
		time.Sleep(time.Minute)
		if got := c.get("SMS_StatMsgWithInsStrings"); len(got.Value) != 1 {
			t.Error("it is not there after a minute")
		}
	})
}

func TestServe(t *testing.T) {
	c := newCaller(t)
	server, err := c.service.Serve(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: clientConfig(server)}}
	defer client.CloseIdleConnections()
	get := func() error {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/wmi/SMS_AzureService", http.NoBody)
		if err != nil {
			return err
		}
		answer, err := client.Do(request)
		if err == nil {
			err = answer.Body.Close()
		}
		return err
	}
	if err := get(); err != nil {
		t.Error(err)
	}
	c.service.Inject(adminservicetest.FaultDrop, adminservicetest.FaultDrop, adminservicetest.FaultDrop, adminservicetest.FaultDrop)
	if err := get(); err == nil {
		t.Error("a connection that was broken off is no error")
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if err := get(); err == nil {
		t.Error("it answers after Close")
	}
}
