package cmlog

import (
	"context"
	"log/slog"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// HandlerOptions adjusts [NewHandler]; nil or the zero value means every default.
type HandlerOptions struct {
	// Level is the least that is logged; nil means slog.LevelInfo.
	Level slog.Leveler
}

// Handler is a [slog.Handler] for programs whose log is read in CMTrace. The message is followed by the attributes,
// written like key=value with groups before the key. Error, Warn and Info become the severities; what is below Info is
// of type "0", verbose. The source becomes [Entry.File], which the server dialect does not have.
type Handler struct {
	writer  *Writer
	options HandlerOptions
	group   string // what the keys begin with
	tail    string // the attributes of WithAttrs
}

// NewHandler returns a handler that writes to w; a nil w discards.
func NewHandler(w *Writer, o *HandlerOptions) *Handler {
	h := &Handler{writer: w}
	if o != nil {
		h.options = *o
	}
	return h
}

// Enabled reports whether records of this level are logged.
func (h *Handler) Enabled(_ context.Context, level slog.Level) bool {
	least := slog.LevelInfo
	if h.options.Level != nil {
		least = h.options.Level.Level()
	}
	return level >= least
}

// Handle writes one record; the error is that of [Writer.Write].
func (h *Handler) Handle(_ context.Context, r slog.Record) error {
	var text strings.Builder
	text.WriteString(r.Message)
	text.WriteString(h.tail)
	r.Attrs(func(a slog.Attr) bool {
		appendAttr(&text, h.group, a)
		return true
	})
	e := Entry{Time: r.Time, Message: text.String(), File: source(r.PC)}
	switch {
	case r.Level >= slog.LevelError:
		e.Severity = Error
	case r.Level >= slog.LevelWarn:
		e.Severity = Warning
	case r.Level >= slog.LevelInfo:
		e.Severity = Info
	default:
		e.Type = "0"
	}
	return h.writer.Write(e)
}

// WithAttrs returns a handler that adds attrs to every record.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	var text strings.Builder
	for a := range slices.Values(attrs) {
		appendAttr(&text, h.group, a)
	}
	with := *h
	with.tail += text.String()
	return &with
}

// WithGroup returns a handler that puts name before every key that comes later.
func (h *Handler) WithGroup(name string) slog.Handler {
	with := *h
	if name != "" {
		with.group += name + "."
	}
	return &with
}

// appendAttr writes " key=value", or each attribute of a group.
func appendAttr(text *strings.Builder, group string, a slog.Attr) {
	a.Value = a.Value.Resolve()
	if a.Equal(slog.Attr{}) {
		return
	}
	if a.Value.Kind() != slog.KindGroup {
		text.WriteString(" " + quoted(group+a.Key) + "=" + quoted(a.Value.String()))
		return
	}
	if a.Key != "" {
		group += a.Key + "."
	}
	for _, member := range a.Value.Group() {
		appendAttr(text, group, member)
	}
}

// quoted returns s in quotes where it would not read as one word.
func quoted(s string) string {
	plain := func(r rune) bool { return unicode.IsPrint(r) && r != ' ' && r != '"' && r != '=' }
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return strconv.Quote(s)
}

// source returns "name.go:12" of a program counter.
func source(pc uintptr) string {
	if pc == 0 {
		return ""
	}
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	name := filepath.Base(frame.File) + ":" + strconv.Itoa(frame.Line)
	if len(name) > maxAttribute {
		return ""
	}
	return name
}
