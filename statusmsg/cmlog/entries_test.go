package cmlog_test

import (
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/clouddp/sdk/statusmsg/cmlog"
)

// entriesOf reads a whole log that must not fail.
func entriesOf(t *testing.T, text string, o *cmlog.Options) []cmlog.Entry {
	t.Helper()
	var entries []cmlog.Entry
	for e, err := range cmlog.Entries(strings.NewReader(text), o) {
		if err != nil {
			t.Fatalf("Entries: %v", err)
		}
		entries = append(entries, e)
	}
	return entries
}

func TestEntriesServerRecord(t *testing.T) {
	const log = "Starting to deploy service CLOUDDP  $$<SMS_CLOUD_SERVICES_MANAGER><09-18-2026 16:39:06.598+240><thread=2624 (0xA40)>\r\n"
	want := []cmlog.Entry{{
		Time:      time.Date(2026, 9, 18, 20, 39, 6, 598e6, time.UTC),
		Local:     "09-18-2026 16:39:06.598",
		Bias:      "+240",
		Component: "SMS_CLOUD_SERVICES_MANAGER",
		Thread:    "2624",
		Severity:  cmlog.Info,
		Message:   "Starting to deploy service CLOUDDP",
		Dialect:   cmlog.Server,
		Length:    int64(len(log)) - 2,
	}}
	if got := entriesOf(t, log, nil); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestEntriesClientRecord(t *testing.T) {
	const record = `<![LOG[Downloaded "a" ]x]LOG]!><time="10:27:17.661+240" date="10-18-2019" component="CAS" context="NT AUTHORITY\SYSTEM" type="2" thread="4711" file="cas.cpp:12">`
	want := []cmlog.Entry{{
		Time:      time.Date(2019, 10, 18, 14, 27, 17, 661e6, time.UTC),
		Local:     "10-18-2019 10:27:17.661",
		Bias:      "+240",
		Component: "CAS",
		Thread:    "4711",
		Type:      "2",
		Severity:  cmlog.Warning,
		File:      "cas.cpp:12",
		Context:   `NT AUTHORITY\SYSTEM`,
		Message:   `Downloaded "a" ]x`,
		Dialect:   cmlog.Client,
		Offset:    2,
		Length:    int64(len(record)),
	}}
	if got := entriesOf(t, "\r\n"+record, nil); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestEntriesTime(t *testing.T) {
	chicago := time.FixedZone("local", -6*3600)
	tests := []struct {
		name, clock, date string
		options           cmlog.Options
		want              string // RFC 3339, empty for unknown
	}{
		{"west of Greenwich", "10:27:17.661+240", "10-18-2019", cmlog.Options{}, "2019-10-18T14:27:17.661Z"},
		{"half-hour zone", "10:00:00.000-330", "10-18-2019", cmlog.Options{}, "2019-10-18T04:30:00Z"},
		{"into the next day", "23:59:59.999+480", "12-31-2019", cmlog.Options{}, "2020-01-01T07:59:59.999Z"},
		{"short zero", "10:00:00.000+00", "10-18-2019", cmlog.Options{}, "2019-10-18T10:00:00Z"},
		{"opposite sign", "10:00:00.000-300", "10-18-2019", cmlog.Options{EastBias: true}, "2019-10-18T15:00:00Z"},
		{"two signs", "10:00:00.000+-420", "10-18-2019", cmlog.Options{}, "2019-10-18T03:00:00Z"},
		{"no bias is UTC", "10:00:00.000", "10-18-2019", cmlog.Options{}, "2019-10-18T10:00:00Z"},
		{"no bias is the caller's zone", "10:00:00.000", "10-18-2019", cmlog.Options{Location: chicago}, "2019-10-18T16:00:00Z"},
		{"a bias beats the caller's zone", "10:00:00.000+60", "10-18-2019", cmlog.Options{Location: chicago}, "2019-10-18T11:00:00Z"},
		{"seven digits", "10:00:00.1234567", "10-18-2019", cmlog.Options{}, "2019-10-18T10:00:00.1234567Z"},
		{"no fraction", "10:00:00+60", "10-18-2019", cmlog.Options{}, "2019-10-18T11:00:00Z"},
		{"unpadded date", "1:02:03.004+0", "1-2-2015", cmlog.Options{}, "2015-01-02T01:02:03.004Z"},
		{"leap day", "10:00:00.000+0", "02-29-2024", cmlog.Options{}, "2024-02-29T10:00:00Z"},
		{"no leap day", "10:00:00.000+0", "02-29-2023", cmlog.Options{}, ""},
		{"no century leap day", "10:00:00.000+0", "02-29-1900", cmlog.Options{}, ""},
		{"month 13", "10:00:00.000+0", "13-01-2019", cmlog.Options{}, ""},
		{"hour 24", "24:00:00.000+0", "10-18-2019", cmlog.Options{}, ""},
		{"bias of two days", "10:00:00.000+2880", "10-18-2019", cmlog.Options{}, ""},
		{"no number", "10:00:0x.000+0", "10-18-2019", cmlog.Options{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			log := `<![LOG[x]LOG]!><time="` + tt.clock + `" date="` + tt.date + `" component="C" type="1" thread="1">` + "\n"
			if strings.Trim(tt.clock+tt.date, "0123456789-:.+ ") == "" {
				log += "x  $$<C><" + tt.date + " " + tt.clock + "><thread=1 (0x1)>"
			}
			for _, e := range entriesOf(t, log, &tt.options) {
				got := ""
				if !e.Time.IsZero() {
					got = e.Time.Format(time.RFC3339Nano)
				}
				if got != tt.want {
					t.Errorf("%v: Time = %q, want %q", e.Dialect, got, tt.want)
				}
				if e.Local+e.Bias != tt.date+" "+tt.clock {
					t.Errorf("%v: Local %q and Bias %q are not what was written", e.Dialect, e.Local, e.Bias)
				}
			}
		})
	}
}

const (
	clientTail = `]LOG]!><time="10:00:00.000+60" date="10-18-2019" component="C" context="" type="1" thread="7" file="f.cpp:1">`
	serverTail = `  $$<C><10-18-2019 10:00:00.000+60><thread=7 (0x7)>`
)

// summary is what the recognition tests compare of an entry.
type summary struct {
	Dialect   cmlog.Dialect
	Flags     cmlog.Flags
	Component string
	Message   string
}

func TestEntriesRecognition(t *testing.T) {
	tests := []struct {
		name, log string
		want      []summary
	}{
		{"nothing", "", nil},
		{"line breaks only", "\r\n\n\r\n", nil},
		{"both dialects", "<![LOG[a" + clientTail + "\r\nb" + serverTail + "\r\n<![LOG[c" + clientTail, []summary{
			{cmlog.Client, 0, "C", "a"}, {cmlog.Server, 0, "C", "b"}, {cmlog.Client, 0, "C", "c"},
		}},
		{"many lines in a client record", "<![LOG[a\r\n\r\nb" + clientTail + "\n<![LOG[c" + clientTail, []summary{
			{cmlog.Client, 0, "C", "a\r\n\r\nb"}, {cmlog.Client, 0, "C", "c"},
		}},
		{"a client record quotes a server record", "<![LOG[a\nb" + serverTail + "\nc" + clientTail, []summary{
			{cmlog.Client, 0, "C", "a\nb" + serverTail + "\nc"},
		}},
		{"the first trailer ends a record", "<![LOG[a" + clientTail + clientTail, []summary{
			{cmlog.Client, 0, "C", "a"}, {cmlog.Client, cmlog.Headless, "C", ""},
		}},
		{"an end mark without trailer does not", "<![LOG[a]LOG]!> b]LOG]!><c>" + clientTail, []summary{
			{cmlog.Client, 0, "C", "a]LOG]!> b]LOG]!><c>"},
		}},
		{"records on one line", "<![LOG[a" + clientTail + "<![LOG[b" + clientTail + "c" + serverTail + "d" + serverTail, []summary{
			{cmlog.Client, 0, "C", "a"}, {cmlog.Client, 0, "C", "b"}, {cmlog.Server, 0, "C", "c"}, {cmlog.Server, 0, "C", "d"},
		}},
		{"attributes in any order and case", `<![LOG[a]LOG]!><Component="D" TYPE="3" thread="" Date="10-18-2019" time="10:00:00.000" file="x" extra="y">`, []summary{
			{cmlog.Client, 0, "D", "a"},
		}},
		{"quotes in a value", `<![LOG[a]LOG]!><time="10:00:00.000+60" date="10-18-2019" component="a "b"c" file=helloworld.log"">`, []summary{
			{cmlog.Client, 0, `a "b"c`, "a"},
		}},
		{"headless", "ding file" + clientTail + "\n<![LOG[a" + clientTail, []summary{
			{cmlog.Client, cmlog.Headless, "C", "ding file"}, {cmlog.Client, 0, "C", "a"},
		}},
		{"torn at the next record", "<![LOG[a\nb\n<![LOG[c" + clientTail, []summary{
			{cmlog.Client, cmlog.Torn, "", "a\nb"}, {cmlog.Client, 0, "C", "c"},
		}},
		{"torn in the middle of a line", "<![LOG[a<![LOG[b" + clientTail, []summary{
			{cmlog.Client, cmlog.Torn, "", "a"}, {cmlog.Client, 0, "C", "b"},
		}},
		{"torn before server records", "<![LOG[a\nb\nc" + serverTail + "\nd" + serverTail, []summary{
			{cmlog.Client, cmlog.Torn, "", "a\nb"}, {cmlog.Server, 0, "C", "c"}, {cmlog.Server, 0, "C", "d"},
		}},
		{"torn with the log", "<![LOG[a\nb\r\n", []summary{{cmlog.Client, cmlog.Torn, "", "a\nb"}}},
		{"torn in the client trailer", `<![LOG[a]LOG]!><time="10:00:00.000+60" component="C" da`, []summary{{cmlog.Client, cmlog.Torn, "C", "a"}}},
		{"torn in the server trailer", "a  $$<C><10-18-2019 10:", []summary{{cmlog.Server, cmlog.Torn, "C", "a"}}},
		{"torn in the thread", "a  $$<C><10-18-2019 10:00:00.000+60><thr", []summary{{cmlog.Server, cmlog.Torn, "C", "a"}}},
		{"text before an opener", "abc<![LOG[d\ne" + clientTail, []summary{
			{cmlog.DialectUnknown, 0, "", "abc"}, {cmlog.Client, 0, "C", "d\ne"},
		}},
		{"text", "<MAXIMUM LOG FILE SIZE REACHED - FILE RENAMED>\nROLLOVER\r\n", []summary{
			{cmlog.DialectUnknown, 0, "", "<MAXIMUM LOG FILE SIZE REACHED - FILE RENAMED>"}, {cmlog.DialectUnknown, 0, "", "ROLLOVER"},
		}},
		{"text with a server mark", "costs $$<5> or $$<6\n", []summary{{cmlog.DialectUnknown, 0, "", "costs $$<5> or $$<6"}}},
		{"byte order marks", "\ufeffa" + serverTail + "\r\n\ufeff<![LOG[b\n\ufeff<![LOG[c" + clientTail, []summary{
			{cmlog.Server, 0, "C", "a"}, {cmlog.Client, cmlog.Torn, "", "b"}, {cmlog.Client, 0, "C", "c"},
		}},
		{"encoded line breaks stay", "~a~~b~" + serverTail, []summary{{cmlog.Server, 0, "C", "~a~~b~"}}},
		{"spaces belong to the text", " a " + serverTail, []summary{{cmlog.Server, 0, "C", " a "}}},
		{"no text", serverTail, []summary{{cmlog.Server, 0, "C", ""}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			entries := entriesOf(t, tt.log, nil)
			checkPlaces(t, tt.log, entries)
			var got []summary
			for _, e := range entries {
				got = append(got, summary{e.Dialect, e.Flags, e.Component, e.Message})
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// checkPlaces fails if records and gaps are not the log, or if a gap holds more than line breaks and byte order marks.
func checkPlaces(t *testing.T, log string, entries []cmlog.Entry) {
	t.Helper()
	end := int64(0)
	for _, e := range append(entries, cmlog.Entry{Offset: int64(len(log))}) {
		if e.Offset < end || e.Offset+e.Length > int64(len(log)) {
			t.Fatalf("record at %d, length %d, after %d, in a log of %d", e.Offset, e.Length, end, len(log))
		}
		if gap := log[end:e.Offset]; !isUTF16(log) && strings.Trim(strings.ReplaceAll(gap, "\ufeff", ""), "\r\n") != "" {
			t.Fatalf("gap before %d holds %q", e.Offset, gap)
		}
		record := log[e.Offset : e.Offset+e.Length]
		if !isUTF16(log) && utf8.ValidString(record) && !strings.Contains(record, e.Message) {
			t.Fatalf("record at %d does not hold its message %q", e.Offset, e.Message)
		}
		end = e.Offset + e.Length
	}
}

// isUTF16 applies the rule that Entries documents.
func isUTF16(log string) bool {
	if strings.HasPrefix(log, "\xff\xfe") || strings.HasPrefix(log, "\xfe\xff") {
		return true
	}
	zeroes := ""
	for i := range min(4, len(log)) {
		zeroes += strconv.FormatBool(log[i] == 0) + " "
	}
	return zeroes == "false true false true " || zeroes == "true false true false "
}

func TestEntriesSeverityOfText(t *testing.T) {
	tests := map[string]cmlog.Severity{
		"all is well":                  cmlog.Info,
		"ERROR: TaskManager":           cmlog.Error,
		"the task has Failed":          cmlog.Error,
		"failover finished":            cmlog.Info,
		"failover failed":              cmlog.Error,
		"WARNING: nearly full":         cmlog.Warning,
		"warned of an error":           cmlog.Error,
		"ends in err":                  cmlog.Info,
		"Communication fail":           cmlog.Error,
		"F\x41IL with odd case: fAiLs": cmlog.Error,
	}
	for text, want := range tests {
		if got := entriesOf(t, text+serverTail, nil)[0].Severity; got != want {
			t.Errorf("%q: Severity = %v, want %v", text, got, want)
		}
	}
}

// Whatever stands beside a word, and however it is written, it counts.
func TestEntriesSeverityOfTextBesideAnything(t *testing.T) {
	words := map[string]cmlog.Severity{"error": cmlog.Error, "fail": cmlog.Error, "warn": cmlog.Warning, "failover": cmlog.Info, "erro": cmlog.Info}
	for word, want := range words {
		for c := ' '; c <= '~'; c++ {
			beside := string(c)
			for _, text := range []string{beside + word, strings.ToUpper(word) + "|" + beside, beside + beside + word + "|"} {
				if got := entriesOf(t, text+serverTail, nil)[0].Severity; got != want {
					t.Errorf("%q: Severity = %v, want %v", text, got, want)
				}
			}
		}
	}
}

func TestEntriesSeverityOfType(t *testing.T) {
	tests := map[string]cmlog.Severity{
		"0": cmlog.SeverityUnknown, "1": cmlog.Info, "2": cmlog.Warning, "3": cmlog.Error, "": cmlog.SeverityUnknown, "9": cmlog.SeverityUnknown,
	}
	for kind, want := range tests {
		e := entriesOf(t, `<![LOG[an error]LOG]!><time="10:00:00.000" type="`+kind+`">`, nil)[0]
		if e.Severity != want || e.Type != kind {
			t.Errorf("type %q: got %q and %v, want %v", kind, e.Type, e.Severity, want)
		}
	}
}

func TestEntriesSizeLimit(t *testing.T) {
	limit := &cmlog.Options{MaxRecord: 2000}
	long := strings.Repeat("é", 5000)
	tests := []struct {
		name, log string
		want      cmlog.Entry // the last one
	}{
		{"client record", "<![LOG[" + long + clientTail + "\nx" + serverTail, cmlog.Entry{Dialect: cmlog.Server, Message: "x"}},
		{"server record", long + serverTail + "\nx" + serverTail, cmlog.Entry{Dialect: cmlog.Server, Message: "x"}},
		{"text", long + "\nx", cmlog.Entry{Message: "x"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			entries := entriesOf(t, tt.log, limit)
			checkPlaces(t, tt.log, entries)
			for _, e := range entries {
				if e.Length > int64(limit.MaxRecord) {
					t.Errorf("record of %d bytes", e.Length)
				}
				if strings.ToValidUTF8(e.Message, "?") != e.Message {
					t.Errorf("a character was cut in %q", e.Message)
				}
			}
			if entries[0].Flags != cmlog.Cut {
				t.Errorf("the cut record has flags %v", entries[0].Flags)
			}
			if last := entries[len(entries)-1]; last.Dialect != tt.want.Dialect || last.Message != tt.want.Message || last.Flags&cmlog.Torn != 0 {
				t.Errorf("last = %+v", last)
			}
		})
	}
}

func TestEntriesReaders(t *testing.T) {
	log := strings.Repeat("<![LOG[a\r\nb"+clientTail+"\r\nc"+serverTail+"\r\n", 50)
	want := entriesOf(t, log, nil)
	var got []cmlog.Entry
	for e, err := range cmlog.Entries(iotest.OneByteReader(strings.NewReader(log)), nil) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e)
	}
	if len(want) != 100 || !reflect.DeepEqual(got, want) {
		t.Errorf("byte by byte: %d entries, at once: %d", len(got), len(want))
	}
}

func TestEntriesReaderError(t *testing.T) {
	broken := errors.New("disk on fire")
	reader := io.MultiReader(strings.NewReader("a"+serverTail+"\nb"), iotest.ErrReader(broken))
	var messages []string
	var last error
	for e, err := range cmlog.Entries(reader, nil) {
		if last = err; err == nil {
			messages = append(messages, e.Message)
		}
	}
	if !errors.Is(last, broken) || !strings.HasPrefix(last.Error(), "cmlog: read at offset ") {
		t.Errorf("error = %v", last)
	}
	if !reflect.DeepEqual(messages, []string{"a", "b"}) {
		t.Errorf("messages before the error = %q", messages)
	}
}

type idleReader struct{}

func (idleReader) Read([]byte) (int, error) { return 0, nil }

func TestEntriesBadInput(t *testing.T) {
	tests := []struct {
		name    string
		reader  io.Reader
		options *cmlog.Options
		want    error
	}{
		{"no reader", nil, nil, cmlog.ErrInvalid},
		{"negative limit", strings.NewReader("x"), &cmlog.Options{MaxRecord: -1}, cmlog.ErrInvalid},
		{"reader without progress", idleReader{}, nil, io.ErrNoProgress},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			count := 0
			for _, err := range cmlog.Entries(tt.reader, tt.options) {
				if count++; !errors.Is(err, tt.want) {
					t.Errorf("error = %v, want %v", err, tt.want)
				}
			}
			if count != 1 {
				t.Errorf("%d pairs, want one", count)
			}
		})
	}
}

func TestEntriesBreak(t *testing.T) {
	entries := cmlog.Entries(strings.NewReader("a\nb\nc\n"), nil)
	for e, err := range entries {
		if err != nil || e.Message != "a" {
			t.Errorf("first = %q, %v", e.Message, err)
		}
		break
	}
}

// TestEntriesHostileIsLinear holds lines that would take hours if every record were searched for in the whole line.
func TestEntriesHostileIsLinear(t *testing.T) {
	for _, piece := range []string{
		`]LOG]!><time="`, `]LOG]!><`, `<![LOG[`, `$$<`, "x" + serverTail, `<![LOG[a]LOG]!><time="1">`, `a]LOG]!><time="1">`,
		"a  $$<C><1", "<![LOG[\n", "<![LOG[\n  $$<C><1 1><thread=1>\n", "\n\r",
	} {
		log := strings.Repeat(piece, (512<<10)/len(piece))
		start := time.Now()
		checkPlaces(t, log, entriesOf(t, log, nil))
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("512 KiB of %q took %v", piece, d)
		}
	}
}
