package statusmsgtest

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/clouddp/sdk/statusmsg"
)

// SourceHarness connects [TestSource] to an implementation.
type SourceHarness struct {
	// New returns a fresh source without messages; it is called once a subtest. Required.
	New func(t *testing.T) statusmsg.Source
	// Plant raises messages at the site that source reads, in this order, and returns when source can read them.
	// Required.
	Plant func(t *testing.T, source statusmsg.Source, messages ...statusmsg.Message)
	// Fail makes the next reading of source fail with an error that matches err. Nil leaves that subtest out.
	Fail func(t *testing.T, source statusmsg.Source, err error)
}

// TestSource proves that an implementation keeps the contract of [statusmsg.Source]. Key and RecordID may be assigned
// as the source likes, so long as RecordIDs ascend; times are planted in whole seconds.
func TestSource(t *testing.T, h SourceHarness) {
	t.Helper()
	t.Run("Empty", func(t *testing.T) {
		check(t, read(t, h.New(t), statusmsg.Query{}))
	})
	t.Run("Fields", h.testFields)
	t.Run("Query", h.testQuery)
	t.Run("After", h.testAfter)
	t.Run("FreshReading", h.testFreshReading)
	t.Run("Follow", h.testFollow)
	t.Run("Break", h.testBreak)
	t.Run("OwnCopy", h.testOwnCopy)
	t.Run("Cancelled", func(t *testing.T) {
		source := h.New(t)
		h.Plant(t, source, samples()...)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		checkLastError(t, source.Messages(ctx, statusmsg.Query{}), context.Canceled)
	})
	t.Run("Concurrent", h.testConcurrent)
	if h.Fail != nil {
		t.Run("Fault", h.testFault)
	}
}

// samples differ from each other in every field.
func samples() []statusmsg.Message {
	at := time.Date(2026, time.September, 18, 20, 39, 5, 0, time.UTC)
	return []statusmsg.Message{
		{
			ID: 2399, Severity: statusmsg.Informational, Type: statusmsg.Milestone,
			Component: "SMS_DISTRIBUTION_MANAGER", Module: "SMS Server", Site: "PS1", Machine: "CM1.contoso.com",
			Time: at, ProcessID: 2180, ThreadID: 2624, ReportFunction: statusmsg.ExtendedReport, Insertions: []string{`["Display=\\DP1\"]`, "%2", "DP1"},
			Attributes: []statusmsg.Attribute{{ID: 400, Value: "PS100001"}, {ID: 404, Value: `["Display=\\DP1\"]`}},
		},
		{
			ID: statusmsg.CertificateExpired, Severity: statusmsg.Error, Type: statusmsg.Detail,
			Component: statusmsg.CloudServicesManager, Module: "SMS Server", Site: "PS1", Machine: "CM2.contoso.com",
			Time: at.Add(time.Minute), ProcessID: 1, ThreadID: 4294967295, Win32Error: 0x80070005, TopLevelSite: "CAS",
			ReportFunction: statusmsg.CommitFailedTransaction, Flags: statusmsg.Transaction,
		},
		{
			ID: statusmsg.CloudDPReady, Severity: statusmsg.Warning, Type: statusmsg.Audit,
			Component: statusmsg.CloudServicesManager, Module: "SMS Provider", Site: "CAS", Machine: "CM1.contoso.com",
			Time: at.Add(2 * time.Minute), Flags: statusmsg.PerClient | statusmsg.Transaction | statusmsg.SuccessfulTransaction,
			Insertions: []string{"CLOUDDP"}, Attributes: []statusmsg.Attribute{{ID: 404, Value: "CLOUDDP"}},
		},
	}
}

func (h SourceHarness) testFields(t *testing.T) {
	source := h.New(t)
	h.Plant(t, source, samples()...)
	got := readAll(t, source)
	for i, want := range samples() {
		want.Key, want.RecordID = got[i].Key, got[i].RecordID
		if !reflect.DeepEqual(normal(got[i]), normal(want)) {
			t.Errorf("message %d:\ngot  %+v\nwant %+v", i, got[i], want)
		}
	}
	ascending := func(a, b statusmsg.Message) int { return cmp.Compare(a.RecordID, b.RecordID) }
	if !slices.IsSortedFunc(got, ascending) || got[0].RecordID <= 0 {
		t.Errorf("RecordIDs do not ascend from above 0: %+v", got)
	}
}

// normal makes empty and missing slices the same, and times comparable.
func normal(m statusmsg.Message) statusmsg.Message {
	m.Time = m.Time.UTC()
	m.Insertions = append([]string{}, m.Insertions...)
	m.Attributes = append([]statusmsg.Attribute{}, m.Attributes...)
	return m
}

