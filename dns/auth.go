package dns

import (
	"fmt"
	"time"
)

// AuthError reports a server that did not accept the signature of an update. It matches [ErrDenied].
type AuthError struct {
	// Server refused, as host:port.
	Server string
	// Code is the TSIG error of RFC 8945: "BADSIG", "BADKEY", "BADTIME" or "BADTRUNC"; empty if the server gave none.
	Code string
	// ServerTime is the server's clock, told with BADTIME; else zero.
	ServerTime time.Time
}

// Error implements error.
func (e *AuthError) Error() string {
	text := "dns: server " + e.Server + " refused the signature"
	if e.Code != "" {
		text += " (" + e.Code + ")"
	}
	if !e.ServerTime.IsZero() {
		text += fmt.Sprintf("; its clock says %s", e.ServerTime.UTC().Format(time.RFC3339))
	}
	return text
}

// Unwrap returns [ErrDenied].
func (e *AuthError) Unwrap() error { return ErrDenied }
