package statusmsg_test

import (
	"testing"

	"github.com/clouddp/sdk/statusmsg"
)

func TestReportFunctions(t *testing.T) {
	for number, want := range map[statusmsg.ReportFunction]string{
		0: "report", 16: "begin transaction", 32: "commit successful transaction", 48: "commit failed transaction",
		64: "roll back transaction", 80: "extended report", 96: "report function(96)",
	} {
		if got := number.String(); got != want {
			t.Errorf("ReportFunction(%d) is %q, want %q", number, got, want)
		}
	}
}

func TestFlags(t *testing.T) {
	for flags, want := range map[statusmsg.Flags]string{
		0: "none", 2: "per client", 12: "transaction|successful transaction", 0x15: "transaction|0x11",
	} {
		if got := flags.String(); got != want {
			t.Errorf("Flags(%d) is %q, want %q", flags, got, want)
		}
	}
	flags := statusmsg.PerClient | statusmsg.SuccessfulTransaction
	if !flags.Has(statusmsg.PerClient) || flags.Has(statusmsg.Transaction) || flags.Has(statusmsg.PerClient|statusmsg.Transaction) {
		t.Errorf("Has is wrong about %v", flags)
	}
}

func TestAttributes(t *testing.T) {
	for want, attribute := range map[string]statusmsg.Attribute{
		`distribution point="[\"Display=\\\\DP1\\\"]"`: {ID: statusmsg.AttributeDistributionPoint, Value: `["Display=\\DP1\"]`},
		`package ID="PS100001"`:                        {ID: 400, Value: "PS100001"},
		`application version="3"`:                      {ID: 429, Value: "3"},
		`attribute 417="\x1b"`:                         {ID: 417, Value: "\x1b"},
	} {
		if got := attribute.String(); got != want {
			t.Errorf("attribute %d is %s, want %s", attribute.ID, got, want)
		}
	}
	for id := uint32(400); id <= 429; id++ {
		documented := id != 417 && id != 418
		if got := (statusmsg.Attribute{ID: id}).Name(); (got[:2] != "at") != documented {
			t.Errorf("attribute %d is named %q", id, got)
		}
	}
}
