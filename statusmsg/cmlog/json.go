package cmlog

import (
	"encoding/json"
	"time"
)

// MarshalJSON returns e as an object of "time" (UTC, RFC 3339 in full precision, null where unknown), "local", "bias",
// "component", "thread", "type", "severity", "file", "context", "message", "offset", "length", "dialect" and "flags", a
// list of names.
func (e Entry) MarshalJSON() ([]byte, error) {
	var utc *time.Time
	if !e.Time.IsZero() {
		t := e.Time.UTC()
		utc = &t
	}
	return json.Marshal(struct {
		Time      *time.Time `json:"time"`
		Local     string     `json:"local"`
		Bias      string     `json:"bias"`
		Component string     `json:"component"`
		Thread    string     `json:"thread"`
		Type      string     `json:"type"`
		Severity  string     `json:"severity"`
		File      string     `json:"file"`
		Context   string     `json:"context"`
		Message   string     `json:"message"`
		Offset    int64      `json:"offset"`
		Length    int64      `json:"length"`
		Dialect   string     `json:"dialect"`
		Flags     []string   `json:"flags"`
	}{
		utc, e.Local, e.Bias, e.Component, e.Thread, e.Type, e.Severity.String(), e.File, e.Context, e.Message,
		e.Offset, e.Length, e.Dialect.String(), e.Flags.Names(),
	})
}
