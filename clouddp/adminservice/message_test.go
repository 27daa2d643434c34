package adminservice_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/clouddp/adminservice"
	"github.com/clouddp/sdk/clouddp/adminservice/adminservicetest"
	"github.com/clouddp/sdk/statusmsg"
)

// plantNoise raises messages of other components around one that is ready.
func plantNoise(s *adminservicetest.Service, before, after int) {
	noise := statusmsg.Message{ID: 2301, Severity: statusmsg.Informational, Component: "SMS_DISTRIBUTION_MANAGER", Time: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)}
	for range before {
		s.PlantMessages(noise)
	}
	s.PlantMessages(statusmsg.Message{
		ID: statusmsg.CloudDPReady, Severity: statusmsg.Informational, Component: statusmsg.CloudServicesManager,
		Time: time.Date(2026, 9, 18, 0, 0, 0, 0, time.UTC), Attributes: []statusmsg.Attribute{{ID: statusmsg.AttributeDistributionPoint, Value: "CLOUDDP"}},
	})
	for range after {
		s.PlantMessages(noise)
	}
}

// recording counts the rows that the service gives away, by the size of its answers.
func (l *lab) recording(sent *[]string) *adminservice.Site {
	return &adminservice.Site{URL: address, Transport: transport(func(r *http.Request) (*http.Response, error) {
		*sent = append(*sent, r.URL.Query().Get("$filter"))
		return l.service.RoundTripper().RoundTrip(r)
	})}
}

func TestQueriesAreLeftToTheSite(t *testing.T) {
	since := time.Date(2026, 9, 18, 0, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		query statusmsg.Query
		want  string
	}{
		"id":        {statusmsg.Query{IDs: []statusmsg.ID{9409, 9425}}, "(MessageID eq 9409 or MessageID eq 9425)"},
		"component": {statusmsg.Query{Component: "sms_cloud_services_manager"}, "Component eq 'sms_cloud_services_manager'"},
		"after":     {statusmsg.Query{After: 5, IDs: []statusmsg.ID{9409}}, "(RecordID gt 5 and MessageID eq 9409)"},
		"since":     {statusmsg.Query{Since: since}, "Time ge 2026-09-16T00:00:00Z"},
		"attribute": {
			statusmsg.Query{Attribute: &statusmsg.Attribute{ID: 404, Value: "CLOUDDP"}},
			"(AttributeID eq 404 and AttributeValue eq 'CLOUDDP')",
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			plantNoise(l.service, 10, 0)
			var sent []string
			got := must(t, l.recording(&sent).Messages(t.Context(), test.query))
			if len(got) != 1 || got[0].ID != statusmsg.CloudDPReady || len(got[0].Attributes) != 1 {
				t.Errorf("messages = %v", got)
			}
			if sent[0] != test.want {
				t.Errorf("the filter is %s, want %s", sent[0], test.want)
			}
		})
	}
}

// What a filter cannot say safely is not left to the site.
func TestQueriesThatStayHere(t *testing.T) {
	for _, text := range []string{`a\b`, `it's`, `"q"`, "é", "a\nb", strings.Repeat("x", 300)} {
		l := newLab(t)
		message := statusmsg.Message{
			ID: 1, Severity: statusmsg.Error, Component: text, Site: "PS1", Machine: text, Attributes: []statusmsg.Attribute{{ID: 404, Value: text}},
		}
		l.service.PlantMessages(statusmsg.Message{ID: 2, Component: "other", Attributes: []statusmsg.Attribute{{ID: 404, Value: "other"}}}, message)
		for name, query := range map[string]statusmsg.Query{
			"component": {Component: text}, "machine": {Machine: text}, "attribute": {Attribute: &message.Attributes[0]},
		} {
			var sent []string
			if got := must(t, l.recording(&sent).Messages(t.Context(), query)); len(got) != 1 || got[0].ID != 1 {
				t.Errorf("%s %q: %v", name, text, got)
			}
			if sent[0] != "" {
				t.Errorf("%s %q: the filter is %s", name, text, sent[0])
			}
		}
	}
}

// Filters stay below the limit of the service, however much is asked for.
func TestLargeQueries(t *testing.T) {
	l := newLab(t)
	var ids []statusmsg.ID
	for i := range 100 {
		ids = append(ids, statusmsg.ID(9400+i))
		plantNoise(l.service, 70, 0)
	}
	everything := statusmsg.Query{
		Component: statusmsg.CloudServicesManager, Since: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), After: 1,
		Attribute: &statusmsg.Attribute{ID: 404, Value: "CLOUDDP"}, Site: "", Machine: "",
	}
	for _, n := range []int{0, 1, 15, 16, 100} {
		everything.IDs = ids[:n]
		if n == 1 || n == 15 || n == 16 {
			everything.IDs = append([]statusmsg.ID{statusmsg.CloudDPReady}, ids[1:n]...)
		}
		withoutAttribute := everything
		withoutAttribute.Attribute = nil
		for _, query := range []statusmsg.Query{everything, withoutAttribute} {
			if got := must(t, l.site.Messages(t.Context(), query)); len(got) != 100 {
				t.Errorf("%d ids: %d messages, want 100", n, len(got))
			}
		}
	}
}

// A message that has an attribute twice comes once.
func TestAttributeThatIsThereTwice(t *testing.T) {
	l := newLab(t)
	wanted := statusmsg.Attribute{ID: 404, Value: "CLOUDDP"}
	for i := range 300 {
		m := statusmsg.Message{ID: 1, Attributes: []statusmsg.Attribute{wanted, {ID: 404, Value: "clouddp"}, wanted}}
		m.Attributes = m.Attributes[:min(3, i+1)]
		l.service.PlantMessages(m)
	}
	got := must(t, l.site.Messages(t.Context(), statusmsg.Query{Attribute: &wanted}))
	for i, m := range got {
		if m.RecordID != int64(i+1) {
			t.Fatalf("message %d has RecordID %d", i, m.RecordID)
		}
	}
	if len(got) != 300 {
		t.Errorf("%d messages", len(got))
	}
}

