// Package crl reads certificate revocation lists (RFC 5280 section 5) as a stream: one of a million entries takes no more
// memory than an empty one. What it cannot say for certain is an error.
package crl
