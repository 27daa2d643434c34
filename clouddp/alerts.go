package clouddp

import (
	"fmt"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

// Alerts are the thresholds of one cloud distribution point. The zero value means the console's defaults: 2,000 GB
// stored and 10,000 GB sent in 30 days, warning at 50 and critical at 90 percent. A threshold alerts; it never stops
// the service.
type Alerts struct {
	// Storage is for the bytes stored now.
	Storage Threshold `json:"storage"`
	// Transfer is for the bytes sent to clients in the last 30 days.
	Transfer Threshold `json:"transfer"`
}

// Threshold is a limit with two percentages of it. A field that is zero has the default of its place in [Alerts].
type Threshold struct {
	// LimitGB is in GB of 2^30 bytes, 1 to 1,000,000; -1 turns the alert off.
	LimitGB int `json:"limitGB,omitempty"`
	// WarningPercent and CriticalPercent are 1 to 100, the warning below the critical.
	WarningPercent  int `json:"warningPercent,omitempty"`
	CriticalPercent int `json:"criticalPercent,omitempty"`
}

// Usage is how much a service stores and sends.
type Usage struct {
	// StoredBytes are stored now.
	StoredBytes int64
	// SentBytes were sent to clients in the last 30 days.
	SentBytes int64
	// Time is when the figures were taken, UTC; a cloud's own figures may be a day old.
	Time time.Time
}

// AlertLevel grades an [Alert].
type AlertLevel int

const (
	// AlertNone means below every threshold.
	AlertNone AlertLevel = iota
	// AlertWarning means at or over the warning threshold.
	AlertWarning
	// AlertCritical means at or over the critical threshold.
	AlertCritical
)

// String returns the level in words.
func (l AlertLevel) String() string {
	switch l {
	case AlertWarning:
		return "warning"
	case AlertCritical:
		return "critical"
	case AlertNone:
	}
	return "none"
}

// Alert compares one figure with its threshold.
type Alert struct {
	// Metric is "storage" or "transfer".
	Metric string
	// Level is the threshold reached.
	Level AlertLevel
	// Bytes is the figure, Percent its share of the limit.
	Bytes   int64
	Percent float64
	// Threshold is the one compared with, its defaults filled in.
	Threshold Threshold
}

// String returns the alert as a sentence.
func (a Alert) String() string {
	return fmt.Sprintf("%s %s: %.1f %% of %d GB", a.Metric, a.Level, a.Percent, a.Threshold.LimitGB)
}

// Evaluate compares u with a: one Alert for storage, one for transfer, none for a threshold turned off. It is pure.
func (a Alerts) Evaluate(u Usage) []Alert {
	var alerts []Alert
	for _, m := range []struct {
		metric    string
		threshold Threshold
		bytes     int64
	}{
		{"storage", a.Storage.orDefault(2000), u.StoredBytes},
		{"transfer", a.Transfer.orDefault(10000), u.SentBytes},
	} {
		if m.threshold.LimitGB > 0 {
			alerts = append(alerts, m.threshold.evaluate(m.metric, m.bytes))
		}
	}
	return alerts
}

func (t Threshold) evaluate(metric string, bytes int64) Alert {
	percent := float64(bytes) / (float64(t.LimitGB) * (1 << 30)) * 100
	level := AlertNone
	switch {
	case percent >= float64(t.CriticalPercent):
		level = AlertCritical
	case percent >= float64(t.WarningPercent):
		level = AlertWarning
	}
	return Alert{Metric: metric, Level: level, Bytes: bytes, Percent: percent, Threshold: t}
}

func (t Threshold) orDefault(limitGB int) Threshold {
	if t.LimitGB == 0 {
		t.LimitGB = limitGB
	}
	if t.WarningPercent == 0 {
		t.WarningPercent = 50
	}
	if t.CriticalPercent == 0 {
		t.CriticalPercent = 90
	}
	return t
}

func (a Alerts) validate(e *errs.InvalidError) {
	a.Storage.orDefault(2000).validate(e, "Alerts.Storage")
	a.Transfer.orDefault(10000).validate(e, "Alerts.Transfer")
}

func (t Threshold) validate(e *errs.InvalidError, field string) {
	if t.LimitGB < -1 || t.LimitGB > 1_000_000 {
		e.Add(field, "limit of %d GB is not 1 to 1,000,000 (0 for the default, -1 for none)", t.LimitGB)
	}
	if t.WarningPercent < 1 || t.CriticalPercent > 100 || t.WarningPercent >= t.CriticalPercent {
		e.Add(field, "warning at %d %% and critical at %d %% must rise and lie in 1 to 100", t.WarningPercent, t.CriticalPercent)
	}
}
