package cmlog_test

import (
	"bytes"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/clouddp/sdk/statusmsg/cmlog"
)

// FuzzEntries checks on any input that nothing panics, that records and gaps are the input, and that the result does
// not depend on how the reader cuts it.
func FuzzEntries(f *testing.F) {
	for _, seed := range []string{
		"", "x", "<![LOG[a\r\nb" + clientTail + "\r\nc" + serverTail, "a" + clientTail + "b<![LOG[c", "\ufeff<![LOG[a\n\ufeffb" + serverTail,
		`<![LOG[a]LOG]!><time="1:2:3.4567890+-60" date="1-2-2015" component=x">` + "\n  $$<C><1-2-3 4", "a  $$<", strings.Repeat("é]LOG]!><time=\"", 300),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, log string) {
		options := &cmlog.Options{MaxRecord: 1 << 10}
		entries := entriesOf(t, log, options)
		checkPlaces(t, log, entries)
		var again []cmlog.Entry
		for e, err := range cmlog.Entries(iotest.HalfReader(strings.NewReader(log)), options) {
			if err != nil {
				t.Fatal(err)
			}
			again = append(again, e)
		}
		if !reflect.DeepEqual(entries, again) {
			t.Errorf("read in parts: %+v\nat once: %+v", again, entries)
		}
		for _, e := range entries {
			if e.Length > 1<<10 && !isUTF16(log) {
				t.Errorf("record of %d bytes", e.Length)
			}
		}
	})
}

// FuzzRoundTrip checks that what is written is read back: one whole record each, and after the first passage, which may
// have to defuse the text, the very same.
func FuzzRoundTrip(f *testing.F) {
	for _, seed := range []string{
		"", "x", "a" + clientTail, "a" + serverTail, "\n<![LOG[<![LOG[", "]LOG]!>", "  ", "$$", "$$<$$<", "~\r\n\r~", "\xff\x00\x1b\ufeff", "error", "]LOG]!",
	} {
		f.Add(seed, true, uint8(3), uint32(7), int64(1e9))
		f.Add(seed, false, uint8(2), uint32(2624), int64(1.7e9))
	}
	f.Fuzz(func(t *testing.T, message string, client bool, severity uint8, thread uint32, seconds int64) {
		if len(message) > 1<<16 {
			return
		}
		e := cmlog.Entry{
			Time:     time.Unix(seconds%(1<<37), 5e6).UTC(),
			Severity: cmlog.Severity(severity % 4),
			Thread:   strconv.FormatUint(uint64(thread), 10),
			Message:  message,
		}
		first, log := passage(t, client, e)
		second, logAgain := passage(t, client, first)
		if log != logAgain {
			t.Errorf("written again: %q\nfirst: %q", logAgain, log)
		}
		if !first.Time.Equal(e.Time) || first.Thread != e.Thread || !reflect.DeepEqual(first, second) {
			t.Errorf("read back %+v\nwritten   %+v", first, e)
		}
	})
}

// passage writes e twice and returns what is read back.
func passage(t *testing.T, client bool, e cmlog.Entry) (back cmlog.Entry, log string) {
	t.Helper()
	var buffer bytes.Buffer
	w := &cmlog.Writer{W: &buffer, Dialect: cmlog.Server, Location: newYork()}
	if client {
		w.Dialect = cmlog.Client
	}
	for range 2 {
		if err := w.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	entries := entriesOf(t, buffer.String(), nil)
	if len(entries) != 2 || entries[0].Flags != 0 || entries[0].Dialect != w.Dialect || entries[0].Message != entries[1].Message {
		t.Fatalf("%q is read as %+v", buffer.String(), entries)
	}
	return entries[0], buffer.String()
}

// FuzzParseStatusMessage checks that nothing panics and that what was read can be written and read again.
func FuzzParseStatusMessage(f *testing.F) {
	for _, line := range statusLines() {
		f.Add(line)
	}
	f.Add(`STATMSG: ID=1 SEV= LEV= SOURCE="" COMP="" SYS= SITE= PID=0 TID=0 GMTDATE=`)
	f.Fuzz(func(t *testing.T, line string) {
		m, err := cmlog.ParseStatusMessage(line)
		if err != nil {
			return
		}
		first := mustParse(t, cmlog.FormatStatusMessage(m))
		second := mustParse(t, cmlog.FormatStatusMessage(first))
		if !reflect.DeepEqual(first, second) {
			t.Errorf("first  %+v\nsecond %+v", first, second)
		}
		if len(first.Attributes) != len(m.Attributes) || first.ID != m.ID || !first.Time.Equal(m.Time.Truncate(time.Millisecond)) {
			t.Errorf("written %+v\nread    %+v", m, first)
		}
	})
}
