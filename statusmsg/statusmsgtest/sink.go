package statusmsgtest

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/clouddp/sdk/statusmsg"
)

// SinkHarness connects [TestSink] to an implementation.
type SinkHarness struct {
	// New returns a fresh sink without messages; it is called once a subtest. Required.
	New func(t *testing.T) statusmsg.Sink
	// Messages returns what was reported to sink, in ascending RecordID. Required.
	Messages func(t *testing.T, sink statusmsg.Sink) []statusmsg.Message
	// Fail makes the next Report to sink fail with an error that matches err. Nil leaves that subtest out.
	Fail func(t *testing.T, sink statusmsg.Sink, err error)
}

// TestSink proves that an implementation keeps the contract of [statusmsg.Sink]. It reports the user messages 39997 to
// 39999, which any site takes.
func TestSink(t *testing.T, h SinkHarness) {
	t.Helper()
	t.Run("ReadBack", h.testReadBack)
	t.Run("SameKey", h.testSameKey)
	t.Run("NoKey", h.testNoKey)
	t.Run("TimeIsNow", h.testTimeIsNow)
	t.Run("Invalid", h.testInvalid)
	t.Run("Cancelled", h.testCancelled)
	t.Run("Concurrent", h.testConcurrent)
	if h.Fail != nil {
		t.Run("Fault", h.testFault)
	}
}

// userMessage returns a message that any site takes.
func userMessage(key string) statusmsg.Message {
	return statusmsg.Message{
		Key: key, ID: statusmsg.UserWarning, Severity: statusmsg.Warning, Type: statusmsg.Milestone,
		Component: "Cloud DP SDK", Module: "SMS Server", Site: "PS1", Machine: "CM1.contoso.com",
		Time: time.Date(2026, time.September, 18, 20, 39, 5, 0, time.UTC), Insertions: []string{"storage at 91 %1"},
	}
}

func (h SinkHarness) testReadBack(t *testing.T) {
	sink, want := h.New(t), userMessage("k")
	report(t, sink, want)
	got := h.Messages(t, sink)
	check(t, got, want.ID)
	if len(got) == 0 {
		return
	}
	if got[0].RecordID <= 0 {
		t.Errorf("RecordID = %d", got[0].RecordID)
	}
	want.Key, want.RecordID = got[0].Key, got[0].RecordID
	if !reflect.DeepEqual(normal(got[0]), normal(want)) {
		t.Errorf("got  %+v\nwant %+v", got[0], want)
	}
}

func (h SinkHarness) testSameKey(t *testing.T) {
	sink := h.New(t)
	report(t, sink, userMessage("a"))
	report(t, sink, userMessage("b"))
	report(t, sink, userMessage("a"))
	check(t, h.Messages(t, sink), statusmsg.UserWarning, statusmsg.UserWarning)
}

func (h SinkHarness) testNoKey(t *testing.T) {
	sink := h.New(t)
	report(t, sink, userMessage(""))
	report(t, sink, userMessage(""))
	check(t, h.Messages(t, sink), statusmsg.UserWarning, statusmsg.UserWarning)
}

func (h SinkHarness) testTimeIsNow(t *testing.T) {
	sink, m := h.New(t), userMessage("k")
	m.Time = time.Time{}
	before := time.Now().Add(-time.Minute)
	report(t, sink, m)
	for _, got := range h.Messages(t, sink) {
		if got.Time.Before(before) || got.Time.After(time.Now().Add(time.Minute)) {
			t.Errorf("Time = %v, want now", got.Time)
		}
	}
}

func (h SinkHarness) testInvalid(t *testing.T) {
	sink, m := h.New(t), userMessage("k")
	m.Component = ""
	m.Insertions = make([]string, statusmsg.MaxInsertions+1)
	err := sink.Report(t.Context(), m)
	invalid, ok := errors.AsType[*statusmsg.InvalidError](err)
	if !ok || len(invalid.Problems) != 2 {
		t.Errorf("error = %v, want an InvalidError with two problems", err)
	}
	check(t, h.Messages(t, sink))
}

func (h SinkHarness) testCancelled(t *testing.T) {
	sink := h.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sink.Report(ctx, userMessage("k")); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want %v", err, context.Canceled)
	}
	report(t, sink, userMessage("k"))
	check(t, h.Messages(t, sink), statusmsg.UserWarning)
}

func (h SinkHarness) testConcurrent(t *testing.T) {
	sink := h.New(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { report(t, sink, userMessage("k")) })
	}
	group.Wait()
	check(t, h.Messages(t, sink), statusmsg.UserWarning)
}

// testFault reports again after a fault, whose outcome the caller cannot know.
func (h SinkHarness) testFault(t *testing.T) {
	sink := h.New(t)
	fault := errors.New("injected fault")
	h.Fail(t, sink, fault)
	if err := sink.Report(t.Context(), userMessage("k")); !errors.Is(err, fault) {
		t.Errorf("error = %v, want %v", err, fault)
	}
	report(t, sink, userMessage("k"))
	check(t, h.Messages(t, sink), statusmsg.UserWarning)
}

func report(t *testing.T, sink statusmsg.Sink, m statusmsg.Message) {
	t.Helper()
	if err := sink.Report(t.Context(), m); err != nil {
		t.Errorf("Report: %v", err)
	}
}
