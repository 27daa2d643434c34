package certs

import "log/slog"

// Finding is one thing that a check noticed. Its fields are those of clouddp.Finding, into which it converts.
type Finding struct {
	// ID is stable across releases: "cert.san.dns".
	ID string
	// Severity is [slog.LevelError] for what will fail, [slog.LevelWarn] for what may, [slog.LevelInfo] for what is
	// worth knowing.
	Severity slog.Level
	// Subject is the thing checked: a file, a certificate, a name.
	Subject string
	// Evidence is what was seen.
	Evidence string
	// Remedy is what to do about it.
	Remedy string
}
