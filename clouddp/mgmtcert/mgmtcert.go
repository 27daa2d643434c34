package mgmtcert

import (
	"context"
	"crypto/x509"
	"iter"
	"time"

	"github.com/clouddp/sdk/certs"
)

// Entry is one management certificate of a subscription.
type Entry struct {
	// Thumbprint identifies it.
	Thumbprint certs.Thumbprint
	// Certificate is the certificate as uploaded; nil if what the store holds cannot be read as one.
	Certificate *x509.Certificate
	// Created is when it was uploaded, in UTC; zero if the store does not tell.
	Created time.Time
}

// Store is the list of management certificates of one subscription.
//
// Certificates yields every entry; an error is the last pair. Add uploads a certificate without its key; one that is
// there already is [ErrConflict]. Remove deletes by thumbprint; one that is not there is [ErrNotFound]. A full list
// is [ErrLimit], refused credentials [ErrDenied], a lost answer [ErrUnknown], a request to come back later
// [ErrUnavailable]. No write is ever sent twice. Implementations are safe for concurrent use. Run
// mgmtcerttest.TestStore against an implementation.
type Store interface {
	Certificates(ctx context.Context) iter.Seq2[Entry, error]
	Add(ctx context.Context, certificate *x509.Certificate) error
	Remove(ctx context.Context, thumbprint certs.Thumbprint) error
}
