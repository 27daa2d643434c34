package cmlog_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/statusmsg/cmlog"
)

func newYork() *time.Location { return time.FixedZone("EDT", -4*3600) }

func TestWriterServer(t *testing.T) {
	var log bytes.Buffer
	w := &cmlog.Writer{W: &log, Location: newYork()}
	err := w.Write(cmlog.Entry{
		Time:    time.Date(2026, 9, 18, 20, 39, 6, 598e6, time.UTC),
		Thread:  "2624",
		Message: "Starting to deploy\r\nservice CLOUDDP\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "Starting to deploy~~service CLOUDDP~  $$<SMS_CLOUD_SERVICES_MANAGER>" +
		"<09-18-2026 16:39:06.598+240><thread=2624 (0xA40)>\r\n"
	if log.String() != want {
		t.Errorf("got  %q\nwant %q", log.String(), want)
	}
}

func TestWriterClient(t *testing.T) {
	var log bytes.Buffer
	w := &cmlog.Writer{W: &log, Dialect: cmlog.Client, Component: "CAS", Location: time.FixedZone("IST", 5*3600+1800)}
	err := w.Write(cmlog.Entry{
		Time:     time.Date(2026, 9, 18, 20, 39, 6, 598e6, time.UTC),
		Severity: cmlog.Warning,
		File:     "cas.cpp:12",
		Context:  "CONTOSO\\ada",
		Message:  "first\r\nsecond",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "<![LOG[first\nsecond]LOG]!><time=\"02:09:06.598-330\" date=\"09-19-2026\" component=\"CAS\" " +
		"context=\"CONTOSO\\ada\" type=\"2\" thread=\"1\" file=\"cas.cpp:12\">\r\n"
	if log.String() != want {
		t.Errorf("got  %q\nwant %q", log.String(), want)
	}
}

func TestWriterText(t *testing.T) {
	tests := []struct {
		name    string
		dialect cmlog.Dialect
		entry   cmlog.Entry
		message string // as read back
		level   cmlog.Severity
	}{
		{"plain", cmlog.Client, cmlog.Entry{Message: " a\n\n\tb ~ é "}, " a\n\n\tb ~ é ", cmlog.Info},
		{"plain", cmlog.Server, cmlog.Entry{Message: " a\tb ~ é "}, " a\tb ~ é ", cmlog.Info},
		{"empty", cmlog.Client, cmlog.Entry{}, "", cmlog.Info},
		{"empty", cmlog.Server, cmlog.Entry{}, "", cmlog.Info},
		{"carriage returns", cmlog.Client, cmlog.Entry{Message: "a\rb\r\nc"}, "a\nb\nc", cmlog.Info},
		{"carriage returns", cmlog.Server, cmlog.Entry{Message: "a\rb\r\nc"}, "a~b~~c", cmlog.Info},
		{"own trailer", cmlog.Client, cmlog.Entry{Message: "a" + clientTail}, "a" + strings.Replace(clientTail, "><", "> <", 1), cmlog.Info},
		{"own trailer", cmlog.Server, cmlog.Entry{Message: "a" + serverTail}, "a" + strings.Replace(serverTail, "$$<", "$$ <", 1), cmlog.Info},
		{"the other's trailer", cmlog.Client, cmlog.Entry{Message: "a" + serverTail + "\nb"}, "a" + serverTail + "\nb", cmlog.Info},
		{"the other's trailer", cmlog.Server, cmlog.Entry{Message: "a" + clientTail}, "a" + strings.Replace(clientTail, "><", "> <", 1), cmlog.Info},
		{"opener", cmlog.Client, cmlog.Entry{Message: "a\n<![LOG[b"}, "a\n<![LOG [b", cmlog.Info},
		{"opener", cmlog.Server, cmlog.Entry{Message: "<![LOG[b"}, "<![LOG [b", cmlog.Info},
		{"half an end mark", cmlog.Client, cmlog.Entry{Message: "a]LOG]!>"}, "a]LOG]!>", cmlog.Info},
		{"control characters", cmlog.Client, cmlog.Entry{Message: "\x1b[31mred\x00\u009b\ufeff\xff"}, `\x1b[31mred\x00\u009b\ufeff\xff`, cmlog.Info},
		{"severity in the text", cmlog.Server, cmlog.Entry{Severity: cmlog.Error, Message: "task failed"}, "task failed", cmlog.Error},
		{"severity not in the text", cmlog.Server, cmlog.Entry{Severity: cmlog.Error, Message: "no luck"}, "ERROR: no luck", cmlog.Error},
		{"warning not in the text", cmlog.Server, cmlog.Entry{Severity: cmlog.Warning, Message: "90 %"}, "WARNING: 90 %", cmlog.Warning},
		{"severity is an attribute", cmlog.Client, cmlog.Entry{Severity: cmlog.Error, Message: "no luck"}, "no luck", cmlog.Error},
		{"raw type", cmlog.Client, cmlog.Entry{Type: "0", Message: "chatter"}, "chatter", cmlog.SeverityUnknown},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%v %s", tt.dialect, tt.name), func(t *testing.T) {
			var log bytes.Buffer
			w := &cmlog.Writer{W: &log, Dialect: tt.dialect}
			for range 2 { // the second record shows that the first one ends where it should
				if err := w.Write(tt.entry); err != nil {
					t.Fatal(err)
				}
			}
			entries := entriesOf(t, log.String(), nil)
			if len(entries) != 2 {
				t.Fatalf("%d records in %q", len(entries), log.String())
			}
			for _, e := range entries {
				if e.Message != tt.message || e.Severity != tt.level || e.Dialect != tt.dialect || e.Flags != 0 {
					t.Errorf("read back %+v, want message %q and severity %v", e, tt.message, tt.level)
				}
			}
		})
	}
}

func TestWriterDefaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		if err := (&cmlog.Writer{W: &log}).Write(cmlog.Entry{Message: "x"}); err != nil {
			t.Fatal(err)
		}
		e := entriesOf(t, log.String(), nil)[0]
		if !e.Time.Equal(time.Now()) || e.Component != "SMS_CLOUD_SERVICES_MANAGER" || e.Thread != "1" || e.Bias != "+00" {
			t.Errorf("defaults are %+v", e)
		}
	})
}

