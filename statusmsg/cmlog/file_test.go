package cmlog_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clouddp/sdk/statusmsg/cmlog"
)

func TestFileRotates(t *testing.T) {
	path := filepath.Join(t.TempDir(), "CloudMgr.log")
	writeFile(t, path, line("from before"))
	file := &cmlog.File{Path: path, MaxSize: 10_000}
	w := &cmlog.Writer{W: file}
	for range 100 {
		if err := w.Write(cmlog.Entry{Message: strings.Repeat("x", 90)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(file.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
	old, count := strings.TrimSuffix(path, "log")+"lo_", 0
	for _, name := range []string{old, path} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(content) > 10_000 {
			t.Errorf("%s has %d bytes", name, len(content))
		}
		marked := strings.HasSuffix(string(content), "<MAXIMUM LOG FILE SIZE REACHED - FILE RENAMED>\r\n")
		if marked != (name == old) {
			t.Errorf("%s: marker %v", name, marked)
		}
		count += strings.Count(string(content), "$$<")
	}
	if count != 101 {
		t.Errorf("%d records, want 101", count)
	}
}

func TestFileErrors(t *testing.T) {
	for _, f := range []*cmlog.File{{}, {Path: "a.lo_"}, {Path: "a.log", MaxSize: -1}} {
		if _, err := f.Write(nil); !errors.Is(err, cmlog.ErrInvalid) {
			t.Errorf("%+v: error = %v", f, err)
		}
	}
	if _, err := (&cmlog.File{Path: filepath.Join(t.TempDir(), "absent", "a.log")}).Write(nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error = %v", err)
	}
}
