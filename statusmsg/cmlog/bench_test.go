package cmlog_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/clouddp/sdk/statusmsg/cmlog"
)

func BenchmarkEntries(b *testing.B) {
	for _, dialect := range []cmlog.Dialect{cmlog.Client, cmlog.Server} {
		b.Run(dialect.String(), func(b *testing.B) {
			log := sampleLog(b, dialect, 4<<20)
			b.SetBytes(int64(len(log)))
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range cmlog.Entries(bytes.NewReader(log), nil) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
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
