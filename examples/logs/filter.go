package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/clouddp/sdk/statusmsg/cmlog"
)

// filter says which entries are printed; its zero value passes all.
type filter struct {
	component, text string
	severity        cmlog.Severity
	since           time.Time
}

// set reads the severity and the time, which may be empty.
func (f *filter) set(severity, since string, now time.Time) error {
	severities := map[string]cmlog.Severity{
		"": cmlog.SeverityUnknown, "info": cmlog.Info, "warning": cmlog.Warning, "error": cmlog.Error,
	}
	var known bool
	if f.severity, known = severities[severity]; !known {
		return fmt.Errorf("-severity %q is neither info, warning nor error", severity)
	}
	if since == "" {
		return nil
	}
	if ago, err := time.ParseDuration(since); err == nil {
		f.since = now.Add(-ago)
		return nil
	}
	var err error
	if f.since, err = time.Parse(time.RFC3339, since); err != nil {
		return fmt.Errorf("-since %q is neither a time such as 2026-09-18T20:39:06Z nor a duration such as 2h", since)
	}
	return nil
}

// passes reports whether e is printed. What has no time is older than anything.
func (f *filter) passes(e cmlog.Entry) bool {
	return (f.component == "" || strings.EqualFold(e.Component, f.component)) &&
		e.Severity >= f.severity &&
		!e.Time.Before(f.since) &&
		strings.Contains(strings.ToLower(e.Message), strings.ToLower(f.text))
}
