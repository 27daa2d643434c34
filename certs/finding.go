package certs

import (
	"log/slog"
	"time"
)

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

// CheckService reports everything that would keep b from serving as the service certificate of the cloud distribution
// point fqdn at the time now. No finding means none was seen.
func CheckService(b *Bundle, fqdn string, now time.Time) []Finding { return nil }

// CheckManagement reports everything that would keep b from serving as an Azure management certificate at the time now.
func CheckManagement(b *Bundle, now time.Time) []Finding { return nil }

// CheckRenewal reports everything that would keep renewed from taking the place of old: Configuration Manager compares
// common names case-sensitively.
func CheckRenewal(old, renewed *Bundle) []Finding { return nil }
