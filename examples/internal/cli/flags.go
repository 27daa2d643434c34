package cli

import (
	"flag"
	"fmt"
	"slices"
	"strings"
)

// ParseFlags reads the flags and, behind them, files. A flag behind a file is refused, not taken for one more file, unless
// "--" stands before the files.
func ParseFlags(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		return err
	}
	files := flags.Args()
	if first := len(args) - len(files); first > 0 && args[first-1] == "--" {
		return nil
	}
	if i := slices.IndexFunc(files, isFlag); i > 0 {
		return fmt.Errorf("flags go before FILE: %s stands behind %s", files[i], files[0])
	}
	return nil
}

// ParseCommand reads a subcommand, which may be missing, and what ParseFlags reads; flags may stand before the subcommand
// and behind it.
func ParseCommand(flags *flag.FlagSet, args []string) (command string, err error) {
	if err := flags.Parse(args); err != nil || flags.NArg() == 0 {
		return "", err
	}
	command = flags.Arg(0)
	if command == "help" {
		return "", flag.ErrHelp
	}
	return command, ParseFlags(flags, flags.Args()[1:])
}

func isFlag(arg string) bool { return len(arg) > 1 && strings.HasPrefix(arg, "-") }
