package statusmsg_test

import (
	"testing"

	"github.com/clouddp/sdk/statusmsg"
)

func TestFullID(t *testing.T) {
	tests := []struct {
		severity statusmsg.Severity
		facility uint16
		id       statusmsg.ID
		packed   int64
		text     string
	}{
		{statusmsg.SeverityUnknown, 0, 0, 0, "0x00000000"},
		{statusmsg.Informational, 0, 9409, 1073751233, "0x400024C1"},
		{statusmsg.Warning, 0, 9425, 2147493073, "0x800024D1"},
		{statusmsg.Error, 0xFFF, 0xFFFF, 0xCFFFFFFF, "0xCFFFFFFF"},
		{statusmsg.Error, 7, 2, 0xC0070002, "0xC0070002"},
	}
	for _, tt := range tests {
		full := statusmsg.JoinID(tt.severity, tt.facility, tt.id)
		if int64(full) != tt.packed || full.String() != tt.text {
			t.Errorf("JoinID(%v, %d, %d) = %v", tt.severity, tt.facility, tt.id, full)
		}
		signed := int64(int32(uint32(tt.packed))) // as a SQL view shows it
		if statusmsg.FullIDFrom(tt.packed) != full || statusmsg.FullIDFrom(signed) != full {
			t.Errorf("FullIDFrom(%d) = %v, FullIDFrom(%d) = %v", tt.packed, statusmsg.FullIDFrom(tt.packed), signed, statusmsg.FullIDFrom(signed))
		}
		severity, facility, id := full.Split()
		if severity != tt.severity || facility != tt.facility || id != tt.id {
			t.Errorf("%v.Split() = %v, %d, %d", full, severity, facility, id)
		}
	}
}

func TestFullIDLeavesOut(t *testing.T) {
	const customer, reserved = 0x20000000, 0x10000000
	severity, facility, id := statusmsg.FullID(customer | reserved | 0x80010002).Split()
	if severity != statusmsg.Warning || facility != 1 || id != 2 {
		t.Errorf("Split() = %v, %d, %d", severity, facility, id)
	}
	if got := statusmsg.JoinID(statusmsg.Warning|customer, 0xF001, 2); got != 0x80010002 {
		t.Errorf("JoinID = %v", got)
	}
}

func TestMessageFullID(t *testing.T) {
	m := statusmsg.Message{ID: statusmsg.CertificateExpired, Severity: statusmsg.Error}
	if got := m.FullID().String(); got != "0xC00024D1" {
		t.Errorf("FullID() = %s", got)
	}
}