func TestMessageFieldsOutOfRange(t *testing.T) {
	for _, body := range []string{
		`{"RecordID":1,"MessageID":65536}`, `{"RecordID":1,"MessageID":-1}`, `{"RecordID":1,"Severity":4294967296}`,
		`{"RecordID":1,"Time":"noon"}`, `{"RecordID":1,"InsString1":[]}`, `{"RecordID":"x"}`, `{}`,
	} {
		_, err := collect(saying(200, `{"value":[`+body+`]}`).Messages(t.Context(), statusmsg.Query{}))
		if !errors.Is(err, adminservice.ErrIntegrity) {
			t.Errorf("%s: error = %v", body, err)
		}
	}
}

// SQL shows severities signed; an insertion that is null lies between others.
func TestMessageFieldsOfOtherBuilds(t *testing.T) {
	first := true
	site := &adminservice.Site{URL: address, Transport: transport(func(r *http.Request) (*http.Response, error) {
		body := `{"value":[]}`
		if first {
			body = `{"value":[{"RecordID":"9007199254740993","MessageID":"9409","Severity":-1073741824,"InsString1":null,"InsString2":"b","InsString3":"","InsString4":null}]}`
		}
		first = false
		return response(r, 200, "application/json", body), nil
	})}
	got := must(t, site.Messages(t.Context(), statusmsg.Query{}))
	want := `[error 9409 "" "b" ""]`
	if fmt.Sprint(got) != want || got[0].RecordID != 9007199254740993 {
		t.Errorf("got %v %d, want %s", got, got[0].RecordID, want)
	}
}

func TestUserMessageWhoseAnswerIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.service.ProcessTime = 20 * time.Second
		l.service.Inject(adminservicetest.FaultLostAnswer)
		m := userMessage("k")
		if err := l.site.Report(t.Context(), m); err != nil {
			t.Errorf("the message is there, but: %v", err)
		}
		if err := l.site.Report(t.Context(), m); err != nil || len(l.service.Messages()) != 1 {
			t.Errorf("reported again: %v, %d messages", err, len(l.service.Messages()))
		}
	})
}

func TestUserMessageThatDoesNotAppear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.service.ProcessTime = time.Hour
		start := time.Now()
		if err := l.site.Report(t.Context(), userMessage("k")); !errors.Is(err, adminservice.ErrUnknown) {
			t.Errorf("error = %v", err)
		}
		if waited := time.Since(start); waited < 2*time.Minute || waited > 3*time.Minute {
			t.Errorf("waited %v", waited)
		}
		time.Sleep(time.Hour)
		if err := l.site.Report(t.Context(), userMessage("k")); err != nil || len(l.service.Messages()) != 1 {
			t.Errorf("reported again: %v, %d messages", err, len(l.service.Messages()))
		}
	})
}

func TestUserMessageIsRefusedByTheSite(t *testing.T) {
	for fault, want := range map[adminservicetest.Fault]error{
		adminservicetest.FaultReject: nil, adminservicetest.FaultDrop: adminservice.ErrUnavailable,
	} {
		l := newLab(t)
		l.service.Inject(fault)
		err := l.site.Report(t.Context(), userMessage("k"))
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("fault %d: error = %v, want %v", fault, err, want)
		}
		if said, ok := errors.AsType[*adminservice.StatusError](err); want == nil && (!ok || said.ReturnValue != 1) {
			t.Errorf("error = %v, want a StatusError with its ReturnValue", err)
		}
	}
}

func TestUserMessagesThatNoSiteTakes(t *testing.T) {
	for name, test := range map[string]struct {
		edit func(*statusmsg.Message)
		want error
	}{
		"another id":     {func(m *statusmsg.Message) { m.ID = statusmsg.CloudDPReady }, adminservice.ErrUnsupported},
		"other severity": {func(m *statusmsg.Message) { m.Severity = statusmsg.Error }, adminservice.ErrInvalid},
		"no text":        {func(m *statusmsg.Message) { m.Insertions = nil }, adminservice.ErrInvalid},
		"empty text":     {func(m *statusmsg.Message) { m.Insertions = []string{""} }, adminservice.ErrInvalid},
		"two texts":      {func(m *statusmsg.Message) { m.Insertions = []string{"a", "b"} }, adminservice.ErrInvalid},
		"long text":      {func(m *statusmsg.Message) { m.Insertions[0] = strings.Repeat("x", 256) }, adminservice.ErrInvalid},
		"line break":     {func(m *statusmsg.Message) { m.Insertions[0] = "a\nb" }, adminservice.ErrInvalid},
		"quoted key":     {func(m *statusmsg.Message) { m.Key = "it's" }, adminservice.ErrInvalid},
	} {
		l, m := newLab(t), userMessage("k")
		test.edit(&m)
		if err := l.site.Report(t.Context(), m); !errors.Is(err, test.want) || l.service.Requests() != 0 {
			t.Errorf("%s: error = %v after %d requests, want %v", name, err, l.service.Requests(), test.want)
		}
	}
}

func userMessage(key string) statusmsg.Message {
	return statusmsg.Message{
		Key: key, ID: statusmsg.UserWarning, Severity: statusmsg.Warning, Component: "Cloud DP SDK", Insertions: []string{"storage at 91 %"},
		Attributes: []statusmsg.Attribute{{ID: statusmsg.AttributePackage, Value: "PS100001"}},
	}
}
