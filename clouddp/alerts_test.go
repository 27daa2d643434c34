package clouddp_test

import (
	"testing"

	"github.com/clouddp/sdk/clouddp"
)

const gb = 1 << 30

func TestAlertsEvaluate(t *testing.T) {
	for name, test := range map[string]struct {
		alerts clouddp.Alerts
		usage  clouddp.Usage
		want   map[string]clouddp.AlertLevel
	}{
		"nothing used":          {want: map[string]clouddp.AlertLevel{"storage": clouddp.AlertNone, "transfer": clouddp.AlertNone}},
		"just below warning":    {usage: clouddp.Usage{StoredBytes: 1000*gb - 1}, want: map[string]clouddp.AlertLevel{"storage": clouddp.AlertNone, "transfer": clouddp.AlertNone}},
		"at warning":            {usage: clouddp.Usage{StoredBytes: 1000 * gb}, want: map[string]clouddp.AlertLevel{"storage": clouddp.AlertWarning, "transfer": clouddp.AlertNone}},
		"at critical":           {usage: clouddp.Usage{StoredBytes: 1800 * gb}, want: map[string]clouddp.AlertLevel{"storage": clouddp.AlertCritical, "transfer": clouddp.AlertNone}},
		"over the limit":        {usage: clouddp.Usage{SentBytes: 20000 * gb}, want: map[string]clouddp.AlertLevel{"storage": clouddp.AlertNone, "transfer": clouddp.AlertCritical}},
		"own thresholds":        {alerts: clouddp.Alerts{Storage: clouddp.Threshold{LimitGB: 1, WarningPercent: 10, CriticalPercent: 20}}, usage: clouddp.Usage{StoredBytes: gb / 8}, want: map[string]clouddp.AlertLevel{"storage": clouddp.AlertWarning, "transfer": clouddp.AlertNone}},
		"storage alert is off":  {alerts: clouddp.Alerts{Storage: clouddp.Threshold{LimitGB: -1}}, usage: clouddp.Usage{StoredBytes: 1 << 60}, want: map[string]clouddp.AlertLevel{"transfer": clouddp.AlertNone}},
		"no overflow at 2^63-1": {usage: clouddp.Usage{StoredBytes: 1<<63 - 1, SentBytes: 1<<63 - 1}, want: map[string]clouddp.AlertLevel{"storage": clouddp.AlertCritical, "transfer": clouddp.AlertCritical}},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[string]clouddp.AlertLevel{}
			for _, a := range test.alerts.Evaluate(test.usage) {
				got[a.Metric] = a.Level
			}
			if len(got) != len(test.want) {
				t.Fatalf("got %v, want %v", got, test.want)
			}
			for metric, level := range test.want {
				if got[metric] != level {
					t.Errorf("%s is %s, want %s", metric, got[metric], level)
				}
			}
		})
	}
}
