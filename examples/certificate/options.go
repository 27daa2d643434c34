package main

import (
	"flag"
	"fmt"
	"slices"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/examples/internal/cli"
)

// takes are the flags of each command, besides -json, and how many files it wants.
var takes = map[string]struct {
	flags    []string
	min, max int
}{
	"":        {[]string{"cn", "out", "profile", "password-file"}, 0, 0},
	"plan":    {nil, 0, 0},
	"inspect": {nil, 1, 1},
	"check":   {[]string{"role", "fqdn", "template", "renews", "management", "password-file", "revocation"}, 1, 1},
	"watch":   {[]string{"once", "password-file"}, 1, 1000},
}

// The roles of a certificate.
const (
	roleService    = "service"
	roleManagement = "management"
)

func parse(flags *flag.FlagSet, args []string) (o options, err error) {
	flags.BoolVar(&o.json, "json", false, "print one JSON object per line")
	flags.StringVar(&o.commonName, "cn", "clouddp.contoso.com", "the service FQDN, which becomes the common `NAME`")
	flags.StringVar(&o.out, "out", "", "write CloudDP.cer and CloudDP.pfx to `DIR`")
	profile := flags.String("profile", certs.WindowsLegacy.String(), "what the .pfx file is for: `windows-legacy` or windows-2019")
	flags.StringVar(&o.passwordFile, "password-file", "", "the `FILE` that holds the password of a .pfx file")
	flags.StringVar(&o.fqdn, "fqdn", "", "check: the service FQDN; by default the certificate's own `NAME`")
	flags.StringVar(&o.role, "role", roleService, "check: what the certificate is for: `service` or management")
	flags.StringVar(&o.template, "template", "", "check: the object identifier (`OID`) of the template that it should come from")
	flags.StringVar(&o.renews, "renews", "", "check: the `FILE` of the certificate that it follows")
	flags.StringVar(&o.management, "management", "", "check: the `FILE` of the management certificate that it works with")
	flags.BoolVar(&o.revocation, "revocation", false, "check: fetch the revocation list")
	flags.BoolVar(&o.once, "once", false, "watch: look once")
	if o.command, err = cli.ParseCommand(flags, args); err != nil {
		return o, err
	}
	o.files = flags.Args()
	if o.profile, err = parseProfile(*profile); err != nil {
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
	case o.role != roleService && o.role != roleManagement:
		return fmt.Errorf("-role %q is neither %s nor %s", o.role, roleService, roleManagement)
	case len(o.files) > taken.max:
		return fmt.Errorf("unexpected argument %q", o.files[taken.max])
	}
	var err error
	flags.Visit(func(f *flag.Flag) {
		if f.Name != "json" && !slices.Contains(taken.flags, f.Name) {
			err = fmt.Errorf("-%s does not go with %s", f.Name, o.title())
		}
	})
	return err
}

// title is what the command is called.
func (o options) title() string {
	if o.command == "" {
		return "no subcommand"
	}
	return o.command
}

func parseProfile(name string) (certs.Profile, error) {
	for _, p := range []certs.Profile{certs.WindowsLegacy, certs.Windows2019} {
		if p.String() == name {
			return p, nil
		}
	}
	return 0, fmt.Errorf("-profile %q is neither %s nor %s", name, certs.WindowsLegacy, certs.Windows2019)
}
