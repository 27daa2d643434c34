package certsrv

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/certs/adcs/internal/answer"
)

var (
	_ certs.Issuer    = (*Client)(nil)
	_ certs.Retriever = (*Client)(nil)
)

// Client enrolls at one authority. It is safe for concurrent use while its fields do not change.
type Client struct {
	// URL is that of the web enrolment: "https://ca1.contoso.com/certsrv/". Required, https. With Kerberos the host must be
	// the name that the server's principal has.
	URL string
	// Transport signs in and sends, commonly an *httpauth.Transport. Required. Do not share one that signs in connections with a
	// caller that has other credentials. One that does not heed package httptrace cannot tell whether a request that failed
	// has left, so that the outcome is unknown.
	Transport http.RoundTripper
	// Timeout bounds each request to the web server, signing in included; 0 means two minutes. An enrolment takes three of them,
	// and some more if it has to wait.
	Timeout time.Duration
	// Logger is told of every request, at level Debug; nil means silence.
	Logger *slog.Logger
}

// defaultTimeout leaves an authority time for its policy module and for a hardware key.
const defaultTimeout = 2 * time.Minute

// Close closes the Transport if it is an io.Closer, or its idle connections.
func (c *Client) Close() error {
	if c == nil {
		return nil
	}
	switch t := c.Transport.(type) {
	case io.Closer:
		return t.Close()
	case interface{ CloseIdleConnections() }:
		t.CloseIdleConnections()
	}
	return nil
}

// Issue implements [certs.Issuer]. The template is the name (CN) of the certificate template; empty leaves it to the request.
// Besides the errors that [certs.Issuer] names they are an *httpauth.AuthError for a failed sign-in, an [*InvalidError] for a Client
// that cannot work or a template whose name the form cannot carry, and [ErrLimit] for an answer that is too large, together
// with [ErrUnknown].
func (c *Client) Issue(ctx context.Context, csr []byte, template string) ([]*x509.Certificate, error) {
	if err := c.check(csr, template); err != nil {
		return nil, err
	}
	chain, err := c.issue(ctx, csr, template)
	if err != nil {
		return nil, fmt.Errorf("certsrv: submit to %s: %w", c.URL, err)
	}
	return chain, nil
}

func (c *Client) issue(ctx context.Context, csr []byte, template string) ([]*x509.Certificate, error) {
	p, err := c.submit(ctx, csr, template)
	if err != nil {
		return nil, err
	}
	id, err := c.outcome(ctx, p)
	if err != nil {
		return nil, err
	}
	chain, err := c.fetch(ctx, id)
	switch {
	case contradicts(err):
		return nil, fmt.Errorf("%w: a page leads to request %s, of which the authority says: %v", certs.ErrUnknown, id, err) //nolint:errorlint // it is about another request
	case err != nil:
		pending := &certs.PendingError{ID: id, Reason: "it is issued, but could not be fetched"}
		return nil, fmt.Errorf("%w: %w", pending, err)
	case !isFor(chain[0], csr):
		return nil, fmt.Errorf("%w: a page leads to request %s, which is for another key", certs.ErrUnknown, id)
	}
	return chain, nil
}

// Retrieve implements [certs.Retriever]. Errors are those of Issue but [ErrUnknown]: it only reads.
func (c *Client) Retrieve(ctx context.Context, id string) ([]*x509.Certificate, error) {
	if err := c.checkURL(); err != nil {
		return nil, err
	}
	if !answer.IsID(id) {
		return nil, fmt.Errorf("certsrv: request %q: %w", id, certs.ErrNotFound)
	}
	chain, err := c.fetch(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("certsrv: retrieve request %s from %s: %w", id, c.URL, err)
	}
	return chain, nil
}

// Schemes asks which authentication schemes the server offers, without signing in. None means that it wants no sign-in. A
// Transport of another kind that cannot be asked is [ErrUnsupported]; other errors are those of Retrieve.
func (c *Client) Schemes(ctx context.Context) ([]string, error) {
	if err := c.checkURL(); err != nil {
		return nil, err
	}
	asker, ok := c.Transport.(interface {
		Schemes(ctx context.Context, url string) ([]string, error)
	})
	if !ok {
		return nil, fmt.Errorf("certsrv: ask for the schemes of %s: %w by this transport", c.URL, certs.ErrUnsupported)
	}
	schemes, err := asker.Schemes(ctx, c.page(""))
	if err != nil {
		return nil, fmt.Errorf("certsrv: ask for the schemes of %s: %w", c.URL, err)
	}
	return schemes, nil
}

// page returns the address of a page.
func (c *Client) page(name string) string { return strings.TrimSuffix(c.URL, "/") + "/" + name }

func (c *Client) check(csr []byte, template string) error {
	problems := &InvalidError{Subject: "certsrv: request"}
	c.checkFields(problems)
	answer.CheckCSR(problems, csr)
	answer.CheckTemplate(problems, template)
	return problems.Err()
}

func (c *Client) checkURL() error {
	problems := &InvalidError{Subject: "certsrv: client"}
	c.checkFields(problems)
	return problems.Err()
}

func (c *Client) checkFields(problems *InvalidError) {
	if c == nil {
		problems.Add("Client", "is nil")
		return
	}
	parsed, err := url.Parse(c.URL)
	switch {
	case err != nil || parsed.Host == "" || parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "":
		problems.Add("URL", "is no address of web enrolment, such as https://ca1.contoso.com/certsrv/")
	case parsed.Scheme != "https":
		problems.Add("URL", "is %s; use https, without which a sign-in protects nothing", c.URL)
	case strings.Trim(parsed.Path, "/") == "":
		problems.Add("URL", "is %s, without the directory of the pages; add it, commonly /certsrv/", c.URL)
	}
	if c.Transport == nil {
		problems.Add("Transport", "is nil; give an *httpauth.Transport or another http.RoundTripper")
	}
	if c.Timeout < 0 {
		problems.Add("Timeout", "is negative; 0 means two minutes")
	}
}
