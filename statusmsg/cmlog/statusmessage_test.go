package cmlog_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/statusmsg"
	"github.com/clouddp/sdk/statusmsg/cmlog"
)

const emptyInsertions = ` ISTR1="" ISTR2="" ISTR3="" ISTR4="" ISTR5="" ISTR6="" ISTR7="" ISTR8="" ISTR9=""`

// statusLines returns lines in the described grammar: of a newer and of an older site, and one with quotes in its
// values.
func statusLines() []string {
	return []string{
		`STATMSG: ID=9409 SEV=I LEV=M SOURCE="SMS Server" COMP="SMS_CLOUD_SERVICES_MANAGER" SYS=cm1.contoso.com SITE=PS1 PID=2180 TID=2624` +
			` GMTDATE=Fri Sep 18 20:39:05.718 2026 ISTR0="CLOUDDP"` + emptyInsertions + ` NUMATTRS=0 LE=0X0`,
		`STATMSG: ID=6703 SEV=E LEV=M SOURCE="SMS Server" COMP="SMS_WSUS_SYNC_MANAGER" SYS=CM1 SITE=PS1 PID=1 TID=2` +
			` GMTDATE=Thu Aug  2 01:02:03.004 2012 ISTR0="sync"` + emptyInsertions + ` NUMATTRS=0`,
		`STATMSG: ID=2399 SEV=I LEV=M SOURCE="SMS Server" COMP="SMS_DISTRIBUTION_MANAGER" SYS=CM1 SITE=PS1 PID=1 TID=2` +
			` GMTDATE=Thu Aug 02 01:02:03.004 2012 ISTR0="["Display=\\DP1\"]MSWNET:["SMS_SITE=PS1"]\\DP1\"` + emptyInsertions +
			` NUMATTRS=2 AID0=400 AVAL0="PS100001" AID1=404 AVAL1="["Display=\\DP1\"]MSWNET:["SMS_SITE=PS1"]\\DP1\" LE=0X80070005`,
	}
}

func mustParse(t *testing.T, line string) statusmsg.Message {
	t.Helper()
	m, err := cmlog.ParseStatusMessage(line)
	if err != nil {
		t.Fatalf("ParseStatusMessage(%q): %v", line, err)
	}
	return m
}

func TestParseStatusMessage(t *testing.T) {
	const nalPath = `["Display=\\DP1\"]MSWNET:["SMS_SITE=PS1"]\\DP1\`
	want := []statusmsg.Message{
		{
			ID: 9409, Severity: statusmsg.Informational, Type: statusmsg.Milestone,
			Component: "SMS_CLOUD_SERVICES_MANAGER", Module: "SMS Server", Site: "PS1", Machine: "cm1.contoso.com",
			Time: time.Date(2026, 9, 18, 20, 39, 5, 718e6, time.UTC), ProcessID: 2180, ThreadID: 2624, Insertions: []string{"CLOUDDP"},
		},
		{
			ID: 6703, Severity: statusmsg.Error, Type: statusmsg.Milestone,
			Component: "SMS_WSUS_SYNC_MANAGER", Module: "SMS Server", Site: "PS1", Machine: "CM1",
			Time: time.Date(2012, 8, 2, 1, 2, 3, 4e6, time.UTC), ProcessID: 1, ThreadID: 2, Insertions: []string{"sync"},
		},
		{
			ID: 2399, Severity: statusmsg.Informational, Type: statusmsg.Milestone,
			Component: "SMS_DISTRIBUTION_MANAGER", Module: "SMS Server", Site: "PS1", Machine: "CM1",
			Time: time.Date(2012, 8, 2, 1, 2, 3, 4e6, time.UTC), ProcessID: 1, ThreadID: 2, Win32Error: 0x80070005,
			Insertions: []string{nalPath},
			Attributes: []statusmsg.Attribute{{ID: 400, Value: "PS100001"}, {ID: 404, Value: nalPath}},
		},
	}
	for i, line := range statusLines() {
		for _, text := range []string{line, " " + line + " ~"} {
			if got := mustParse(t, text); !reflect.DeepEqual(got, want[i]) {
				t.Errorf("got  %+v\nwant %+v", got, want[i])
			}
		}
	}
}

func TestFormatStatusMessage(t *testing.T) {
	if got := cmlog.FormatStatusMessage(mustParse(t, statusLines()[0])); got != statusLines()[0] {
		t.Errorf("got  %s\nwant %s", got, statusLines()[0])
	}
}

func TestParseStatusMessageErrors(t *testing.T) {
	tests := map[string]string{ // what to break in a good line, and the field that must be named
		"STATMSG: ":               "text",
		"ID=":                     "ID",
		"ID=6":                    "ID",
		" LEV=M":                  "SEV",
		" SOURCE=":                "LEV",
		" SYS=":                   "COMP",
		" PID=1":                  "SITE",
		" TID=2":                  "PID",
		" GMTDATE=Thu":            "TID",
		"01:02:03":                "GMTDATE",
		` ISTR5="`:                "ISTR4",
		" NUMATTRS=2":             "ISTR9",
		"2 AID0=":                 "AID0",
		"NUMATTRS=2 ":             "ISTR9",
		"404 AVAL1":               "AID1",
		`\\DP1\" LE=0X80070005`:   "AVAL1",
		` AID1=404 AVAL1="["Disp`: "AVAL0",
	}
	for broken, field := range tests {
		line := statusLines()[2]
		if broken == "ID=6" {
			line = strings.Replace(line, "ID=2399", "ID=65536", 1)
		} else {
			line = strings.Replace(line, broken, "", 1)
		}
		_, err := cmlog.ParseStatusMessage(line)
		invalid, ok := errors.AsType[*cmlog.InvalidError](err)
		if !ok || len(invalid.Problems) != 1 || invalid.Problems[0].Field != field {
			t.Errorf("without %q: error = %v, want one about %s", broken, err, field)
		}
	}
}

