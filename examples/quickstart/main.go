// Quickstart puts a cloud distribution point into service, from certificate template to verified download, and takes it
// out again: in one process, on loopback, with real cryptography and real sockets, without any account.
//
// Usage:
//
//	go run ./examples/quickstart [-json] [-keep DIR] [-one-certificate] [-cloud classic] [-break STEP]
//
// It exits 0 if every step was done and proven, 1 if one was not, 2 on wrong usage.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

// options are the command line.
type options struct {
	json           bool
	keep           string
	oneCertificate bool
	breakStep      int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program: it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "quickstart:", err)
		return 2
	}
	var reporter reporter = &textReporter{w: stdout}
	if o.json {
		reporter = &jsonReporter{w: stdout}
	}
	if err := travel(ctx, o, reporter); err != nil {
		fmt.Fprintln(stderr, "quickstart:", err)
		return 1
	}
	return 0
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	var cloud string
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&o.json, "json", false, "print one JSON object per step")
	flags.StringVar(&o.keep, "keep", "", "write the certificates, CloudMgr.log and manifest.json to `DIR`")
	flags.BoolVar(&o.oneCertificate, "one-certificate", false, "use one certificate for the service and for management, as the old guide does")
	flags.StringVar(&cloud, "cloud", "classic", "the cloud to deploy to: classic")
	flags.IntVar(&o.breakStep, "break", 0, "break the proof of `STEP` on purpose, to see how a failure reads")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case cloud == "resourcemanager":
		return o, errors.New("-cloud resourcemanager comes with the Resource Manager driver, which this release does not have; use -cloud classic")
	case cloud != "classic":
		return o, fmt.Errorf("-cloud %q is not classic", cloud)
	case o.breakStep < 0 || o.breakStep > len(journey()):
		return o, fmt.Errorf("-break %d is not a step: 1 to %d", o.breakStep, len(journey()))
	}
	return o, nil
}
