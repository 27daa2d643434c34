package classic

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/internal/errs"
)

// maxRedirects bounds how often a request is sent on by 307 Temporary Redirect.
const maxRedirects = 5

// requestIDHeader names an answer and the operation it has started.
const requestIDHeader = "x-ms-request-id"

// call is one request to the service.
type call struct {
	// what is done to which subject, for errors: "create cloud service clouddp".
	what   string
	method string
	// path follows the subscription id, a segment each.
	path  []string
	query url.Values
	// body is marshalled as XML; nil sends none.
	body any
	// secret is cut out of an answer that repeats it.
	secret []byte
}

func (c *call) writes() bool { return c.method != http.MethodGet }

// received is an answer that is a success; its body has been read.
type received struct{ response *http.Response }

func (r received) accepted() bool { return r.response.StatusCode == http.StatusAccepted }

func (r received) requestID() string { return r.response.Header.Get(requestIDHeader) }

// get reads the resource at path into reply.
func (s *Subscription) get(ctx context.Context, what string, reply any, path ...string) error {
	_, err := s.do(ctx, &call{what: what, method: http.MethodGet, path: path}, reply)
	return err
}

// start sends a write. The ticket names the operation that goes on; it is empty if the write is complete.
func (s *Subscription) start(ctx context.Context, c *call) (clouddp.Ticket, error) {
	answer, err := s.do(ctx, c, nil)
	if err != nil || !answer.accepted() {
		return "", err
	}
	id := answer.requestID()
	if id == "" {
		return "", fmt.Errorf("classic: %s: accepted without a request id: %w", c.what, clouddp.ErrUnknown)
	}
	return clouddp.Ticket(id), nil
}

// do sends c, follows redirects and decodes the answer into reply, which may be nil.
func (s *Subscription) do(ctx context.Context, c *call, reply any) (received, error) {
	if err := s.connect(); err != nil {
		return received{}, err
	}
	target, err := s.url(c)
	if err != nil {
		return received{}, err
	}
	if err := context.Cause(ctx); err != nil {
		return received{}, fmt.Errorf("classic: %s: %w", c.what, err)
	}
	response, err := s.follow(ctx, c, target) //nolint:bodyclose // the pipeline has read and closed it
	if err != nil {
		return received{}, lost(ctx, c, err)
	}
	body, err := runtime.Payload(response)
	if err != nil {
		return received{}, lost(ctx, c, err)
	}
	if len(c.secret) > 0 {
		body = bytes.ReplaceAll(body, c.secret, []byte("[redacted]"))
		setPayload(response, body)
	}
	if !runtime.HasStatusCode(response, http.StatusOK, http.StatusCreated, http.StatusAccepted) {
		return received{}, refused(c, response, body)
	}
	if reply == nil {
		return received{response}, nil
	}
	if err := decode(body, reply); err != nil {
		return received{}, fmt.Errorf("classic: %s: unreadable answer: %w: %w", c.what, clouddp.ErrUnavailable, err)
	}
	return received{response}, nil
}

// follow sends c to target and on to where the service redirects it, with a new body and new credentials each time.
func (s *Subscription) follow(ctx context.Context, c *call, target *url.URL) (*http.Response, error) {
	for range maxRedirects + 1 {
		request, err := newRequest(ctx, c, target)
		if err != nil {
			return nil, err
		}
		response, err := s.pipeline.Do(request)
		if err != nil || response.StatusCode != http.StatusTemporaryRedirect {
			return response, err
		}
		if target, err = s.redirected(target, response.Header.Get("Location")); err != nil {
			return nil, err
		}
	}
	return nil, &redirectError{"more than five redirects"}
}

func newRequest(ctx context.Context, c *call, target *url.URL) (*policy.Request, error) {
	request, err := runtime.NewRequest(ctx, c.method, target.String())
	if err != nil {
		return nil, err
	}
	request.Raw().Header.Set("Accept", "application/xml")
	if c.body == nil {
		return request, nil
	}
	return request, runtime.MarshalAsXML(request, c.body)
}

// redirected returns where a redirect leads. A certificate is shown to the endpoint and its sub-domains only, a bearer
// token to the endpoint only.
func (s *Subscription) redirected(from *url.URL, location string) (*url.URL, error) {
	to, err := from.Parse(location)
	if err != nil || location == "" {
		return nil, &redirectError{"redirected to an unreadable location"}
	}
	endpoint, err := url.Parse(s.endpoint())
	if err != nil {
		return nil, err
	}
	within := to.Host == endpoint.Host || s.Certificate != nil && strings.HasSuffix(to.Host, "."+endpoint.Host)
	if to.Scheme != "https" || !within || to.User != nil {
		return nil, &redirectError{fmt.Sprintf("redirect to %s://%s refused", to.Scheme, to.Host)}
	}
	return to, nil
}

// url returns the address of c. Every segment must be a plain name.
func (s *Subscription) url(c *call) (*url.URL, error) {
	segments := []string{strings.TrimSuffix(s.endpoint(), "/"), s.ID}
	for _, segment := range c.path {
		if segment == "" || segment == "." || segment == ".." || len(segment) > 256 {
			return nil, errs.Invalid("classic: "+c.what, "name", "%q cannot stand in a path", segment)
		}
		segments = append(segments, url.PathEscape(segment))
	}
	address := strings.Join(segments, "/")
	if len(c.query) > 0 {
		address += "?" + c.query.Encode()
	}
	return url.Parse(address)
}
