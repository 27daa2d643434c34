package cmlog_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/clouddp/sdk/statusmsg/cmlog"
)

func TestHandler(t *testing.T) {
	var log bytes.Buffer
	handler := cmlog.NewHandler(&cmlog.Writer{W: &log, Dialect: cmlog.Client}, &cmlog.HandlerOptions{Level: slog.LevelDebug})
	logger := slog.New(handler)
	logger.Debug("chatter")
	logger.Info("begun", slog.String("service", "CLOUDDP"), slog.Attr{})
	logger.With("a", 1).WithGroup("").WithGroup("g").With("b", "two words").Warn("slow", slog.Group("h", "c", true), slog.Group("", "d", ""))
	logger.Error("failed", "error", errors.New(`no "luck"`))

	want := []string{"chatter", "begun service=CLOUDDP", `slow a=1 g.b="two words" g.h.c=true g.d=""`, `failed error="no \"luck\""`}
	severities := []cmlog.Severity{cmlog.SeverityUnknown, cmlog.Info, cmlog.Warning, cmlog.Error}
	entries := entriesOf(t, log.String(), nil)
	if len(entries) != len(want) {
		t.Fatalf("%d records", len(entries))
	}
	for i, e := range entries {
		if e.Message != want[i] || e.Severity != severities[i] {
			t.Errorf("%q, %v; want %q, %v", e.Message, e.Severity, want[i], severities[i])
		}
		if !strings.HasPrefix(e.File, "handler_test.go:") {
			t.Errorf("File = %q", e.File)
		}
	}
	if entries[0].Type != "0" {
		t.Errorf("debug has type %q", entries[0].Type)
	}
}

func TestHandlerLevel(t *testing.T) {
	handler := cmlog.NewHandler(nil, nil)
	if handler.Enabled(t.Context(), slog.LevelDebug) || !handler.Enabled(t.Context(), slog.LevelInfo) {
		t.Error("the default is not Info")
	}
	slog.New(handler).Info("discarded")
}
