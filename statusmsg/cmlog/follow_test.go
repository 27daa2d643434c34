package cmlog_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf16"

	"github.com/clouddp/sdk/statusmsg/cmlog"
)

const poll = 100 * time.Millisecond

// follower follows a log in a bubble, in which a poll takes no time.
type follower struct {
	t        *testing.T
	path     string
	messages chan string
	stop     context.CancelFunc
	last     chan error
}

func follow(t *testing.T, path string) *follower {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	f := &follower{t, path, make(chan string, 1<<17), stop, make(chan error, 1)}
	go func() {
		for e, err := range cmlog.Follow(ctx, path, &cmlog.Options{PollInterval: poll}) {
			if err != nil {
				f.last <- err
				return
			}
			f.messages <- e.Message
		}
	}()
	return f
}

// look lets the follower look often enough to see whatever happened.
func (f *follower) look() { time.Sleep(4 * poll) }

// expect fails unless these messages, and no others, came since the last call.
func (f *follower) expect(want ...string) {
	f.t.Helper()
	f.look()
	synctest.Wait()
	var got []string
	for len(f.messages) > 0 {
		got = append(got, <-f.messages)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		f.t.Fatalf("followed %q, want %q", got, want)
	}
}

func (f *follower) end() error {
	f.stop()
	return <-f.last
}

