// Settings tells which devices and users may use cloud distribution points, and which client settings policy says so.
//
// Usage:
//
//	go run ./examples/settings [-policies FILE.json] [-targets FILE.json] [-json]
//
// Without files it explains a small site of its own, whose policies.json and targets.json lie beside this program and
// show the form. With -json it prints one object per device or user.
//
// It exits 0 if every setting was resolved, be it to yes or no, 1 if a file cannot be read or holds a mistake, 2 on wrong
// usage. Under go run every failure is a 1; the program that go build ./examples/settings builds shows the code itself.
package main

import (
	"context"
	_ "embed" // for the usage text
	"flag"
	"fmt"
	"io"

	"github.com/clouddp/sdk/clientsettings"
	"github.com/clouddp/sdk/examples/internal/cli"
)

//go:embed main.go
var source string

// options are the command line.
type options struct {
	policies, targets string
	json              bool
}

func main() { cli.Main(run) }

// run is the whole program: it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	program := cli.Program[options]{Name: "settings", Source: source, Parse: parse, Work: explain}
	return program.Run(ctx, args, stdout, stderr)
}

func parse(flags *flag.FlagSet, args []string) (options, error) {
	var o options
	flags.StringVar(&o.policies, "policies", "", "read the client settings policies of a site from `FILE`")
	flags.StringVar(&o.targets, "targets", "", "read the devices and users from `FILE`")
	flags.BoolVar(&o.json, "json", false, "print one JSON object per device or user")
	unexpected, err := cli.ParseCommand(flags, args)
	if err == nil && unexpected != "" {
		err = fmt.Errorf("unexpected argument %q", unexpected)
	}
	return o, err
}

// explain resolves the settings of every target and prints them.
func explain(_ context.Context, o options, stdout io.Writer) error {
	policies, targets, err := readSite(o)
	if err != nil {
		return err
	}
	report := textReport
	if o.json {
		report = jsonReport
	}
	resolutions := make([]clientsettings.Resolution, 0, len(targets))
	for _, target := range targets {
		resolutions = append(resolutions, clientsettings.Resolve(target, policies))
	}
	return report(stdout, resolutions)
}
