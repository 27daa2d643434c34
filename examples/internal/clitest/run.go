// Package clitest holds what must be true of the command line of every example.
package clitest

import (
	"bytes"
	"context"
	"io"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// Run is a whole example: it returns the exit code.
type Run func(ctx context.Context, args []string, stdout, stderr io.Writer) int

// Call runs an example and returns its exit code and what it printed.
func (run Run) Call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, diagnostics bytes.Buffer
	code = run(t.Context(), args, &out, &diagnostics)
	return code, out.String(), diagnostics.String()
}

// TestHelp checks that each way to ask for help gets all of the synopsis in main.go, and what the exit codes mean.
func TestHelp(t *testing.T, name string, run Run, ways ...[]string) {
	t.Helper()
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	synopsis := regexp.MustCompile(`(?m)^//\tgo run \./examples/(.*)$`).FindAllSubmatch(source, -1)
	if len(synopsis) == 0 {
		t.Error("main.go has no synopsis")
	}
	for _, args := range ways {
		code, stdout, stderr := run.Call(t, args...)
		if code != 0 || stderr != "" {
			t.Errorf("%v: exit code %d, stderr %q", args, code, stderr)
		}
		for _, line := range synopsis {
			contains(t, stdout, "  "+string(line[1])+"\n")
		}
		words := strings.Join(strings.Fields(stdout), " ")
		for _, want := range []string{"It exits 0 ", ", 1 ", ", 2 on wrong usage.", "go build ./examples/" + name + " ", " Flags: -", " -json "} {
			contains(t, words, want)
		}
	}
}

func contains(t *testing.T, text, want string) {
	t.Helper()
	if !strings.Contains(text, want) {
		t.Errorf("%q is missing in\n%s", want, text)
	}
}

// TestMisuse checks that a wrong command line is refused with one reason, and says nothing on stdout.
func TestMisuse(t *testing.T, name string, run Run, reason string, args ...string) {
	t.Helper()
	code, stdout, stderr := run.Call(t, args...)
	if code != 2 || stdout != "" || strings.Count(stderr, reason) != 1 {
		t.Errorf("%v: exit code %d, stdout %q, stderr %q; want 2, none, and once %q", args, code, stdout, stderr, reason)
	}
	if !strings.HasPrefix(stderr, name+": ") || !strings.HasSuffix(stderr, "Run \""+name+" -h\" for usage.\n") {
		t.Errorf("%v: stderr %q does not say whose it is and where the usage is", args, stderr)
	}
}

// TestFullDisk checks that a command ends with an error once its stdout takes no more.
func TestFullDisk(t *testing.T, run Run, args ...string) {
	t.Helper()
	for _, room := range []int{0, 1} {
		var diagnostics bytes.Buffer
		code := run(t.Context(), args, &disk{room}, &diagnostics)
		if code != 1 || !strings.Contains(diagnostics.String(), "standard output: "+syscall.ENOSPC.Error()) {
			t.Errorf("%v: exit code %d, stderr %q", args, code, diagnostics.String())
		}
	}
}

// disk takes a number of writes.
type disk struct{ room int }

// Write implements [io.Writer].
func (d *disk) Write(p []byte) (int, error) {
	if d.room--; d.room < 0 {
		return 0, syscall.ENOSPC
	}
	return len(p), nil
}
