package cmlog_test

import (
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/clouddp/sdk/statusmsg/cmlog"
)

func logOf(text string) iter.Seq2[cmlog.Entry, error] {
	return cmlog.Entries(strings.NewReader(text), nil)
}

// at returns a record at the given second, in a zone.
func at(second, bias, message string) string {
	return message + "  $$<C><09-18-2026 16:00:" + second + ".000" + bias + "><thread=1 (0x1)>\n"
}

func TestMerge(t *testing.T) {
	first := at("01", "+0", "a") + at("03", "+0", "c") + "text behind c\n" + at("02", "+0", "b, out of order") + at("05", "+0", "e")
	second := at("03", "+0", "c of the second log") + strings.ReplaceAll(at("04", "-60", "d"), "16:00", "17:00")
	var got []string
	for e, err := range cmlog.Merge(logOf(first), logOf(""), logOf(second)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Message)
	}
	want := []string{"a", "b, out of order", "c", "text behind c", "c of the second log", "d", "e"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMergeErrorIsLast(t *testing.T) {
	broken := errors.New("disk on fire")
	failing := cmlog.Entries(iotest.ErrReader(broken), nil)
	count := 0
	var last error
	for _, err := range cmlog.Merge(logOf(at("01", "+0", "a")), failing) {
		count++
		last = err
	}
	if count != 2 || !errors.Is(last, broken) {
		t.Errorf("%d pairs, the last one with %v", count, last)
	}
	for range cmlog.Merge(logOf(at("01", "+0", "a")), logOf(at("02", "+0", "b"))) {
		break
	}
}

func TestMergeStreams(t *testing.T) {
	endless := func(yield func(cmlog.Entry, error) bool) {
		more := true
		for i := int64(0); more; i++ {
			more = yield(cmlog.Entry{Time: time.Unix(i, 0)}, nil)
		}
	}
	count := 0
	for e := range cmlog.Merge(endless, endless) {
		if e.Time.Unix() != int64(count/2) {
			t.Fatalf("entry %d is of %v", count, e.Time)
		}
		if count++; count == 10_000 {
			break
		}
	}
}
