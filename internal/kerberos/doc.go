// Package kerberos is what the drivers that sign in with Kerberos share: what a login is and what keeps it from working, where
// a system keeps its configuration and its tickets, how a ticket is got within a context and shown to a service, and
// what a failure means.
//
// It is built on a fork of gokrb5 that lets the caller dial. Package dns/gsstsig has another library below it and shares
// the checks alone.
package kerberos
