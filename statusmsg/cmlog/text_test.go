package cmlog_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/statusmsg/cmlog"
)

func TestPrintable(t *testing.T) {
	tests := map[string]string{
		"plain é\n\ttext": "plain é\n\ttext",
		"\x1b[31m\x00\r":  `\x1b[31m\x00\r`,
		"\u009b\u202e":    `\u009b\u202e`,
		"\xff":            `\xff`,
	}
	for text, want := range tests {
		if got := cmlog.Printable(text); got != want {
			t.Errorf("Printable(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestLineBreaks(t *testing.T) {
	for text, want := range map[string]string{"~a~~   at b~c~~": "a\n   at b\nc", "plain": "plain", "~~": ""} {
		if got := entriesOf(t, line(text), &cmlog.Options{LineBreaks: true})[0].Message; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestUnsignedBias reads what scripts write that put an offset without a sign behind the milliseconds.
func TestUnsignedBias(t *testing.T) {
	tests := []struct{ clock, local, bias, want string }{
		{"10:00:00.12360", "10:00:00.123", "60", "09:00:00.123Z"},
		{"10:00:00.1230", "10:00:00.123", "0", "10:00:00.123Z"},
		{"10:00:00.123330", "10:00:00.123", "330", "04:30:00.123Z"},
		{"10:00:00.123-300", "10:00:00.123", "-300", "15:00:00.123Z"},
		{"10:00:00.1234567", "10:00:00.1234567", "", "10:00:00.1234567Z"},
	}
	for _, tt := range tests {
		log := `<![LOG[x]LOG]!><time="` + tt.clock + `" date="10-18-2019" component="C" type="1" thread="1">`
		e := entriesOf(t, log, &cmlog.Options{EastBias: true})[0]
		if got := e.Time.Format("15:04:05.999999999Z"); got != tt.want || e.Local != "10-18-2019 "+tt.local || e.Bias != tt.bias {
			t.Errorf("%s: %s, local %q, bias %q; want %s", tt.clock, got, e.Local, e.Bias, tt.want)
		}
	}
}

// TestDaylightSaving reads a night in which the clocks go back: the bias tells the two hours apart.
func TestDaylightSaving(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	log := `x  $$<C><11-01-2026 01:30:00.000+240><thread=1 (0x1)>` + "\n" + `x  $$<C><11-01-2026 01:30:00.000+300><thread=1 (0x1)>` + "\n" +
		`<![LOG[x]LOG]!><time="12:00:00.000" date="07-01-2026" type="1">` + "\n" + `<![LOG[x]LOG]!><time="12:00:00.000" date="12-01-2026" type="1">` + "\n" +
		`<Wed Jul  1 12:00:00 2026> x` + "\n" + "x\tC\t12/1/2026 12:00:00 PM\t1 (0x1)"
	want := []string{"05:30:00Z", "06:30:00Z", "16:00:00Z", "17:00:00Z", "16:00:00Z", "17:00:00Z"}
	for i, e := range entriesOf(t, log, &cmlog.Options{Location: newYork}) {
		if got := e.Time.Format("15:04:05Z"); got != want[i] {
			t.Errorf("record %d: %s, want %s", i, got, want[i])
		}
	}
}

// endless is a line without end.
type endless struct{ left int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), e.left)
	e.left -= n
	return int(n), nil // the bytes are whatever was there: zeroes or old ones
}

func TestMemoryIsFlatOnALongLine(t *testing.T) {
	const size = 1 << 30
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	total, most := int64(0), uint64(0)
	for e, err := range cmlog.Entries(&endless{left: size}, nil) {
		if err != nil {
			t.Fatal(err)
		}
		if total += e.Length; total>>20%64 == 0 {
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc)
		}
	}
	if total != size {
		t.Errorf("%d bytes, want %d", total, size)
	}
	if grown := int64(most) - int64(before.HeapAlloc); grown > 16<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
}

// FuzzPlacesUTF16 checks that records and gaps of a log in UTF-16, hostile or not, are the log.
func FuzzPlacesUTF16(f *testing.F) {
	for _, text := range []string{"", "x", line("é😀"), "<![LOG[a\n\ufeffb" + clientTail + "\r\nc"} {
		f.Add(utf16Bytes(binary.LittleEndian)(text), false)
		f.Add(append(utf16Bytes(binary.BigEndian)(text), 'x'), true)
	}
	f.Fuzz(func(t *testing.T, log []byte, big bool) {
		mark, newline := []byte{0xFF, 0xFE}, []byte{'\n', 0}
		if big {
			mark, newline = []byte{0xFE, 0xFF}, []byte{0, '\n'}
		}
		log = append(mark, log...)
		carriage := bytes.ReplaceAll(newline, []byte{'\n'}, []byte{'\r'})
		end := int64(0)
		for _, e := range append(entriesOf(t, string(log), &cmlog.Options{MaxRecord: 1 << 10}), cmlog.Entry{Offset: int64(len(log))}) {
			if e.Offset < end || e.Length < 0 || e.Offset+e.Length > int64(len(log)) {
				t.Fatalf("record at %d, length %d, after %d, in a log of %d", e.Offset, e.Length, end, len(log))
			}
			for gap := log[end:e.Offset]; len(gap) > 0; gap = gap[2:] {
				if len(gap) < 2 || !bytes.Equal(gap[:2], mark) && !bytes.Equal(gap[:2], newline) && !bytes.Equal(gap[:2], carriage) {
					t.Fatalf("gap before %d holds %q", e.Offset, gap)
				}
			}
			end = e.Offset + e.Length
		}
	})
}

func TestNoRecordAllocatesMuch(t *testing.T) {
	for _, dialect := range []cmlog.Dialect{cmlog.Client, cmlog.Server} {
		log := string(sampleLog(t, dialect, 1<<20))
		records := strings.Count(log, "\n")
		allocations := testing.AllocsPerRun(3, func() {
			for range cmlog.Entries(strings.NewReader(log), nil) {
			}
		})
		if allocations > float64(records) {
			t.Errorf("%v: %.0f allocations for %d records", dialect, allocations, records)
		}
	}
}
