package statusmsgtest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/statusmsg"
	"github.com/clouddp/sdk/statusmsg/statusmsgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLogIsSource(t *testing.T) {
	statusmsgtest.TestSource(t, statusmsgtest.SourceHarness{
		New: func(*testing.T) statusmsg.Source { return &statusmsgtest.Log{} },
		Plant: func(_ *testing.T, source statusmsg.Source, messages ...statusmsg.Message) {
			source.(*statusmsgtest.Log).Plant(messages...)
		},
		Fail: func(_ *testing.T, source statusmsg.Source, err error) { source.(*statusmsgtest.Log).Fail(err) },
	})
}

func TestLogIsSink(t *testing.T) {
	statusmsgtest.TestSink(t, statusmsgtest.SinkHarness{
		New: func(*testing.T) statusmsg.Sink { return &statusmsgtest.Log{Delay: time.Millisecond} },
		Messages: func(t *testing.T, sink statusmsg.Sink) []statusmsg.Message {
			t.Helper()
			return all(t, sink.(*statusmsgtest.Log))
		},
		Fail: func(_ *testing.T, sink statusmsg.Sink, err error) { sink.(*statusmsgtest.Log).Fail(err) },
	})
}

func all(t *testing.T, log *statusmsgtest.Log) []statusmsg.Message {
	t.Helper()
	var messages []statusmsg.Message
	for m, err := range log.Messages(t.Context(), statusmsg.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, m)
	}
	return messages
}

func TestLogDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &statusmsgtest.Log{Delay: 5 * time.Minute}
		start := time.Now()
		log.Plant(statusmsg.Message{ID: 1})
		if got := all(t, log); len(got) != 0 {
			t.Errorf("readable at once: %v", got)
		}
		if err := log.Report(t.Context(), ready()); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(start); d != log.Delay {
			t.Errorf("Report took %v, want %v", d, log.Delay)
		}
		if got := all(t, log); len(got) != 2 {
			t.Errorf("after the delay %v can be read, want two messages", got)
		}
	})
}

func TestLogReportGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &statusmsgtest.Log{Delay: time.Hour}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := log.Report(ctx, ready()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error = %v, want %v", err, context.DeadlineExceeded)
		}
		if err := log.Report(t.Context(), ready()); err != nil {
			t.Error(err)
		}
		if got := all(t, log); len(got) != 1 {
			t.Errorf("%v can be read, want one message", got)
		}
	})
}

func TestLogFailTakenBack(t *testing.T) {
	log := &statusmsgtest.Log{}
	log.Fail(errors.New("fault"))
	log.Fail(nil)
	if err := log.Report(t.Context(), ready()); err != nil {
		t.Error(err)
	}
}

func ready() statusmsg.Message {
	return statusmsg.Message{
		Key:       "ready",
		ID:        statusmsg.CloudDPReady,
		Severity:  statusmsg.Informational,
		Component: statusmsg.CloudServicesManager,
	}
}

func ExampleLog() {
	var log statusmsgtest.Log
	log.Plant(statusmsg.Message{
		ID:        statusmsg.CertificateExpired,
		Severity:  statusmsg.Error,
		Component: statusmsg.CloudServicesManager,
		Time:      time.Date(2026, time.September, 18, 20, 39, 5, 0, time.UTC),
	})
	for message, err := range log.Messages(context.Background(), statusmsg.Query{}) {
		fmt.Println(message, err)
	}
	// Output: 2026-09-18T20:39:05Z error SMS_CLOUD_SERVICES_MANAGER 9425 <nil>
}
