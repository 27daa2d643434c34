package rfc2136

import "context"

// Signer signs updates and verifies the signatures of replies. [TSIG] is one; package gsstsig has another for zones that
// are integrated with Active Directory. Implementations are safe for concurrent use.
type Signer interface {
	// Session returns what signs the exchanges with server, a host:port; it may have to negotiate first.
	Session(ctx context.Context, server string) (Session, error)
}

// Session signs the exchanges with one server. Its methods do no I/O but Close, and are called by one goroutine at a time.
type Session interface {
	// KeyName and Algorithm go into the TSIG record, both as absolute names with a trailing dot.
	KeyName() string
	Algorithm() string
	// Sign returns the MAC of data, the octets that RFC 8945 section 4.3 prescribes.
	Sign(data []byte) (mac []byte, err error)
	// Verify returns nil if mac is the MAC that the server made of data.
	Verify(data, mac []byte) error
	// Close releases what was negotiated.
	Close(ctx context.Context) error
}
