// Logs prints Configuration Manager logs: in UTC, in order of time, as a person or as a program wants to read them.
// Without a file it prints a CloudMgr.log of its own making.
//
// Usage:
//
//	go run ./examples/logs [-json] [-follow] [-bias west|east] [-component NAME] [-severity info|warning|error]
//		[-since TIME|DURATION] [-text TEXT] [FILE…]
//
// -json prints one object per record. -follow waits for more, until it is interrupted.
//
// It exits 0 if the logs were read, 1 if one could not be, 2 on wrong usage. Under go run every failure is a 1; the
// program that go build ./examples/logs builds shows the code itself.
package main

import (
	"context"
	_ "embed" // for the usage text
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/clouddp/sdk/examples/internal/cli"
	"github.com/clouddp/sdk/statusmsg/cmlog"
)

//go:embed main.go
var source string

// options are the command line.
type options struct {
	json, follow bool
	log          cmlog.Options
	filter       filter
	files        []string
}

func main() { cli.Main(run) }

// run is the whole program: it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	colours := isTerminal(stdout) && os.Getenv("NO_COLOR") == ""
	program := cli.Program[options]{
		Name: "logs", Source: source,
		Parse: func(flags *flag.FlagSet, args []string) (options, error) { return parse(flags, args, time.Now()) },
		Work: func(ctx context.Context, o options, stdout io.Writer) error {
			err := show(ctx, o, printerFor(o, stdout, colours))
			if o.follow && ctx.Err() != nil {
				err = nil // following ends when the reader has seen enough
			}
			return err
		},
	}
	return program.Run(ctx, args, stdout, stderr)
}

// show prints the entries of all logs that pass the filter.
func show(ctx context.Context, o options, to printer) error {
	for event, err := range cmlog.Events(entries(ctx, o)) {
		if err == nil && o.filter.passes(event.Entry) {
			err = to(event)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func parse(flags *flag.FlagSet, args []string, now time.Time) (options, error) {
	var o options
	var bias, severity, since string
	flags.BoolVar(&o.json, "json", false, "print one JSON object per record")
	flags.BoolVar(&o.follow, "follow", false, "wait for more at the end, through rotation and truncation")
	flags.StringVar(&bias, "bias", "west", "`west` if UTC = local + bias, as the product writes; east for scripts with the opposite sign")
	flags.StringVar(&o.filter.component, "component", "", "only records of the component `NAME`")
	flags.StringVar(&severity, "severity", "", "only records of this severity or worse: `info`, warning or error")
	flags.StringVar(&since, "since", "", "only records since `TIME`, in RFC 3339, or since a duration such as 2h ago")
	flags.StringVar(&o.filter.text, "text", "", "only records whose message holds `TEXT`, in any case")
	if err := cli.ParseFlags(flags, args); err != nil {
		return o, err
	}
	o.files = flags.Args()
	o.log.EastBias = bias == "east"
	o.log.LineBreaks = !o.json
	if bias != "west" && bias != "east" {
		return o, fmt.Errorf("-bias %q is neither west nor east", bias)
	}
	if o.follow && len(o.files) == 0 {
		return o, errors.New("-follow needs a FILE")
	}
	return o, o.filter.set(severity, since, now)
}
