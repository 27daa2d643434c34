// Certificate takes the certificate of a cloud distribution point from its template to the files that Configuration Manager
// and Azure import, and looks into certificates that exist.
//
// Usage:
//
//	go run ./examples/certificate [-cn N] [-out DIR] [-profile windows-legacy|windows-2019] [-password-file F]
//	go run ./examples/certificate plan
//	go run ./examples/certificate inspect FILE
//	go run ./examples/certificate check [-fqdn N] [-password-file F] [-revocation] FILE
//	go run ./examples/certificate check [-role service|management] [-template OID] [-renews F] [-management F] FILE
//	go run ./examples/certificate watch [-once] [-password-file F] FILE|DIR...
//
// The first and plan work with an enterprise authority in memory; plan also says how to get there with Windows' own tools.
// Without -out the first shows what it would write and keeps nothing; with it, it writes CloudDP.cer, CloudDP.pfx and,
// without -password-file, CloudDP.pfx.password, all or none: a DIR that holds one of them already is refused.
//
// A FILE is a .pfx or a .cer; the password of a .pfx is in the file that -password-file names or, without, in FILE.password
// beside it. inspect needs none. check prints every finding with its remedy, for a certificate of the service or, with -role,
// for one of management: alone, after the certificate that it renews, and beside the management certificate, whose key it
// must not share. It fetches the revocation list if -revocation allows it to use the network. watch prints each file's stage of life and, until it is interrupted, each new one; of a DIR
// it takes the .cer, .crt, .pfx and .p12 files. A file that cannot be read, as while it is being renewed, is reported and
// looked at again.
//
// All take -json, which prints one JSON object per line. It exits 0 on success, 1 on a found problem, 2 on wrong usage. A
// problem is what could not be done; of findings those of level ERROR, not WARN and INFO; to watch an expired certificate,
// a file that cannot be read and, with -once, a certificate that ends within 30 days or is not valid yet. Under go run
// every failure is a 1; the program that go build ./examples/certificate builds shows the code itself.
package main

import (
	"context"
	_ "embed" // for the usage text
	"io"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/examples/internal/cli"
)

//go:embed main.go
var source string

// options are the command line.
type options struct {
	command      string // empty for the whole way
	files        []string
	json         bool
	commonName   string
	out          string
	profile      certs.Profile
	passwordFile string
	role         string
	fqdn         string
	template     string
	renews       string
	management   string
	revocation   bool
	once         bool
}

func main() { cli.Main(run) }

// run is the whole program: it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	program := cli.Program[options]{
		Name: "certificate", Source: source, Parse: parse,
		Work: func(ctx context.Context, o options, stdout io.Writer) error {
			return o.work()(ctx, o, &printer{w: stdout, diagnostics: stderr, json: o.json})
		},
	}
	return program.Run(ctx, args, stdout, stderr)
}

// work returns what the options ask for.
func (o options) work() func(context.Context, options, *printer) error {
	switch o.command {
	case "plan":
		return plan
	case "inspect":
		return inspect
	case "check":
		return check
	case "watch":
		return watch
	}
	return enroll
}
