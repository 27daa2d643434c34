package certreq

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/clouddp/sdk/certs"
)

const (
	// maxOutput bounds what is kept of the program's output.
	maxOutput = 1 << 20
	// grace is how long a killed program may hold its output open.
	grace = 5 * time.Second
)

// runner returns what runs the program.
func (c *Client) runner() func(ctx context.Context, program string, arguments []string) ([]byte, int, error) {
	if c.Run != nil {
		return c.Run
	}
	return runProgram
}

// runProgram runs the program. It has no input, so that it cannot wait for a person.
func runProgram(ctx context.Context, program string, arguments []string) (output []byte, exitCode int, err error) {
	if program == "" {
		if runtime.GOOS != "windows" {
			return nil, 0, fmt.Errorf("%w: certreq.exe is a program of Windows", certs.ErrUnsupported)
		}
		program = filepath.Join(cmp.Or(os.Getenv("SystemRoot"), `C:\Windows`), "System32", "certreq.exe")
	}
	kept := &limited{}
	cmd := exec.CommandContext(ctx, program, arguments...) //nolint:gosec // arguments are checked and passed as they are
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = kept, kept, grace
	if err := cmd.Start(); err != nil {
		return nil, 0, fmt.Errorf("%w: %w", certs.ErrUnavailable, err)
	}
	err = cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() && ctx.Err() == nil {
		return kept.kept, exit.ExitCode(), nil
	}
	return kept.kept, 0, err
}

// limited keeps the beginning of what is written to it. It has no other methods: a buffer would read without an end.
type limited struct{ kept []byte }

// Write implements io.Writer.
func (l *limited) Write(p []byte) (int, error) {
	l.kept = append(l.kept, p[:min(len(p), maxOutput-len(l.kept))]...)
	return len(p), nil
}
