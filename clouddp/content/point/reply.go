package point

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/clouddp/sdk/clouddp/content"
)

// reply is a ResponseWriter that remembers what the log line says.
type reply struct {
	http.ResponseWriter
	status int
	bytes  int64
	token  string // the token's id
	err    error
}

// WriteHeader implements [http.ResponseWriter].
func (w *reply) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (w *reply) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets an [http.ResponseController] find the connection.
func (w *reply) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// refuse answers with a status and no word of err, which is for the log.
func (w *reply) refuse(status int, err error) {
	w.err = err
	http.Error(w, http.StatusText(status), status)
}

// fail answers with the status for the category of err.
func (w *reply) fail(err error) {
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, content.ErrNotFound):
		status = http.StatusNotFound
	case errors.Is(err, content.ErrIntegrity):
	case errors.Is(err, content.ErrInvalid):
		status = http.StatusBadRequest
	case errors.Is(err, content.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		w.Header().Set("Retry-After", "5")
		status = http.StatusServiceUnavailable
	}
	w.refuse(status, err)
}

// log writes one line about a request. Neither query nor headers are logged.
func (p *Point) log(r *http.Request, w *reply, took time.Duration) {
	if p.Logger == nil {
		return
	}
	level := slog.LevelInfo
	if w.status >= http.StatusInternalServerError || w.err != nil && w.status < http.StatusBadRequest {
		level = slog.LevelError
	}
	attributes := []slog.Attr{
		slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", w.status),
		slog.Int64("bytes", w.bytes), slog.Duration("took", took), slog.String("token", w.token),
	}
	if w.err != nil {
		attributes = append(attributes, slog.String("error", w.err.Error()))
	}
	p.Logger.LogAttrs(r.Context(), level, "request", attributes...)
}
