//go:build integration

package peers

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/globalsign/est"
	"go.mozilla.org/pkcs7"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/certstest"
)

// estIssuer is an [certs.Issuer] and a [certs.Retriever] over Enrollment over Secure Transport, RFC 7030. There a
// request that waits is asked for by sending it again, so that it is remembered under a name of its own.
type estIssuer struct {
	url    string
	client *http.Client

	mu      sync.Mutex
	waiting map[string]waiting
}

type waiting struct {
	csr      []byte
	template string
}

// Issue implements [certs.Issuer].
func (e *estIssuer) Issue(ctx context.Context, csr []byte, template string) ([]*x509.Certificate, error) {
	return e.enroll(ctx, waiting{csr, template})
}

// Retrieve implements [certs.Retriever].
func (e *estIssuer) Retrieve(ctx context.Context, id string) ([]*x509.Certificate, error) {
	e.mu.Lock()
	w, ok := e.waiting[id]
	e.mu.Unlock()
	if !ok {
		return nil, fmt.Errorf("request %q: %w", id, certs.ErrNotFound)
	}
	return e.enroll(ctx, w)
}

func (e *estIssuer) enroll(ctx context.Context, w waiting) ([]*x509.Certificate, error) {
	id := nameOf(w.csr)
	header := http.Header{"Content-Type": {"application/pkcs10"}, "Content-Transfer-Encoding": {"base64"}}
	body := []byte(base64.StdEncoding.EncodeToString(w.csr))
	response, answer, err := post(ctx, e.client, e.url+"/"+w.template+"/simpleenroll", header, body)
	if err != nil {
		return nil, err
	}
	switch response.StatusCode {
	case http.StatusOK:
		leaf, err := certificatesOnly(answer)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", err, certs.ErrUnknown)
		}
		issuers, err := e.issuers(ctx)
		return append(leaf, issuers...), err
	case http.StatusAccepted:
		e.mu.Lock()
		defer e.mu.Unlock()
		e.waiting[id] = w
		return nil, &certs.PendingError{ID: id, Reason: "try again in " + response.Header.Get("Retry-After") + " s"}
	}
	return nil, &certs.DeniedError{ID: id, Reason: strings.TrimSpace(string(answer))}
}

func (e *estIssuer) issuers(ctx context.Context) ([]*x509.Certificate, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.url+"/cacerts", http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := e.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	return certificatesOnly(answer)
}

func certificatesOnly(text []byte) ([]*x509.Certificate, error) {
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(text)), ""))
	if err != nil {
		return nil, err
	}
	message, err := pkcs7.Parse(der)
	if err != nil {
		return nil, err
	}
	return message.Certificates, nil
}

func nameOf(csr []byte) string {
	sum := sha256.Sum256(csr)
	return hex.EncodeToString(sum[:8])
}

// estCA puts an authority behind the server of GlobalSign. The label of a request is the template.
type estCA struct {
	est.CA // nothing else is asked for

	ca *certstest.CA

	mu  sync.Mutex
	ids map[string]string // of requests that are pending, by the name of the request
}

// reply is an error with the status that the server is to answer.
type reply struct {
	status, retry int
	text          string
}

func (r reply) StatusCode() int { return r.status }
func (r reply) Error() string   { return r.text }
func (r reply) RetryAfter() int { return r.retry }

// CACerts implements [est.CA].
func (e *estCA) CACerts(context.Context, string, *http.Request) ([]*x509.Certificate, error) {
	return []*x509.Certificate{e.ca.Certificate(), e.ca.Root()}, nil
}

// Enroll implements [est.CA].
func (e *estCA) Enroll(
	ctx context.Context, csr *x509.CertificateRequest, label string, _ *http.Request,
) (*x509.Certificate, error) {
	name := nameOf(csr.Raw)
	e.mu.Lock()
	id := e.ids[name]
	e.mu.Unlock()
	var chain []*x509.Certificate
	var err error
	if id == "" {
		chain, err = e.ca.Issue(ctx, csr.Raw, label)
	} else {
		chain, err = e.ca.Retrieve(ctx, id)
	}
	if pending, ok := errors.AsType[*certs.PendingError](err); ok {
		e.mu.Lock()
		e.ids[name] = pending.ID
		e.mu.Unlock()
		return nil, reply{http.StatusAccepted, 600, pending.Reason}
	}
	if err != nil {
		return nil, reply{status: http.StatusForbidden, text: err.Error()}
	}
	return chain[0], nil
}

// id returns the id by which the authority knows a request.
func (e *estCA) id(name string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ids[name]
}

func newEST(t *testing.T) (*estCA, *estIssuer, certstest.IssuerHarness) {
	t.Helper()
	ca := certstest.NewCA("Contoso Issuing CA")
	h := ca.Harness(t)
	backing := &estCA{ca: ca, ids: map[string]string{}}
	router, err := est.NewRouter(&est.ServerConfig{CA: backing})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(router)
	t.Cleanup(server.Close)
	wire := &line{RoundTripper: server.Client().Transport}
	issuer := &estIssuer{
		url: server.URL + "/.well-known/est", client: &http.Client{Transport: wire}, waiting: map[string]waiting{},
	}
	h.Issuer = issuer
	h.NotPublished, h.NoRight, h.LongKey, h.Requests = "", "", "", nil // a reply has no code, and asking is sending again
	h.Approve = func(id string) error { return ca.Approve(backing.id(id)) }
	h.Deny = func(id string) error { return ca.Deny(backing.id(id), certs.CodeAdminDenied) }
	h.Fail, h.LoseAnswer = func() { wire.set(&wire.fail) }, func() { wire.set(&wire.lose) }
	return backing, issuer, h
}

func TestIssuerOverEST(t *testing.T) {
	certstest.TestIssuer(t, func(t *testing.T) certstest.IssuerHarness {
		_, _, h := newEST(t)
		return h
	})
	t.Run("what it issues", func(t *testing.T) {
		backing, issuer, _ := newEST(t)
		examine(t, issuer, backing.ca.Root())
	})
}
