package main

import (
	"context"

	"github.com/clouddp/sdk/certs/template"
)

// plan prints what the forest lacks of the template, and what is risky about it.
func plan(ctx context.Context, _ options, p *printer) error {
	ca, desired := enterprise()
	changes, err := template.Plan(ctx, ca, desired)
	if err != nil {
		return err
	}
	for i, c := range changes {
		object := described(c)
		object["change"] = i + 1
		p.say(object, "%d. %s", i+1, c)
	}
	duplicate, err := duplicated(ctx, ca, desired)
	if err != nil {
		return err
	}
	if err := byHand(desired, duplicate, p); err != nil {
		return err
	}
	return p.findings(desired.Template.Check())
}

// described returns a change for a program to read.
func described(c template.Change) map[string]any {
	object := map[string]any{"action": c.Action, "template": c.Template, "text": c.String()}
	for name, value := range map[string]string{
		"oid": c.OID, "attribute": c.Attribute, "from": c.From, "to": c.To, "ca": c.CA,
		"principal": string(c.Principal), "principalName": c.PrincipalName,
	} {
		if value != "" {
			object[name] = value
		}
	}
	if c.Rights != 0 {
		object["rights"] = c.Rights.String()
	}
	return object
}

// duplicated returns what the console makes of Web Server: its administrators may still enroll.
func duplicated(ctx context.Context, directory template.Directory, desired template.Desired) (template.Template, error) {
	t := template.WebServer().Duplicate(desired.Template.DisplayName)
	for _, name := range []string{"Domain Admins", "Enterprise Admins"} {
		sid, err := directory.GroupSID(ctx, name)
		if err != nil {
			return t, err
		}
		rights := template.Read | template.Write | template.Enroll
		t.Access = append(t.Access, template.Access{SID: sid, Rights: rights, Name: name})
	}
	return t, nil
}

// byHand prints how an administrator gets to the same template with Windows' own tools. It is published last: an
// authority must not see it while others may enroll.
func byHand(desired template.Desired, duplicate template.Template, p *printer) error {
	commands, console, err := desired.Certutil(duplicate, "")
	if err != nil {
		return err
	}
	p.note("\nBy hand: duplicate Web Server as %q, then", duplicate.DisplayName)
	run := func(c template.Certutil) { p.say(map[string]any{"command": c.String()}, "  %s", c) }
	last := len(commands) - 1
	for _, c := range commands[:last] {
		run(c)
	}
	for _, c := range console {
		p.say(map[string]any{"console": c.String()}, "  in the console: %s", c)
	}
	run(commands[last])
	return nil
}
