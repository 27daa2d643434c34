package clouddp

import (
	"cmp"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/clouddp/sdk/certs"
)

// Finding is one thing that a check noticed. It has the fields of [certs.Finding] and converts from it.
type Finding struct {
	// ID is stable across releases: "cloud.name.taken".
	ID string
	// Severity is [slog.LevelError] for what will fail, [slog.LevelWarn] for what may, [slog.LevelInfo] for what is
	// worth knowing.
	Severity slog.Level
	// Subject is the thing checked.
	Subject string
	// Evidence is what was seen.
	Evidence string
	// Remedy is what to do about it.
	Remedy string
}

// Report is the outcome of [Client.Preflight] or [Client.Verify].
type Report struct {
	// Name is the service FQDN.
	Name string
	// Passed lists what was checked and found right, a short sentence each.
	Passed []string
	// Skipped lists what could not be checked for want of a field of the Client, a short sentence each.
	Skipped []string
	// Findings are what was noticed, worst first.
	Findings []Finding
}

// OK reports whether no finding is of level Error.
func (r *Report) OK() bool { return !failed(r.Findings) }

// Err returns a [*CheckError] if a finding is of level Error, else nil.
func (r *Report) Err() error { return checkError(r.Findings) }

// String returns the report as a person reads it, a line for each finding and its remedy.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d passed, %d findings, %d skipped\n", r.Name, len(r.Passed), len(r.Findings), len(r.Skipped))
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "  %-5s %s: %s: %s\n", f.Severity, f.ID, f.Subject, f.Evidence)
		if f.Remedy != "" {
			fmt.Fprintf(&b, "        %s\n", f.Remedy)
		}
	}
	for _, s := range r.Skipped {
		fmt.Fprintf(&b, "  skipped: %s\n", s)
	}
	return b.String()
}

func (r *Report) add(findings ...Finding) {
	r.Findings = append(r.Findings, findings...)
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return cmp.Compare(b.Severity, a.Severity) })
}

func (r *Report) pass(format string, args ...any) {
	r.Passed = append(r.Passed, fmt.Sprintf(format, args...))
}

func (r *Report) skip(format string, args ...any) {
	r.Skipped = append(r.Skipped, fmt.Sprintf(format, args...))
}

func checkError(findings []Finding) error {
	if failed(findings) {
		return &CheckError{Findings: findings}
	}
	return nil
}

// failed reports whether a finding is of level Error.
func failed(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Severity >= slog.LevelError })
}

func fromCerts(findings []certs.Finding) []Finding {
	converted := make([]Finding, len(findings))
	for i, f := range findings {
		converted[i] = Finding(f)
	}
	return converted
}
