package template

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/clouddp/sdk/internal/errs"
)

// Certutil is a command for a person to paste: certutil ("certutil", Microsoft Learn) sets or clears a flag of a
// template in the directory, or adds a template to those that an authority issues. Flags are called as in [MS-CRTD] and,
// those of private keys, as in the header certca.h of the Windows SDK; what has no name that every certutil knows is a
// number, as in Microsoft's KB5014754.
//
// [MS-CRTD]: https://learn.microsoft.com/openspecs/windows_protocols/ms-crtd
type Certutil struct {
	// Config is the authority as HOST\NAME; empty for a command about a flag, and for the authority of the computer itself.
	Config string
	// Template is the name of the template.
	Template string
	// Attribute is the LDAP name of the flags; empty to publish.
	Attribute string
	// Flag is the name of the flag, or a number such as 0x00080000, behind + or -; empty to publish.
	Flag string
}

var (
	// pasteable is what means the same in cmd.exe and PowerShell, in quotation marks at least; plain is it without them.
	pasteable = regexp.MustCompile(`^[A-Za-z0-9_.]([A-Za-z0-9_.\\ (),&+-]*[A-Za-z0-9_.()+-])?$`)
	plain     = regexp.MustCompile(`^[A-Za-z0-9_.\\+-]+$`)

	certutilAttribute = regexp.MustCompile(`^[A-Za-z][A-Za-z-]*$`)
	certutilFlag      = regexp.MustCompile(`^[+-](?:0[xX][0-9A-Fa-f]{1,8}|[A-Z][A-Z0-9_]*)$`)
)

// Certutil returns the commands that lead from existing to d and publish it, and the changes that certutil has no
// documented command for. The last of the commands publishes: make the rest of the changes before it. config is the
// authority as HOST\NAME, or empty for the computer that the commands run on. Names that cannot be pasted are an
// [*InvalidError].
func (d Desired) Certutil(existing Template, config string) (commands []Certutil, rest []Change, err error) {
	e := &errs.InvalidError{Subject: "template: certutil", Problems: d.problems()}
	switch {
	case existing.Name == "":
		e.Add("existing", "has no name: it is the template that the commands change")
	case !pasteable.MatchString(existing.Name):
		e.Add("existing", "%.300q has characters that a command line changes", existing.Name)
	case !strings.EqualFold(existing.Name, d.Template.Name):
		e.Add("existing", "%.300q is not %.300q", existing.Name, d.Template.Name)
	}
	if config != "" && !pasteable.MatchString(config) {
		e.Add("config", "%.300q has characters that a command line changes", config)
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
		{"msPKI-Private-Key-Flag", keyBits(existing), keyBits(d.Template), privateKeyBits},
		{"msPKI-Certificate-Name-Flag", uint32(existing.NameFlags), uint32(d.Template.NameFlags), nameBits},
	} {
		for _, flag := range flagSteps(w.was, w.want, w.flags) {
			commands = append(commands, Certutil{Template: existing.Name, Attribute: w.attribute, Flag: flag})
		}
	}
	commands = append(commands, Certutil{Config: config, Template: existing.Name})
	return commands, d.beyondCertutil(existing), nil
}

// keyVersions are no flags but two numbers, which change together with the schema version.
const keyVersions = PrivateKeyServerVersions | PrivateKeyClientVersions

func keyBits(t Template) uint32 { return uint32(t.PrivateKeyFlags &^ keyVersions) }

// flagSteps returns what to set and to clear on the way from one word to another: by name, then the rest by number.
func flagSteps(was, want uint32, flags []flagName) []string {
	var steps []string
	differ := was ^ want
	for _, f := range flags {
		if differ&f.bit == 0 || f.symbol == "" {
			continue
		}
		sign := "-"
		if want&f.bit != 0 {
			sign = "+"
		}
		steps = append(steps, sign+f.symbol)
		differ &^= f.bit
	}
	if set := differ & want; set != 0 {
		steps = append(steps, fmt.Sprintf("+0x%08X", set))
	}
	if clear := differ & was; clear != 0 {
		steps = append(steps, fmt.Sprintf("-0x%08X", clear))
	}
	return steps
}

// beyondCertutil returns the changes that are left when every flag is as desired.
func (d Desired) beyondCertutil(existing Template) []Change {
	then := existing.Clone()
	then.EnrollmentFlags, then.NameFlags = d.Template.EnrollmentFlags, d.Template.NameFlags
	then.PrivateKeyFlags = existing.PrivateKeyFlags&keyVersions | d.Template.PrivateKeyFlags&^keyVersions
	access, _ := accessChanges(existing, d.Template)
	return append(attributeChanges(then, d.Template), access...)
}

// String returns the command line. Fields that would mean something else there give a remark instead, which names the
// field and runs nothing.
func (c Certutil) String() string {
	if field := c.notPasteable(); field != "" {
		return "REM certutil: " + field + " is empty or has characters that a command line changes"
	}
	if c.Attribute != "" {
		return fmt.Sprintf("certutil -dsTemplate %s %s %s", quoted(c.Template), c.Attribute, c.Flag)
	}
	if c.Config == "" {
		return "certutil -SetCATemplates " + quoted("+"+c.Template)
	}
	return fmt.Sprintf("certutil -config %s -SetCATemplates %s", quoted(c.Config), quoted("+"+c.Template))
}

// notPasteable returns the name of the first field that a command line cannot hold, "" if there is none.
func (c Certutil) notPasteable() (field string) {
	isFlag := c.Attribute != "" || c.Flag != ""
	switch {
	case !isTemplateName(c.Template) || !pasteable.MatchString(c.Template):
		return "Template"
	case c.Config != "" && (isFlag || !pasteable.MatchString(c.Config)):
		return "Config"
	case isFlag && !certutilAttribute.MatchString(c.Attribute):
		return "Attribute"
	case isFlag && !certutilFlag.MatchString(c.Flag):
		return "Flag"
	}
	return ""
}

func quoted(s string) string {
	if plain.MatchString(s) {
		return s
	}
	return `"` + s + `"`
}

var certutilForm = regexp.MustCompile(`^(?i:certutil(?:\.exe)?) +(?:` +
	`(?i:-dsTemplate) +(?P<template>"[^"]+"|[^" ]+) +(?P<attribute>[^" ]+) +(?P<flag>[^" ]+)|` +
	`(?:(?i:-config) +(?P<config>"[^"]+"|[^" ]+) +)?(?i:-SetCATemplates) +(?P<published>"\+[^"]+"|\+[^" ]+))$`)

// ParseCertutil reads one command line as [Certutil.String] returns it, or as it is published, with certutil and its
// options in any case. Anything else is an [*InvalidError].
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
	if field := c.notPasteable(); field != "" {
		return Certutil{}, errs.Invalid("template: certutil", "line", "%.300q: %s is not one that certutil takes", line, field)
	}
	return c, nil
}
