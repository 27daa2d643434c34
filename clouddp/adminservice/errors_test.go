package adminservice_test

import (
	"crypto/tls"
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/clouddp/adminservice"
	"github.com/clouddp/sdk/clouddp/adminservice/adminservicetest"
)

func TestSiteIsValidated(t *testing.T) {
	ok := (&adminservicetest.Service{}).RoundTripper()
	for name, test := range map[string]struct {
		site  *adminservice.Site
		field string
	}{
		"no URL":         {&adminservice.Site{Transport: ok}, "URL"},
		"plain http":     {&adminservice.Site{URL: "http://cm1.contoso.com/AdminService", Transport: ok}, "URL"},
		"no path":        {&adminservice.Site{URL: "https://cm1.contoso.com", Transport: ok}, "URL"},
		"user":           {&adminservice.Site{URL: "https://u:secret@cm1.contoso.com/AdminService", Transport: ok}, "URL"},
		"query":          {&adminservice.Site{URL: address + "?a=b", Transport: ok}, "URL"},
		"fragment":       {&adminservice.Site{URL: address + "#a", Transport: ok}, "URL"},
		"no transport":   {&adminservice.Site{URL: address}, "Transport"},
		"blind trust":    {&adminservice.Site{URL: address, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}, "Transport"},
		"page size":      {&adminservice.Site{URL: address, Transport: ok, PageSize: -1}, "PageSize"},
		"huge page size": {&adminservice.Site{URL: address, Transport: ok, PageSize: 100_000}, "PageSize"},
		"timeout":        {&adminservice.Site{URL: address, Transport: ok, Timeout: -1}, "Timeout"},
		"patience":       {&adminservice.Site{URL: address, Transport: ok, Patience: -1}, "Patience"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := test.site.CloudService(t.Context(), 1)
			invalid, ok := errors.AsType[*adminservice.InvalidError](err)
			if !ok || len(invalid.Problems) != 1 || invalid.Problems[0].Field != test.field || strings.Contains(err.Error(), "secret") {
				t.Errorf("error = %v, want one problem with %s", err, test.field)
			}
			if err := test.site.StartCloudService(t.Context(), 1); !errors.Is(err, adminservice.ErrInvalid) {
				t.Errorf("Start: error = %v", err)
			}
		})
	}
}

func TestStatusesHaveCategories(t *testing.T) {
	tests := []struct {
		status      int
		read, write error
	}{
		{400, adminservice.ErrInvalid, adminservice.ErrInvalid},
		{401, adminservice.ErrDenied, adminservice.ErrDenied},
		{403, fs.ErrPermission, fs.ErrPermission},
		{404, fs.ErrNotExist, adminservice.ErrNotFound},
		{405, errors.ErrUnsupported, adminservice.ErrUnsupported},
		{409, adminservice.ErrConflict, adminservice.ErrConflict},
		{413, adminservice.ErrLimit, adminservice.ErrLimit},
		{429, adminservice.ErrUnavailable, adminservice.ErrUnavailable},
		{500, adminservice.ErrUnavailable, adminservice.ErrUnknown},
		{502, adminservice.ErrUnavailable, adminservice.ErrUnknown},
		{503, adminservice.ErrUnavailable, adminservice.ErrUnavailable},
		{302, adminservice.ErrUnavailable, adminservice.ErrUnavailable},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			site := saying(tt.status, `{"error":{"code":"C1","message":"words\u0007 of the service"}}`)
			_, err := site.CloudService(t.Context(), 7)
			said, ok := errors.AsType[*adminservice.StatusError](err)
			if !ok || !errors.Is(err, tt.read) || said.StatusCode != tt.status || said.Code != "C1" {
				t.Errorf("%d: reading: %v, want %v", tt.status, err, tt.read)
			}
			if strings.ContainsRune(err.Error(), 7) || tt.status != 302 && !strings.Contains(err.Error(), "words  of the service") {
				t.Errorf("%d: %q", tt.status, err)
			}
			if err := site.StopCloudService(t.Context(), 7); !errors.Is(err, tt.write) {
				t.Errorf("%d: writing: %v, want %v", tt.status, err, tt.write)
			}
		})
	}
}