// TestStatusMessageHostileValues writes values that look like the fields after them.
func TestStatusMessageHostileValues(t *testing.T) {
	m := statusmsg.Message{
		ID: 1, Severity: statusmsg.Severity(5), Type: statusmsg.Type(9),
		Module: `m" COMP="x`, Component: `c" SYS=y SITE=z`, Machine: "a SITE=b", Site: "P S", Win32Error: 5,
		Insertions: []string{`" ISTR1="`, `x" ISTR1=`, "a\r\nb\x1b", `q" NUMATTRS=1 AID0=1`, "", "", "", "", "", "j", "eleventh"},
		Attributes: []statusmsg.Attribute{{ID: 1, Value: `v" AID1=7 AVAL1="`}, {ID: 2, Value: `w" LE=0X9`}},
	}
	line := cmlog.FormatStatusMessage(m)
	if strings.ContainsAny(line, "\r\n\x1b") {
		t.Errorf("line breaks or control characters in %q", line)
	}
	got := mustParse(t, line)
	want := statusmsg.Message{
		ID: 1, Module: `m"  COMP="x`, Component: `c"  SYS=y SITE=z`, Machine: "a_SITE=b", Site: "P_S", Win32Error: 5,
		Insertions: []string{`"  ISTR1="`, `x"  ISTR1=`, `a~~b\x1b`, `q"  NUMATTRS=1 AID0=1`, "", "", "", "", "", "j"},
		Attributes: []statusmsg.Attribute{{ID: 1, Value: `v"  AID1=7 AVAL1="`}, {ID: 2, Value: `w"  LE=0X9`}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestStatusMessageThroughLog(t *testing.T) {
	want := mustParse(t, statusLines()[2])
	for _, dialect := range []cmlog.Dialect{cmlog.Client, cmlog.Server} {
		var log bytes.Buffer
		w := &cmlog.Writer{W: &log, Dialect: dialect}
		if err := w.Write(cmlog.Entry{Message: cmlog.FormatStatusMessage(want)}); err != nil {
			t.Fatal(err)
		}
		if got := mustParse(t, entriesOf(t, log.String(), nil)[0].Message); !reflect.DeepEqual(got, want) {
			t.Errorf("%v: got  %+v\nwant %+v", dialect, got, want)
		}
	}
}
