package certs_test

import (
	"context"
	"crypto/x509"
	"errors"
	"testing"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
)

func request() *certs.Request { return &certs.Request{CommonName: fqdn, Key: certstest.Key()} }

func TestEnrollDistrustsTheAnswer(t *testing.T) {
	other := makeBundle(t, func(o *order) { o.key = newECDSA(t) })
	for name, answer := range map[string]issuerFunc{
		"nothing":          func() ([]*x509.Certificate, error) { return nil, nil },
		"nil":              func() ([]*x509.Certificate, error) { return []*x509.Certificate{nil}, nil },
		"another's":        func() ([]*x509.Certificate, error) { return []*x509.Certificate{other.Leaf}, nil },
		"the issuer first": func() ([]*x509.Certificate, error) { return other.Chain, nil },
	} {
		_, err := certs.Enroll(t.Context(), answer, request())
		wantCategory(t, name+": Enroll", err, certs.ErrIntegrity)
		_, err = certs.Complete(t.Context(), answer, "7", certstest.Key())
		wantCategory(t, name+": Complete", err, certs.ErrIntegrity)
	}
}

func TestEnrollPassesTheRefusalOn(t *testing.T) {
	issuer := issuerFunc(func() ([]*x509.Certificate, error) {
		return nil, &certs.PendingError{ID: "7", Reason: "Taken Under Submission"}
	})
	_, err := certs.Enroll(t.Context(), issuer, request())
	if pending, _ := errors.AsType[*certs.PendingError](err); pending == nil || pending.ID != "7" {
		t.Fatalf("got %v, want the PendingError", err)
	}
	if want := "certs: enroll clouddp.contoso.com: request 7 is pending: Taken Under Submission"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	wantCategory(t, "Enroll", err, certs.ErrPending)
}

func TestBadArgumentsAreRefused(t *testing.T) {
	never := issuerFunc(func() ([]*x509.Certificate, error) {
		t.Error("the authority was asked")
		return nil, nil
	})
	_, err := certs.Enroll(t.Context(), nil, request())
	wantCategory(t, "Enroll without an issuer", err, certs.ErrInvalid)
	_, err = certs.Enroll(t.Context(), never, nil)
	wantCategory(t, "Enroll without a request", err, certs.ErrInvalid)
	_, err = certs.Complete(t.Context(), nil, "", nil)
	if invalid, _ := errors.AsType[*certs.InvalidError](err); invalid == nil || len(invalid.Problems) != 3 {
		t.Errorf("Complete of nothing: got %v, want three problems", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = certs.Enroll(cancelled, never, request())
	wantCategory(t, "Enroll, cancelled", err, context.Canceled)
}
