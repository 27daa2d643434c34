package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
)

func TestWatchSeesEveryStage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name := filepath.Join(t.TempDir(), "a.cer")
		bundle, err := certs.SelfSigned("clouddp.contoso.com", &certs.SelfSignedOptions{Key: certstest.Key(), Validity: 100 * 24 * time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, name, bundle.CER())
		code, stdout, stderr := certificate(t, "-json", "watch", name)
		var stages []string
		for _, object := range objects(t, stdout) {
			stage, _ := object["stage"].(string)
			stages = append(stages, stage)
		}
		if got, want := strings.Join(stages, " "), "far plan soon urgent over"; code != 1 || got != want {
			t.Errorf("exit code %d, stages %q, want 1 and %q; %s", code, got, want, stderr)
		}
	})
}

func TestWatchEndsWhenInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name := filepath.Join(t.TempDir(), "a.cer")
		bundle, err := certs.SelfSigned("clouddp.contoso.com", &certs.SelfSignedOptions{Key: certstest.Key(), Validity: 20 * 24 * time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, name, bundle.CER())
		for _, test := range []struct {
			after time.Duration
			want  int
		}{{time.Hour, 0}, {21 * 24 * time.Hour, 1}} { // it has expired by then
			ctx, stop := context.WithTimeout(t.Context(), test.after)
			var out bytes.Buffer
			if code := run(ctx, []string{"watch", name}, &out, &out); code != test.want {
				t.Errorf("after %s: exit code %d, want %d\n%s", test.after, code, test.want, out.String())
			}
			stop()
		}
	})
}

// cerFor returns a .cer file that ends after some days.
func cerFor(t *testing.T, days time.Duration) []byte {
	t.Helper()
	bundle, err := certs.SelfSigned("clouddp.contoso.com", &certs.SelfSignedOptions{Key: certstest.Key(), Validity: days * 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return bundle.CER()
}

func TestWatchOnceReadsTheRest(t *testing.T) {
	dir := t.TempDir()
	bad, good := filepath.Join(dir, "bad.cer"), filepath.Join(dir, "good.cer")
	writeFile(t, good, cerFor(t, 100))
	writeFile(t, bad, cerFor(t, 100)[:100])
	code, stdout, stderr := certificate(t, "watch", "-once", bad, good)
	if code != 1 || !strings.Contains(stdout, "good.cer: CN=") || strings.Contains(stdout, "bad.cer") || strings.Count(stderr, "bad.cer") != 1 {
		t.Errorf("exit code %d, stderr %q\n%s", code, stderr, stdout)
	}
	code, stdout, stderr = certificate(t, "watch", "-json", "-once", bad, good)
	got := objects(t, stdout)
	if code != 1 || stderr != "" || len(got) != 2 || got[0]["file"] != bad || got[0]["error"] == "" || got[1]["stage"] != "far" {
		t.Errorf("exit code %d, stderr %q\n%s", code, stderr, stdout)
	}
}

func TestWatchWaitsForAFileToBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		name, other := filepath.Join(dir, "a.cer"), filepath.Join(dir, "b.cer")
		writeFile(t, name, cerFor(t, 10))
		writeFile(t, other, cerFor(t, 400))
		renewed := cerFor(t, 401)
		ctx, stop := context.WithTimeout(t.Context(), 48*time.Hour)
		defer stop()
		time.AfterFunc(23*time.Hour, func() { writeFile(t, name, renewed[:100]) })
		time.AfterFunc(24*time.Hour+30*time.Second, func() { writeFile(t, name, renewed) })
		var out, diagnostics bytes.Buffer
		if code := run(ctx, []string{"watch", name, other}, &out, &diagnostics); code != 0 {
			t.Errorf("exit code %d", code)
		}
		if got := strings.Count(diagnostics.String(), "\n"); got != 1 || !strings.Contains(diagnostics.String(), name) {
			t.Errorf("%d reports: %s", got, diagnostics.String())
		}
		var said []string
		for line := range strings.Lines(out.String()) {
			said = append(said, strings.Fields(line)[0])
		}
		if got, want := strings.Join(said, " "), "soon far far"; got != want {
			t.Errorf("stages %q, want %q\n%s", got, want, out.String())
		}
	})
}

func TestWatchEndsWhereNothingCanBeRead(t *testing.T) {
	empty := t.TempDir()
	for _, name := range []string{empty, filepath.Join(empty, "none.cer")} {
		if code, stdout, stderr := certificate(t, "watch", name); code != 1 || stdout != "" || !strings.Contains(stderr, name) {
			t.Errorf("%s: exit code %d, stderr %q\n%s", name, code, stderr, stdout)
		}
	}
}

func TestWatchInterruptedWhileAFileIsUnreadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good := filepath.Join(t.TempDir(), "a.cer")
		writeFile(t, good, cerFor(t, 400))
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		var out, diagnostics bytes.Buffer
		if code := run(ctx, []string{"watch", good, good + ".gone"}, &out, &diagnostics); code != 1 {
			t.Errorf("exit code %d, %s", code, diagnostics.String())
		}
	})
}

func TestWatchADirectory(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "old"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.cer", "B.CRT", "key.pem", "notes.txt", "old/c.cer"} {
		writeFile(t, filepath.Join(dir, name), cerFor(t, 100))
	}
	if code, _, stderr := certificate(t, "-out", filepath.Join(dir, "new")); code != 0 {
		t.Fatal(stderr)
	}
	for _, suffix := range []string{".pfx", ".pfx.password"} {
		if err := os.Rename(filepath.Join(dir, "new", "CloudDP"+suffix), filepath.Join(dir, "D"+suffix)); err != nil {
			t.Fatal(err)
		}
	}
	code, stdout, stderr := certificate(t, "watch", "-json", "-once", dir)
	var files []string
	for _, object := range objects(t, stdout) {
		file, _ := object["file"].(string)
		files = append(files, filepath.Base(file))
	}
	if got, want := strings.Join(files, " "), "B.CRT D.pfx a.cer"; code != 0 || got != want {
		t.Errorf("exit code %d, %s; want %s; %s", code, got, want, stderr)
	}
}
