// Alias sets, checks and removes the DNS alias of a cloud distribution point, and audits lists of aliases.
//
// Usage:
//
//	go run ./examples/alias                          a tour, against a DNS server of its own
//	go run ./examples/alias -server HOST:PORT [-zone Z] [-tsig NAME:ALG:SECRET] -name N -target T [-delete|-check]
//	go run ./examples/alias [-server HOST:PORT] audit FILE
//
// All take -json, which prints one JSON object per line. The secret of -tsig is Base64 and may be @FILE. It exits 0 on
// success, 1 on a found problem, 2 on wrong usage.
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
	json          bool
	server        string
	zone          string
	tsig          string
	name, target  string
	remove, check bool
	audit         string // the file to audit
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// errFound says that the work was done and found a problem, which has been printed.
var errFound = errors.New("a problem was found")

// run is the whole program: it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "alias:", err)
		return 2
	}
	p := &printer{w: stdout, json: o.json}
	switch err := o.work()(ctx, o, p); {
	case errors.Is(err, errFound):
		return 1
	case err != nil:
		fmt.Fprintln(stderr, "alias:", err)
		return 1
	}
	return 0
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

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("alias", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&o.json, "json", false, "print one JSON object per line")
	flags.StringVar(&o.server, "server", "", "the DNS server, as `HOST:PORT`")
	flags.StringVar(&o.zone, "zone", "", "the `ZONE` that holds the name; by default it is found")
	flags.StringVar(&o.tsig, "tsig", "", "the key that signs updates, as `NAME:ALG:SECRET`, for example k:hmac-sha256:@key.b64")
	flags.StringVar(&o.name, "name", "", "the alias, for example clouddp.contoso.com")
	flags.StringVar(&o.target, "target", "", "what it leads to, for example clouddp.cloudapp.net")
	flags.BoolVar(&o.remove, "delete", false, "remove the alias, if it leads to the target")
	flags.BoolVar(&o.check, "check", false, "only follow the alias and report")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch rest := flags.Args(); {
	case len(rest) == 2 && rest[0] == "audit":
		o.audit = rest[1]
	case len(rest) > 0:
		return o, fmt.Errorf("unexpected %q: the only subcommand is audit FILE", rest)
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
