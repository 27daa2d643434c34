// Alias sets, checks and removes the DNS alias of a cloud distribution point, and audits lists of aliases.
//
// Usage:
//
//	go run ./examples/alias                          a tour, against a DNS server of its own
//	go run ./examples/alias -server HOST:PORT [-zone Z] [-tsig NAME:ALG:SECRET] -name N -target T [-delete|-check]
//	go run ./examples/alias [-server HOST:PORT] audit FILE
//
// All take -json, which prints one JSON object per line. The secret of -tsig is Base64 and may be @FILE. Each line of the
// FILE that audit reads holds an alias and, if it is known, where it should lead. audit asks the servers of
// /etc/resolv.conf unless -server names one.
//
// It exits 0 on success, 1 on a found problem, 2 on wrong usage. Under go run every failure is a 1; the program that
// go build ./examples/alias builds shows the code itself.
package main

import (
	"context"
	_ "embed" // for the usage text
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/clouddp/sdk/examples/internal/cli"
)

//go:embed main.go
var source string

// options are the command line.
type options struct {
	json          bool
	server        string
	zone          string
	tsig          string
	name, target  string
	remove, check bool
	audit         string // the file to audit
}

func main() { cli.Main(run) }

// run is the whole program: it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	program := cli.Program[options]{
		Name: "alias", Source: source, Parse: parse,
		Work: func(ctx context.Context, o options, stdout io.Writer) error {
			return o.work()(ctx, o, &printer{w: stdout, json: o.json})
		},
	}
	return program.Run(ctx, args, stdout, stderr)
}

// work returns what the options ask for.
func (o options) work() func(context.Context, options, *printer) error {
	switch {
	case o.audit != "":
		return audit
	case o.server == "":
		return tour
	case o.check:
		return check
	case o.remove:
		return remove
	}
	return ensure
}

func parse(flags *flag.FlagSet, args []string) (options, error) {
	var o options
	flags.BoolVar(&o.json, "json", false, "print one JSON object per line")
	flags.StringVar(&o.server, "server", "", "the DNS server, as `HOST:PORT`")
	flags.StringVar(&o.zone, "zone", "", "the `ZONE` that holds the name; by default it is found")
	flags.StringVar(&o.tsig, "tsig", "", "the key that signs updates, as `NAME:ALG:SECRET`, for example k:hmac-sha256:@key.b64")
	flags.StringVar(&o.name, "name", "", "the alias, for example clouddp.contoso.com")
	flags.StringVar(&o.target, "target", "", "what it leads to, for example clouddp.cloudapp.net")
	flags.BoolVar(&o.remove, "delete", false, "remove the alias, if it leads to the target")
	flags.BoolVar(&o.check, "check", false, "only follow the alias and report")
	command, err := cli.ParseCommand(flags, args)
	switch {
	case err != nil:
		return o, err
	case command == "audit" && flags.NArg() == 1:
		o.audit = flags.Arg(0)
	case command == "audit":
		return o, fmt.Errorf("audit takes one FILE, not %d", flags.NArg())
	case command != "":
		return o, fmt.Errorf("unexpected %q: the only subcommand is audit FILE", command)
	}
	return o, o.validate()
}

// validate checks that the options make sense together.
func (o options) validate() error {
	changes := o.zone+o.tsig != "" || o.remove || o.check
	switch {
	case o.audit != "" && (changes || o.name+o.target != ""):
		return errors.New("audit takes -server and -json only")
	case o.audit != "":
		return nil
	case o.server == "" && (changes || o.name+o.target != ""):
		return errors.New("-server is missing")
	case o.server != "" && (o.name == "" || o.target == ""):
		return errors.New("-server needs -name and -target")
	case o.remove && o.check:
		return errors.New("-delete and -check exclude each other")
	}
	return nil
}
