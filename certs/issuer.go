package certs

import (
	"context"
	"crypto/x509"
)

// Issuer is a certification authority that turns a certificate signing request into a certificate. The module has these:
//
//   - package certs/adcs/icpr asks Active Directory Certificate Services over RPC, as Windows itself does; take it where the
//     site can reach the authority;
//   - package certs/adcs/certsrv asks them through their web pages, where nothing but HTTPS leads to them;
//   - package certs/adcs/certreq runs certreq.exe, on a Windows that does either by itself;
//   - [LocalCA] signs in this process, for those without an enterprise authority;
//   - package certs/certstest has one in memory, for tests.
//
// Issue sends csr (DER, PKCS #10) once and names the certificate template it asks for; an Issuer without templates
// ignores the name. The first certificate returned is the leaf; the rest is its chain in any order. Errors:
// [*PendingError] when a certificate manager must approve, [*DeniedError] when the authority refuses, [ErrUnknown]
// when the answer was lost (the request may have been issued, so it is never sent twice), [ErrUnavailable] when the
// authority was not reached. Implementations are safe for concurrent use and return soon after ctx is done.
type Issuer interface {
	Issue(ctx context.Context, csr []byte, template string) ([]*x509.Certificate, error)
}

// Retriever is an optional second interface of an [Issuer]: it returns the certificate of a request that was pending.
// Errors are those of Issuer, and [ErrNotFound] for an id the authority does not know.
type Retriever interface {
	Retrieve(ctx context.Context, id string) ([]*x509.Certificate, error)
}