func (h SourceHarness) testQuery(t *testing.T) {
	at := samples()[1].Time
	tests := []struct {
		name  string
		query statusmsg.Query
		want  []statusmsg.ID
	}{
		{"everything", statusmsg.Query{}, []statusmsg.ID{2399, 9425, 9409}},
		{"one id", statusmsg.Query{IDs: []statusmsg.ID{9409}}, []statusmsg.ID{9409}},
		{"some ids", statusmsg.Query{IDs: []statusmsg.ID{9409, 2399, 1}}, []statusmsg.ID{2399, 9409}},
		{"component", statusmsg.Query{Component: "sms_cloud_services_manager"}, []statusmsg.ID{9425, 9409}},
		{"site", statusmsg.Query{Site: "ps1"}, []statusmsg.ID{2399, 9425}},
		{"machine", statusmsg.Query{Machine: "cm1.CONTOSO.com"}, []statusmsg.ID{2399, 9409}},
		{"no part of a name", statusmsg.Query{Machine: "CM1"}, nil},
		{"since", statusmsg.Query{Since: at}, []statusmsg.ID{9425, 9409}},
		{"since in another zone", statusmsg.Query{Since: at.Add(time.Second).In(time.FixedZone("x", 3600))}, []statusmsg.ID{9409}},
		{"attribute", statusmsg.Query{Attribute: &statusmsg.Attribute{ID: 404, Value: "CLOUDDP"}}, []statusmsg.ID{9409}},
		{"attribute of another id", statusmsg.Query{Attribute: &statusmsg.Attribute{ID: 400, Value: "CLOUDDP"}}, nil},
		{"everything at once", statusmsg.Query{Site: "PS1", Machine: "CM1.contoso.com", Since: at}, nil},
	}
	source := h.New(t)
	h.Plant(t, source, samples()...)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, read(t, source, tt.query), tt.want...) })
	}
}

func (h SourceHarness) testAfter(t *testing.T) {
	source := h.New(t)
	h.Plant(t, source, samples()...)
	all := readAll(t, source)
	check(t, read(t, source, statusmsg.Query{After: all[0].RecordID}), 9425, 9409)
	check(t, read(t, source, statusmsg.Query{After: all[len(all)-1].RecordID}))
}

func (h SourceHarness) testFreshReading(t *testing.T) {
	source := h.New(t)
	sequence := source.Messages(t.Context(), statusmsg.Query{})
	for m, err := range sequence {
		t.Fatalf("unexpected %+v, %v", m, err)
	}
	h.Plant(t, source, samples()[:1]...)
	count := 0
	for _, err := range sequence {
		if err != nil {
			t.Fatal(err)
		}
		count++
	}
	if count != 1 {
		t.Errorf("ranging again yields %d messages, want the one planted since", count)
	}
}

// testFollow plants the samples, and once they have arrived plants them again.
func (h SourceHarness) testFollow(t *testing.T) {
	source := h.New(t)
	h.Plant(t, source, samples()...)
	var messages []statusmsg.Message
	for arrival, err := range statusmsg.Follow(t.Context(), source, statusmsg.Query{}, &statusmsg.FollowOptions{Interval: time.Millisecond}) {
		if err != nil {
			t.Fatalf("Follow: %v", err)
		}
		messages = append(messages, arrival.Message)
		if len(messages) == len(samples()) {
			h.Plant(t, source, samples()...)
		}
		if len(messages) == 2*len(samples()) {
			break
		}
	}
	check(t, messages, 2399, 9425, 9409, 2399, 9425, 9409)
}

func (h SourceHarness) testBreak(t *testing.T) {
	source := h.New(t)
	h.Plant(t, source, samples()...)
	for _, err := range source.Messages(t.Context(), statusmsg.Query{}) {
		if err != nil {
			t.Errorf("Messages: %v", err)
		}
		break
	}
	check(t, read(t, source, statusmsg.Query{}), 2399, 9425, 9409)
}

func (h SourceHarness) testOwnCopy(t *testing.T) {
	source := h.New(t)
	h.Plant(t, source, samples()...)
	first := readAll(t, source)[0]
	first.Insertions[0], first.Attributes[0].Value = "changed", "changed"
	again := readAll(t, source)[0]
	if again.Insertions[0] == "changed" || again.Attributes[0].Value == "changed" {
		t.Error("changing a message that was read changes the source")
	}
}

func (h SourceHarness) testConcurrent(t *testing.T) {
	source := h.New(t)
	h.Plant(t, source, samples()...)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { check(t, read(t, source, statusmsg.Query{}), 2399, 9425, 9409) })
	}
	group.Wait()
}

func (h SourceHarness) testFault(t *testing.T) {
	source := h.New(t)
	h.Plant(t, source, samples()...)
	fault := errors.New("injected fault")
	h.Fail(t, source, fault)
	checkLastError(t, source.Messages(t.Context(), statusmsg.Query{}), fault)
	check(t, read(t, source, statusmsg.Query{}), 2399, 9425, 9409)
}

// read returns the messages that q selects.
func read(t *testing.T, source statusmsg.Source, q statusmsg.Query) []statusmsg.Message {
	t.Helper()
	var messages []statusmsg.Message
	for m, err := range source.Messages(t.Context(), q) {
		if err != nil {
			t.Errorf("Messages: %v", err)
			break
		}
		messages = append(messages, m)
	}
	return messages
}

// readAll returns the planted samples and stops the test if there are not as many.
func readAll(t *testing.T, source statusmsg.Source) []statusmsg.Message {
	t.Helper()
	messages := read(t, source, statusmsg.Query{})
	if len(messages) != len(samples()) {
		t.Fatalf("%d messages, want %d", len(messages), len(samples()))
	}
	return messages
}

// check compares the ids of messages.
func check(t *testing.T, messages []statusmsg.Message, want ...statusmsg.ID) {
	t.Helper()
	var got []statusmsg.ID
	for _, m := range messages {
		got = append(got, m.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("messages %v, want %v", got, want)
	}
}

// checkLastError fails unless sequence ends with an error that matches want.
func checkLastError(t *testing.T, sequence func(func(statusmsg.Message, error) bool), want error) {
	t.Helper()
	var last error
	for _, err := range sequence {
		if last != nil {
			t.Error("the sequence goes on after an error")
		}
		last = err
	}
	if !errors.Is(last, want) {
		t.Errorf("last error = %v, want %v", last, want)
	}
}
