package cli_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/clouddp/sdk/examples/internal/cli"
	"github.com/clouddp/sdk/examples/internal/clitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const source = `// Tool does something.
//
//	go run ./examples/tool [-n N]
package main
`

// tool is a program that does the given work.
func tool(work func(ctx context.Context, n int, stdout io.Writer) error) clitest.Run {
	parse := func(flags *flag.FlagSet, args []string) (n int, err error) {
		flags.IntVar(&n, "n", 1, "how `MANY`")
		err = cli.ParseFlags(flags, args)
		return n, err
	}
	return cli.Program[int]{Name: "tool", Source: source, Parse: parse, Work: work}.Run
}

// curable is an error with a remedy.
type curable string

func (c curable) Error() string { return "ill" }

func (c curable) Remedy() string { return string(c) }

func TestExitCodes(t *testing.T) {
	tests := []struct {
		err    error
		code   int
		stderr string
	}{
		{nil, 0, ""},
		{cli.ErrFound, 1, ""},
		{fmt.Errorf("wrapped: %w", cli.ErrFound), 1, ""},
		{errors.New("no"), 1, "tool: no\n"},
		{fmt.Errorf("at work: %w", curable("rest")), 1, "tool: at work: ill\ntool: rest\n"},
		{curable(""), 1, "tool: ill\n"},
	}
	for _, tt := range tests {
		run := tool(func(context.Context, int, io.Writer) error { return tt.err })
		if code, _, stderr := run.Call(t); code != tt.code || stderr != tt.stderr {
			t.Errorf("%v: exit code %d, stderr %q; want %d, %q", tt.err, code, stderr, tt.code, tt.stderr)
		}
	}
}

func TestOptionsReachTheWork(t *testing.T) {
	run := tool(func(_ context.Context, n int, stdout io.Writer) error { return cli.JSON(stdout, n) })
	if code, stdout, _ := run.Call(t, "-n", "7"); code != 0 || stdout != "7\n" {
		t.Errorf("exit code %d, %q", code, stdout)
	}
}

func TestHelpIsTheDocComment(t *testing.T) {
	run := tool(func(context.Context, int, io.Writer) error { return errors.New("work was done") })
	want := "Tool does something.\n\n  tool [-n N]\n\nFlags:\n\n  -n MANY\n    \thow MANY (default 1)\n"
	if code, stdout, stderr := run.Call(t, "-h"); code != 0 || stdout != want || stderr != "" {
		t.Errorf("exit code %d, stderr %q\n%s", code, stderr, stdout)
	}
	clitest.TestFullDisk(t, run, "-h")
}

func TestBrokenSourceIsAnError(t *testing.T) {
	program := cli.Program[int]{Name: "tool", Source: "no Go", Parse: func(*flag.FlagSet, []string) (int, error) { return 0, flag.ErrHelp }}
	if code, _, stderr := clitest.Run(program.Run).Call(t); code != 1 || !strings.Contains(stderr, "main.go") {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
}

func TestMisuse(t *testing.T) {
	run := tool(func(context.Context, int, io.Writer) error { return errors.New("work was done") })
	clitest.TestMisuse(t, "tool", run, "not defined: -nonsense", "-nonsense")
	clitest.TestMisuse(t, "tool", run, `"x"`, "-n", "x")
	clitest.TestMisuse(t, "tool", run, "flags go before FILE: -n stands behind a", "a", "b", "-n", "7")
}

func TestWorkEndsWhenStdoutIsFull(t *testing.T) {
	var after error
	run := tool(func(ctx context.Context, _ int, stdout io.Writer) error {
		for range 3 {
			_, after = stdout.Write([]byte("x"))
		}
		<-ctx.Done()
		return ctx.Err()
	})
	clitest.TestFullDisk(t, run)
	if after == nil {
		t.Error("stdout takes something after it failed")
	}
}
