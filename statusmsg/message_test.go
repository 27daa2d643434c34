package statusmsg_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/statusmsg"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSeverityFrom(t *testing.T) {
	tests := map[int64]statusmsg.Severity{
		0:             statusmsg.SeverityUnknown,
		1073741824:    statusmsg.Informational,
		2147483648:    statusmsg.Warning,
		-2147483648:   statusmsg.Warning,
		3221225472:    statusmsg.Error,
		-1073741824:   statusmsg.Error,
		5:             statusmsg.Severity(5),
		math.MinInt64: statusmsg.SeverityUnknown,
	}
	for number, want := range tests {
		if got := statusmsg.SeverityFrom(number); got != want {
			t.Errorf("SeverityFrom(%d) = %v, want %v", number, got, want)
		}
	}
}

func TestStrings(t *testing.T) {
	at := time.Date(2026, time.September, 18, 16, 39, 5, 0, time.FixedZone("EDT", -4*3600))
	tests := map[string]fmt.Stringer{
		"unknown":             statusmsg.SeverityUnknown,
		"informational":       statusmsg.Informational,
		"warning":             statusmsg.Warning,
		"error":               statusmsg.Error,
		"severity(0x5)":       statusmsg.Severity(5),
		"milestone":           statusmsg.Milestone,
		"detail":              statusmsg.Detail,
		"audit":               statusmsg.Audit,
		"nt event":            statusmsg.NTEvent,
		"type(0x500)":         statusmsg.Type(0x500),
		"unknown 0":           statusmsg.Message{},
		`error "a\x1b" 2 "%"`: statusmsg.Message{ID: 2, Severity: statusmsg.Error, Component: "a\x1b", Insertions: []string{"%"}},
		"2026-09-18T20:39:05Z warning C 1 error=0x80070005 \"a\\nb\"": statusmsg.Message{
			Time: at, ID: 1, Severity: statusmsg.Warning, Component: "C", Win32Error: 0x80070005, Insertions: []string{"a\nb"},
		},
		"message":                            statusmsg.Query{},
		"message 1 or 2 of C on M at site S": statusmsg.Query{IDs: []statusmsg.ID{1, 2}, Component: "C", Machine: "M", Site: "S"},
	}
	for want, value := range tests {
		if got := value.String(); got != want {
			t.Errorf("%T: got %q, want %q", value, got, want)
		}
	}
}

func TestMessageValidate(t *testing.T) {
	good := statusmsg.Message{ID: 1, Severity: statusmsg.Warning, Component: "C", Insertions: make([]string, 10)}
	if err := good.Validate(); err != nil {
		t.Errorf("a good message: %v", err)
	}
	bad := statusmsg.Message{Severity: 7, Insertions: make([]string, 11)}
	err := bad.Validate()
	if !errors.Is(err, statusmsg.ErrInvalid) || !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("a bad message: %v", err)
	}
	want := "statusmsg: message: ID: is 0; give the number of a message; Component: is empty; name the component that reports; " +
		"Severity: is severity(0x7); use Informational, Warning or Error; Insertions: are 11; a site keeps 10"
	if err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestQueryMatches(t *testing.T) {
	at := time.Date(2026, time.September, 18, 20, 39, 5, 0, time.UTC)
	m := statusmsg.Message{
		RecordID: 5, ID: 9409, Component: "Comp", Site: "PS1", Machine: "CM1", Time: at,
		Attributes: []statusmsg.Attribute{{ID: 400, Value: "P"}, {ID: 404, Value: "D"}},
	}
	tests := []struct {
		name  string
		query statusmsg.Query
		want  bool
	}{
		{"zero", statusmsg.Query{}, true},
		{"id", statusmsg.Query{IDs: []statusmsg.ID{1, 9409}}, true},
		{"other id", statusmsg.Query{IDs: []statusmsg.ID{1}}, false},
		{"component", statusmsg.Query{Component: "COMP"}, true},
		{"other component", statusmsg.Query{Component: "COM"}, false},
		{"other site", statusmsg.Query{Site: "PS2"}, false},
		{"other machine", statusmsg.Query{Machine: "CM2"}, false},
		{"since then", statusmsg.Query{Since: at}, true},
		{"since later", statusmsg.Query{Since: at.Add(1)}, false},
		{"after an earlier one", statusmsg.Query{After: 4}, true},
		{"after itself", statusmsg.Query{After: 5}, false},
		{"attribute", statusmsg.Query{Attribute: &statusmsg.Attribute{ID: 404, Value: "D"}}, true},
		{"other attribute", statusmsg.Query{Attribute: &statusmsg.Attribute{ID: 404, Value: "P"}}, false},
		{"one of two", statusmsg.Query{Component: "Comp", Site: "X"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.query.Matches(m); got != tt.want {
				t.Errorf("Matches = %v, want %v", got, tt.want)
			}
		})
	}
}
