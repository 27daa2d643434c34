package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/clouddp/sdk/clientsettings"
	"github.com/clouddp/sdk/examples/internal/cli"
)

// textReport prints what a person wants to read.
func textReport(w io.Writer, resolutions []clientsettings.Resolution) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.StripEscape)
	allowed := 0
	for _, r := range resolutions {
		verdict := "may not use"
		if r.Allowed() {
			verdict = "may use"
			allowed++
		}
		fmt.Fprintf(table, "%v %s %s cloud distribution points\n", r.Target.Kind, cli.Clean(r.Target.Name), verdict)
		printSteps(table, r.Steps)
		for _, companion := range r.Companions {
			fmt.Fprintf(table, "  %v: %v, by %s\n", companion.Setting, companion.Value, decider(companion))
		}
		fmt.Fprintln(table)
	}
	fmt.Fprintf(table, "%d of %d may use cloud distribution points.\n", allowed, len(resolutions))
	return table.Flush()
}

// printSteps prints the policies that were asked, an arrow at the one that decided.
func printSteps(w io.Writer, steps []clientsettings.Step) {
	for _, step := range steps {
		mark := "  "
		if step.Decided {
			mark = "->"
		}
		fmt.Fprintf(w, "  %s %5d\t%s\t%s\n", mark, step.Priority, cli.Clean(step.Policy), cli.Clean(step.Reason))
	}
}

// decider says who decided a companion setting; -json has all of its steps.
func decider(companion clientsettings.Companion) string {
	if companion.Policy == "" {
		return "no policy"
	}
	return cli.Clean(companion.Policy)
}

// jsonReport prints one object per line, the [clientsettings.Resolution].
func jsonReport(w io.Writer, resolutions []clientsettings.Resolution) error {
	for _, r := range resolutions {
		if err := cli.JSON(w, r); err != nil {
			return err
		}
	}
	return nil
}
