package certs

import (
	"context"
	"crypto"
	"crypto/x509"
	"fmt"

	"github.com/clouddp/sdk/internal/errs"
)

// Enroll asks issuer for the certificate that r describes and returns it with its chain and key. The certificate is
// checked against the request: one for another key is [ErrIntegrity]. Besides the errors of [Issuer], a bad request is
// an [*InvalidError].
//
// Save the key before, if the program may end before the certificate comes (an example of [Complete] shows how): a request that is pending, or whose answer was
// lost ([ErrUnknown]), is completed with it. After a lost answer do not enroll again; a certificate manager knows the
// number of the request, with which [Complete] fetches what became of it.
func Enroll(ctx context.Context, issuer Issuer, r *Request) (*Bundle, error) {
	if issuer == nil {
		return nil, errs.Invalid("certs: enroll", "issuer", "is nil")
	}
	csr, err := r.CSR()
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("certs: enroll %s: %w", r.CommonName, err)
	}
	issued, err := issuer.Issue(ctx, csr, r.Template)
	if err != nil {
		return nil, fmt.Errorf("certs: enroll %s: %w", r.CommonName, err)
	}
	bundle, err := join(r.Key, issued)
	if err != nil {
		return nil, fmt.Errorf("certs: enroll %s: %w", r.CommonName, err)
	}
	return bundle, nil
}

// Complete fetches the certificate of a request that [Enroll] left pending and joins it with the key that made it. As long
// as nobody has decided the error is a [*PendingError] again.
// Errors are those of [Retriever]; a certificate for another key is [ErrIntegrity].
func Complete(ctx context.Context, retriever Retriever, id string, key crypto.Signer) (*Bundle, error) {
	e := &errs.InvalidError{Subject: "certs: complete"}
	if retriever == nil {
		e.Add("retriever", "is nil")
	}
	if id == "" {
		e.Add("id", "is empty; it comes with the PendingError")
	}
	if publicKey(key) == nil {
		e.Add("key", "is missing; it is the one that signed the request")
	}
	if err := e.Err(); err != nil {
		return nil, err
	}
	issued, err := retriever.Retrieve(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("certs: complete request %s: %w", id, err)
	}
	bundle, err := join(key, issued)
	if err != nil {
		return nil, fmt.Errorf("certs: complete request %s: %w", id, err)
	}
	return bundle, nil
}

// join makes a bundle of what an authority answered, the leaf first.
func join(key crypto.Signer, issued []*x509.Certificate) (*Bundle, error) {
	if len(issued) == 0 {
		return nil, fmt.Errorf("the authority answered without a certificate: %w", ErrIntegrity)
	}
	if !matches(issued[0], key) {
		return nil, fmt.Errorf("the certificate is for another key: %w", ErrIntegrity)
	}
	return newBundle(key, issued[0], issued[1:]), nil
}
