package cmlog_test

import (
	"bufio"
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/statusmsg/cmlog"
)

// BenchmarkEntries reads either dialect beside a script. What one core does:
//
//	go test -run NONE -bench Entries -cpu 1 ./statusmsg/cmlog
func BenchmarkEntries(b *testing.B) {
	for _, dialect := range []cmlog.Dialect{cmlog.Client, cmlog.Server} {
		b.Run(dialect.String(), func(b *testing.B) {
			log := sampleLog(b, dialect, 4<<20)
			b.SetBytes(int64(len(log)))
			b.ReportAllocs()
			script := byScript(b, dialect, log)
			start := time.Now()
			for b.Loop() {
				for _, err := range cmlog.Entries(bytes.NewReader(log), nil) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(script.Seconds()/(time.Since(start).Seconds()/float64(b.N)), "x-regexp")
		})
	}
}

// byScript returns how long it takes to read a log as the usual scripts do: line by line, with a regular expression.
func byScript(tb testing.TB, dialect cmlog.Dialect, log []byte) time.Duration {
	tb.Helper()
	expression := regexp.MustCompile(`^(.*?)  \$\$<([^>]*)><(\d+-\d+-\d+ \d+:\d+:\d+\.\d+)([+-]\d+)><thread=(\d+)`)
	layout, stamp := "01-02-2006 15:04:05.000", func(m []string) string { return m[3] }
	if dialect == cmlog.Client {
		expression = regexp.MustCompile(`^<!\[LOG\[(.*?)\]LOG\]!><time="([\d:.]+)([+-]\d+)" date="([^"]*)" component="([^"]*)" context="([^"]*)" type="(\d*)" thread="(\d*)" file="([^"]*)">`)
		stamp = func(m []string) string { return m[4] + " " + m[2] }
	}
	start := time.Now()
	for lines := bufio.NewScanner(bytes.NewReader(log)); lines.Scan(); {
		match := expression.FindStringSubmatch(lines.Text())
		if match == nil {
			tb.Fatalf("no match for %q", lines.Text())
		}
		if _, err := time.Parse(layout, stamp(match)); err != nil {
			tb.Fatal(err)
		}
	}
	return time.Since(start)
}

// sampleLog returns a log of about size bytes.
func sampleLog(tb testing.TB, dialect cmlog.Dialect, size int) []byte {
	tb.Helper()
	var log bytes.Buffer
	w := &cmlog.Writer{W: &log, Dialect: dialect}
	for log.Len() < size {
		e := cmlog.Entry{Thread: "2624", Message: "Waiting for check if container exists. Will check again in 10 seconds"}
		if err := w.Write(e); err != nil {
			tb.Fatal(err)
		}
	}
	return log.Bytes()
}

func BenchmarkWriter(b *testing.B) {
	w := &cmlog.Writer{W: io.Discard}
	e := cmlog.Entry{Time: time.Unix(1.7e9, 0), Thread: "2624", Message: strings.Repeat("storage account ", 5)}
	b.ReportAllocs()
	for b.Loop() {
		if err := w.Write(e); err != nil {
			b.Fatal(err)
		}
	}
}
