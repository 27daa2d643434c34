package cli_test

import (
	"errors"
	"flag"
	"io"
	"strings"
	"testing"

	"github.com/clouddp/sdk/examples/internal/cli"
)

// newFlags returns flags that print nothing.
func newFlags() *flag.FlagSet {
	flags := flag.NewFlagSet("tool", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Bool("json", false, "")
	return flags
}

func TestFlagsGoBeforeFiles(t *testing.T) {
	for args, want := range map[string]string{
		"": "", "a b": "a b", "-json a -": "a -", "-json -- -a": "-a", "-- a -json": "a -json",
		"a -json": "error", "a b -": "a b -", "a -- b": "error",
	} {
		flags := newFlags()
		err := cli.ParseFlags(flags, strings.Fields(args))
		got := strings.Join(flags.Args(), " ")
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%q: %q, want %q (%v)", args, got, want, err)
		}
	}
}

func TestFlagsGoAroundTheCommand(t *testing.T) {
	for args, want := range map[string]string{
		"": ":", "-json": ":", "do": "do:", "-json do": "do:", "do -json": "do:", "do -json a": "do:a", "-json do a b": "do:a b",
	} {
		flags := newFlags()
		command, err := cli.ParseCommand(flags, strings.Fields(args))
		if got := command + ":" + strings.Join(flags.Args(), " "); err != nil || got != want {
			t.Errorf("%q: %q, want %q (%v)", args, got, want, err)
		}
		if set := flags.Lookup("json").Value.String(); (set == "true") != strings.Contains(args, "-json") {
			t.Errorf("%q: -json is %s", args, set)
		}
	}
	for args, help := range map[string]bool{
		"help": true, "-h": true, "do -h": true, "help do": true, "-json help": true,
		"-nonsense": false, "do -nonsense": false, "do a -json": false,
	} {
		if _, err := cli.ParseCommand(newFlags(), strings.Fields(args)); err == nil || errors.Is(err, flag.ErrHelp) != help {
			t.Errorf("%q: %v", args, err)
		}
	}
}