// line returns one record.
func line(message string) string { return message + serverTail + "\r\n" }

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func appendFile(t *testing.T, path, text string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func TestFollow(t *testing.T) {
	tests := []struct {
		name string
		run  func(t *testing.T, f *follower, log, old string)
	}{
		{"appears late", func(t *testing.T, f *follower, log, _ string) {
			f.expect()
			writeFile(t, log, line("a"))
			f.expect("a")
		}},
		{"partial lines", func(t *testing.T, f *follower, log, _ string) {
			writeFile(t, log, line("a")+"b  $$<C><10-18")
			f.expect("a")
			appendFile(t, log, strings.TrimPrefix(line("b"), "b  $$<C><10-18"))
			f.expect("b")
			appendFile(t, log, "<![LOG[c\r\n")
			f.expect()
			appendFile(t, log, "d"+clientTail+"\r\n")
			f.expect("c\r\nd")
		}},
		{"renamed, and read to its end", func(t *testing.T, f *follower, log, old string) {
			writeFile(t, log, line("a"))
			f.expect("a")
			appendFile(t, log, line("b"))
			rename(t, log, old)
			appendFile(t, old, line("c"))
			f.expect("b", "c")
			writeFile(t, log, line("d"))
			f.expect("d")
		}},
		{"rotated twice between two looks", func(t *testing.T, f *follower, log, old string) {
			writeFile(t, log, line("a"))
			f.expect("a")
			appendFile(t, log, line("b"))
			rename(t, log, old)
			writeFile(t, log, line("c"))
			rename(t, log, old)
			writeFile(t, log, line("d"))
			f.expect("b", "c", "d")
		}},
		{"history files", func(t *testing.T, f *follower, log, _ string) {
			writeFile(t, log, line("a"))
			f.expect("a")
			for i, message := range []string{"b", "c", "d"} {
				history := strings.TrimSuffix(log, ".log") + "-20260918-16390" + strconv.Itoa(i) + ".log"
				rename(t, log, history)
				setTime(t, history, i)
				writeFile(t, log, line(message))
			}
			f.expect("b", "c", "d")
		}},
		{"deleted and made anew", func(t *testing.T, f *follower, log, _ string) {
			writeFile(t, log, line("a"))
			f.expect("a")
			remove(t, log)
			writeFile(t, log, line("b"))
			f.expect("b")
		}},
		{"truncated", func(t *testing.T, f *follower, log, _ string) {
			writeFile(t, log, line("a")+line("b"))
			f.expect("a", "b")
			writeFile(t, log, line("c"))
			f.expect("c")
		}},
		{"truncated and regrown past the old end", func(t *testing.T, f *follower, log, _ string) {
			writeFile(t, log, line("a")+line("b"))
			f.expect("a", "b")
			writeFile(t, log, line("c")+line("d")+line("e"))
			f.expect("c", "d", "e")
		}},
		{"truncated and regrown to the same size", func(t *testing.T, f *follower, log, _ string) {
			writeFile(t, log, line("a"))
			f.expect("a")
			writeFile(t, log, line("b"))
			f.expect("b")
		}},
		{"copied, then truncated", func(t *testing.T, f *follower, log, old string) {
			writeFile(t, log, line("a")+"b")
			f.expect("a")
			appendFile(t, log, serverTail+"\r\n"+line("c"))
			whole, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			writeFile(t, old, string(whole))
			writeFile(t, log, line("d"))
			f.expect("b", "c", "d")
		}},
		{"half a record at the end of a file", func(t *testing.T, f *follower, log, old string) {
			writeFile(t, log, line("a")+"<![LOG[b")
			f.expect("a")
			rename(t, log, old)
			writeFile(t, log, line("c"))
			f.expect("b", "c")
		}},
		{"the marker of a rotation", func(t *testing.T, f *follower, log, old string) {
			const marker = "<MAXIMUM LOG FILE SIZE REACHED - FILE RENAMED>"
			writeFile(t, log, line("a"))
			f.expect("a")
			appendFile(t, log, marker+"\r\n")
			rename(t, log, old)
			writeFile(t, log, line("b"))
			f.expect(marker, "b")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			log := filepath.Join(t.TempDir(), "CloudMgr.log")
			synctest.Test(t, func(t *testing.T) {
				f := follow(t, log)
				tt.run(t, f, log, strings.TrimSuffix(log, "log")+"lo_")
				if err := f.end(); !errors.Is(err, context.Canceled) {
					t.Errorf("error = %v", err)
				}
			})
		})
	}
}

// setTime makes files of one moment follow one another.
func setTime(t *testing.T, path string, second int) {
	t.Helper()
	at := time.Date(2026, 9, 18, 16, 39, second, 0, time.UTC)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

func TestFollowBadInput(t *testing.T) {
	for _, err := range cmlog.Follow(t.Context(), "", &cmlog.Options{MaxRecord: -1, PollInterval: -1}) {
		invalid, ok := errors.AsType[*cmlog.InvalidError](err)
		if !ok || len(invalid.Problems) != 3 {
			t.Errorf("error = %v", err)
		}
	}
	for _, err := range cmlog.Follow(t.Context(), t.TempDir(), nil) {
		if err == nil || !strings.HasPrefix(err.Error(), "cmlog: follow ") {
			t.Errorf("a folder: error = %v", err)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range cmlog.Follow(cancelled, "absent.log", nil) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: error = %v", err)
		}
	}
}

func TestFollowBreak(t *testing.T) {
	log := filepath.Join(t.TempDir(), "CloudMgr.log")
	writeFile(t, log, line("a")+line("b"))
	for e, err := range cmlog.Follow(t.Context(), log, nil) {
		if err != nil || e.Message != "a" {
			t.Errorf("%q, %v", e.Message, err)
		}
		break
	}
}

// chaosWriter writes records to a log, in pieces, and rotates it at random.
type chaosWriter struct {
	t         *testing.T
	path      string
	encode    func(string) []byte
	random    *rand.Rand
	file      *os.File
	rotations int
}

func (w *chaosWriter) open() {
	w.t.Helper()
	file, err := os.OpenFile(w.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		w.t.Fatal(err)
	}
	w.file = file
	w.write(w.encode("\ufeff"))
}

func (w *chaosWriter) write(b []byte) {
	w.t.Helper()
	if _, err := w.file.Write(b); err != nil {
		w.t.Fatal(err)
	}
}

// rotate renames the log; it may then write what was left of a record into the renamed file.
func (w *chaosWriter) rotate(rest []byte, look func()) {
	w.t.Helper()
	rename(w.t, w.path, strings.TrimSuffix(w.path, "log")+"lo_")
	if w.random.IntN(2) == 0 {
		look()
	}
	w.write(rest)
	if err := w.file.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.open()
	w.rotations++
}

// run writes records 0 to n-1, many at a time; every piece may end within a record or a character.
func (w *chaosWriter) run(n int, look func()) {
	w.t.Helper()
	w.open()
	look() // a file that is rotated away before the first look is not followed
	for i := 0; i < n; {
		var batch strings.Builder
		for end := min(n, i+1+w.random.IntN(400)); i < end; i++ {
			batch.WriteString(chaosRecord(i))
		}
		b := w.encode(batch.String())
		cut := w.random.IntN(len(b) + 1)
		w.write(b[:cut])
		if w.random.IntN(2) == 0 {
			look()
		}
		if w.random.IntN(4) == 0 {
			w.rotate(b[cut:], look)
			look() // one generation is kept beside the log: looking more rarely would lose records
		} else {
			w.write(b[cut:])
		}
	}
	if err := w.file.Close(); err != nil {
		w.t.Fatal(err)
	}
}

func chaosRecord(i int) string {
	if i%3 == 0 {
		return "<![LOG[é€😀\n" + strconv.Itoa(i) + clientTail + "\r\n"
	}
	return line("é€😀 " + strconv.Itoa(i))
}

func utf16Bytes(order binary.ByteOrder) func(string) []byte {
	return func(s string) []byte {
		var b []byte
		for _, unit := range utf16.Encode([]rune(s)) {
			two := [2]byte{}
			order.PutUint16(two[:], unit)
			b = append(b, two[:]...)
		}
		return b
	}
}
