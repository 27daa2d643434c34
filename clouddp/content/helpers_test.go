package content_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"testing"

	"github.com/clouddp/sdk/clouddp/content"
)

// shown prints, logs and encodes values in all the ways a program might.
func shown(t *testing.T, values ...any) []string {
	t.Helper()
	var texts []string
	for _, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			texts = append(texts, fmt.Sprintf(verb, value), fmt.Sprintf(verb, []any{&value}))
		}
		encoded, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "value", value)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "value", value)
		texts = append(texts, string(encoded), log.String())
	}
	return texts
}

// forms are the ways in which bytes may show.
func forms(b []byte) []string {
	return []string{
		string(b), hex.EncodeToString(b), base64.StdEncoding.EncodeToString(b), base64.RawURLEncoding.EncodeToString(b),
		fmt.Sprintf("%d", b), fmt.Sprintf("%X", b),
	}
}

// everyCall is a store that calls back before each call.
type everyCall struct {
	content.Store
	before func()
}

func (e *everyCall) Put(ctx context.Context, name, ifMatch string, body []byte) (content.Info, error) {
	e.before()
	return e.Store.Put(ctx, name, ifMatch, body)
}

func (e *everyCall) Delete(ctx context.Context, name, ifMatch string) error {
	e.before()
	return e.Store.Delete(ctx, name, ifMatch)
}

func (e *everyCall) Open(ctx context.Context, name string, off, n int64) (io.ReadCloser, content.Info, error) {
	e.before()
	return e.Store.Open(ctx, name, off, n)
}

func (e *everyCall) List(ctx context.Context, prefix string) iter.Seq2[content.Info, error] {
	return func(yield func(content.Info, error) bool) {
		e.before()
		for info, err := range e.Store.List(ctx, prefix) {
			if !yield(info, err) {
				return
			}
		}
	}
}
