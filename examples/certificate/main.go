// Certificate takes the certificate of a cloud distribution point from its template to the files that Configuration Manager
// and Azure import, and looks into certificates that exist.
//
// Usage:
//
//	go run ./examples/certificate [-cn N] [-out DIR] [-profile windows-legacy|windows-2019] [-password-file F]
//	go run ./examples/certificate plan
//	go run ./examples/certificate inspect FILE
//	go run ./examples/certificate check [-fqdn N] [-password-file F] [-revocation] FILE
//	go run ./examples/certificate watch [-once] [-password-file F] FILE...
//
// The first and plan work with an enterprise authority in memory; plan also says how to get there with Windows' own tools.
// Without -out the first shows what it would write and keeps nothing. A FILE is a .pfx or a .cer; the password of a .pfx
// is in the file that -password-file names or, without, in FILE.password beside it. inspect needs none. check prints
// every finding with its remedy, and fetches the revocation list if -revocation allows it to use the network. watch
// prints each file's stage of life and, until it is interrupted, each new one.
//
// All take -json, which prints one JSON object per line. It exits 0 on success, 1 on a found problem, 2 on wrong usage. A
// problem is what could not be done; of findings those of level ERROR, not WARN and INFO; to watch an expired certificate
// and, with -once, one that ends within 30 days or is not valid yet.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"

	"github.com/clouddp/sdk/certs"
)

// options are the command line.
type options struct {
	command      string // empty for the whole way
	files        []string
	json         bool
	commonName   string
	out          string
	profile      certs.Profile
	passwordFile string
	fqdn         string
	revocation   bool
	once         bool
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
		fmt.Fprintln(stderr, "certificate:", err)
		return 2
	}
	work := map[string]func(context.Context, options, *printer) error{
		"": enroll, "plan": plan, "inspect": inspect, "check": check, "watch": watch,
	}[o.command]
	switch err := work(ctx, o, &printer{w: stdout, json: o.json}); {
	case errors.Is(err, errFound):
		return 1
	case err != nil:
		fmt.Fprintln(stderr, "certificate:", err)
		if denied, ok := errors.AsType[*certs.DeniedError](err); ok && denied.Remedy() != "" {
			fmt.Fprintln(stderr, "certificate:", denied.Remedy())
		}
		return 1
	}
	return 0
}

// takes are the flags of each command, besides -json, and how many files it wants.
var takes = map[string]struct {
	flags    []string
	min, max int
}{
	"":        {[]string{"cn", "out", "profile", "password-file"}, 0, 0},
	"plan":    {nil, 0, 0},
	"inspect": {nil, 1, 1},
	"check":   {[]string{"fqdn", "password-file", "revocation"}, 1, 1},
	"watch":   {[]string{"once", "password-file"}, 1, 1000},
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	var profile string
	flags := flag.NewFlagSet("certificate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&o.json, "json", false, "print one JSON object per line")
	flags.StringVar(&o.commonName, "cn", "clouddp.contoso.com", "the service FQDN, which becomes the common `NAME`")
	flags.StringVar(&o.out, "out", "", "write CloudDP.cer and CloudDP.pfx to `DIR`")
	flags.StringVar(&profile, "profile", certs.WindowsLegacy.String(), "what the .pfx file is for: `windows-legacy` or windows-2019")
	flags.StringVar(&o.passwordFile, "password-file", "", "the `FILE` that holds the password of a .pfx file")
	flags.StringVar(&o.fqdn, "fqdn", "", "check: the service FQDN; by default the certificate's own `NAME`")
	flags.BoolVar(&o.revocation, "revocation", false, "check: fetch the revocation list")
	flags.BoolVar(&o.once, "once", false, "watch: look once")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 { // flags may stand behind the command too
		o.command = flags.Arg(0)
		if err := flags.Parse(flags.Args()[1:]); err != nil {
			return o, err
		}
	}
	o.files = flags.Args()
	var err error
	if o.profile, err = parseProfile(profile); err != nil {
		return o, err
	}
	return o, o.validate(flags)
}

// validate checks that the options make sense together.
func (o options) validate(flags *flag.FlagSet) error {
	taken, ok := takes[o.command]
	switch {
	case !ok:
		return fmt.Errorf("unexpected %q: the subcommands are plan, inspect, check and watch", o.command)
	case len(o.files) < taken.min:
		return fmt.Errorf("%s needs a FILE", o.command)
	case len(o.files) > taken.max:
		return fmt.Errorf("unexpected argument %q", o.files[taken.max])
	}
	var err error
	flags.Visit(func(f *flag.Flag) {
		if f.Name != "json" && !slices.Contains(taken.flags, f.Name) {
			err = fmt.Errorf("-%s does not go with %q", f.Name, o.command)
		}
	})
	return err
}

func parseProfile(name string) (certs.Profile, error) {
	for _, p := range []certs.Profile{certs.WindowsLegacy, certs.Windows2019} {
		if p.String() == name {
			return p, nil
		}
	}
	return 0, fmt.Errorf("-profile %q is neither %s nor %s", name, certs.WindowsLegacy, certs.Windows2019)
}
