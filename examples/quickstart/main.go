// Quickstart puts a cloud distribution point into service, from certificate template to verified download, and takes it
// out again: in one process, on loopback, with real cryptography and real sockets, without any account.
//
// Usage:
//
//	go run ./examples/quickstart [-json] [-keep DIR] [-one-certificate] [-cloud classic] [-break STEP]
//
// With -json it prints one object per step. -keep takes a DIR that holds none of its files yet: a key is never overwritten.
// What a journey that failed has written stays there, too.
//
// It exits 0 if every step was done and proven, 1 if one was not, 2 on wrong usage. Under go run every failure is a 1; the
// program that go build ./examples/quickstart builds shows the code itself.
package main

import (
	"context"
	_ "embed" // for the usage text
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"

	"github.com/clouddp/sdk/examples/internal/cli"
)

//go:embed main.go
var source string

// options are the command line.
type options struct {
	json           bool
	keep           string
	oneCertificate bool
	breakStep      int
}

func main() { cli.Main(run) }

// run is the whole program: it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	program := cli.Program[options]{
		Name: "quickstart", Source: source, Parse: parse,
		Work: func(ctx context.Context, o options, stdout io.Writer) error {
			return travel(ctx, o, o.reporter(stdout))
		},
	}
	return program.Run(ctx, args, stdout, stderr)
}

func (o options) reporter(stdout io.Writer) reporter {
	if o.json {
		return &jsonReporter{w: stdout}
	}
	return &textReporter{w: stdout}
}

func parse(flags *flag.FlagSet, args []string) (options, error) {
	var o options
	flags.BoolVar(&o.json, "json", false, "print one JSON object per step")
	flags.StringVar(&o.keep, "keep", "", "write the certificates, CloudMgr.log and manifest.json to `DIR`")
	flags.BoolVar(&o.oneCertificate, "one-certificate", false, "use one certificate for the service and for management, as the old guide does")
	cloud := flags.String("cloud", "classic", "the `CLOUD` to deploy to: classic")
	flags.Func("break", fmt.Sprintf("break the proof of `STEP`, 1 to %d, on purpose, to see how a failure reads", len(journey())), func(step string) (err error) {
		o.breakStep, err = parseStep(step)
		return err
	})
	unexpected, err := cli.ParseCommand(flags, args)
	switch {
	case err != nil:
		return o, err
	case unexpected != "":
		return o, fmt.Errorf("unexpected argument %q", unexpected)
	case *cloud == "resourcemanager":
		return o, errors.New("-cloud resourcemanager comes with the Resource Manager driver, which this release does not have; use -cloud classic")
	case *cloud != "classic":
		return o, fmt.Errorf("-cloud %q is not classic", *cloud)
	}
	return o, nil
}

func parseStep(step string) (int, error) {
	number, err := strconv.Atoi(step)
	if err != nil || number < 1 || number > len(journey()) {
		return 0, fmt.Errorf("give the number of a step, 1 to %d", len(journey()))
	}
	return number, nil
}
