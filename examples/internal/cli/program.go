// Package cli is what the examples share as programs: exit codes, a usage text, and a standard output that may fail.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

// ErrFound says that the work was done and found a problem, which has been printed.
var ErrFound = errors.New("a problem was found")

// Program is an example whose command line is read into an O.
type Program[O any] struct {
	// Name is the name of its folder.
	Name string
	// Source is its main.go, whose doc comment is the usage text.
	Source string
	// Parse defines the flags and reads the command line, by ParseFlags or ParseCommand. Its errors are wrong usage.
	Parse func(flags *flag.FlagSet, args []string) (O, error)
	// Work does what is asked for. Its context ends early if stdout takes no more.
	Work func(ctx context.Context, o O, stdout io.Writer) error
}

// Main runs an example until it is done or interrupted, and exits with its code.
func Main(run func(ctx context.Context, args []string, stdout, stderr io.Writer) int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Run returns the exit code: 0 for success, 1 for a found problem, 2 for wrong usage.
func (p Program[O]) Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out := &output{w: stdout, failed: cancel}
	flags := flag.NewFlagSet(p.Name, flag.ContinueOnError)
	flags.SetOutput(io.Discard) // what is wrong is said once, here
	o, err := p.Parse(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		err = p.help(out, flags)
	case err != nil:
		fmt.Fprintf(stderr, "%[1]s: %[2]v\nRun \"%[1]s -h\" for usage.\n", p.Name, err)
		return 2
	default:
		err = p.Work(ctx, o, out)
	}
	if out.err != nil { // whatever else went wrong is a consequence
		err = fmt.Errorf("standard output: %w", out.err)
	}
	return p.tell(err, stderr)
}

// remedied is an error that knows what to do about it.
type remedied interface {
	error
	Remedy() string
}

// tell prints how the work went wrong, if it did, and returns the exit code.
func (p Program[O]) tell(err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, ErrFound):
		return 1
	}
	fmt.Fprintf(stderr, "%s: %v\n", p.Name, err)
	if remedy := Remedy(err); remedy != "" {
		fmt.Fprintf(stderr, "%s: %s\n", p.Name, remedy)
	}
	return 1
}

// Remedy returns what to do about an error, as far as it knows.
func Remedy(err error) string {
	if r, ok := errors.AsType[remedied](err); ok {
		return r.Remedy()
	}
	return ""
}