func TestFaultBodies(t *testing.T) {
	for body, want := range map[string][2]string{
		`{"error":{"code":"","message":"m"}}`:                            {"", "m"},
		`{"error":{"code":-2147217407,"message":"m"}}`:                   {"-2147217407", "m"},
		`{"error":{"code":"c","message":{"lang":"en","value":"m"}}}`:     {"c", "m"},
		`{"odata.error":{"code":"c","message":{"lang":"","value":"m"}}}`: {"c", "m"},
		`{"Message":"m"}`:                    {"", "m"},
		`{"error":"m"}`:                      {"", ""},
		`<html>`:                             {"", ""},
		``:                                   {"", ""},
		`[]`:                                 {"", ""},
		`{"error":{"code":[],"message":[]}}`: {"[]", ""},
	} {
		_, err := saying(403, body).CloudService(t.Context(), 7)
		said, ok := errors.AsType[*adminservice.StatusError](err)
		if !ok || said.Code != want[0] || said.Message != want[1] {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}

// A page for people that arrives with 200 is no success, for a write above all.
func TestPagesForPeople(t *testing.T) {
	l := newLab(t)
	l.service.Inject(adminservicetest.FaultHTML)
	err := l.site.StartCloudService(t.Context(), 1)
	said, ok := errors.AsType[*adminservice.StatusError](err)
	if !ok || said.StatusCode != 200 || !errors.Is(err, adminservice.ErrUnknown) || !strings.Contains(err.Error(), "text/html") {
		t.Errorf("error = %v", err)
	}
}

func TestUnreadableAnswers(t *testing.T) {
	for name, body := range map[string]string{
		"nothing": ``, "no value": `{}`, "value of another type": `{"value":{}}`, "a number": `{"value":[1]}`, "text": `"x"`,
		"twice": `{"value":[{"AzureServiceID":1,"azureserviceid":2}]}`, "more behind": `{"value":[]} {}`, "not UTF-8": "{\"value\":[\"\xff\"]}",
		"text for a number": `{"value":[{"AzureServiceID":"one"}]}`, "too large": `{"value":[{"AzureServiceID":4294967296}]}`,
		"a name of nothing": `{"value":[{"":1}]}`, "a fraction": `{"value":[{"AzureServiceID":1.5}]}`, "an object for text": `{"value":[{"AzureServiceID":1,"Name":{}}]}`,
		"link of another type": `{"value":[],"@odata.nextLink":1}`,
	} {
		if _, err := collect(saying(200, body).CloudServices(t.Context())); !errors.Is(err, adminservice.ErrIntegrity) {
			t.Errorf("%s: error = %v", name, err)
		}
	}
	for name, body := range map[string]string{"nothing": ``, "no return value": `{}`, "text": `{"ReturnValue":"ok"}`, "torn": `{"ReturnV`} {
		if err := saying(200, body).StartCloudService(t.Context(), 1); !errors.Is(err, adminservice.ErrUnknown) {
			t.Errorf("Start, %s: error = %v", name, err)
		}
	}
	for name, body := range map[string]string{
		"another": `{"AzureServiceID":8}`, "no key": `{"Name":"x"}`, "text": `"x"`, "list of text": `{"value":["x"]}`,
	} {
		if _, err := saying(200, body).CloudService(t.Context(), 7); !errors.Is(err, adminservice.ErrIntegrity) {
			t.Errorf("by key, %s: error = %v", name, err)
		}
	}
	for _, body := range []string{`{"value":[]}`, `{"value":[{"AzureServiceID":7},{"AzureServiceID":7}]}`} {
		if _, err := saying(200, body).CloudService(t.Context(), 7); !errors.Is(err, adminservice.ErrNotFound) {
			t.Errorf("by key, %s: error = %v", body, err)
		}
	}
}

// The types of properties differ between documents and builds.
func TestTypesAreTakenForOneAnother(t *testing.T) {
	const body = "\ufeff" + `{"value":[{"AZURESERVICEID":"16777217","name":42,"State":7.0,"StatusDetails":null,"NumberOfInstances":" 2 ",
		"Flags":1e0,"StorageUsage":-1,"Region":"West Europe","ArmOnly":{"a":[12345678901234567890]}}]}`
	service, err := saying(200, body).CloudService(t.Context(), 16777217)
	if err != nil {
		t.Fatal(err)
	}
	if service.Name != "42" || service.State != 7 || service.Instances != 2 || service.StatusDetails != 0 || service.Storage.Used != 4294967295 {
		t.Errorf("got %+v", service)
	}
	if service.Raw["ArmOnly"] == nil {
		t.Error("an undocumented property is lost")
	}
}

func TestTimes(t *testing.T) {
	at := time.Date(2026, time.September, 18, 20, 39, 5, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2026-09-18T20:39:05Z":           at,
		"2026-09-18T22:39:05+02:00":      at,
		"2026-09-18T20:39:05.123456789Z": at.Add(123456789),
		"2026-09-18T20:39:05.1234567Z":   at.Add(123456700),
		"2026-09-18T20:39:05":            at,
		"2026-09-18 20:39:05":            at,
		"20260918203905.000000+000":      at,
		"20260918203905.500000+000":      at.Add(500 * time.Millisecond),
		"20260918223905.000000+120":      at,
		"20260918163905.000000-240":      at,
		"20260918203905.000000+***":      at,
		"/Date(1789763945000)/":          at,
		"/Date(1789763945000+0200)/":     at,
		"/Date(1789763945000-0700)/":     at,
		"":                               {},
		"1970-01-01T00:00:00Z":           {},
		"1980-01-01T06:00:00Z":           {},
		"1980-01-01T12:00:00Z":           {},
		"1979-12-31T23:00:00Z":           {},
		"0001-01-01T00:00:00Z":           {},
		"9999-12-31T23:59:59.9999999Z":   {},
		"/Date(-62135596800000)/":        {},
		"16010101000000.000000+000":      {},
	} {
		tasks, err := collect(saying(200, `{"value":[{"TaskID":1,"AzureServiceId":7,"TaskCreationTime":"`+text+`"}]}`).Tasks(t.Context(), 7))
		if err != nil || len(tasks) != 1 || !tasks[0].Created.Equal(want) {
			t.Errorf("%s: %v, %v, want %v", text, tasks, err, want)
		}
	}
	for _, text := range []string{"yesterday", "2026-13-18T20:39:05Z", "20260918203905.000000*000", "/Date()/", "/Date(99999999999999999)/", "2026"} {
		_, err := collect(saying(200, `{"value":[{"TaskID":1,"AzureServiceId":7,"TaskCreationTime":"`+text+`"}]}`).Tasks(t.Context(), 7))
		if !errors.Is(err, adminservice.ErrIntegrity) {
			t.Errorf("%s: error = %v", text, err)
		}
	}
}

func TestAnswerToAWriteIsLost(t *testing.T) {
	l := newLab(t)
	plantServices(l.service, 1)
	l.service.Inject(adminservicetest.FaultLostAnswer)
	if err := l.site.StopCloudService(t.Context(), 1); !errors.Is(err, adminservice.ErrUnknown) {
		t.Errorf("error = %v, want ErrUnknown", err)
	}
	if l.service.Writes() != 1 {
		t.Errorf("%d writes, want no second one", l.service.Writes())
	}
	tasks := must(t, l.site.Tasks(t.Context(), 1))
	if len(tasks) != 1 || tasks[0].Type != adminservice.TaskStop || tasks[0].State != adminservice.TaskCreated {
		t.Errorf("tasks = %+v", tasks)
	}
}
