package adminservice_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/clouddp/adminservice"
	"github.com/clouddp/sdk/clouddp/adminservice/adminservicetest"
	"github.com/clouddp/sdk/statusmsg"
)

// FuzzAnswers reads everything from a service that answers with the fuzzed bytes, whatever it is asked.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{
		`{"value":[{"AzureServiceID":1,"Name":"CLOUDDP","State":0}]}`,
		`{"value":[{"RecordID":1,"MessageID":9409,"Severity":1073741824,"Time":"2026-09-18T20:39:05Z","InsString1":"x","AttributeID":404,"AttributeValue":"x"}]}`,
		`{"value":[{"SettingsID":1,"Type":1,"Priority":1,"AgentConfigurations":[{"AgentID":22,"AllowCloudDP":true}],"ClientSettingsID":1,"CollectionID":"SMS00001"}]}`,
		`{"value":[{"ItemName":"x","Props":[{"PropertyName":"a","Value":1}]}],"@odata.nextLink":"?$skip=1"}`,
		`{"value":[{"ResourceID":5,"ResourceType":5,"CollectionID":"a","Name":"b"},{"ResourceID":5,"ResourceType":5,"CollectionID":"c"}]}`,
		`{"error":{"code":"","message":"m"}}`, `{"ReturnValue":0}`, `{"value":null}`, `[]`, ``, "\ufeff{}", `{"a":1,"A":2}`, `[[[[`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if strings.Contains(body, "nextLink") && len(body) > 1000 {
			return
		}
		site := saying(200, body)
		known := func(err error) {
			for _, category := range []error{adminservice.ErrIntegrity, adminservice.ErrUnsupported, adminservice.ErrNotFound, adminservice.ErrLimit} {
				if err == nil || errors.Is(err, category) {
					return
				}
			}
			t.Errorf("an error of no category: %v", err)
		}
		messages, err := collect(site.Messages(t.Context(), statusmsg.Query{}))
		known(err)
		for i, m := range messages {
			if i > 0 && m.RecordID <= messages[i-1].RecordID {
				t.Errorf("RecordID %d after %d", m.RecordID, messages[i-1].RecordID)
			}
		}
		_, err = collect(site.Policies(t.Context()))
		known(err)
		_, err = collect(site.CloudServices(t.Context()))
		known(err)
		_, err = collect(site.SiteSystems(t.Context(), ""))
		known(err)
		_, err = collect(site.Targets(t.Context(), nil))
		known(err)
		service, err := site.CloudService(t.Context(), 1)
		if known(err); err == nil && service.ID != 1 {
			t.Errorf("asked for 1 and got %d", service.ID)
		}
		if _, err := saying(400, body).CloudService(t.Context(), 1); !errors.Is(err, adminservice.ErrInvalid) {
			t.Errorf("a bad request that is none: %v", err)
		}
	})
}

// FuzzJSON: what this package reads, the standard library reads to the same value.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5e3,"x\u00e9",null,true,{}]}`, `{"a":1,"A":2}`, `[[]]`, `1 2`, `{"\ud800":1}`, `"`, `{`, "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		value, err := adminservice.ParseJSON(body)
		if err != nil {
			return
		}
		var standard any
		decoder := json.NewDecoder(strings.NewReader(strings.TrimPrefix(string(body), "\ufeff")))
		decoder.UseNumber()
		if err := decoder.Decode(&standard); err != nil {
			t.Fatalf("the standard library refuses: %v", err)
		}
		got, _ := json.Marshal(value)
		want, _ := json.Marshal(standard)
		if string(got) != string(want) {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func FuzzTime(f *testing.F) {
	for _, seed := range []string{
		"2026-09-18T20:39:05Z", "2026-09-18T20:39:05.1234567+02:00", "2026-09-18 20:39:05", "20260918203905.123000+060",
		"20260918203905.000000+***", "/Date(1789763945000-0700)/", "1980-01-01T06:00:00Z", "", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, err := adminservice.ParseTime(text)
		if err != nil || at.IsZero() {
			return
		}
		if at.Year() <= 1980 || at.Year() >= 9999 || at.Location() != time.UTC {
			t.Errorf("%q is %v", text, at)
		}
		again, err := adminservice.ParseTime(at.Format(time.RFC3339Nano))
		if err != nil || !again.Equal(at) {
			t.Errorf("%q is %v, and that is %v, %v", text, at, again, err)
		}
	})
}

// FuzzFilter looks for a row by a text: it is found, and no other, whatever the text tries to say.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{"PS100001", "it's", "' or 'a' eq 'a", "''", `a\b`, `"`, "", "%27", "a&$top=0", "+ #é", "x' or contains(Name,'') or 'x' eq 'x", "\x00\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		service := &adminservicetest.Service{}
		service.Plant(adminservicetest.DistributionDPStatus{ID: 1, PackageID: text}, adminservicetest.DistributionDPStatus{ID: 2, PackageID: text + "x"})
		site := &adminservice.Site{URL: address, Transport: service.RoundTripper()}
		found, err := collect(site.ContentStatus(t.Context(), text))
		if err != nil || len(found) != 1 || found[0].PackageID != text && strings.ToValidUTF8(text, "") == text {
			t.Errorf("%q: %+v, %v", text, found, err)
		}
		query := url.Values{"$filter": {adminservice.Equal("PackageID", text)}}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/wmi/SMS_DistributionDPStatus?"+query.Encode(), http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := service.RoundTripper().RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		var page struct{ Value []struct{ ID int } }
		if err := json.NewDecoder(answer.Body).Decode(&page); err != nil || len(page.Value) != 1 || page.Value[0].ID != 1 {
			t.Errorf("%q: %d %+v, %v", text, answer.StatusCode, page, err)
		}
	})
}