func TestWriterNilDiscards(t *testing.T) {
	var w *cmlog.Writer
	if err := w.Write(cmlog.Entry{Message: "x"}); err != nil {
		t.Errorf("error = %v", err)
	}
}

func TestWriterBadInput(t *testing.T) {
	w := &cmlog.Writer{Dialect: 7}
	err := w.Write(cmlog.Entry{
		Component: "a\"b", Context: "<", File: strings.Repeat("f", 101), Thread: "0x1", Type: "x", Time: time.Unix(1<<40, 0),
	})
	invalid, ok := errors.AsType[*cmlog.InvalidError](err)
	if !ok || !errors.Is(err, cmlog.ErrInvalid) {
		t.Fatalf("error = %v, want an InvalidError", err)
	}
	var fields []string
	for _, p := range invalid.Problems {
		fields = append(fields, p.Field)
	}
	if got, want := strings.Join(fields, " "), "W Dialect Component Context File Thread Type Time"; got != want {
		t.Errorf("problems with %s, want %s", got, want)
	}
}

type shortWriter struct{}

func (shortWriter) Write([]byte) (int, error) { return 3, nil }

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.ErrUnsupported }

func TestWriterErrors(t *testing.T) {
	for w, want := range map[io.Writer]error{shortWriter{}: io.ErrShortWrite, brokenWriter{}: errors.ErrUnsupported} {
		if err := (&cmlog.Writer{W: w}).Write(cmlog.Entry{}); !errors.Is(err, want) {
			t.Errorf("%T: error = %v, want %v", w, err, want)
		}
	}
}

// TestWriterConcurrent writes from many goroutines into a buffer that is not safe for that.
func TestWriterConcurrent(t *testing.T) {
	var log bytes.Buffer
	w := &cmlog.Writer{W: &log, Dialect: cmlog.Client}
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			for j := range 20 {
				if err := w.Write(cmlog.Entry{Thread: strconv.Itoa(i), Message: "line\n" + strconv.Itoa(j)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	seen := map[string]bool{}
	for _, e := range entriesOf(t, log.String(), nil) {
		if e.Flags != 0 {
			t.Errorf("damaged: %+v", e)
		}
		seen[e.Thread+" "+e.Message] = true
	}
	if len(seen) != 400 {
		t.Errorf("%d different records, want 400", len(seen))
	}
}
