// Package kerberos knows what the Kerberos libraries leave to their callers: what a failed login means, and where a system
// keeps its configuration and its tickets. The drivers of every domain share it, whichever library they use.
package kerberos
