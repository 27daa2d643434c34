package template

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// Certutil is a command for a person to paste: certutil ("certutil", Microsoft Learn) sets or clears a flag of a
// template in the directory, or adds a template to those that an authority issues. Flags are called as in [MS-CRTD] and,
// those of private keys, as in the header certca.h of the Windows SDK.
//
// [MS-CRTD]: https://learn.microsoft.com/openspecs/windows_protocols/ms-crtd
type Certutil struct {
	// Config is the authority as HOST\NAME; empty for a command about a flag, and for the authority of the computer itself.
	Config string
	// Template is the name of the template.
	Template string
	// Attribute is the LDAP name of the flags; empty to publish.
	Attribute string
	// Flag is the name of the flag behind + or -; empty to publish.
	Flag string
}

var (
	// pasteable is what means the same in cmd.exe and PowerShell, in quotation marks at least; plain is it without them.
	pasteable = regexp.MustCompile(`^[A-Za-z0-9_.]([A-Za-z0-9_.\\ (),&+-]*[A-Za-z0-9_.()+-])?$`)
	plain     = regexp.MustCompile(`^[A-Za-z0-9_.\\+-]+$`)
)

// Certutil returns the commands that lead from existing to d and publish it, and the changes that certutil has no
// documented command for. config is the authority as HOST\NAME, or empty for the computer that the commands run on. Names
// that cannot be pasted are an [*InvalidError].
func (d Desired) Certutil(existing Template, config string) (commands []Certutil, rest []Change, err error) {
	e := &errs.InvalidError{Subject: "template: certutil", Problems: d.problems()}
	if !isPasteable(existing.Name, config) {
		e.Add("config", "%.300q or %.100q has characters that a command line changes", config, existing.Name)
	}
	if !strings.EqualFold(existing.Name, d.Template.Name) {
		e.Add("existing", "%q is not %q", existing.Name, d.Template.Name)
	}
	if err := e.Err(); err != nil {
		return nil, nil, err
	}
	for _, w := range []struct {
		attribute string
		was, want uint32
		flags     []flagName
	}{
		{"msPKI-Enrollment-Flag", uint32(existing.EnrollmentFlags), uint32(d.Template.EnrollmentFlags), enrollmentBits},
		{"msPKI-Private-Key-Flag", uint32(existing.PrivateKeyFlags), uint32(d.Template.PrivateKeyFlags), privateKeyBits},
		{"msPKI-Certificate-Name-Flag", uint32(existing.NameFlags), uint32(d.Template.NameFlags), nameBits},
	} {
		for _, f := range w.flags {
			if (w.was^w.want)&f.bit == 0 {
				continue
			}
			sign := "-"
			if w.want&f.bit != 0 {
				sign = "+"
			}
			commands = append(commands, Certutil{Template: existing.Name, Attribute: w.attribute, Flag: sign + f.symbol})
		}
	}
	commands = append(commands, Certutil{Config: config, Template: existing.Name})
	return commands, d.beyondCertutil(existing), nil
}

// isPasteable looks at the names in a command. Only config may be empty.
func isPasteable(name, config string) bool {
	return pasteable.MatchString(name) && (config == "" || pasteable.MatchString(config))
}

// beyondCertutil returns the changes that are left when every flag with a name is as desired.
func (d Desired) beyondCertutil(existing Template) []Change {
	named := func(flags []flagName) (mask uint32) {
		for _, f := range flags {
			mask |= f.bit
		}
		return mask
	}
	enrollment, names := EnrollmentFlags(named(enrollmentBits)), NameFlags(named(nameBits))
	keys := PrivateKeyFlags(named(privateKeyBits))
	then := existing.Clone()
	then.EnrollmentFlags = then.EnrollmentFlags&^enrollment | d.Template.EnrollmentFlags&enrollment
	then.NameFlags = then.NameFlags&^names | d.Template.NameFlags&names
	then.PrivateKeyFlags = then.PrivateKeyFlags&^keys | d.Template.PrivateKeyFlags&keys
	access, _ := accessChanges(existing, d.Template)
	return append(attributeChanges(then, d.Template), access...)
}

// String returns the command line.
func (c Certutil) String() string {
	if c.Attribute != "" {
		return fmt.Sprintf("certutil -dsTemplate %s %s %s", quoted(c.Template), c.Attribute, c.Flag)
	}
	if c.Config == "" {
		return "certutil -SetCATemplates " + quoted("+"+c.Template)
	}
	return fmt.Sprintf("certutil -config %s -SetCATemplates %s", quoted(c.Config), quoted("+"+c.Template))
}

func quoted(s string) string {
	if plain.MatchString(s) {
		return s
	}
	return `"` + s + `"`
}

var certutilForm = regexp.MustCompile(`^certutil(?:\.exe)? +(?:` +
	`-dsTemplate +(?P<template>"[^"]+"|[^" ]+) +(?P<attribute>[A-Za-z-]+) +(?P<flag>[+-][A-Z0-9_]+)|` +
	`(?:-config +(?P<config>"[^"]+"|[^" ]+) +)?-SetCATemplates +(?P<published>"\+[^"]+"|\+[^" ]+))$`)

// ParseCertutil reads one command line as [Certutil.String] returns it. Anything else is an [*InvalidError].
func ParseCertutil(line string) (Certutil, error) {
	match := certutilForm.FindStringSubmatch(strings.TrimSpace(line))
	if match == nil {
		return Certutil{}, errs.Invalid("template: certutil", "line", "%.300q neither sets a flag of a template nor publishes one", line)
	}
	part := func(name string) string { return strings.Trim(match[certutilForm.SubexpIndex(name)], `"`) }
	c := Certutil{Config: part("config"), Template: part("template"), Attribute: part("attribute"), Flag: part("flag")}
	if c.Template == "" {
		c.Template = strings.TrimPrefix(part("published"), "+")
	}
	if !isTemplateName(c.Template) || !isPasteable(c.Template, c.Config) {
		return Certutil{}, errs.Invalid("template: certutil", "line", "%.300q names no template or authority", line)
	}
	return c, nil
}
