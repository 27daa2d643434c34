package content_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
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
		fmt.Sprint(b), fmt.Sprintf("%X", b),
	}
}
