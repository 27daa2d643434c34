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
// usage.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/clouddp/sdk/clientsettings"
)

// options are the command line.
type options struct {
	policies, targets string
	json              bool
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the whole program: it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "settings:", err)
		return 2
	}
	if err := explain(o, stdout); err != nil {
		fmt.Fprintln(stderr, "settings:", err)
		return 1
	}
	return 0
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("settings", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.policies, "policies", "", "read the client settings policies of a site from `FILE`")
	flags.StringVar(&o.targets, "targets", "", "read the devices and users from `FILE`")
	flags.BoolVar(&o.json, "json", false, "print one JSON object per device or user")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return o, nil
}

// explain resolves the settings of every target and prints them.
func explain(o options, stdout io.Writer) error {
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
