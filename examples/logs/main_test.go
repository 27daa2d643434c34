package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/examples/internal/clitest"
	"github.com/clouddp/sdk/statusmsg/cmlog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// logs runs the program.
func logs(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return clitest.Run(run).Call(t, args...)
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWithoutArguments(t *testing.T) {
	code, out, stderr := logs(t)
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d, %q", code, stderr)
	}
	for _, want := range []string{
		"2026-09-18 20:39:06.598Z  info     SMS_CLOUD_SERVICES_MANAGER  Starting to deploy service CLOUDDP  (deploy started)\n",
		"System.TimeoutException: no answer\n       at CreateDeploymentTask.Start  (exception)\n",
		"(container wait)\n", "(task status)\n", "(task failed)\n", "(retry scheduled)\n", "(role status)\n", "(ready)\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Error("colours where there is no terminal")
	}
}

func TestJSON(t *testing.T) {
	_, out, _ := logs(t, "-json")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 9 {
		t.Fatalf("%d lines", len(lines))
	}
	want := `{"time":"2026-09-18T20:39:06.598Z","local":"09-18-2026 16:39:06.598","bias":"+240",` +
		`"component":"SMS_CLOUD_SERVICES_MANAGER","thread":"2624","type":"","severity":"info","file":"","context":"",` +
		`"message":"Starting to deploy service CLOUDDP","offset":0,"length":116,"dialect":"server","flags":[]}`
	if lines[0] != want {
		t.Errorf("got  %s\nwant %s", lines[0], want)
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
	_, out, _ = logs(t, "-json", file(t, "a.log", "<![LOG[torn"))
	if !strings.HasPrefix(out, `{"time":null,`) || !strings.Contains(out, `"flags":["torn"]`) {
		t.Errorf("a torn record is %s", out)
	}
}

func TestFilters(t *testing.T) {
	now := time.Date(2026, 9, 18, 21, 20, 0, 0, time.UTC)
	tests := []struct {
		args string
		want int // entries of the sample
	}{
		{"", 9},
		{"-severity=error", 2},
		{"-component=sms_cloud_services_manager", 9},
		{"-component=SMS_DISTRIBUTION_MANAGER", 0},
		{"-text=readyrole", 1},
		{"-since=2026-09-18T21:00:00Z", 2},
		{"-since=10m", 2},
		{"-severity=info -text=clouddp", 8},
	}
	for _, tt := range tests {
		o, err := parse(flag.NewFlagSet("logs", flag.ContinueOnError), strings.Fields(tt.args), now)
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		if err := show(t.Context(), o, func(cmlog.Event) error { count++; return nil }); err != nil {
			t.Fatal(err)
		}
		if count != tt.want {
			t.Errorf("%s: %d entries, want %d", tt.args, count, tt.want)
		}
	}
}

func TestBias(t *testing.T) {
	log := file(t, "a.log", "a  $$<C><09-18-2026 16:00:00.000+60><thread=1 (0x1)>\r\n")
	for bias, want := range map[string]string{"west": "17:00:00.000Z", "east": "15:00:00.000Z"} {
		if _, out, _ := logs(t, "-bias", bias, log); !strings.Contains(out, want) {
			t.Errorf("%s: %s", bias, out)
		}
	}
}

func TestManyFiles(t *testing.T) {
	first := file(t, "a.log", "a  $$<C><09-18-2026 16:00:00.000+0><thread=1 (0x1)>\r\nc  $$<C><09-18-2026 18:00:00.000+0><thread=1 (0x1)>\r\n")
	second := file(t, "b.log", "\x1b[31mb  $$<C><09-18-2026 17:00:00.000+0><thread=1 (0x1)>\r\n")
	code, out, _ := logs(t, first, second)
	var messages []string
	for line := range strings.Lines(out) {
		messages = append(messages, strings.Fields(line)[4])
	}
	if want := []string{"a", `\x1b[31mb`, "c"}; code != 0 || !slices.Equal(messages, want) {
		t.Errorf("exit %d, %q, want %q", code, messages, want)
	}
}

// stopper is a terminal whose reader leaves after some lines.
type stopper struct {
	bytes.Buffer
	after int
	leave context.CancelFunc
}

func (s *stopper) Write(p []byte) (int, error) {
	if s.after--; s.after == 0 {
		s.leave()
	}
	return s.Buffer.Write(p)
}

func TestFollow(t *testing.T) {
	first := file(t, "a.log", "a  $$<C><09-18-2026 16:00:00.000+0><thread=1 (0x1)>\r\n")
	second := file(t, "b.log", "b  $$<C><09-18-2026 17:00:00.000+0><thread=1 (0x1)>\r\n")
	for _, files := range [][]string{{first}, {first, second}} {
		ctx, leave := context.WithCancel(t.Context())
		out := &stopper{after: len(files), leave: leave}
		if code := run(ctx, append([]string{"-follow"}, files...), out, io.Discard); code != 0 {
			t.Errorf("exit %d", code)
		}
		if got := strings.Count(out.String(), "\n"); got != len(files) {
			t.Errorf("%d lines of %d files", got, len(files))
		}
		leave()
	}
}

func TestExitCodes(t *testing.T) {
	absent := filepath.Join(t.TempDir(), "absent.log")
	tests := []struct {
		args []string
		code int
		says string
	}{
		{[]string{absent}, 1, "absent.log"},
		{[]string{absent, absent}, 1, "absent.log"},
		{[]string{"-bias", "north"}, 2, `-bias "north"`},
		{[]string{"-severity", "fatal"}, 2, `-severity "fatal"`},
		{[]string{"-since", "monday"}, 2, `-since "monday"`},
		{[]string{"-follow", absent, filepath.Dir(absent)}, 1, "follow"},
		{[]string{"-follow"}, 2, "-follow needs"},
		{[]string{absent, "-json"}, 2, "flags go before FILE"},
	}
	for _, tt := range tests {
		if code, _, stderr := logs(t, tt.args...); code != tt.code || !strings.Contains(stderr, tt.says) {
			t.Errorf("%q: exit %d, %q; want %d and %q", tt.args, code, stderr, tt.code, tt.says)
		}
	}
}

func TestUsage(t *testing.T) {
	clitest.TestHelp(t, "logs", run, []string{"-h"}, []string{"-json", "-help"})
	clitest.TestMisuse(t, "logs", run, "not defined: -nonsense", "-nonsense")
}

func TestFullDisk(t *testing.T) {
	log := file(t, "a.log", "a  $$<C><09-18-2026 16:00:00.000+0><thread=1 (0x1)>\r\nb  $$<C><09-18-2026 18:00:00.000+0><thread=1 (0x1)>\r\n")
	for _, args := range [][]string{nil, {"-json"}, {"-h"}, {"-follow", log}} {
		clitest.TestFullDisk(t, run, args...)
	}
}

func TestColours(t *testing.T) {
	var out bytes.Buffer
	p := &page{w: &out, colours: true}
	for _, severity := range []cmlog.Severity{cmlog.Info, cmlog.Warning, cmlog.Error} {
		if err := p.print(cmlog.Event{Entry: cmlog.Entry{Severity: severity}}); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Count(out.String(), "\x1b["); got != 4 {
		t.Errorf("%d colour codes in %q", got, out.String())
	}
}
